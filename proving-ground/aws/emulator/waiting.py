"""How tests wait, and what they expect to be refused."""

import time

import pytest
from botocore.exceptions import ClientError


def eventually(condition, within=5):
    deadline = time.time() + within
    while not condition():
        assert time.time() < deadline
        time.sleep(0.05)


def refusal(call, *args, **kwargs):
    with pytest.raises(ClientError) as refused:
        call(*args, **kwargs)
    return refused.value.response["Error"]
