"""EC2: instances get what their launch template says, and a launch that AWS would refuse is refused."""

from moto.ec2.models import fleets, instance_types
from moto.ec2.responses import fleets as fleet_responses
from moto.ec2.utils import random_fleet_id
from moto.core.responses import ActionResult

from emulator import gateway, quotas


# No address is left in a subnet.
FULL = "InsufficientFreeAddressesInSubnet"
# A fleet takes another subnet, or a smaller type; whatever else is wrong is so everywhere.
PASSED_OVER = (FULL, quotas.EXCEEDED)


class LaunchRefused(Exception):
    """A launch that EC2 refuses, with its code."""

    def __init__(self, code, message):
        super().__init__(message)
        self.code = code


def apply():
    fleets.Fleet.create_on_demand_requests = lambda fleet, weight: run_fleet(fleet, weight, spot=False)
    fleets.Fleet.create_spot_requests = lambda fleet, weight: run_fleet(fleet, weight, spot=True)
    fleets.Fleet.instances = property(instances_of_fleet)
    fleet_responses.Fleets.create_fleet = create_fleet(fleet_responses.Fleets.create_fleet)


def create_fleet(original):
    def wrapped(self):
        """An instant fleet that cannot launch succeeds, without instances and with the errors of its launches."""
        spot = self._get_param("TargetCapacitySpecification", {}).get("DefaultTargetCapacityType") == "spot"
        errors, places = [], 0
        for config in self._get_param("LaunchTemplateConfigs", []):
            specification = config["LaunchTemplateSpecification"]
            data = template_data(self.ec2_backend, specification)
            for override in config.get("Overrides") or [{}]:
                places += 1
                refused = refusal_of(self.ec2_backend, {**data, **override}, spot)
                if refused is None:
                    continue
                errors.append({
                    "LaunchTemplateAndOverrides": {"LaunchTemplateSpecification": specification, "Overrides": override},
                    "Lifecycle": "spot" if spot else "on-demand",
                    "ErrorCode": refused.code,
                    "ErrorMessage": str(refused),
                })
                if refused.code not in PASSED_OVER:
                    return without_instances(errors[-1:])
        return without_instances(errors) if len(errors) == places else original(self)

    return wrapped


def without_instances(errors):
    return ActionResult({"FleetId": random_fleet_id(), "Errors": errors, "Instances": []})


def refusal_of(backend, data, spot):
    try:
        check(backend, data, spot)
    except LaunchRefused as refused:
        return refused
    return None


def run_fleet(fleet, count, spot):
    """Launches from the cheapest override whose subnet, and whose quota, has room."""
    data_of = {spec: {**template_data(fleet.ec2_backend, spec.launch_template_spec), **(spec.overrides or {})} for spec in fleet.launch_specs}

    def fits(spec):
        return refusal_of(fleet.ec2_backend, data_of[spec], spot) is None \
            and (spot or quotas.refusal(fleet.ec2_backend, spec.instance_type, count) is None)

    spec = min(filter(fits, fleet.launch_specs), key=cost)
    data = data_of[spec]
    for _ in range(int(count)):
        instance = launch(fleet.ec2_backend, data, spec.tag_specifications, fleet_id=fleet.id, spot=spot)
        fleet.on_demand_instances.append({"id": instance.id, "instance": instance, "launch_spec": spec})
    fleet.fulfilled_capacity += count
    return []


def cost(spec):
    """Karpenter 1.x gives every override its price as its priority; without it the smallest type is taken for the cheapest."""
    priority = (spec.overrides or {}).get("Priority")
    return (1, size(spec.instance_type)) if priority is None else (0, float(priority))


def instances_of_fleet(fleet):
    if fleet.fleet_type != "instant":
        return None
    return [
        fleet._build_instance_data(
            instance=item["instance"], lifecycle=item["instance"].lifecycle or "on-demand", launch_spec=item["launch_spec"])
        for item in fleet.on_demand_instances
    ]


def launch(backend, data, tags, fleet_id=None, spot=False):
    """One instance from the data of a launch template, merged with the overrides of its launch."""
    check(backend, data, spot)
    groups = [backend.get_security_group_from_id(group_id) for group_id in group_ids(data)]
    [instance] = backend.run_instances(
        data.get("ImageId"), 1, data.get("UserData"), [],
        security_group_ids=groups,
        instance_type=data["InstanceType"],
        is_instance_type_default=False,
        subnet_id=data.get("SubnetId"),
        fleet_id=fleet_id,
        tags=tags,
        lifecycle="spot" if spot else None,
    ).instances
    name = profile_name(data)
    if name:
        instance.iam_instance_profile = {"Arn": profile_arn(name), "Id": "AIPA" + instance.id[2:].upper()}
    return instance


def check(backend, data, spot=False):
    """What EC2 looks at before it launches."""
    subnet_id = data.get("SubnetId")
    subnet = backend.describe_subnets(filters={"subnet-id": [subnet_id]}) if subnet_id else []
    if subnet_id and not subnet:
        raise LaunchRefused("InvalidSubnetID.NotFound", f"The subnet ID '{subnet_id}' does not exist")
    if subnet and subnet[0].available_ip_address_count < 1:
        raise LaunchRefused(
            FULL, f"There are not enough free addresses in subnet '{subnet_id}' to satisfy the requested number of instances.")
    for group_id in group_ids(data):
        group = backend.get_security_group_from_id(group_id)
        if group is None:
            raise LaunchRefused("InvalidGroup.NotFound", f"The security group '{group_id}' does not exist")
        if subnet and group.vpc_id != subnet[0].vpc_id:
            raise LaunchRefused(
                "InvalidParameter", f"Security group {group_id} and subnet {subnet_id} belong to different networks.")
    name = profile_name(data)
    if name and not profile_arn(name):
        raise LaunchRefused(
            "InvalidParameterValue",
            f"Value ({name}) for parameter iamInstanceProfile.name is invalid. Invalid IAM Instance Profile name")
    beyond = None if spot else quotas.refusal(backend, data["InstanceType"])
    if beyond:
        raise LaunchRefused(quotas.EXCEEDED, beyond)


def template_data(backend, specification):
    if specification.get("LaunchTemplateId"):
        template = backend.get_launch_template(template_id=specification["LaunchTemplateId"])
    else:
        template = backend.get_launch_template_by_name(name=specification["LaunchTemplateName"])
    version = specification.get("Version") or "$Default"
    numbers = {"$Default": template.default_version_number, "$Latest": template.latest_version_number}
    return template.get_version(str(numbers.get(version, version))).data


def group_ids(data):
    of_interfaces = [group for interface in data.get("NetworkInterfaces", []) for group in interface.get("Groups", [])]
    return list(data.get("SecurityGroupIds", [])) + of_interfaces


def profile_name(data):
    profile = data.get("IamInstanceProfile") or {}
    return profile.get("Name") or profile.get("Arn", "").split("/")[-1] or None


def profile_arn(name):
    """With the path of the profile; none where there is no such profile."""
    return gateway.ask("/_gateway/instance-profile", name=name)["arn"]


def size(instance_type):
    known = instance_types.INSTANCE_TYPES.get(instance_type)
    if known is None:
        return float("inf")
    return known["VCpuInfo"]["DefaultVCpus"] + known["MemoryInfo"]["SizeInMiB"] / 8192
