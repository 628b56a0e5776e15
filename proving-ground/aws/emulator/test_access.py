"""Rules of EKS' access entries and authentication modes, which moto lacks, seen to hold."""

import json

import pytest

from emulator.conftest import FACTS
from emulator.waiting import eventually, refusal

NODES = "arn:aws:iam::123456789012:role/team/karpenter"
LINUX = {"clusterName": "prod", "principalArn": NODES, "type": "EC2_LINUX"}


def mode(account):
    return account.eks.describe_cluster(name="prod")["cluster"]["accessConfig"]["authenticationMode"]


def change_mode(account, wanted):
    update = account.eks.update_cluster_config(name="prod", accessConfig={"authenticationMode": wanted})["update"]
    eventually(lambda: mode(account) == wanted)
    return update


def entry(account, principal=NODES):
    return account.eks.describe_access_entry(clusterName="prod", principalArn=principal)["accessEntry"]


def entries(account, **more):
    return account.eks.list_access_entries(clusterName="prod", **more)["accessEntries"]


@pytest.fixture
def taking(account):
    change_mode(account, "API_AND_CONFIG_MAP")
    return account


def test_a_cluster_goes_from_mode_to_mode_one_way_and_step_by_step(account):
    assert mode(account) == "CONFIG_MAP"
    refused = refusal(account.eks.update_cluster_config, name="prod", accessConfig={"authenticationMode": "API"})
    assert refused == {"Code": "InvalidParameterException", "Message": "Unsupported authentication mode update from CONFIG_MAP to API"}
    change_mode(account, "API_AND_CONFIG_MAP")
    change_mode(account, "API")
    for wanted in ("API", "API_AND_CONFIG_MAP", "CONFIG_MAP", "NONE"):
        assert refusal(account.eks.update_cluster_config, name="prod", accessConfig={"authenticationMode": wanted})["Code"] == "InvalidParameterException"


def test_another_mode_takes_a_while_and_keeps_others_out(account):
    update = account.eks.update_cluster_config(name="prod", accessConfig={"authenticationMode": "API_AND_CONFIG_MAP"})["update"]
    assert (update["type"], update["params"]) == ("AccessConfigUpdate", [{"type": "AuthenticationMode", "value": "API_AND_CONFIG_MAP"}])
    assert account.eks.describe_cluster(name="prod")["cluster"]["status"] == "UPDATING" and mode(account) == "CONFIG_MAP"
    assert refusal(account.eks.update_cluster_config, name="prod", accessConfig={"authenticationMode": "API_AND_CONFIG_MAP"})["Code"] == "ResourceInUseException"
    eventually(lambda: mode(account) == "API_AND_CONFIG_MAP")
    assert account.eks.describe_cluster(name="prod")["cluster"]["status"] == "ACTIVE"
    assert account.eks.describe_update(name="prod", updateId=update["id"])["update"]["status"] == "Successful"


def test_other_configuration_is_changed_as_before(account):
    account.eks.update_cluster_config(name="prod", logging={"clusterLogging": []})
    assert mode(account) == "CONFIG_MAP"


def test_a_cluster_that_takes_no_entries_answers_for_none(account):
    calls = [
        (account.eks.create_access_entry, LINUX), (account.eks.list_access_entries, {"clusterName": "prod"}),
        *((call, {"clusterName": "prod", "principalArn": NODES}) for call in (account.eks.describe_access_entry, account.eks.delete_access_entry)),
    ]
    for call, arguments in calls:
        refused = refusal(call, **arguments)
        assert refused["Code"] == "InvalidRequestException" and "must be set to one of [API, API_AND_CONFIG_MAP]" in refused["Message"]


@pytest.mark.parametrize("kind, groups", [("EC2_LINUX", ["system:nodes"]), ("EC2_WINDOWS", ["eks:kube-proxy-windows", "system:nodes"])])
def test_an_entry_for_nodes_has_the_names_that_eks_gives(taking, kind, groups):
    made = taking.eks.create_access_entry(**{**LINUX, "type": kind}, tags={"owner": "me"})["accessEntry"]
    assert (made["type"], made["username"], made["kubernetesGroups"], made["tags"]) == (kind, "system:node:{{EC2PrivateDNSName}}", groups, {"owner": "me"})
    assert made["accessEntryArn"].startswith("arn:aws:eks:us-east-1:123456789012:access-entry/prod/role/123456789012/karpenter/")
    assert entry(taking) == made and entries(taking) == [NODES]


@pytest.mark.parametrize("principal, username", [
    (NODES, "arn:aws:sts::123456789012:assumed-role/karpenter/{{SessionName}}"), ("arn:aws:iam::123456789012:user/me", "arn:aws:iam::123456789012:user/me"),
])
def test_an_entry_without_a_type_is_for_people(taking, principal, username):
    made = taking.eks.create_access_entry(clusterName="prod", principalArn=principal, kubernetesGroups=["viewers"])["accessEntry"]
    assert (made["type"], made["username"], made["kubernetesGroups"]) == ("STANDARD", username, ["viewers"])


def test_a_principal_has_one_entry(taking):
    taking.eks.create_access_entry(**LINUX)
    refused = refusal(taking.eks.create_access_entry, **{**LINUX, "type": "STANDARD"})
    assert refused == {"Code": "ResourceInUseException", "Message": "The specified access entry resource is already in use on this cluster."}
    assert entry(taking)["type"] == "EC2_LINUX"


@pytest.mark.parametrize("change, message", [
    ({"principalArn": "arn:aws:sts::123456789012:assumed-role/karpenter/i-1"}, "format is not valid"),
    ({"principalArn": "arn:aws:iam::123456789012:role/unknown"}, "The specified principalArn is invalid: invalid principal."),
    ({"principalArn": "arn:aws:iam::123456789012:role/aws-service-role/eks.amazonaws.com/AWSServiceRoleForAmazonEKS"}, "Service Linked Role"),
    ({"principalArn": "arn:aws:iam::123456789012:user/me"}, "must be a role of the cluster's account"),
    ({"principalArn": "arn:aws:iam::999999999999:role/nodes"}, "must be a role of the cluster's account"),
    ({"type": "EC2_MACOS"}, "Invalid access entry type"), ({"username": "me"}, "cannot be set"), ({"kubernetesGroups": ["viewers"]}, "cannot be set"),
    ({"type": "STANDARD", "username": "system:node:a"}, "must not begin with system:"), ({"tags": {"aws:x": "y"}}, "reserved"),
])
def test_what_eks_takes_in_no_entry(taking, change, message):
    refused = refusal(taking.eks.create_access_entry, **{**LINUX, **change})
    assert refused["Code"] == "InvalidParameterException" and message in refused["Message"]
    assert entries(taking) == []


def test_an_entry_is_tagged_and_untagged_by_its_own_arn(taking):
    arn = taking.eks.create_access_entry(**LINUX)["accessEntry"]["accessEntryArn"]
    taking.eks.tag_resource(resourceArn=arn, tags={"cdk-karpenter-migration/owner": "Stack/Migration/AccessEntry"})
    assert entry(taking)["tags"] == {"cdk-karpenter-migration/owner": "Stack/Migration/AccessEntry"}
    taking.eks.untag_resource(resourceArn=arn, tagKeys=["cdk-karpenter-migration/owner"])
    assert entry(taking)["tags"] == {}


def test_an_entry_that_is_deleted_is_gone_and_cannot_be_deleted_again(taking):
    taking.eks.create_access_entry(**LINUX)
    taking.eks.delete_access_entry(clusterName="prod", principalArn=NODES)
    assert entries(taking) == []
    for call in (taking.eks.describe_access_entry, taking.eks.delete_access_entry):
        refused = refusal(call, clusterName="prod", principalArn=NODES)
        assert refused["Code"] == "ResourceNotFoundException" and "could not be found" in refused["Message"]


def test_names_and_groups_of_people_can_be_changed_and_those_of_nodes_not(taking):
    taking.eks.create_access_entry(**LINUX)
    person = "arn:aws:iam::123456789012:user/me"
    taking.eks.create_access_entry(clusterName="prod", principalArn=person)
    taking.eks.update_access_entry(clusterName="prod", principalArn=person, kubernetesGroups=["admins"])
    assert entry(taking, person)["kubernetesGroups"] == ["admins"]
    assert refusal(taking.eks.update_access_entry, clusterName="prod", principalArn=NODES, kubernetesGroups=["admins"])["Code"] == "InvalidParameterException"


def test_entries_come_in_pages(taking):
    for i in range(5):
        taking.eks.create_access_entry(clusterName="prod", principalArn=f"arn:aws:iam::123456789012:role/r{i}", type="EC2_LINUX")
    pages = taking.eks.get_paginator("list_access_entries").paginate(clusterName="prod", PaginationConfig={"PageSize": 2})
    assert [len(page["accessEntries"]) for page in pages] == [2, 2, 1]


def test_eks_makes_an_entry_for_the_role_of_a_node_group_only_where_the_mode_takes_one(account):
    account.nodegroup("old")
    change_mode(account, "API_AND_CONFIG_MAP")
    assert entries(account) == []
    account.nodegroup("new")
    assert (entry(account, entries(account)[0])["type"], entry(account, entries(account)[0])["tags"]) == ("EC2_LINUX", {})
    account.nodegroup("newer")
    assert len(entries(account)) == 1


def test_entries_outlive_a_change_of_the_mode(taking):
    taking.eks.create_access_entry(**LINUX)
    change_mode(taking, "API")
    assert entry(taking)["type"] == "EC2_LINUX"


def test_the_authenticator_is_told_of_entries_and_of_the_mode(account, monkeypatch, tmp_path):
    monkeypatch.setenv("CLUSTERS", json.dumps([{**FACTS, "authenticatorFolder": str(tmp_path / "files")}]))
    told = lambda name: json.loads((tmp_path / "files" / name).read_text())  # noqa: E731
    change_mode(account, "API_AND_CONFIG_MAP")
    assert told("backend-mode.json") == {"backendMode": "MountedFile DynamicFile EKSConfigMap"}
    account.eks.create_access_entry(**LINUX)
    role = {"rolearn": NODES, "username": "system:node:{{EC2PrivateDNSName}}", "groups": ["system:nodes"]}
    assert told("access-entries.json") == {"mapRoles": [role], "mapUsers": [], "mapAccounts": []}
    account.eks.delete_access_entry(clusterName="prod", principalArn=NODES)
    assert told("access-entries.json")["mapRoles"] == []
    change_mode(account, "API")
    assert told("backend-mode.json") == {"backendMode": "MountedFile DynamicFile"}
