"""EventBridge: events of AWS' own services, of which each must be well-formed, and queues that take them only if their policy says so."""

import contextvars
import json
import os

# Whether the call that is handled comes from a service: whoever tells for a service knows the gateway's secret.
of_a_service = contextvars.ContextVar("of_a_service", default=False)
# The rule that sends an event on.
sending = contextvars.ContextVar("sending")


def apply():
    from ministack.services import eventbridge

    handle, put = eventbridge.handle_request, eventbridge._put_events
    invoke, dispatch = eventbridge._invoke_target, eventbridge._dispatch_to_sqs

    async def handle_request(method, path, headers, body, query_params):
        token = of_a_service.set(headers.get("x-gateway-secret") == os.environ["GATEWAY_SECRET"])
        try:
            return await handle(method, path, headers, body, query_params)
        finally:
            of_a_service.reset(token)

    def invoke_target(target, event, rule, *arguments):
        token = sending.set(rule["Arn"])
        try:
            invoke(target, event, rule, *arguments)
        finally:
            sending.reset(token)

    def dispatch_to_sqs(spec, *arguments):
        if may_send(sending.get(), str(spec)):
            dispatch(spec, *arguments)

    eventbridge.handle_request = handle_request
    eventbridge._put_events = lambda data, allow_aws_source=False: put_well_formed(put, data, allow_aws_source or of_a_service.get())
    eventbridge._invoke_target = invoke_target
    eventbridge._dispatch_to_sqs = dispatch_to_sqs


def put_well_formed(put, data, allow_aws_source):
    """Puts the events of a request that are well-formed; the answer has an entry for each, in the same order."""
    entries = data.get("Entries", [])
    good = [is_object(entry.get("Detail")) for entry in entries]
    if len(entries) > 10 or all(good):
        return put(data, allow_aws_source)
    status, headers, body = put({**data, "Entries": [entry for entry, taken in zip(entries, good) if taken]}, allow_aws_source)
    answer = json.loads(body)
    results = iter(answer["Entries"])
    answer["Entries"] = [next(results) if taken else {"ErrorCode": "MalformedDetail", "ErrorMessage": "Detail is malformed."} for taken in good]
    answer["FailedEntryCount"] += good.count(False)
    return status, {name: value for name, value in headers.items() if name.lower() != "content-length"}, json.dumps(answer).encode()


def is_object(detail):
    try:
        return isinstance(json.loads(detail), dict)
    except (TypeError, ValueError):
        return False


def may_send(rule_arn, queue_arn):
    """Whether the policy of a queue lets EventBridge send to it for a rule, which it does by TLS."""
    from ministack.core.iam_evaluator import EvalContext, evaluate_resource_policy
    from ministack.core.responses import get_region
    from ministack.services import sqs

    found = sqs.queue_policy_for_arn(queue_arn)
    if not found or not found[0]:
        return False
    context = EvalContext(
        principal_arn="*", principal_type="Service", principal_account="", action="sqs:SendMessage", resource_arn=queue_arn, region=get_region(),
        secure_transport=True, service_context={"aws:sourcearn": rule_arn})
    return evaluate_resource_policy(found[0], context, service="events.amazonaws.com").decision == "Allow"
