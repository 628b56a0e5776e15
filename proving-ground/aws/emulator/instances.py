"""EC2: instances take a while to run and to end."""

import copy

from moto.ec2.models import instances as models

from emulator import clock

LAUNCH_SECONDS = clock.seconds("INSTANCE_LAUNCH_SECONDS", 2)
SHUTDOWN_SECONDS = clock.seconds("INSTANCE_SHUTDOWN_SECONDS", 2)

# Called with an instance that came to run, and with one that is terminated.
on_running = []
on_terminated = []


def apply():
    models.Instance.__init__ = init(models.Instance.__init__)
    models.Instance.terminate = terminate(models.Instance.terminate)
    models.InstanceBackend.terminate_instances = clock.locked(models.InstanceBackend.terminate_instances)


def init(original):
    def wrapped(self, *arguments, **more):
        original(self, *arguments, **more)
        become(self, "pending", 0)
        clock.later(LAUNCH_SECONDS, run, self)

    return wrapped


def run(instance):
    if instance.state == "pending" and is_known(instance):
        become(instance, "running", 16)
        for listener in on_running:
            listener(instance)


def terminate(original):
    def end(instance):
        if is_known(instance):
            for interface in instance.nics.values():
                # Those that an instance is launched with go with it, and so do their addresses.
                interface.delete_on_termination = True
            original(instance)
            for listener in on_terminated:
                listener(instance)

    def wrapped(self):
        previous = copy.copy(self._state)
        if not is_gone(self):
            become(self, "shutting-down", 32)
            clock.later(SHUTDOWN_SECONDS, end, self)
        return previous

    return wrapped


def is_known(instance):
    """False once the account has been emptied."""
    return instance.ec2_backend.get_instance_by_id(instance.id) is instance


def is_gone(instance):
    return instance.state in ("shutting-down", "terminated")


def become(instance, name, code):
    instance._state.name, instance._state.code = name, code
