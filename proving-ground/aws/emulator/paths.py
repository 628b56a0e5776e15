"""Step Functions: what the paths of a definition have to find."""

import json


def apply(sfn):
    """A path that finds nothing fails the execution, except where a choice asks for that."""
    resolve, evaluate, wait = sfn._resolve_params_obj, sfn._evaluate_rule, sfn._execute_wait

    def present(path, data, context):
        inner, root = (path[1:], context or {}) if path.startswith("$$") else (path, data)
        return is_present(sfn._parse_jsonpath_tokens(inner) or [], root)

    def fail(cause):
        raise sfn._ExecutionError("States.Runtime", cause)

    def resolve_parameters(template, data, context=None):
        for field, path in template.items() if isinstance(template, dict) else ():
            if field.endswith(".$") and isinstance(path, str) and path.startswith("$") and not present(path, data, context):
                fail(f"The JSONPath '{path}' specified for the field '{field}' could not be found in the input '{json.dumps(data)}'")
        return resolve(template, data, context)

    def evaluate_rule(rule, data, context=None):
        if "Variable" in rule and "IsPresent" not in rule and not present(rule["Variable"], data, context):
            fail(f"Invalid path '{rule['Variable']}': The choice state's condition path references an invalid value.")
        return evaluate(rule, data, context)

    def apply_path(original, field):
        def applied(state, data, context=None):
            path = state.get(field, "$")
            if path is not None and not present(path, data, context):
                fail(f"Invalid path '{path}': No results for path")
            return original(state, data, context)

        return applied

    def execute_wait(state, data, context=None):
        path = state.get("SecondsPath")
        seconds = sfn._resolve_path_or_ctx(path, sfn._apply_input_path(state, data, context), context) if path else 0
        if isinstance(seconds, bool) or not isinstance(seconds, int) or not 0 <= seconds <= 99_999_999:
            fail(f"The SecondsPath parameter does not reference an integer value: {path} == {json.dumps(seconds)}")
        return wait(state, data, context)

    sfn._resolve_params_obj, sfn._evaluate_rule, sfn._execute_wait = resolve_parameters, evaluate_rule, execute_wait
    sfn._apply_input_path = apply_path(sfn._apply_input_path, "InputPath")
    sfn._apply_output_path = apply_path(sfn._apply_output_path, "OutputPath")


def is_present(tokens, data):
    """Whether a path, in tokens, leads to something; projections always do."""
    for kind, value in tokens:
        if kind == "wildcard":
            return True
        found = isinstance(data, dict) and value in data if kind == "field" else isinstance(data, list) and value < len(data)
        if not found:
            return False
        data = data[value]
    return True
