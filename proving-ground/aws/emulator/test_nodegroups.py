"""Rules of sizes and updates of EKS' node groups that moto lacks, seen to hold."""

import pytest

from emulator.conftest import ROLE
from emulator.waiting import eventually, refusal


def resize(account, **sizes):
    return account.eks.update_nodegroup_config(clusterName="prod", nodegroupName="apps", scalingConfig=sizes)["update"]


def update_status(account, update):
    return account.eks.describe_update(name="prod", nodegroupName="apps", updateId=update)["update"]["status"]


def test_an_update_takes_a_while_and_keeps_others_out(account):
    account.nodegroup()
    update = resize(account, minSize=1, desiredSize=2)
    assert {p["type"]: p["value"] for p in update["params"]} == {"MinSize": "1", "DesiredSize": "2"}
    assert account.described()["status"] == "UPDATING" and update_status(account, update["id"]) == "InProgress"
    refused = refusal(account.eks.update_nodegroup_config, clusterName="prod", nodegroupName="apps", scalingConfig={"minSize": 1})
    assert refused["Code"] == "ResourceInUseException"
    assert account.asg()["MinSize"] == 2
    eventually(lambda: account.described()["status"] == "ACTIVE")
    assert update_status(account, update["id"]) == "Successful"
    group = account.asg()
    assert (group["MinSize"], group["DesiredCapacity"], group["MaxSize"]) == (1, 2, 4)
    eventually(lambda: len(account.instances()) == 2)
    assert account.eks.list_updates(name="prod", nodegroupName="apps")["updateIds"] == [update["id"]]
    assert account.eks.list_updates(name="prod")["updateIds"] == []
    assert refusal(account.eks.describe_update, name="prod", nodegroupName="apps", updateId="none")["Code"] == "ResourceNotFoundException"


@pytest.mark.parametrize("sizes, message", [
    ({"minSize": 4}, "Minimum capacity 4 can't be greater than desired size 3"), ({"desiredSize": 5}, "5 can't be greater than max size 4"),
    ({"maxSize": 2}, "3 can't be greater than max size 2"), ({"minSize": 0, "desiredSize": 0, "maxSize": 0}, "maxSize must be at least 1"),
    ({"minSize": 5, "maxSize": 4}, "can't be greater than maximum size 4"),
])
def test_sizes_that_contradict_each_other_or_what_is_there_are_refused(account, sizes, message):
    account.nodegroup()
    refused = refusal(account.eks.update_nodegroup_config, clusterName="prod", nodegroupName="apps", scalingConfig=sizes)
    assert refused["Code"] == "InvalidParameterException" and message in refused["Message"]


def test_a_node_group_with_a_maximum_of_zero_is_refused(account):
    refused = refusal(
        account.eks.create_nodegroup, clusterName="prod", nodegroupName="none", nodeRole=ROLE, subnets=account.subnets,
        scalingConfig={"minSize": 0, "desiredSize": 0, "maxSize": 0})
    assert refused["Code"] == "InvalidParameterException"


def test_the_desired_size_of_eks_lags_behind_the_auto_scaling_group(account):
    account.nodegroup()
    account.autoscaling.set_desired_capacity(AutoScalingGroupName=account.asg()["AutoScalingGroupName"], DesiredCapacity=4)
    assert account.asg()["DesiredCapacity"] == 4
    assert account.described()["scalingConfig"]["desiredSize"] == 3
    eventually(lambda: account.described()["scalingConfig"]["desiredSize"] == 4)


def test_an_update_without_a_desired_size_keeps_the_one_of_the_auto_scaling_group(account):
    account.nodegroup()
    account.autoscaling.set_desired_capacity(AutoScalingGroupName=account.asg()["AutoScalingGroupName"], DesiredCapacity=4)
    # What counts is the group, not what EKS still says about it.
    resize(account, minSize=4)
    eventually(lambda: account.described()["status"] == "ACTIVE")
    assert (account.asg()["MinSize"], account.asg()["DesiredCapacity"]) == (4, 4)


def test_a_node_group_without_its_instance_profile_is_degraded_says_so_and_is_scaled_all_the_same(account):
    arn = account.nodegroup()["nodegroupArn"]
    name = f"eks-{arn.split('/')[-1]}"
    path = account.profiles.pop(name)
    found = account.described()
    assert found["status"] == "DEGRADED"
    assert [(issue["code"], issue["resourceIds"]) for issue in found["health"]["issues"]] == [("IamInstanceProfileNotFound", [name])]
    resize(account, minSize=1)
    assert account.described()["status"] == "UPDATING"
    eventually(lambda: account.described()["status"] == "DEGRADED")
    assert account.asg()["MinSize"] == 1
    account.profiles[name] = path
    assert (account.described()["status"], account.described()["health"]["issues"]) == ("ACTIVE", [])
