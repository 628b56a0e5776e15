"""Rules of how EKS makes a cluster that moto lacks, seen to hold."""

import json

import pytest

from emulator.conftest import FACTS, ROLE
from emulator.waiting import eventually, refusal

CREATOR = "arn:aws:iam::123456789012:role/creator"
ADMINISTRATOR = {"username": "kubernetes-admin", "groups": ["system:masters"]}


@pytest.fixture(autouse=True)
def folder(monkeypatch, tmp_path):
    """Of `silent` nobody hears anything."""
    known = {**FACTS, "authenticatorFolder": str(tmp_path)}
    monkeypatch.setenv("CLUSTERS", json.dumps([FACTS, *({**known, "name": name} for name in ("own", "same", "api", "default")), {**FACTS, "name": "silent"}]))
    return tmp_path


@pytest.fixture
def told(account, folder):
    """What the authenticator is told, by a gateway that knows who calls."""
    account.caller = CREATOR
    account.eks.meta.events.register("before-sign.eks", lambda request, **_: request.headers.add_header("x-gateway-caller", account.caller))
    return lambda: json.loads((folder / "access-entries.json").read_text())


def test_a_cluster_takes_a_while_and_nobody_is_told_meanwhile_where_it_is(account):
    account.eks.create_cluster(name="own", roleArn=ROLE, resourcesVpcConfig={"subnetIds": account.subnets})
    making = account.described_cluster("own")
    assert (making["status"], making["certificateAuthority"]) == ("CREATING", {})
    assert not {"endpoint", "identity"} & set(making) and "clusterSecurityGroupId" not in making["resourcesVpcConfig"]
    early = refusal(
        account.eks.create_nodegroup, clusterName="own", nodegroupName="early", nodeRole=ROLE, subnets=account.subnets,
        scalingConfig={"minSize": 1, "desiredSize": 1, "maxSize": 1})
    assert "is not in ACTIVE status" in early["Message"]
    eventually(lambda: account.described_cluster("own")["status"] == "ACTIVE")
    made = account.described_cluster("own")
    assert (made["endpoint"], made["certificateAuthority"]["data"]) == ("https://10.0.0.1:6443", "Y2E=")
    assert made["resourcesVpcConfig"]["clusterSecurityGroupId"].startswith("sg-")


def test_a_cluster_has_the_version_of_the_control_plane_that_there_is(account):
    account.create_cluster("same", version="1.27")
    refused = refusal(account.eks.create_cluster, name="own", version="1.99", roleArn=ROLE, resourcesVpcConfig={"subnetIds": account.subnets})
    assert refused == {"Code": "InvalidParameterException", "Message": "unsupported Kubernetes version 1.99"}


def test_a_cluster_has_the_mode_that_its_maker_asks_for(account):
    assert account.create_cluster("api", accessConfig={"authenticationMode": "API"})["accessConfig"]["authenticationMode"] == "API"
    assert account.create_cluster("default", accessConfig={})["accessConfig"]["authenticationMode"] == "CONFIG_MAP"


@pytest.mark.parametrize("caller, kind", [(CREATOR, "role"), ("arn:aws:iam::123456789012:user/me", "user")])
def test_who_makes_a_cluster_is_its_administrator_in_every_mode(account, told, caller, kind):
    account.caller = caller
    account.create_cluster("own")
    assert told()[f"map{kind.capitalize()}s"] == [{f"{kind}arn": caller, **ADMINISTRATOR}]
    for mode in ("API_AND_CONFIG_MAP", "API"):
        account.eks.update_cluster_config(name="own", accessConfig={"authenticationMode": mode})
        eventually(lambda: account.described_cluster("own")["status"] == "ACTIVE")
        assert told()[f"map{kind.capitalize()}s"] == [{f"{kind}arn": caller, **ADMINISTRATOR}]
    assert account.eks.list_access_entries(clusterName="own")["accessEntries"] == []


def test_who_makes_a_cluster_may_stay_outside(account, told):
    account.create_cluster("own", accessConfig={"authenticationMode": "API", "bootstrapClusterCreatorAdminPermissions": False})
    assert told()["mapRoles"] == []


def test_an_authenticator_hears_nothing_of_other_clusters(account, folder):
    account.create_cluster("silent")
    assert list(folder.iterdir()) == []


def test_no_cluster_is_made_where_there_is_no_control_plane_for_it(account):
    refused = refusal(account.eks.create_cluster, name="unknown", roleArn=ROLE, resourcesVpcConfig={"subnetIds": account.subnets})
    assert refused == {"Code": "InvalidParameterException", "Message": "there is no control plane for a cluster unknown"}
    assert "unknown" not in account.eks.list_clusters()["clusters"]
