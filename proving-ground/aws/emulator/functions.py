"""Lambda: a function over its time ends at once; errors have the names that functions give them, and do not end what threw them."""

import os
import pathlib
import signal
import threading

DIED = "Worker process died"
# What the last function that a thread ran failed with.
failure = threading.local()


def apply():
    from ministack.core import lambda_runtime
    from ministack.services import lambda_svc

    lambda_runtime._signal = kill_with_children
    errors_have_names(lambda_runtime, lambda_svc)


def errors_have_names(runtime, service):
    """
    The worker tells its error's name as well, which becomes the errorType that state machines retry and catch by.

    A handler that throws leaves its environment as it is, with Lambda. ministack ends the worker of an answer that is an error.
    """
    runtime._NODEJS_WORKER_SCRIPT = replaced(runtime._NODEJS_WORKER_SCRIPT, {
        'status: "error", error: String(err.message || err), trace: err.stack || ""':
            'status: "ok", thrown: true, error: String(err.message || err), trace: err.stack || "", errorType: err.name || "Error"',
        'status: "error", error: e.message, trace: e.stack':
            'status: "ok", thrown: true, error: e.message, trace: e.stack, errorType: e.name || "Error"',
    })
    runtime._PYTHON_WORKER_SCRIPT = replaced(runtime._PYTHON_WORKER_SCRIPT, {
        '"trace": traceback.format_exc()}': '"trace": traceback.format_exc(), "errorType": type(e).__name__}',
    })
    invoke, execute = runtime.Worker.invoke, service._execute_function_warm

    def invoke_and_remember(self, *arguments, **more):
        result = invoke(self, *arguments, **more)
        if result.pop("thrown", False):
            result["status"] = "error"
        failure.type = "Runtime.ExitError" if result.get("error") == DIED else result.get("errorType")
        failure.trace = (result.get("trace") or "").splitlines()
        return result

    def execute_and_name(function, event, request_id):
        failure.type = None
        result = execute(function, event, request_id)
        if result.get("error") and failure.type:
            result["body"].update(errorType=failure.type, trace=failure.trace)
        return result

    runtime.Worker.invoke, service._execute_function_warm = invoke_and_remember, execute_and_name


def replaced(script, changes):
    for old, new in changes.items():
        if old not in script:
            raise RuntimeError(f"the worker of ministack has no {old} any more")
        script = script.replace(old, new)
    return script


def kill_with_children(process):
    """SIGTERM would wait until a stopped process continues, and children would live on."""
    if process is None or process.poll() is not None:
        return
    for pid in [process.pid, *descendants(process.pid)]:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass  # it ended by itself


def descendants(pid):
    children = {}
    for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            # The name, in parentheses, may hold anything.
            parent = int(stat.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
        children.setdefault(parent, []).append(int(stat.parent.name))
    found = []
    waiting = list(children.get(pid, []))
    while waiting:
        child = waiting.pop()
        found.append(child)
        waiting.extend(children.get(child, []))
    return found
