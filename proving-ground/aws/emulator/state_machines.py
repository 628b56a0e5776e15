"""Step Functions: what a definition has to be."""

import json

# https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
MAXIMUM_DEFINITION = 1024 * 1024
MAXIMUM_NAME = 80
TERMINAL = ("Succeed", "Fail")
STATE_TYPES = ("Pass", "Task", "Choice", "Wait", "Parallel", "Map", *TERMINAL)


def problem_of_definition(text):
    """What CreateStateMachine says about a definition that cannot run; None if it can."""
    if len(text.encode()) > MAXIMUM_DEFINITION:
        return f"SCHEMA_VALIDATION_FAILED: the definition has more than {MAXIMUM_DEFINITION} bytes"
    try:
        definition = json.loads(text)
    except json.JSONDecodeError as error:
        return f"INVALID_JSON_DESCRIPTION: {error}"
    return problem_of_states(definition, "")


def problem_of_states(machine, path):
    states, start = machine.get("States") or {}, machine.get("StartAt")
    reached, waiting = set(), [("StartAt", start)]
    while waiting:
        origin, name = waiting.pop()
        if name not in states:
            return f"MISSING_TRANSITION_TARGET: Missing 'Next' target: {name} at {path}/{origin}"
        if name in reached:
            continue
        if len(name) > MAXIMUM_NAME:
            return f"SCHEMA_VALIDATION_FAILED: State name length must be less than or equal to {MAXIMUM_NAME}: {name} at {path}/States"
        reached.add(name)
        problem = problem_of_state(states[name], f"{path}/States/{name}")
        if problem:
            return problem
        waiting.extend((f"States/{name}", target) for target in targets(states[name]))
    unreached = sorted(set(states) - reached)
    return f"MISSING_TRANSITION_TARGET: State \"{unreached[0]}\" is not reachable. at {path}/States" if unreached else None


def problem_of_state(state, path):
    kind = state.get("Type")
    if kind not in STATE_TYPES:
        return f"SCHEMA_VALIDATION_FAILED: Invalid state type {kind} at {path}/Type"
    if kind not in (*TERMINAL, "Choice") and not (state.get("End") or state.get("Next")):
        return f"MISSING_END_STATE: {path} has neither Next nor End"
    if kind == "Task" and not state.get("Resource"):
        return f"SCHEMA_VALIDATION_FAILED: The field 'Resource' is required but was missing at {path}"
    inner = state.get("Branches", []) if kind == "Parallel" else [state.get("ItemProcessor") or state.get("Iterator") or {}] if kind == "Map" else []
    return next((p for p in (problem_of_states(machine, path) for machine in inner) if p), None)


def targets(state):
    found = [state.get("Next"), state.get("Default")]
    found += [rule.get("Next") for rule in [*state.get("Choices", []), *state.get("Catch", [])]]
    return [target for target in found if target]
