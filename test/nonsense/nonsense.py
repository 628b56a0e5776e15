"""What is refused in TypeScript is refused in Python, by the same words: run by .ci/python-parity, with the wheel installed."""

import sys

import aws_cdk as cdk
from aws_cdk import aws_eks as eks, aws_iam as iam
from aws_cdk.lambda_layer_kubectl_v27 import KubectlV27Layer
from cdk_karpenter_migration import (
    BatchSize,
    AWSNodeTemplateOptions,
    BlockDevice,
    BlockDeviceMapping,
    ClusterAutoscaler,
    CutOverOptions,
    CriticalWorkload,
    Discovery,
    KarpenterMigration,
    KarpenterRelease,
    KubeletConfiguration,
    MigrationStage,
    NodegroupTarget,
    NodePoolOptions,
    PreflightCheck,
    ProvisionerOptions,
    Requirement,
    ScaleDownOptions,
    Taint,
)


def migration(**properties):
    """Makes a migration of a cluster that was imported as it should be."""
    stack = cdk.Stack(cdk.App(), "Test", env=cdk.Environment(account="111111111111", region="us-east-1"))
    attributes = {
        "cluster_name": "prod",
        "kubectl_role_arn": "arn:aws:iam::111111111111:role/kubectl",
        "open_id_connect_provider": iam.OpenIdConnectProvider.from_open_id_connect_provider_arn(
            stack, "Oidc", "arn:aws:iam::111111111111:oidc-provider/oidc.eks.us-east-1.amazonaws.com/id/ABCDEF"
        ),
        "kubectl_layer": KubectlV27Layer(stack, "Kubectl"),
        **properties.pop("attributes", {}),
    }
    cluster = eks.Cluster.from_cluster_attributes(stack, "Cluster", **attributes)
    return KarpenterMigration(stack, "Migration", **{"cluster": cluster, "release": KarpenterRelease.v0(), **properties})


def v0(**options):
    return lambda: migration(release=KarpenterRelease.v0(**options))


def provisioner(**options):
    return v0(provisioner=ProvisionerOptions(**options))


def pool(**options):
    return lambda: migration(release=KarpenterRelease.v1(node_pool=NodePoolOptions(**options)))


def volume(**options):
    mappings = [BlockDeviceMapping(device_name="/dev/xvda", ebs=BlockDevice(**options))]
    return v0(node_template=AWSNodeTemplateOptions(block_device_mappings=mappings))


# What is wrong, what causes it, and what is said.
CASES = [
    ("a target for a group that is not named",
     lambda: migration(nodegroups=["apps"], scale_down=ScaleDownOptions(targets=[NodegroupTarget.of("app", 10)])),
     '`scaleDown.targets` has a target for "app", which is none of `nodegroups`'),
    ("no node at a time", lambda: migration(scale_down=ScaleDownOptions(batch_size=BatchSize.count(0))), "the count of a BatchSize is 0: set a whole number of at least 1"),
    ("half a node at a time", lambda: migration(scale_down=ScaleDownOptions(batch_size=BatchSize.count(1.5))), "the count of a BatchSize is 1.5: set"),
    ("a pause of two years", lambda: migration(scale_down=ScaleDownOptions(pause_between_batches=cdk.Duration.days(730))),
     "`scaleDown.pauseBetweenBatches` is 730 days: set a Duration"),
    ("a canary without an image", lambda: migration(cut_over=CutOverOptions(canary_image="")), '`cutOver.canaryImage` is "": set an image'),
    ("a workload that is named twice",
     lambda: migration(cut_over=CutOverOptions(critical_workloads=[CriticalWorkload.deployment("a", "b")] * 2)),
     '`cutOver.criticalWorkloads` names "Deployment a/b" twice'),
    ("an autoscaler without a name", lambda: ClusterAutoscaler.deployment("kube-system", ""), 'name of the Cluster Autoscaler "" is not a DNS name'),
    ("no node groups", lambda: migration(nodegroups=[]), "`nodegroups` is empty: name at least one node group, or leave it out"),
    ("a node group with a blank", lambda: migration(nodegroups=["my group"]), '`nodegroups[0]` is "my group": set the name of a node group'),
    ("a cluster by its ARN", lambda: migration(attributes={"cluster_name": "arn:aws:eks:us-east-1:111111111111:cluster/prod"}),
     "set the name of a cluster, not its ARN"),
    ("a user as the kubectl role", lambda: migration(attributes={"kubectl_role_arn": "arn:aws:iam::111111111111:user/me"}), "which is no role"),
    ("no kubectl role", lambda: migration(attributes={"kubectl_role_arn": None}), "- `kubectlRoleArn`: "),
    ("a key of load balancers", lambda: migration(discovery=Discovery.tags(key="kubernetes.io/cluster/prod")),
     '"kubernetes.io/cluster/prod" cannot be the key of the discovery tag'),
    ("a security group as a subnet", lambda: Discovery.ids(subnet_ids=["sg-1"], security_group_ids=["sg-1"]), '"sg-1" cannot be subnet ids'),
    ("a version with a v", lambda: KarpenterRelease.v0(version="v0.29.2"), 'without a leading v, got "v0.29.2"'),
    ("a release that never was", lambda: KarpenterRelease.v0(version="0.29.99"), '"0.29.99"'),
    ("a namespace in capitals", lambda: migration(namespace="Karpenter"), '"Karpenter"'),
    ("a release of another generation", lambda: migration().add_node_pool("Pool", name="a"), "`addNodePool` belongs to KarpenterRelease.v1"),
    ("no replicas", lambda: migration(values={"replicas": 0}), "`values.replicas` is 0: set a whole number from 1 to 100"),
    ("a pool in capitals", pool(name="Default"), '"Default"'),
    ("a weight of 101", pool(weight=101), "101"),
    ("an architecture of Linux", provisioner(requirements=[Requirement.is_in("kubernetes.io/arch", ["x86_64"])]), "x86_64"),
    ("requirements that contradict each other",
     provisioner(requirements=[Requirement.is_in("a.b/c", ["x"]), Requirement.is_in("a.b/c", ["y"])]), "a.b/c"),
    ("a taint without a key", lambda: Taint.no_schedule(""), "key"),
    ("no pods on a node", provisioner(kubelet_configuration=KubeletConfiguration(max_pods=0)), "kubeletConfiguration.maxPods` of KarpenterRelease.v0 is 0: set"),
    ("throughput without a volume", volume(volume_size=cdk.Size.gibibytes(2), iops=16000), "`iops`"),
    ("two pools of one name", lambda: migration().add_provisioner("Second"),
     'the migration has a Provisioner "default" already'),
]

# Enums and flags are typed in Python: what is none of them is refused before it reaches us, and says what is expected.
TYPED = [
    ("a stage as context gives it", lambda: migration(stage="scale_down"), "MigrationStage"),
    ("force as context gives it", lambda: migration(scale_down=ScaleDownOptions(force="false")), "bool"),
    ("a risk as a text", lambda: migration(accepted_risks=["FOO"]), "PreflightCheck"),
]


def complaint(given):
    try:
        given()
    except RuntimeError as error:
        # The rest is the stack of Node.
        return str(error).split("\n\n")[0]
    except TypeError as error:
        return f"TypeError: {error}"
    return None


def problem(name, given, expected, typed):
    said = complaint(given)
    if said is None:
        return f"{name}: nothing was refused"
    if expected not in said:
        return f"{name}: expected {expected!r}, got {said!r}"
    if said.startswith("TypeError") and not typed:
        return f"{name}: not one of our errors, {said!r}"
    return None


def main():
    assert MigrationStage and PreflightCheck
    problems = [problem(*case, typed=False) for case in CASES] + [problem(*case, typed=True) for case in TYPED]
    failed = [one for one in problems if one is not None]
    for one in failed:
        print(one, file=sys.stderr)
    print(f"{len(problems) - len(failed)} passed, {len(failed)} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
