"""EKS: the cluster is the one of the proving ground, and node groups are real Auto Scaling groups with instances."""

import json
import os
import threading

from moto.autoscaling.models import autoscaling_backends
from moto.ec2.models import ec2_backends
from moto.eks import models
from moto.eks.exceptions import InvalidParameterException, ResourceInUseException, ResourceNotFoundException

from emulator import gateway, launches

# How long EKS takes to apply a new configuration, shortened.
UPDATE_SECONDS = float(os.environ.get("NODEGROUP_UPDATE_SECONDS", "4"))
IMAGE_ID = "ami-0e0001000000000a1"


def apply():
    models.Cluster.__init__ = cluster_init(models.Cluster.__init__)
    backend = models.EKSBackend
    backend.create_nodegroup = create_nodegroup(backend.create_nodegroup)
    backend.update_nodegroup_config = update_nodegroup_config(backend.update_nodegroup_config)
    backend.delete_nodegroup = delete_nodegroup(backend.delete_nodegroup)
    backend.tag_resource = lambda self, resource_arn, tags: tagged(self, resource_arn).tags.update(tags)
    backend.untag_resource = untag_resource
    backend.list_tags_for_resource = lambda self, resource_arn: tagged(self, resource_arn).tags


def cluster_init(original):
    def wrapped(self, *args, **kwargs):
        """The facts of the real control plane, and the security group that EKS makes for every cluster."""
        original(self, *args, **kwargs)
        facts = json.loads(os.environ["CLUSTER"])
        backend = ec2_backends[kwargs["account_id"]][kwargs["region_name"]]
        subnet = backend.get_subnet(self.resources_vpc_config["subnetIds"][0])
        group = backend.create_security_group(
            f"eks-cluster-sg-{self.name}", "EKS created security group applied to ENI that is attached to EKS Control Plane master nodes",
            subnet.vpc_id)
        group.add_tags({f"kubernetes.io/cluster/{self.name}": "owned", "aws:eks:cluster-name": self.name, "Name": f"eks-cluster-sg-{self.name}"})
        self.resources_vpc_config = {
            "endpointPublicAccess": True, "endpointPrivateAccess": True, "publicAccessCidrs": ["0.0.0.0/0"],
            **self.resources_vpc_config, "clusterSecurityGroupId": group.id, "vpcId": subnet.vpc_id,
        }
        self.version = facts.get("version") or "1.27"
        self.endpoint = facts["endpoint"]
        self.certificate_authority = {"data": facts["certificateAuthorityBase64"]}
        self.identity = {"oidc": {"issuer": facts["oidcIssuer"]}}
        self.kubernetes_network_config = {"serviceIpv4Cidr": facts.get("serviceCidr") or "10.96.0.0/16", "ipFamily": "ipv4"}
        self.access_config = {"authenticationMode": facts.get("authenticationMode") or "CONFIG_MAP"}

    return wrapped


def create_nodegroup(original):
    def wrapped(self, cluster_name, node_role, nodegroup_name, subnets, **kwargs):
        nodegroup = original(self, cluster_name, node_role, nodegroup_name, subnets, **kwargs)
        cluster = self.clusters[cluster_name]
        ec2 = ec2_backends[self.account_id][self.region_name]
        name = f"eks-{nodegroup_name}-{nodegroup.uuid}"
        # EKS puts the role of the nodes into an instance profile of its own.
        gateway.ask("/_gateway/node-instance-profile", {"name": f"eks-{nodegroup.uuid}", "roleArn": node_role})
        own = launches.template_data(ec2, specification(nodegroup.launch_template)) if nodegroup.launch_template else {}
        data = {
            "ImageId": IMAGE_ID,
            "InstanceType": nodegroup.instance_types[0],
            **own,
            "IamInstanceProfile": {"Name": f"eks-{nodegroup.uuid}"},
        }
        if not launches.group_ids(own):
            data["SecurityGroupIds"] = [cluster.resources_vpc_config["clusterSecurityGroupId"]]
        tags = {"eks:cluster-name": cluster_name, "eks:nodegroup-name": nodegroup_name, f"kubernetes.io/cluster/{cluster_name}": "owned"}
        discovery = {"k8s.io/cluster-autoscaler/enabled": "true", f"k8s.io/cluster-autoscaler/{cluster_name}": "owned"}
        template = ec2.create_launch_template(f"eks-{nodegroup.uuid}", "", data, {"launch-template": tags})
        sizes = nodegroup.scaling_config
        autoscaling_backends[self.account_id][self.region_name].create_auto_scaling_group(
            name=name, availability_zones=[], desired_capacity=sizes["desiredSize"], max_size=sizes["maxSize"], min_size=sizes["minSize"],
            launch_config_name=None, launch_template={"LaunchTemplateId": template.id, "Version": "1"}, vpc_zone_identifier=",".join(subnets),
            default_cooldown=None, health_check_period=15, health_check_type=None, load_balancers=[], target_group_arns=[],
            placement_group=None, termination_policies=["AllocationStrategy", "OldestLaunchTemplate", "OldestInstance"], capacity_rebalance=True,
            tags=[{"Key": key, "Value": value, "PropagateAtLaunch": True} for key, value in {**tags, **discovery}.items()],
        )
        nodegroup.resources = {"autoScalingGroups": [{"name": name}]}
        nodegroup.version = cluster.version
        nodegroup.release_version = f"{cluster.version}.4-20230816"
        nodegroup.remote_access = None
        if own:
            # What the launch template says is not said again.
            nodegroup.disk_size = None
            nodegroup.instance_types = None if "InstanceType" in own else nodegroup.instance_types
        return nodegroup

    return wrapped


def update_nodegroup_config(original):
    def wrapped(self, cluster_name, nodegroup_name, scaling_config=None, **kwargs):
        """Takes a while, and nothing else may be changed meanwhile."""
        nodegroup = self.describe_nodegroup(cluster_name, nodegroup_name)
        if nodegroup.status != "ACTIVE":
            raise ResourceInUseException(
                clusterName=cluster_name, nodegroupName=nodegroup_name, addonName=None,
                message="Nodegroup cannot be updated as it is currently not in Active State")
        sizes = {**nodegroup.scaling_config, **(scaling_config or {})}
        check_sizes(sizes)
        update = original(self, cluster_name, nodegroup_name, scaling_config=scaling_config, **kwargs)
        nodegroup.status = "UPDATING"

        def finish():
            group = group_of(self, nodegroup)
            group.min_size, group.max_size = sizes["minSize"], sizes["maxSize"]
            if scaling_config and "desiredSize" in scaling_config:
                group.set_desired_capacity(sizes["desiredSize"])
            nodegroup.status = "ACTIVE"

        timer = threading.Timer(UPDATE_SECONDS, finish)
        timer.daemon = True
        timer.start()
        return {**update, "status": "InProgress"}

    return wrapped


def check_sizes(sizes):
    if not 0 <= sizes["minSize"] <= sizes["desiredSize"] <= sizes["maxSize"] or sizes["maxSize"] < 1:
        low = "Minimum capacity {minSize} can't be greater than desired size {desiredSize}".format(**sizes)
        high = "desired capacity {desiredSize} can't be greater than max size {maxSize}".format(**sizes)
        raise InvalidParameterException(message=low if sizes["minSize"] > sizes["desiredSize"] else high)


def delete_nodegroup(original):
    def wrapped(self, cluster_name, nodegroup_name):
        nodegroup = original(self, cluster_name, nodegroup_name)
        group = group_of(self, nodegroup)
        group.min_size = 0
        group.set_desired_capacity(0)
        autoscaling_backends[self.account_id][self.region_name].delete_auto_scaling_group(group.name)
        return nodegroup

    return wrapped


def group_of(backend, nodegroup):
    name = nodegroup.resources["autoScalingGroups"][0]["name"]
    return autoscaling_backends[backend.account_id][backend.region_name].autoscaling_groups[name]


def specification(launch_template):
    version = launch_template.get("version")
    return {"LaunchTemplateId": launch_template["id"], "Version": str(version) if version else "$Default"}


def tagged(backend, arn):
    for cluster in backend.clusters.values():
        for thing in [cluster, *cluster.nodegroups.values()]:
            if thing.arn == arn:
                return thing
    raise ResourceNotFoundException(
        clusterName=None, nodegroupName=None, fargateProfileName=None, addonName=None, message=f"No resource found for ARN: {arn}")


def untag_resource(self, resource_arn, tag_keys):
    for key in tag_keys if isinstance(tag_keys, list) else [tag_keys]:
        tagged(self, resource_arn).tags.pop(key, None)
