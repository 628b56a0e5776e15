"""Auto Scaling: the API of groups, with the rules of the real one."""

from moto.autoscaling import models
from moto.autoscaling.exceptions import ValidationError
from moto.autoscaling.responses import AutoScalingResponse
from moto.core.responses import ActionResult

from emulator import activities, clock, instances, scaling

PROCESSES = (
    "Launch", "Terminate", "AddToLoadBalancer", "AlarmNotification", "AZRebalance", "HealthCheck", "InstanceRefresh", "ReplaceUnhealthy",
    "ScheduledActions")

# Called with a group whose desired capacity changed.
on_desired = []


def apply():
    group = models.FakeAutoScalingGroup
    # The instance that a rebalancing started beyond the desired capacity, whether one is to come, and the node group of EKS.
    group.newcomer, group.rebalance_due, group.nodegroup = None, False, None
    group.set_desired_capacity = clock.locked(set_desired_capacity)
    group.update = clock.locked(update(group.update))
    group.suspended_processes = property(
        lambda self: list(self._suspended_processes.values()), lambda self, _: setattr(self, "_suspended_processes", {}))
    backend = models.AutoScalingBackend
    backend.set_desired_capacity = clock.locked(set_desired_capacity_by_user(backend.set_desired_capacity))
    backend.terminate_instance = clock.locked(terminate_instance)
    backend.notify_terminate_instances = notify_terminate_instances
    backend.delete_auto_scaling_group = clock.locked(delete_auto_scaling_group)
    backend.suspend_processes = clock.locked(suspend_processes)
    backend.resume_processes = clock.locked(resume_processes)
    AutoScalingResponse.describe_scaling_activities = describe_scaling_activities
    AutoScalingResponse.describe_instance_refreshes = describe_instance_refreshes
    AutoScalingResponse.complete_lifecycle_action = clock.locked(complete_lifecycle_action)
    instances.on_running.append(scaling.came_to_run)
    instances.on_terminated.append(scaling.was_terminated)


def set_desired_capacity(group, capacity):
    group.desired_capacity = group.min_size if capacity is None else capacity
    scaling.settle(group)
    for listener in on_desired:
        listener(group)


def set_desired_capacity_by_user(original):
    def wrapped(self, group_name, desired_capacity):
        group = group_named(self, group_name)
        low, high = group.min_size, group.max_size
        where = f"below min value {low}" if desired_capacity < low else f"above max value {high}" if desired_capacity > high else None
        if where:
            raise ValidationError(f"New SetDesiredCapacity value {desired_capacity} is {where} for the AutoScalingGroup.")
        return original(self, group_name, desired_capacity)

    return wrapped


def update(original):
    def wrapped(group, *arguments, desired_capacity=None, max_size=None, min_size=None, **more):
        """The desired capacity follows the limits, unless it is given, when it has to be within them."""
        low = group.min_size if min_size is None else min_size
        high = group.max_size if max_size is None else max_size
        if low > high:
            raise ValidationError(f"Max bound, {high}, must be greater than or equal to min bound, {low}")
        if desired_capacity is not None and not low <= desired_capacity <= high:
            raise ValidationError(f"Desired capacity:{desired_capacity} must be between the specified min size:{low} and max size:{high}")
        desired = max(low, min(high, group.desired_capacity)) if desired_capacity is None else desired_capacity
        original(group, *arguments, desired_capacity=desired, max_size=max_size, min_size=min_size, **more)

    return wrapped


def terminate_instance(self, instance_id, should_decrement):
    group, state = next(
        ((g, s) for g in self.autoscaling_groups.values() for s in g.instance_states if s.instance_id == instance_id), (None, None))
    if state is None:
        raise ValidationError(f"Instance Id not found - No managed instance found for instance ID: {instance_id}")
    if should_decrement and group.desired_capacity - 1 < group.min_size:
        raise ValidationError(
            f"Currently, desiredSize equals minSize ({group.min_size}). Terminating instance without replacement will violate "
            "group's min size constraint. Either set shouldDecrementDesiredCapacity flag to false or lower group's min size.")
    cause = f"instance {instance_id} was taken out of service in response to a user request"
    if should_decrement:
        cause += f", shrinking the capacity from {group.desired_capacity} to {group.desired_capacity - 1}"
    if state.lifecycle_state in scaling.IN_CAPACITY:
        scaling.end(group, state, f"{cause}.")
    # A second request for the same instance decrements again, for all that is known of Auto Scaling.
    set_desired_capacity(group, group.desired_capacity - bool(should_decrement))
    return state.activity


def notify_terminate_instances(self, instance_ids):
    """EC2 has ended instances, whoever asked for it; a health check finds out."""
    for group in self.autoscaling_groups.values():
        if any(state.instance_id in instance_ids for state in group.instance_states):
            clock.later(scaling.HEALTH_SECONDS, scaling.check_health, group)


def delete_auto_scaling_group(self, group_name):
    group = group_named(self, group_name)
    del self.autoscaling_groups[group_name]
    for state in group.instance_states:
        if not instances.is_gone(state.instance):
            self.ec2_backend.terminate_instances([state.instance_id])


def suspend_processes(self, group_name, scaling_processes):
    group = group_named(self, group_name)
    for name in checked(scaling_processes):
        reason = f"User suspended at {activities.stamp()}"
        group._suspended_processes.setdefault(name, {"ProcessName": name, "SuspensionReason": reason})


def resume_processes(self, group_name, scaling_processes):
    group = group_named(self, group_name)
    for name in checked(scaling_processes):
        group._suspended_processes.pop(name, None)
    # Settles it as well.
    scaling.check_health(group)


def checked(processes):
    for name in processes or []:
        if name not in PROCESSES:
            raise ValidationError(f"The process type {name} is not supported. Supported processes are {', '.join(PROCESSES)}")
    return processes or PROCESSES


def describe_scaling_activities(self):
    backend = self.autoscaling_backend
    name = self._get_param("AutoScalingGroupName")
    wanted = self._get_param("ActivityIds", [])
    groups = [group_named(backend, name)] if name else backend.autoscaling_groups.values()
    found = [a for group in groups for a in activities.of(group) if not wanted or a.activity_id in wanted]
    found.sort(key=lambda a: a.start_time, reverse=True)
    start = int(self._get_param("NextToken") or 0)
    stop = start + (self._get_int_param("MaxRecords") or 100)
    return ActionResult({"Activities": found[start:stop], "NextToken": str(stop) if stop < len(found) else None})


def describe_instance_refreshes(self):
    group_named(self.autoscaling_backend, self._get_param("AutoScalingGroupName"))
    return ActionResult({"InstanceRefreshes": []})


def complete_lifecycle_action(self):
    """Of the one hook that there is, EKS' at the end of an instance."""
    group = group_named(self.autoscaling_backend, self._get_param("AutoScalingGroupName"))
    instance_id = self._get_param("InstanceId")
    state = next((s for s in group.instance_states if s.instance_id == instance_id and s.lifecycle_state == "Terminating:Wait"), None)
    if state is None:
        raise ValidationError(f"No active Lifecycle Action found with instance ID {instance_id}")
    scaling.proceed(group, state)
    return ActionResult({})


def group_named(backend, name):
    if name not in backend.autoscaling_groups:
        raise ValidationError("AutoScalingGroup name not found - null")
    return backend.autoscaling_groups[name]
