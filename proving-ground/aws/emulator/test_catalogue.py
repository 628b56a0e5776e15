"""What can be launched: rendered once, and the same ever after."""

import pytest

from emulator import catalogue


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(catalogue, "FOLDER", tmp_path / "catalogue")
    return tmp_path / "catalogue"


def types(ec2, **question):
    return ec2.describe_instance_types(**question)["InstanceTypes"]


def test_a_kept_answer_is_the_one_that_moto_rendered(account, folder):
    question = {"InstanceTypes": ["m5.large", "c5.xlarge"]}
    first = types(account.ec2, **question)
    assert [file.suffix for file in folder.iterdir()] == [".xml"]
    assert types(account.ec2, **question) == first
    assert {one["InstanceType"] for one in first} == {"m5.large", "c5.xlarge"}


def test_another_question_is_another_answer(account, folder):
    assert len(types(account.ec2, InstanceTypes=["m5.large"])) == 1
    assert len(types(account.ec2, Filters=[{"Name": "instance-type", "Values": ["m5.large", "m5.xlarge"]}])) == 2
    zones = account.ec2.describe_instance_type_offerings(LocationType="availability-zone", Filters=[{"Name": "instance-type", "Values": ["m5.large"]}])
    assert len(zones["InstanceTypeOfferings"]) > 1
    assert len(list(folder.iterdir())) == 3


def test_what_moto_refuses_is_not_kept(account, folder):
    with pytest.raises(account.ec2.exceptions.ClientError):
        types(account.ec2, InstanceTypes=["m5.nothing"])
    assert not folder.exists()
