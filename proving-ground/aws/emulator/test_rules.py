"""Rules of EC2 and of EKS' clusters and node groups that moto lacks, seen to hold."""

import json

import pytest

from emulator.conftest import FACTS, ROLE
from emulator.waiting import eventually, refusal


def test_an_instance_of_a_fleet_has_the_profile_and_groups_of_its_launch_template(account):
    template = account.template(IamInstanceProfile={"Name": "known"}, SecurityGroupIds=[account.group])
    [launched] = account.fleet(template)["Instances"]
    [instance] = account.ec2.describe_instances(InstanceIds=launched["InstanceIds"])["Reservations"][0]["Instances"]
    assert instance["IamInstanceProfile"]["Arn"].endswith(":instance-profile/known")
    assert [g["GroupId"] for g in instance["SecurityGroups"]] == [account.group]
    assert {"Key": "k", "Value": "v"} in instance["Tags"]


def test_a_fleet_takes_the_smallest_type_as_the_cheapest(account):
    template = account.template(SecurityGroupIds=[account.group])
    [launched] = account.fleet(template, types=("m5.4xlarge", "m5.large", "m5.2xlarge"))["Instances"]
    assert launched["InstanceType"] == "m5.large"


def test_a_fleet_takes_the_override_of_the_highest_priority_which_is_the_lowest_number(account):
    template = account.template(SecurityGroupIds=[account.group])
    prices = {"m5.large": 0.3, "m5.2xlarge": 0.2, "m5.4xlarge": 0.4}
    [launched] = account.fleet(template, types=tuple(prices), priorities=prices)["Instances"]
    assert launched["InstanceType"] == "m5.2xlarge"


def test_the_profile_of_an_instance_has_its_path(account):
    [launched] = account.fleet(account.template(IamInstanceProfile={"Name": "nested"}))["Instances"]
    [instance] = account.ec2.describe_instances(InstanceIds=launched["InstanceIds"])["Reservations"][0]["Instances"]
    assert instance["IamInstanceProfile"]["Arn"].endswith(":instance-profile/a/path/nested")


@pytest.mark.parametrize("data, code", [
    ({"IamInstanceProfile": {"Name": "unknown"}}, "InvalidParameterValue"),
    ({"SecurityGroupIds": ["sg-00000000000000000"]}, "InvalidGroup.NotFound"),
    ({"NetworkInterfaces": [{"DeviceIndex": 0, "Groups": ["sg-00000000000000000"]}]}, "InvalidGroup.NotFound"),
])
def test_a_fleet_names_an_unknown_profile_or_group_and_launches_nothing(account, data, code):
    answer = account.fleet(account.template(**data))
    assert [e["ErrorCode"] for e in answer["Errors"]] == [code]
    assert answer["Instances"] == []


def test_a_fleet_passes_over_a_full_subnet_and_names_it_where_there_is_no_other(account):
    full, other = account.subnets[:2]
    account.fill(full)
    [launched] = account.fleet(account.template(), subnets=(full, other))["Instances"]
    assert account.ec2.describe_instances(InstanceIds=launched["InstanceIds"])["Reservations"][0]["Instances"][0]["SubnetId"] == other
    answer = account.fleet(account.template(), subnets=(full,))
    assert not answer["Instances"] and answer["Errors"][0]["ErrorCode"] == "InsufficientFreeAddressesInSubnet"


def test_a_fleet_does_not_mix_networks(account):
    other = account.ec2.create_vpc(CidrBlock="10.1.0.0/16")["Vpc"]["VpcId"]
    subnet = account.ec2.create_subnet(VpcId=other, CidrBlock="10.1.0.0/24")["Subnet"]["SubnetId"]
    answer = account.fleet(account.template(SecurityGroupIds=[account.group]), subnets=(subnet,))
    assert [e["ErrorCode"] for e in answer["Errors"]] == ["InvalidParameter"]


def take_vcpus(account, instance_type):
    [instance] = account.ec2.run_instances(ImageId="ami-03cf127a", MinCount=1, MaxCount=1, InstanceType=instance_type)["Instances"]
    return instance["InstanceId"]


def test_a_launch_beyond_the_quota_of_vcpus_is_refused_and_what_has_ended_does_not_count(account):
    big = take_vcpus(account, "m5.24xlarge")
    take_vcpus(account, "m5.xlarge")
    refused = refusal(take_vcpus, account, "m5.large")
    assert refused["Code"] == "VcpuLimitExceeded"
    assert "your current vCPU limit of 100 allows" in refused["Message"]
    account.ec2.terminate_instances(InstanceIds=[big])
    take_vcpus(account, "m5.large")


def test_a_fleet_launches_what_the_quota_has_room_for_and_names_it_for_each_type_where_it_has_none(account):
    take_vcpus(account, "m5.24xlarge")
    template = account.template(SecurityGroupIds=[account.group])
    prices = {"m5.2xlarge": 0.1, "m5.xlarge": 0.2}
    [launched] = account.fleet(template, types=tuple(prices), priorities=prices)["Instances"]
    assert launched["InstanceType"] == "m5.xlarge"
    answer = account.fleet(template, types=tuple(prices), priorities=prices)
    assert [e["ErrorCode"] for e in answer["Errors"]] == ["VcpuLimitExceeded"] * 2
    assert answer["Instances"] == []


def test_an_auto_scaling_group_launches_nothing_beyond_the_quota_and_says_so(account):
    account.nodegroup()
    for instance_type in ("m5.16xlarge", "m5.4xlarge", "m5.2xlarge", "m5.xlarge", "m5.large"):
        take_vcpus(account, instance_type)
    group = account.asg()["AutoScalingGroupName"]
    account.autoscaling.set_desired_capacity(AutoScalingGroupName=group, DesiredCapacity=4)
    activity = account.autoscaling.describe_scaling_activities(AutoScalingGroupName=group)["Activities"][0]
    assert activity["StatusCode"] == "Failed" and "vCPU limit of 100" in activity["StatusMessage"]
    assert len(account.instances()) == 3


def test_a_node_group_is_an_auto_scaling_group_spread_over_its_subnets(account):
    account.nodegroup()
    group = account.asg()
    assert (group["MinSize"], group["DesiredCapacity"], group["MaxSize"]) == (2, 3, 4)
    instances = account.instances()
    assert sorted(i["SubnetId"] for i in instances) == sorted(account.subnets)
    tags = {t["Key"]: t["Value"] for t in instances[0]["Tags"]}
    assert tags["eks:cluster-name"] == "prod" and tags["kubernetes.io/cluster/prod"] == "owned"
    assert tags["aws:autoscaling:groupName"] == group["AutoScalingGroupName"]
    assert instances[0]["PrivateDnsName"].endswith(".ec2.internal")


def test_nodes_without_a_launch_template_have_the_cluster_security_group(account):
    account.nodegroup()
    expected = account.cluster["resourcesVpcConfig"]["clusterSecurityGroupId"]
    assert [g["GroupId"] for g in account.instances()[0]["SecurityGroups"]] == [expected]


def test_nodes_with_a_launch_template_have_the_groups_of_its_network_interface(account):
    name = account.template(InstanceType="m5.large", NetworkInterfaces=[{"DeviceIndex": 0, "Groups": [account.group]}])
    account.eks.create_nodegroup(
        clusterName="prod", nodegroupName="apps", nodeRole=ROLE, subnets=account.subnets, launchTemplate={"name": name, "version": "1"},
        scalingConfig={"minSize": 1, "desiredSize": 1, "maxSize": 1})
    eventually(account.instances)
    assert [g["GroupId"] for g in account.instances()[0]["SecurityGroups"]] == [account.group]


def test_a_cluster_is_the_one_of_its_name(account, monkeypatch):
    monkeypatch.setenv("CLUSTERS", json.dumps([FACTS, {**FACTS, "name": "other", "endpoint": "https://10.0.0.2:6443", "authenticationMode": "API"}]))
    other = account.create_cluster("other")
    assert other["endpoint"] == "https://10.0.0.2:6443"
    assert other["accessConfig"]["authenticationMode"] == "API"
    assert account.eks.describe_cluster(name="prod")["cluster"]["endpoint"] == "https://10.0.0.1:6443"


def test_a_cluster_is_one_of_the_proving_ground(account):
    cluster = account.eks.describe_cluster(name="prod")["cluster"]
    assert cluster["version"] == "1.27"
    assert cluster["endpoint"] == "https://10.0.0.1:6443"
    assert cluster["identity"]["oidc"]["issuer"] == "https://oidc.example/id/1"
    assert cluster["accessConfig"]["authenticationMode"] == "CONFIG_MAP"
    group = cluster["resourcesVpcConfig"]["clusterSecurityGroupId"]
    assert account.ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"]


def test_tags_of_a_node_group_can_be_changed(account):
    arn = account.nodegroup()["nodegroupArn"]
    account.eks.tag_resource(resourceArn=arn, tags={"a": "1", "b": "2"})
    account.eks.untag_resource(resourceArn=arn, tagKeys=["a", "c"])
    assert account.described()["tags"] == {"b": "2"}
    account.eks.tag_resource(resourceArn=arn, tags={"c": "3"})
    account.eks.untag_resource(resourceArn=arn, tagKeys=["b", "c"])
    assert account.described()["tags"] == {}


@pytest.mark.parametrize("key, value", [("a", '{"min": 1}'), ("a", "x" * 257), ("k" * 129, "x"), ("aws:a", "x"), ("a,b", "x")])
def test_tags_are_refused_that_eks_does_not_take(account, key, value):
    refused = refusal(account.eks.tag_resource, resourceArn=account.nodegroup()["nodegroupArn"], tags={key: value})
    assert refused["Code"] == "InvalidParameterException"


def test_a_deleted_node_group_takes_its_instances_along(account):
    account.nodegroup()
    account.eks.delete_nodegroup(clusterName="prod", nodegroupName="apps")
    assert account.instances() == []


def test_an_instance_takes_a_while_to_run_and_to_end(account):
    [launched] = account.fleet(account.template())["Instances"]
    [instance] = launched["InstanceIds"]
    state = lambda: account.ec2.describe_instances(InstanceIds=[instance])["Reservations"][0]["Instances"][0]["State"]["Name"]  # noqa: E731
    assert state() == "pending"
    eventually(lambda: state() == "running")
    account.ec2.terminate_instances(InstanceIds=[instance])
    assert state() == "shutting-down"
    eventually(lambda: state() == "terminated")
