"""An account of moto, with shortened times."""

import json
import os
import tempfile
import time

import boto3
import pytest
from botocore.config import Config
from moto import mock_aws

FACTS = {"name": "prod", "endpoint": "https://10.0.0.1:6443", "certificateAuthorityBase64": "Y2E=", "oidcIssuer": "https://oidc.example/id/1"}
os.environ.update(
    AWS_ACCESS_KEY_ID="test", AWS_SECRET_ACCESS_KEY="test", AWS_DEFAULT_REGION="us-east-1",
    INSTANCE_LAUNCH_SECONDS="0.1", INSTANCE_SHUTDOWN_SECONDS="0.2", TERMINATION_HOOK_SECONDS="0.3", HEALTH_CHECK_SECONDS="0.2",
    AZ_REBALANCE_SECONDS="0.6", NODEGROUP_UPDATE_SECONDS="0.3", NODEGROUP_LAG_SECONDS="0.3", ADDON_UPDATE_SECONDS="0.3",
    CLUSTER_CREATION_SECONDS="0.3", CLUSTER_UPDATE_SECONDS="0.3",
    CATALOGUE_FOLDER=tempfile.mkdtemp(), VCPU_QUOTA="100",
    CLUSTERS=json.dumps([FACTS]))

from emulator import clock, gateway, moto_rules  # noqa: E402  (read their settings when imported)
from emulator.waiting import Time, eventually  # noqa: E402

moto_rules.apply()
ROLE = "arn:aws:iam::123456789012:role/nodes"


class Account:
    def __init__(self):
        self.ec2 = boto3.client("ec2")
        # What boto refuses by itself, other clients send.
        self.eks = boto3.client("eks", config=Config(parameter_validation=False))
        self.autoscaling = boto3.client("autoscaling")
        vpc = self.ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        self.subnets = [
            self.ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{i}.0/24", AvailabilityZone=f"us-east-1{zone}")["Subnet"]["SubnetId"]
            for i, zone in enumerate("abc")]
        self.group = self.ec2.create_security_group(VpcId=vpc, GroupName="own", Description="own")["GroupId"]
        self.cluster = self.create_cluster("prod")

    def create_cluster(self, name, **more):
        self.eks.create_cluster(name=name, roleArn=ROLE, resourcesVpcConfig={"subnetIds": self.subnets}, **more)
        eventually(lambda: self.described_cluster(name)["status"] == "ACTIVE")
        return self.described_cluster(name)

    def described_cluster(self, name="prod"):
        return self.eks.describe_cluster(name=name)["cluster"]

    def nodegroup(self, name="apps", minimum=2, desired=3, maximum=4, **more):
        self.eks.create_nodegroup(
            clusterName="prod", nodegroupName=name, nodeRole=ROLE, subnets=self.subnets, instanceTypes=["m5.large"],
            scalingConfig={"minSize": minimum, "desiredSize": desired, "maxSize": maximum}, **more)
        eventually(lambda: len(self.instances(name)) == desired and all(i["LifecycleState"] == "InService" for i in self.asg(name)["Instances"]))
        return self.described(name)

    def described(self, name="apps"):
        return self.eks.describe_nodegroup(clusterName="prod", nodegroupName=name)["nodegroup"]

    def instances(self, name="apps"):
        filters = [{"Name": "tag:eks:nodegroup-name", "Values": [name]}, {"Name": "instance-state-name", "Values": ["running"]}]
        return [i for r in self.ec2.describe_instances(Filters=filters)["Reservations"] for i in r["Instances"]]

    def asg(self, name="apps"):
        group = self.described(name)["resources"]["autoScalingGroups"][0]["name"]
        return self.autoscaling.describe_auto_scaling_groups(AutoScalingGroupNames=[group])["AutoScalingGroups"][0]

    def free_addresses(self, subnet):
        return self.ec2.describe_subnets(SubnetIds=[subnet])["Subnets"][0]["AvailableIpAddressCount"]

    def fill(self, subnet):
        """Somebody takes all addresses of a subnet; gives the interface that has them."""
        more = self.free_addresses(subnet) - 1
        return self.ec2.create_network_interface(SubnetId=subnet, SecondaryPrivateIpAddressCount=more)["NetworkInterface"]["NetworkInterfaceId"]

    def template(self, **data):
        name = f"template-{time.time_ns()}"
        self.ec2.create_launch_template(LaunchTemplateName=name, LaunchTemplateData={"ImageId": "ami-03cf127a", **data})
        return name

    def fleet(self, template, types=("m5.large",), subnets=(), priorities=None):
        overrides = [
            {"InstanceType": t, "SubnetId": subnet, **({"Priority": priorities[t]} if priorities else {})}
            for t in types for subnet in subnets or self.subnets[:1]]
        return self.ec2.create_fleet(
            Type="instant",
            LaunchTemplateConfigs=[{
                "LaunchTemplateSpecification": {"LaunchTemplateName": template, "Version": "$Latest"}, "Overrides": overrides}],
            TargetCapacitySpecification={"TotalTargetCapacity": 1, "DefaultTargetCapacityType": "on-demand"},
            TagSpecifications=[{"ResourceType": "instance", "Tags": [{"Key": "k", "Value": "v"}]}])


@pytest.fixture
def account(monkeypatch):
    profiles = {"known": "/", "nested": "/a/path/"}

    def ask(path, body=None, **query):
        if path == "/_gateway/node-instance-profile":
            profiles[body["name"]] = "/"
            return {}
        if path == "/_gateway/role":
            return {"exists": query["name"] != "unknown"}
        name = query["name"]
        return {"arn": f"arn:aws:iam::123456789012:instance-profile{profiles[name]}{name}" if name in profiles else None}

    monkeypatch.setattr(gateway, "ask", ask)
    monkeypatch.setattr(clock, "later", Time().later)
    with mock_aws():
        account = Account()
        account.profiles = profiles
        yield account
