"""How tests wait, and what they expect to be refused."""

import heapq
import itertools

import pytest
from botocore.exceptions import ClientError

from emulator import clock

STEP = 0.05


class Time:
    """Time that passes only while a test waits: a slow machine changes nothing of what happens, nor in which order."""

    def __init__(self):
        self.now = 0
        self.timers = []
        self.order = itertools.count()

    def later(self, delay, action, *arguments):
        heapq.heappush(self.timers, (self.now + delay, next(self.order), action, arguments))

    def go_on(self, duration):
        until = self.now + duration
        while self.timers and self.timers[0][0] <= until:
            self.now, _, action, arguments = heapq.heappop(self.timers)
            action(*arguments)
        self.now = until


def eventually(condition, within=5):
    time = clock.later.__self__
    deadline = time.now + within
    while not condition():
        assert time.now < deadline
        time.go_on(STEP)


def refusal(call, *args, **kwargs):
    with pytest.raises(ClientError) as refused:
        call(*args, **kwargs)
    return refused.value.response["Error"]
