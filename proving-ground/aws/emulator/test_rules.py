"""Each rule that moto lacks and that is patched in, seen to hold."""

import json
import os
import time

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

os.environ.update(
    AWS_ACCESS_KEY_ID="test", AWS_SECRET_ACCESS_KEY="test", AWS_DEFAULT_REGION="us-east-1", NODEGROUP_UPDATE_SECONDS="0.3",
    CLUSTER=json.dumps({"endpoint": "https://10.0.0.1:6443", "certificateAuthorityBase64": "Y2E=", "oidcIssuer": "https://oidc.example/id/1"}))

from emulator import gateway, moto_rules  # noqa: E402  (read their settings when imported)

moto_rules.apply()
ROLE = "arn:aws:iam::123456789012:role/nodes"


class Account:
    def __init__(self):
        self.ec2 = boto3.client("ec2")
        self.eks = boto3.client("eks")
        self.autoscaling = boto3.client("autoscaling")
        vpc = self.ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        self.subnets = [
            self.ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{i}.0/24", AvailabilityZone=f"us-east-1{zone}")["Subnet"]["SubnetId"]
            for i, zone in enumerate("abc")]
        self.group = self.ec2.create_security_group(VpcId=vpc, GroupName="own", Description="own")["GroupId"]
        self.cluster = self.eks.create_cluster(
            name="prod", roleArn=ROLE, resourcesVpcConfig={"subnetIds": self.subnets})["cluster"]

    def nodegroup(self, name="apps", minimum=2, desired=3, maximum=4, **more):
        self.eks.create_nodegroup(
            clusterName="prod", nodegroupName=name, nodeRole=ROLE, subnets=self.subnets, instanceTypes=["m5.large"],
            scalingConfig={"minSize": minimum, "desiredSize": desired, "maxSize": maximum}, **more)
        return self.described(name)

    def described(self, name="apps"):
        return self.eks.describe_nodegroup(clusterName="prod", nodegroupName=name)["nodegroup"]

    def instances(self, name="apps"):
        filters = [{"Name": "tag:eks:nodegroup-name", "Values": [name]}, {"Name": "instance-state-name", "Values": ["running"]}]
        return [i for r in self.ec2.describe_instances(Filters=filters)["Reservations"] for i in r["Instances"]]

    def asg(self, name="apps"):
        group = self.described(name)["resources"]["autoScalingGroups"][0]["name"]
        return self.autoscaling.describe_auto_scaling_groups(AutoScalingGroupNames=[group])["AutoScalingGroups"][0]

    def template(self, **data):
        name = f"template-{time.time_ns()}"
        self.ec2.create_launch_template(LaunchTemplateName=name, LaunchTemplateData={"ImageId": "ami-03cf127a", **data})
        return name

    def fleet(self, template, types=("m5.large",), subnet=None):
        overrides = [{"InstanceType": t, "SubnetId": subnet or self.subnets[0]} for t in types]
        return self.ec2.create_fleet(
            Type="instant",
            LaunchTemplateConfigs=[{
                "LaunchTemplateSpecification": {"LaunchTemplateName": template, "Version": "$Latest"}, "Overrides": overrides}],
            TargetCapacitySpecification={"TotalTargetCapacity": 1, "DefaultTargetCapacityType": "on-demand"},
            TagSpecifications=[{"ResourceType": "instance", "Tags": [{"Key": "k", "Value": "v"}]}])


@pytest.fixture
def account(monkeypatch):
    profiles = {"known"}

    def ask(path, body=None, **query):
        if path == "/_gateway/node-instance-profile":
            profiles.add(body["name"])
            return {}
        return {"exists": query["name"] in profiles}

    monkeypatch.setattr(gateway, "ask", ask)
    with mock_aws():
        yield Account()


def eventually(condition):
    deadline = time.time() + 5
    while not condition():
        assert time.time() < deadline
        time.sleep(0.05)


def refusal(call, *args, **kwargs):
    with pytest.raises(ClientError) as refused:
        call(*args, **kwargs)
    return refused.value.response["Error"]


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


@pytest.mark.parametrize("data, code", [
    ({"IamInstanceProfile": {"Name": "unknown"}}, "InvalidParameterValue"),
    ({"SecurityGroupIds": ["sg-00000000000000000"]}, "InvalidGroup.NotFound"),
    ({"NetworkInterfaces": [{"DeviceIndex": 0, "Groups": ["sg-00000000000000000"]}]}, "InvalidGroup.NotFound"),
])
def test_a_fleet_names_an_unknown_profile_or_group_and_launches_nothing(account, data, code):
    answer = account.fleet(account.template(**data))
    assert [e["ErrorCode"] for e in answer["Errors"]] == [code]
    assert answer["Instances"] == []


def test_a_fleet_does_not_mix_networks(account):
    other = account.ec2.create_vpc(CidrBlock="10.1.0.0/16")["Vpc"]["VpcId"]
    subnet = account.ec2.create_subnet(VpcId=other, CidrBlock="10.1.0.0/24")["Subnet"]["SubnetId"]
    answer = account.fleet(account.template(SecurityGroupIds=[account.group]), subnet=subnet)
    assert [e["ErrorCode"] for e in answer["Errors"]] == ["InvalidParameter"]


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
    assert [g["GroupId"] for g in account.instances()[0]["SecurityGroups"]] == [account.group]


def test_an_update_of_a_node_group_takes_a_while_and_keeps_others_out(account):
    account.nodegroup()
    sizes = {"minSize": 1, "desiredSize": 2}
    account.eks.update_nodegroup_config(clusterName="prod", nodegroupName="apps", scalingConfig=sizes)
    assert account.described()["status"] == "UPDATING"
    refused = refusal(account.eks.update_nodegroup_config, clusterName="prod", nodegroupName="apps", scalingConfig=sizes)
    assert refused["Code"] == "ResourceInUseException"
    eventually(lambda: account.described()["status"] == "ACTIVE")
    group = account.asg()
    assert (group["MinSize"], group["DesiredCapacity"], group["MaxSize"], len(account.instances())) == (1, 2, 4, 2)


@pytest.mark.parametrize("sizes", [{"minSize": 4}, {"desiredSize": 5}, {"maxSize": 2}])
def test_sizes_that_contradict_each_other_are_refused(account, sizes):
    account.nodegroup()
    refused = refusal(account.eks.update_nodegroup_config, clusterName="prod", nodegroupName="apps", scalingConfig=sizes)
    assert refused["Code"] == "InvalidParameterException"


def test_no_instance_ends_with_decrement_at_the_minimum(account):
    account.nodegroup(minimum=3)
    instance = account.instances()[0]["InstanceId"]
    terminate = account.autoscaling.terminate_instance_in_auto_scaling_group
    refused = refusal(terminate, InstanceId=instance, ShouldDecrementDesiredCapacity=True)
    assert refused["Code"] == "ValidationError" and "minSize (3)" in refused["Message"]
    assert len(account.instances()) == 3


def test_above_the_minimum_exactly_the_named_instance_ends(account):
    account.nodegroup(minimum=2)
    instance = account.instances()[1]["InstanceId"]
    account.autoscaling.terminate_instance_in_auto_scaling_group(InstanceId=instance, ShouldDecrementDesiredCapacity=True)
    assert account.asg()["DesiredCapacity"] == 2
    assert instance not in [i["InstanceId"] for i in account.instances()]


def test_an_instance_that_ends_without_decrement_is_replaced(account):
    account.nodegroup()
    account.ec2.terminate_instances(InstanceIds=[account.instances()[0]["InstanceId"]])
    assert len(account.instances()) == 3


def test_an_instance_of_no_group_cannot_end_through_auto_scaling(account):
    refused = refusal(
        account.autoscaling.terminate_instance_in_auto_scaling_group, InstanceId="i-00000000000000000", ShouldDecrementDesiredCapacity=True)
    assert refused["Code"] == "ValidationError"


def test_the_cluster_is_the_one_of_the_proving_ground(account):
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
    account.eks.untag_resource(resourceArn=arn, tagKeys=["a"])
    assert account.described()["tags"] == {"b": "2"}


def test_a_deleted_node_group_takes_its_instances_along(account):
    account.nodegroup()
    account.eks.delete_nodegroup(clusterName="prod", nodegroupName="apps")
    assert account.instances() == []
