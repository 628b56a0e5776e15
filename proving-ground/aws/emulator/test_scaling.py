"""Rules of Auto Scaling that moto lacks, seen to hold."""

import pytest

from emulator import scaling
from emulator.waiting import eventually, refusal


def ids(account):
    return {i["InstanceId"] for i in account.instances()}


def terminate(account, instance, decrement=True):
    return account.autoscaling.terminate_instance_in_auto_scaling_group(InstanceId=instance, ShouldDecrementDesiredCapacity=decrement)["Activity"]


def lifecycle(account, instance):
    return next((i["LifecycleState"] for i in account.asg()["Instances"] if i["InstanceId"] == instance), None)


def activities(account, **more):
    return account.autoscaling.describe_scaling_activities(AutoScalingGroupName=account.asg()["AutoScalingGroupName"], **more)["Activities"]


def zones(account):
    found = [i["AvailabilityZone"][-1] for i in account.asg()["Instances"] if i["LifecycleState"] == "InService"]
    return {zone: found.count(zone) for zone in "abc"}


def suspend(account, *processes):
    account.autoscaling.suspend_processes(AutoScalingGroupName=account.asg()["AutoScalingGroupName"], ScalingProcesses=processes)


def resume(account, *processes):
    account.autoscaling.resume_processes(AutoScalingGroupName=account.asg()["AutoScalingGroupName"], ScalingProcesses=processes)


def set_desired(account, size):
    account.autoscaling.set_desired_capacity(AutoScalingGroupName=account.asg()["AutoScalingGroupName"], DesiredCapacity=size)


def make_lopsided(account):
    """Four instances: of zone c none is left, of a and b two each."""
    account.nodegroup(minimum=1, desired=6, maximum=6)
    for instance in [i["InstanceId"] for i in account.asg()["Instances"] if i["AvailabilityZone"].endswith("c")]:
        terminate(account, instance)
    eventually(lambda: zones(account)["c"] == 0 and len(account.asg()["Instances"]) == 4)


def test_no_instance_ends_with_decrement_at_the_minimum(account):
    account.nodegroup(minimum=3)
    call = account.autoscaling.terminate_instance_in_auto_scaling_group
    refused = refusal(call, InstanceId=min(ids(account)), ShouldDecrementDesiredCapacity=True)
    assert refused["Code"] == "ValidationError" and "minSize (3)" in refused["Message"]
    assert len(account.instances()) == 3


def test_an_instance_of_no_group_cannot_end_through_auto_scaling(account):
    call = account.autoscaling.terminate_instance_in_auto_scaling_group
    assert refusal(call, InstanceId="i-00000000000000000", ShouldDecrementDesiredCapacity=True)["Code"] == "ValidationError"


def test_exactly_the_named_instance_passes_the_termination_hook_and_ends(account):
    account.nodegroup(minimum=2)
    instance = min(ids(account))
    activity = terminate(account, instance)
    # It runs on, and counts no more.
    assert lifecycle(account, instance) == "Terminating:Wait"
    assert instance in ids(account) and account.asg()["DesiredCapacity"] == 2
    [found] = activities(account, ActivityIds=[activity["ActivityId"]])
    assert found["StatusCode"] == "MidLifecycleAction" and "EndTime" not in found
    eventually(lambda: lifecycle(account, instance) == "Terminating:Proceed")
    assert instance not in ids(account)
    eventually(lambda: lifecycle(account, instance) is None)
    [found] = activities(account, ActivityIds=[activity["ActivityId"]])
    assert found["StatusCode"] == "Successful" and "EndTime" in found and "shrinking the capacity from 3 to 2" in found["Cause"]
    assert len(ids(account)) == 2


def complete(account, instance):
    return account.autoscaling.complete_lifecycle_action(
        AutoScalingGroupName=account.asg()["AutoScalingGroupName"], LifecycleHookName="Terminate-LC-Hook", LifecycleActionResult="CONTINUE", InstanceId=instance)


def test_an_instance_whose_termination_hook_is_completed_ends_at_once(account, monkeypatch):
    monkeypatch.setattr(scaling, "HOOK_SECONDS", None)
    account.nodegroup(minimum=1)
    one, other, _ = sorted(ids(account))
    terminate(account, one)
    terminate(account, other)
    complete(account, one)
    eventually(lambda: lifecycle(account, one) is None)
    assert lifecycle(account, other) == "Terminating:Wait"
    complete(account, other)
    eventually(lambda: lifecycle(account, other) is None)


def test_a_hook_is_completed_for_an_instance_that_is_in_it_alone(account):
    account.nodegroup()
    instance = min(ids(account))
    assert refusal(lambda: complete(account, instance))["Message"] == f"No active Lifecycle Action found with instance ID {instance}"


def test_a_second_request_for_an_instance_decrements_again(account):
    account.nodegroup(minimum=1)
    instance = min(ids(account))
    assert terminate(account, instance)["ActivityId"] == terminate(account, instance)["ActivityId"]
    eventually(lambda: len(ids(account)) == 1 and account.asg()["DesiredCapacity"] == 1)


def test_an_instance_that_ends_without_decrement_is_replaced_at_once(account):
    account.nodegroup()
    terminate(account, min(ids(account)), decrement=False)
    assert len(account.asg()["Instances"]) == 4 and account.asg()["DesiredCapacity"] == 3
    eventually(lambda: len(account.asg()["Instances"]) == 3 and len(ids(account)) == 3)


def test_an_instance_that_ec2_ended_is_found_and_replaced_in_its_zone(account):
    account.nodegroup()
    instance = min(ids(account))
    account.ec2.terminate_instances(InstanceIds=[instance])
    assert lifecycle(account, instance) == "InService"
    eventually(lambda: len(ids(account)) == 3 and instance not in ids(account))
    assert set(zones(account).values()) == {1}
    assert any("EC2 health check" in a["Cause"] for a in activities(account))


@pytest.mark.parametrize("process", ["Launch", "HealthCheck", "ReplaceUnhealthy"])
def test_an_instance_that_ec2_ended_is_replaced_only_once_the_process_is_resumed(account, process):
    account.nodegroup()
    suspend(account, process)
    account.ec2.terminate_instances(InstanceIds=[min(ids(account))])
    with pytest.raises(AssertionError):
        eventually(lambda: len(ids(account)) == 3, within=0.7)
    resume(account, process)
    eventually(lambda: len(ids(account)) == 3)


def test_raising_the_desired_capacity_starts_instances_and_lowering_it_ends_some(account):
    account.nodegroup(minimum=1, desired=2, maximum=4)
    set_desired(account, 4)
    assert [a["StatusCode"] for a in activities(account)][:2] == ["PreInService", "PreInService"]
    eventually(lambda: sorted(zones(account).values()) == [1, 1, 2])
    set_desired(account, 1)
    eventually(lambda: len(ids(account)) == 1 and len(account.asg()["Instances"]) == 1)


def test_an_instance_that_ends_before_it_is_in_service_leaves_no_activity_behind(account):
    account.nodegroup(minimum=1, desired=2, maximum=4)
    set_desired(account, 4)
    ended, terminated = [i["InstanceId"] for i in account.asg()["Instances"] if i["LifecycleState"] == "Pending"]
    terminate(account, ended)
    account.ec2.terminate_instances(InstanceIds=[terminated])
    eventually(lambda: {i["InstanceId"] for i in account.asg()["Instances"]} == ids(account) and not {ended, terminated} & ids(account))
    eventually(lambda: all("EndTime" in a for a in activities(account)))
    assert {"Cancelled", "Failed"} <= {a["StatusCode"] for a in activities(account)}


@pytest.mark.parametrize("size, message", [(0, "below min value 1"), (5, "above max value 4")])
def test_a_desired_capacity_beyond_the_limits_is_refused(account, size, message):
    account.nodegroup(minimum=1)
    group = account.asg()["AutoScalingGroupName"]
    refused = refusal(account.autoscaling.set_desired_capacity, AutoScalingGroupName=group, DesiredCapacity=size)
    assert refused["Code"] == "ValidationError" and message in refused["Message"]


def test_the_desired_capacity_follows_the_limits(account):
    account.nodegroup(minimum=1, desired=2, maximum=6)
    group = account.asg()["AutoScalingGroupName"]
    account.autoscaling.update_auto_scaling_group(AutoScalingGroupName=group, MinSize=4)
    assert account.asg()["DesiredCapacity"] == 4
    account.autoscaling.update_auto_scaling_group(AutoScalingGroupName=group, MinSize=0, MaxSize=3)
    assert account.asg()["DesiredCapacity"] == 3


def test_suspended_processes_are_shown_until_they_are_resumed(account):
    account.nodegroup()
    suspend(account, "AZRebalance", "Launch")
    found = account.asg()["SuspendedProcesses"]
    assert [p["ProcessName"] for p in found] == ["AZRebalance", "Launch"] and "User suspended at" in found[0]["SuspensionReason"]
    resume(account, "Launch")
    assert [p["ProcessName"] for p in account.asg()["SuspendedProcesses"]] == ["AZRebalance"]
    call = account.autoscaling.suspend_processes
    name = account.asg()["AutoScalingGroupName"]
    assert refusal(call, AutoScalingGroupName=name, ScalingProcesses=["AZRebalancing"])["Code"] == "ValidationError"
    assert refusal(call, AutoScalingGroupName="none", ScalingProcesses=["Launch"])["Code"] == "ValidationError"


def test_an_even_group_is_not_rebalanced(account):
    account.nodegroup(minimum=1, desired=4, maximum=6)
    before = ids(account)
    with pytest.raises(AssertionError):
        eventually(lambda: ids(account) != before, within=1)


def test_a_lopsided_group_is_made_even_by_starting_one_before_one_of_the_fullest_zone_ends(account):
    make_lopsided(account)
    before = ids(account)
    eventually(lambda: len(ids(account)) == 5)
    eventually(lambda: sorted(zones(account).values()) == [1, 1, 2] and len(account.asg()["Instances"]) == 4)
    assert zones(account)["c"] == 1 and len(before - ids(account)) == 1
    assert account.asg()["DesiredCapacity"] == 4


def test_a_lopsided_group_is_left_alone_while_rebalancing_is_suspended(account):
    account.nodegroup(minimum=1, desired=6, maximum=6)
    suspend(account, "AZRebalance")
    for instance in [i["InstanceId"] for i in account.asg()["Instances"] if i["AvailabilityZone"].endswith("c")]:
        terminate(account, instance)
    eventually(lambda: len(account.asg()["Instances"]) == 4)
    before = ids(account)
    with pytest.raises(AssertionError):
        eventually(lambda: ids(account) != before, within=1.5)
    resume(account, "AZRebalance")
    eventually(lambda: zones(account)["c"] == 1)


def test_a_group_has_no_refreshes_and_the_hooks_of_eks(account):
    account.nodegroup()
    name = account.asg()["AutoScalingGroupName"]
    assert account.autoscaling.describe_instance_refreshes(AutoScalingGroupName=name)["InstanceRefreshes"] == []
    hooks = account.autoscaling.describe_lifecycle_hooks(AutoScalingGroupName=name)["LifecycleHooks"]
    assert {h["LifecycleHookName"] for h in hooks} == {"Launch-LC-Hook", "Terminate-LC-Hook"}


def test_a_zone_whose_subnet_is_full_is_passed_over_until_it_has_room_again(account):
    account.nodegroup(minimum=1, desired=3, maximum=6)
    taken = account.fill(account.subnets[2])
    set_desired(account, 6)
    eventually(lambda: zones(account) == {"a": 3, "b": 2, "c": 1} or zones(account) == {"a": 2, "b": 3, "c": 1})
    assert any("not enough free addresses" in a["StatusMessage"] for a in activities(account) if a["StatusCode"] == "Failed")
    account.ec2.delete_network_interface(NetworkInterfaceId=taken)
    eventually(lambda: zones(account) == {"a": 2, "b": 2, "c": 2})


def test_an_instance_gives_its_address_back(account):
    account.nodegroup()
    free = account.free_addresses(account.subnets[0])
    instance = next(i for i in account.instances() if i["SubnetId"] == account.subnets[0])
    terminate(account, instance["InstanceId"])
    eventually(lambda: account.free_addresses(account.subnets[0]) == free + 1)
