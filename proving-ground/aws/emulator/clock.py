"""What takes AWS a while, shortened: seconds from the environment, and what happens when they are over."""

import os
import threading

# Calls and timers change the account one after the other.
LOCK = threading.RLock()


def seconds(name, default):
    """How long something takes; `off` where it never happens."""
    value = os.environ.get(name, str(default))
    return None if value == "off" else float(value)


def later(delay, action, *arguments):
    timer = threading.Timer(delay, locked(action), arguments)
    timer.daemon = True
    timer.start()


def locked(action):
    def wrapped(*arguments, **more):
        with LOCK:
            return action(*arguments, **more)

    return wrapped
