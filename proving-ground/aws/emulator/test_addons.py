"""Rules of EKS' managed CoreDNS add-on, which moto lacks, seen to hold."""

import json

import pytest

from emulator.waiting import eventually, refusal

NAMES = {"clusterName": "prod", "addonName": "coredns"}


def create(account, version="v1.10.1-eksbuild.1", **more):
    account.eks.create_addon(**NAMES, addonVersion=version, **more)
    eventually(lambda: addon(account)["status"] == "ACTIVE")


def addon(account):
    return account.eks.describe_addon(**NAMES)["addon"]


def test_an_update_of_an_add_on_takes_a_while_and_keeps_others_out(account):
    create(account)
    assert account.eks.list_addons(clusterName="prod")["addons"] == ["coredns"]
    values = '{ "replicaCount": 3 }'
    update = account.eks.update_addon(**NAMES, configurationValues=values)["update"]
    assert addon(account)["status"] == "UPDATING"
    assert refusal(account.eks.update_addon, **NAMES, configurationValues="{}")["Code"] == "ResourceInUseException"
    eventually(lambda: addon(account)["status"] == "ACTIVE")
    assert addon(account)["configurationValues"] == values
    assert account.eks.describe_update(name="prod", addonName="coredns", updateId=update["id"])["update"]["status"] == "Successful"


def test_configuration_values_are_kept_as_they_are_when_not_given_and_none_when_empty(account):
    values = 'replicaCount: 3  # as YAML'
    create(account, configurationValues=values)
    account.eks.update_addon(**NAMES, resolveConflicts="PRESERVE")
    eventually(lambda: addon(account)["status"] == "ACTIVE")
    assert addon(account)["configurationValues"] == values
    account.eks.update_addon(**NAMES, configurationValues="")
    eventually(lambda: addon(account)["status"] == "ACTIVE")
    assert "configurationValues" not in addon(account)


@pytest.mark.parametrize("values, message", [
    ('{"replicas": 3}', "$.replicas: is not defined in the schema and the schema does not allow additional properties"),
    ('{"resources": {"limits": {"gpu": "1"}}}', "$.resources.limits.gpu: is not defined"),
    ('{"replicaCount": "3"}', "$.replicaCount"), ("null", "$: None is not of type"), ("{", "not in valid JSON or YAML"),
])
def test_configuration_values_have_to_fit_the_schema_of_the_version(account, values, message):
    create(account)
    refused = refusal(account.eks.update_addon, **NAMES, configurationValues=values)
    assert refused["Code"] == "InvalidParameterException" and message in refused["Message"]


@pytest.mark.parametrize("version, taken", [("v1.8.7-eksbuild.4", False), ("v1.10.1-eksbuild.1", True)])
def test_an_old_version_takes_no_affinity(account, version, taken):
    create(account, version)
    schema = json.loads(account.eks.describe_addon_configuration(addonName="coredns", addonVersion=version)["configurationSchema"])
    assert ("affinity" in schema["definitions"]["Coredns"]["properties"]) == taken
    change = {"configurationValues": json.dumps({"affinity": {"nodeAffinity": {}}})}
    if taken:
        account.eks.update_addon(**NAMES, **change)
    else:
        assert refusal(account.eks.update_addon, **NAMES, **change)["Code"] == "InvalidParameterException"


def test_an_add_on_or_version_that_eks_does_not_have_is_refused(account):
    assert refusal(account.eks.describe_addon, **NAMES)["Code"] == "ResourceNotFoundException"
    assert refusal(account.eks.create_addon, **NAMES, addonVersion="v0")["Code"] == "InvalidParameterException"


def test_an_add_on_can_be_tagged_and_deleted(account):
    create(account)
    account.eks.tag_resource(resourceArn=addon(account)["addonArn"], tags={"a": "1"})
    assert addon(account)["tags"] == {"a": "1"}
    account.eks.delete_addon(**NAMES)
    assert account.eks.list_addons(clusterName="prod")["addons"] == []
