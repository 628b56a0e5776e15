"""EKS: node groups are Auto Scaling groups with instances, and their updates take a while."""

from moto.autoscaling.models import autoscaling_backends
from moto.ec2.models import ec2_backends
from moto.eks import models
from moto.eks.exceptions import InvalidParameterException, ResourceInUseException

from emulator import clock, gateway, groups, launches, updates

# How long EKS takes to apply a new configuration.
UPDATE_SECONDS = clock.seconds("NODEGROUP_UPDATE_SECONDS", 4)
# How far DescribeNodegroup is behind the Auto Scaling group.
LAG_SECONDS = clock.seconds("NODEGROUP_LAG_SECONDS", 3)
# EKS changes the sizes of these.
CHANGEABLE = ("ACTIVE", "DEGRADED")
IMAGE_IDS = {"x86_64": "ami-0e0001000000000a1", "arm64": "ami-0e0001000000000a2"}


def apply():
    backend = models.EKSBackend
    backend.create_nodegroup = clock.locked(create_nodegroup(backend.create_nodegroup))
    backend.describe_nodegroup = describe_nodegroup(backend.describe_nodegroup)
    backend.update_nodegroup_config = clock.locked(update_nodegroup_config(backend.update_nodegroup_config))
    backend.delete_nodegroup = clock.locked(delete_nodegroup(backend.delete_nodegroup))
    groups.on_desired.append(show_desired_later)


def create_nodegroup(original):
    def wrapped(self, cluster_name, node_role, nodegroup_name, subnets, **kwargs):
        check_sizes(kwargs.get("scaling_config") or models.DEFAULT_SCALING_CONFIG)
        nodegroup = original(self, cluster_name, node_role, nodegroup_name, subnets, **kwargs)
        cluster = self.clusters[cluster_name]
        ec2 = ec2_backends[self.account_id][self.region_name]
        name = f"eks-{nodegroup_name}-{nodegroup.uuid}"
        # EKS puts the role of the nodes into an instance profile of its own.
        gateway.ask("/_gateway/node-instance-profile", {"name": profile_name(nodegroup), "roleArn": node_role})
        own = launches.template_data(ec2, specification(nodegroup.launch_template)) if nodegroup.launch_template else {}
        data = {
            "ImageId": IMAGE_IDS["arm64" if "ARM_64" in (nodegroup.ami_type or "") else "x86_64"],
            "InstanceType": nodegroup.instance_types[0],
            **own,
            "IamInstanceProfile": {"Name": profile_name(nodegroup)},
        }
        if not launches.group_ids(own):
            data["SecurityGroupIds"] = [cluster.resources_vpc_config["clusterSecurityGroupId"]]
        tags = {"eks:cluster-name": cluster_name, "eks:nodegroup-name": nodegroup_name, f"kubernetes.io/cluster/{cluster_name}": "owned"}
        discovery = {"k8s.io/cluster-autoscaler/enabled": "true", f"k8s.io/cluster-autoscaler/{cluster_name}": "owned"}
        template = ec2.create_launch_template(f"eks-{nodegroup.uuid}", "", data, {"launch-template": tags})
        sizes = nodegroup.scaling_config
        autoscaling = autoscaling_backends[self.account_id][self.region_name]
        group = autoscaling.create_auto_scaling_group(
            name=name, availability_zones=[], desired_capacity=sizes["desiredSize"], max_size=sizes["maxSize"], min_size=sizes["minSize"],
            launch_config_name=None, launch_template={"LaunchTemplateId": template.id, "Version": "1"}, vpc_zone_identifier=",".join(subnets),
            default_cooldown=None, health_check_period=15, health_check_type=None, load_balancers=[], target_group_arns=[],
            placement_group=None, termination_policies=["AllocationStrategy", "OldestLaunchTemplate", "OldestInstance"], capacity_rebalance=True,
            tags=[{"Key": key, "Value": value, "PropagateAtLaunch": True} for key, value in {**tags, **discovery}.items()],
        )
        group.nodegroup = nodegroup
        for hook, transition in (("Launch-LC-Hook", "LAUNCHING"), ("Terminate-LC-Hook", "TERMINATING")):
            autoscaling.create_lifecycle_hook(hook, name, f"autoscaling:EC2_INSTANCE_{transition}", 1800, "CONTINUE")
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


def describe_nodegroup(original):
    def wrapped(self, cluster_name, nodegroup_name):
        """A node group that lacks what EKS has made for it is degraded, until it is there again."""
        nodegroup = original(self, cluster_name, nodegroup_name)
        issues = issues_of(nodegroup)
        nodegroup.health = {"issues": issues}
        if nodegroup.status in CHANGEABLE:
            nodegroup.status = "DEGRADED" if issues else "ACTIVE"
        return nodegroup

    return wrapped


def issues_of(nodegroup):
    """https://docs.aws.amazon.com/eks/latest/APIReference/API_Issue.html"""
    name = profile_name(nodegroup)
    return [] if launches.profile_arn(name) else [{
        "code": "IamInstanceProfileNotFound",
        "message": f"The instance profile {name} of your managed node group could not be found.",
        "resourceIds": [name],
    }]


def profile_name(nodegroup):
    return f"eks-{nodegroup.uuid}"


def update_nodegroup_config(original):
    def wrapped(self, cluster_name, nodegroup_name, scaling_config=None, **kwargs):
        """Takes a while, and nothing else may be changed meanwhile."""
        nodegroup = self.describe_nodegroup(cluster_name, nodegroup_name)
        if nodegroup.status not in CHANGEABLE:
            raise ResourceInUseException(
                clusterName=cluster_name, nodegroupName=nodegroup_name, addonName=None,
                message="Nodegroup cannot be updated as it is currently not in Active State")
        group = group_of(self, nodegroup)
        given = scaling_config or {}
        sizes = {**nodegroup.scaling_config, "desiredSize": group.desired_capacity, **given}
        check_sizes(sizes)
        # What EKS says about the desired size follows the Auto Scaling group.
        limits = {name: size for name, size in given.items() if name != "desiredSize"}
        original(self, cluster_name, nodegroup_name, scaling_config=limits or None, **kwargs)
        nodegroup.status = "UPDATING"
        update = updates.begin(nodegroup, "ConfigUpdate", {name[0].upper() + name[1:]: size for name, size in given.items()})
        clock.later(UPDATE_SECONDS, finish, group, nodegroup, update, sizes, given.get("desiredSize"))
        return dict(update)

    return wrapped


def finish(group, nodegroup, update, sizes, desired):
    """The desired capacity stays what it is by now, unless it was given or is beyond the new limits."""
    group.min_size, group.max_size = sizes["minSize"], sizes["maxSize"]
    kept = group.desired_capacity if desired is None else desired
    groups.set_desired_capacity(group, max(group.min_size, min(group.max_size, kept)))
    nodegroup.status, update["status"] = "ACTIVE", "Successful"


def show_desired_later(group):
    def show(desired):
        group.nodegroup.scaling_config["desiredSize"] = desired

    if group.nodegroup:
        clock.later(LAG_SECONDS, show, group.desired_capacity)


def check_sizes(sizes):
    """https://docs.aws.amazon.com/eks/latest/APIReference/API_NodegroupScalingConfig.html"""
    if sizes["maxSize"] < 1:
        raise InvalidParameterException(message="maxSize must be at least 1")
    if sizes["minSize"] < 0:
        raise InvalidParameterException(message="minSize must not be negative")
    if sizes["minSize"] > sizes["maxSize"]:
        raise InvalidParameterException(message="Minimum capacity {minSize} can't be greater than maximum size {maxSize}".format(**sizes))
    if sizes["minSize"] > sizes["desiredSize"]:
        raise InvalidParameterException(message="Minimum capacity {minSize} can't be greater than desired size {desiredSize}".format(**sizes))
    if sizes["desiredSize"] > sizes["maxSize"]:
        raise InvalidParameterException(message="desired capacity {desiredSize} can't be greater than max size {maxSize}".format(**sizes))


def delete_nodegroup(original):
    def wrapped(self, cluster_name, nodegroup_name):
        nodegroup = original(self, cluster_name, nodegroup_name)
        autoscaling_backends[self.account_id][self.region_name].delete_auto_scaling_group(group_of(self, nodegroup).name)
        return nodegroup

    return wrapped


def group_of(backend, nodegroup):
    name = nodegroup.resources["autoScalingGroups"][0]["name"]
    return autoscaling_backends[backend.account_id][backend.region_name].autoscaling_groups[name]


def specification(launch_template):
    version = launch_template.get("version")
    return {"LaunchTemplateId": launch_template["id"], "Version": str(version) if version else "$Default"}
