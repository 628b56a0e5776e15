"""Auto Scaling: a group keeps its desired capacity, its zones even, and instances that end pass the termination hook of EKS."""

from moto.autoscaling import models

from emulator import activities, clock, instances, launches

# EKS' hook drains a node before its instance ends; `off` where somebody does that and completes the hook.
HOOK_SECONDS = clock.seconds("TERMINATION_HOOK_SECONDS", 3)
# Until a health check finds an instance that ended by itself.
HEALTH_SECONDS = clock.seconds("HEALTH_CHECK_SECONDS", 3)
# Until a group of uneven zones is made even; `off` for never.
REBALANCE_SECONDS = clock.seconds("AZ_REBALANCE_SECONDS", 20)
RETRY_SECONDS = 5

IN_CAPACITY = ("Pending", "InService")


def capacity(group):
    """What counts against the desired capacity; an instance that is terminating does not."""
    return [state for state in group.instance_states if state.lifecycle_state in IN_CAPACITY]


def runs(group, *processes):
    return not set(processes).intersection(group._suspended_processes)


def lives(group):
    return group.autoscaling_backend.autoscaling_groups.get(group.name) is group


def settle(group):
    """Starts and ends what the desired capacity asks for."""
    missing = group.desired_capacity + bool(group.newcomer) - len(capacity(group))
    difference = "in response to a difference between desired and actual capacity"
    if missing > 0 and runs(group, "Launch"):
        for _ in range(missing):
            if not launch_anywhere(group, f"an instance was started {difference}."):
                clock.later(RETRY_SECONDS, settle_if_alive, group)
                break
    for _ in range(-missing if runs(group, "Terminate") else 0):
        victim = choose(group)
        if victim is None:
            break
        end(group, victim, f"an instance was taken out of service {difference}.")
    watch_balance(group)


def settle_if_alive(group):
    if lives(group):
        settle(group)


def launch_anywhere(group, cause):
    """In the emptiest zone; where that cannot take an instance, in the next one."""
    counts = count_by_zone(group)
    return next(filter(None, (launch(group, zone, cause) for zone in sorted(counts, key=counts.get))), None)


def launch(group, zone, cause):
    """One instance in a zone, with its launch template's profile and security groups."""
    version = group.ec2_launch_template.get_version(group.launch_template_version)
    tags = {**group.get_propagated_tags(), **group.instance_tags, models.ASG_NAME_TAG: group.name}
    used = [state.instance.subnet_id for state in capacity(group)]
    subnet_id = min((s for s, z in subnets(group).items() if z == zone), key=used.count)
    activity = activities.begin(group, "Launching a new EC2 instance", cause, "PreInService")
    try:
        instance = launches.launch(group.ec2_backend, {**version.data, "SubnetId": subnet_id}, {"instance": tags})
    except launches.LaunchRefused as refused:
        activity.finish("Failed", f"{refused} Launching EC2 instance failed.")
        return None
    activity.description += f": {instance.id}"
    instance.autoscaling_group = group
    protected = group.new_instances_protected_from_scale_in
    state = models.InstanceState(instance, lifecycle_state="Pending", protected_from_scale_in=protected)
    state.activity = activity
    group.instance_states.append(state)
    return state


def choose(group):
    """The oldest instance of the fullest zone; what runs on it is no question."""
    candidates = [state for state in capacity(group) if not state.protected_from_scale_in]
    counts = count_by_zone(group)
    return max(candidates, key=lambda state: counts[state.availability_zone], default=None)


def end(group, state, cause):
    state.activity.stop("Cancelled")
    state.lifecycle_state = "Terminating:Wait"
    chosen = f"At {activities.stamp()} instance {state.instance_id} was selected for termination."
    state.activity = activities.begin(group, f"Terminating EC2 instance: {state.instance_id}", f"{cause} {chosen}", "MidLifecycleAction")
    if HOOK_SECONDS is not None:
        clock.later(HOOK_SECONDS, proceed, group, state)
    return state.activity


def proceed(group, state):
    if lives(group) and state in group.instance_states and state.lifecycle_state == "Terminating:Wait":
        state.lifecycle_state, state.activity.status_code = "Terminating:Proceed", "InProgress"
        group.ec2_backend.terminate_instances([state.instance_id])


def check_health(group):
    """Replaces what EC2 has ended meanwhile."""
    if not lives(group) or not runs(group, "HealthCheck"):
        return
    for state in [s for s in capacity(group) if instances.is_gone(s.instance)]:
        state.health_status = "Unhealthy"
        if runs(group, "ReplaceUnhealthy", "Terminate"):
            group.instance_states.remove(state)
            state.activity.stop("Failed")
            activities.begin(
                group, f"Terminating EC2 instance: {state.instance_id}",
                "an instance was taken out of service in response to an EC2 health check indicating it has been terminated or stopped.").finish()
    settle(group)


def came_to_run(instance):
    group = getattr(instance, "autoscaling_group", None)
    state = next((s for s in group.instance_states if s.instance is instance), None) if group else None
    if state and state.lifecycle_state == "Pending":
        state.lifecycle_state = "InService"
        state.activity.finish()
        if group.newcomer is state:
            group.newcomer = None
            # The one beyond the desired capacity, of the fullest zone.
            settle(group)


def was_terminated(instance):
    group = getattr(instance, "autoscaling_group", None)
    for state in [s for s in group.instance_states if s.instance is instance] if group else []:
        if state.lifecycle_state.startswith("Terminating"):
            group.instance_states.remove(state)
            state.activity.finish()
        elif group.newcomer is state:
            group.newcomer = None


def watch_balance(group):
    if REBALANCE_SECONDS is not None and not group.rebalance_due and is_lopsided(group):
        group.rebalance_due = True
        clock.later(REBALANCE_SECONDS, rebalance, group)


def rebalance(group):
    """Starts one in the emptiest zone; once it is in service, one of the fullest ends."""
    group.rebalance_due = False
    if lives(group) and not group.newcomer and is_lopsided(group) and runs(group, "AZRebalance", "Launch", "Terminate"):
        counts = count_by_zone(group)
        emptiest = min(counts, key=counts.get)
        group.newcomer = launch(group, emptiest, f"an instance was launched in {emptiest} to rebalance the zones of the group.")
        if not group.newcomer:
            watch_balance(group)


def is_lopsided(group):
    counts = count_by_zone(group).values()
    return max(counts) - min(counts) > 1


def count_by_zone(group):
    used = [state.availability_zone for state in capacity(group)]
    return {zone: used.count(zone) for zone in zones(group)}


def zones(group):
    return sorted(set(subnets(group).values()))


def subnets(group):
    """Zones of the group's subnets."""
    return {s: group.ec2_backend.get_subnet(s).availability_zone for s in group.vpc_zone_identifier.split(",")}
