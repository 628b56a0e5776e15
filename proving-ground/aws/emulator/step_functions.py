"""Step Functions: rules that ministack does not follow, patched in at its start."""

import contextvars
import json
import re
import threading

from emulator import gateway, paths, state_machines
from emulator.trust import trusts

# https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
MAXIMUM_PAYLOAD = 256 * 1024
MAXIMUM_EVENTS = 25_000
# https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
NOT_IN_ALL = ("States.DataLimitExceeded", "States.Runtime")
EXECUTION = contextvars.ContextVar("execution", default=None)


class Ended(BaseException):
    """The execution was ended from outside: nothing of it goes on."""


def apply():
    from ministack.services import stepfunctions
    from ministack.services.cloudformation import provisioners

    executions_end_for_good(stepfunctions)
    histories_and_payloads_have_limits(stepfunctions)
    tasks_need_permissions(stepfunctions)
    names_of_executions_are_unique(stepfunctions)
    paths.apply(stepfunctions)
    state_machines_are_checked(stepfunctions, provisioners)


def executions_end_for_good(sfn):
    """What runs when an execution is stopped runs on, but nothing follows, and the execution keeps its end."""
    run, fail, delete = sfn._run_execution, sfn._fail_execution, sfn._delete_state_machine

    def run_execution(arn):
        execution = sfn._executions.get(arn)
        watch_time(sfn, execution)
        token = EXECUTION.set(execution)
        try:
            run(arn)
        except Ended:
            pass
        finally:
            EXECUTION.reset(token)

    def fail_execution(execution, error, cause):
        if execution["status"] == "RUNNING":
            fail(execution, error, cause)

    def delete_state_machine(data):
        for execution in list(sfn._executions.values()):
            if execution["stateMachineArn"] == data.get("stateMachineArn") and execution["status"] == "RUNNING":
                execution["status"], execution["stopDate"] = "ABORTED", sfn.now_iso()
        return delete(data)

    sfn._run_execution, sfn._fail_execution, sfn._delete_state_machine = run_execution, fail_execution, delete_state_machine


def watch_time(sfn, execution):
    """Ends an execution that takes longer than its definition allows."""
    def time_out():
        if execution["status"] == "RUNNING":
            execution["status"], execution["stopDate"] = "TIMED_OUT", sfn.now_iso()
            sfn._add_event(execution, "ExecutionTimedOut")
            sfn._emit_execution_status_event(execution)

    machine = sfn._state_machines.get(execution["stateMachineArn"]) if execution else None
    seconds = json.loads(machine["definition"]).get("TimeoutSeconds") if machine else None
    if seconds:
        timer = threading.Timer(seconds, contextvars.copy_context().run, [time_out])
        timer.daemon = True
        timer.start()


def histories_and_payloads_have_limits(sfn):
    add, matches, start = sfn._add_event, sfn._error_matches, sfn._start_execution

    def add_event(execution, event_type, details=None):
        if event_type.startswith("Execution"):
            return add(execution, event_type, details)
        if execution["status"] != "RUNNING":
            raise Ended
        if len(execution["events"]) >= MAXIMUM_EVENTS - 1:
            sfn._fail_execution(execution, "States.Runtime", f"The execution reached the maximum number of history events ({MAXIMUM_EVENTS}).")
            raise Ended
        for name, detail in (details or {}).items():
            check_size(sfn, detail.get("input"), name)
            check_size(sfn, detail.get("output"), name)
        event = add(execution, event_type, details)
        return add(execution, "TaskStarted") if event_type == "TaskScheduled" else event

    def error_matches(error_equals, error):
        return error in error_equals if error in NOT_IN_ALL else matches(error_equals, error)

    def start_execution(data):
        if len(data.get("input", "").encode()) > MAXIMUM_PAYLOAD:
            message = (
                "1 validation error detected: Value at 'input' failed to satisfy constraint: "
                f"Member must have length less than or equal to {MAXIMUM_PAYLOAD}")
            return sfn.error_response_json("ValidationException", message, 400)
        return start(data)

    sfn._add_event, sfn._error_matches, sfn._start_execution = add_event, error_matches, start_execution


def check_size(sfn, text, where):
    if text is not None and len(text.encode()) > MAXIMUM_PAYLOAD:
        raise sfn._ExecutionError(
            "States.DataLimitExceeded", f"{where} has a payload with a size exceeding the maximum number of bytes service limit.")


def tasks_need_permissions(sfn):
    """Each call of a task is made in the name of the state machine's role."""
    invoke, call_back = sfn._invoke_resource, sfn._invoke_with_callback

    def permitted(resource, data):
        execution = EXECUTION.get()
        if execution["status"] != "RUNNING":
            raise Ended
        check_size(sfn, json.dumps(data), "the input of the task")
        action, on, denied_as = permission(sfn, resource, data)
        role = execution["events"][0]["executionStartedEventDetails"]["roleArn"]
        answer = gateway.ask("/_gateway/service-call", {
            "service": "states.amazonaws.com", "roleArn": role, "sessionName": execution["name"][:64], "action": action, "resource": on,
        })
        if not answer["allowed"]:
            raise sfn._ExecutionError(denied_as, answer["message"])

    def invoke_resource(resource, data):
        permitted(resource, data)
        try:
            return invoke(resource, data)
        except sfn._ExecutionError as error:
            raise sfn._ExecutionError(named_error(resource, error.error), error.cause) from error

    def invoke_with_callback(resource, data, token, state):
        permitted(resource, data)
        return call_back(resource, data, token, state)

    sfn._invoke_resource, sfn._invoke_with_callback = invoke_resource, invoke_with_callback


# Actions of Step Functions that state machines call; each names its resource by the first parameter that there is.
STATES_ACTIONS = {
    "startExecution": "StateMachineArn", "stopExecution": "ExecutionArn", "describeExecution": "ExecutionArn", "listExecutions": "StateMachineArn",
}


def permission(sfn, resource, data):
    """The permission that a task needs, the resource of it, and the error that says that it is missing."""
    task = resource.split(".waitForTaskToken")[0]
    account, region = sfn.get_account_id(), sfn.get_region()
    if task == "arn:aws:states:::lambda:invoke" or ":function:" in task:
        function = data["FunctionName"] if task.endswith("lambda:invoke") else task
        arn = function if function.startswith("arn:") else f"arn:aws:lambda:{region}:{account}:function:{function}"
        return "lambda:InvokeFunction", arn, "Lambda.AWSLambdaException"
    match = re.fullmatch(r"arn:aws:states:::(?:(states)|aws-sdk:sfn):(\w+)", task)
    if match and match[2] in STATES_ACTIONS:
        action = match[2]
        denied_as = "StepFunctions.AWSStepFunctionsException" if match[1] else "Sfn.SfnException"
        return f"states:{action[0].upper()}{action[1:]}", data[STATES_ACTIONS[action]], denied_as
    raise sfn._ExecutionError("States.Runtime", f"no table says what permission {resource} needs")


def named_error(resource, error):
    """Both integrations prefix the errors of Step Functions with the client's name."""
    prefix = "StepFunctions." if resource.startswith("arn:aws:states:::states:") else "Sfn." if ":aws-sdk:sfn:" in resource else None
    if prefix is None or error.startswith("States."):
        return error
    bare = error.removeprefix("Sfn.").removesuffix("Exception")
    return f"{prefix}{bare}Exception"


def names_of_executions_are_unique(sfn):
    start = sfn._start_execution

    def start_execution(data):
        name, machine = data.get("name"), sfn._state_machines.get(data.get("stateMachineArn"))
        if name is not None and not re.fullmatch(r"[^\s<>{}\[\]?*\"#%\\^|~`$&,;:/\x00-\x1f\x7f-\x9f]{1,80}", name):
            return sfn.error_response_json("InvalidName", f"Invalid Name: '{name}'", 400)
        try:
            json.loads(data.get("input", "{}"))
        except json.JSONDecodeError as error:
            return sfn.error_response_json("InvalidExecutionInput", f"Invalid State Machine Execution Input: '{error}'", 400)
        found = machine and sfn._executions.get(f"{machine['stateMachineArn'].replace(':stateMachine:', ':execution:')}:{name}")
        if found and found["status"] == "RUNNING" and found["input"] == data.get("input", "{}"):
            return sfn.json_response({"executionArn": found["executionArn"], "startDate": found["startDate"]})
        return start(data)

    sfn._start_execution = start_execution


def state_machines_are_checked(sfn, provisioners):
    """A definition that can run, a role that Step Functions may assume; deleting a machine ends its executions."""
    create, update = sfn._create_state_machine, sfn._update_state_machine
    handler = provisioners._RESOURCE_HANDLERS["AWS::StepFunctions::StateMachine"]
    create_resource = handler["create"]

    def refused(data, existing=None):
        problem = problem_of_machine({**(existing or {}), **data})
        return sfn.error_response_json(*problem, 400) if problem else None

    def create_checked(logical_id, properties, stack_name):
        problem = problem_of_machine({"roleArn": properties.get("RoleArn"), "definition": provisioners._sfn_definition(properties)})
        if problem:
            raise ValueError(f"{problem[1]} (Service: AWSStepFunctions; Status Code: 400; Error Code: {problem[0]})")
        return create_resource(logical_id, properties, stack_name)

    def update_checked(data):
        existing = sfn._state_machines.get(data.get("stateMachineArn"))
        return (refused(data, existing) if existing else None) or update(data)

    sfn._create_state_machine = lambda data: refused(data) or create(data)
    sfn._update_state_machine = update_checked
    handler["create"] = create_checked
    handler["delete"] = lambda physical_id, properties: sfn._delete_state_machine({"stateMachineArn": physical_id})


def problem_of_machine(data):
    from ministack.services import iam

    problem = state_machines.problem_of_definition(data.get("definition") or "{}")
    if problem:
        return "InvalidDefinition", f"Invalid State Machine Definition: '{problem}'"
    role = iam._roles.get((data.get("roleArn") or "").split("/")[-1])
    if role is None or not trusts(json.loads(role["AssumeRolePolicyDocument"]), "states.amazonaws.com"):
        return "AccessDeniedException", (
            "Neither the global service principal states.amazonaws.com, nor the regional one is authorized to assume the provided role.")
    return None
