"""Auto Scaling: groups spread over their subnets, and their minimum holds."""

from moto.autoscaling import models
from moto.autoscaling.exceptions import ValidationError

from emulator import launches


def apply():
    models.FakeAutoScalingGroup.replace_autoscaling_group_instances = launch_spread
    models.AutoScalingBackend.terminate_instance = terminate_instance(models.AutoScalingBackend.terminate_instance)


def launch_spread(group, count_needed, propagated_tags):
    """Fills the subnets evenly; each instance has its launch template's profile and security groups."""
    version = group.ec2_launch_template.get_version(group.launch_template_version)
    tags = {**propagated_tags, **group.instance_tags, models.ASG_NAME_TAG: group.name}
    for _ in range(count_needed):
        used = [state.instance.subnet_id for state in group.instance_states]
        subnet_id = min(group.vpc_zone_identifier.split(","), key=used.count)
        instance = launches.launch(group.ec2_backend, {**version.data, "SubnetId": subnet_id}, {"instance": tags})
        instance.autoscaling_group = group
        protected = group.new_instances_protected_from_scale_in
        group.instance_states.append(models.InstanceState(instance, protected_from_scale_in=protected))


def terminate_instance(original):
    def wrapped(self, instance_id, should_decrement):
        group = next(
            (g for g in self.autoscaling_groups.values() if any(s.instance.id == instance_id for s in g.instance_states)), None)
        if group is None:
            raise ValidationError(f"Instance Id not found - No managed instance found for instance ID: {instance_id}")
        if should_decrement and group.desired_capacity - 1 < group.min_size:
            raise ValidationError(
                f"Currently, desiredSize equals minSize ({group.min_size}). Terminating instance without replacement will violate "
                "group's min size constraint. Either set shouldDecrementDesiredCapacity flag to false or lower group's min size.")
        return original(self, instance_id, should_decrement)

    return wrapped
