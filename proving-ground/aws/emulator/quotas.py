"""EC2: running instances of the standard families have a quota of vCPUs; a launch beyond it is refused."""

import os
import re

from moto.ec2.exceptions import EC2ClientError
from moto.ec2.models import instances as models
from moto.ec2.models import instance_types

EXCEEDED = "VcpuLimitExceeded"
# The value is the one that Service Quotas answers.
QUOTA = int(os.environ["VCPU_QUOTA"])
# "Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances": spot instances and other families have quotas of their own.
STANDARD_FAMILY = re.compile(r"(a|c|d|h|i|im|is|m|r|t|z)\d")
# What is shutting down has given its vCPUs back.
COUNTED_STATES = ("pending", "running")


def apply():
    models.InstanceBackend.run_instances = run_instances(models.InstanceBackend.run_instances)


def run_instances(original):
    def wrapped(self, image_id, count, *arguments, **more):
        spot = more.get("lifecycle") == "spot" or more.get("instance_market_options")
        message = None if spot else refusal(self, more.get("instance_type"), count)
        if message:
            raise EC2ClientError(EXCEEDED, message)
        return original(self, image_id, count, *arguments, **more)

    return wrapped


def refusal(backend, instance_type, count=1):
    """What EC2 says when so many more instances of a type go beyond the quota; none where they fit."""
    if not is_standard(instance_type) or used(backend) + int(count) * vcpus(instance_type) <= QUOTA:
        return None
    return (
        f"You have requested more vCPU capacity than your current vCPU limit of {QUOTA} allows for the instance bucket that the specified "
        "instance type belongs to. Please visit http://aws.amazon.com/contact-us/ec2-request to request an adjustment to this limit.")


def used(backend):
    counted = [i for i in backend.all_instances() if i.state in COUNTED_STATES and i.lifecycle != "spot" and is_standard(i.instance_type)]
    return sum(vcpus(instance.instance_type) for instance in counted)


def is_standard(instance_type):
    return STANDARD_FAMILY.match(instance_type or "") is not None


def vcpus(instance_type):
    known = instance_types.INSTANCE_TYPES.get(instance_type)
    return known["VCpuInfo"]["DefaultVCpus"] if known else 0
