"""Rules of AWS that ministack does not follow, patched in at its start."""

import json
import os
import pathlib
import re
import tempfile

from emulator import events, functions, gateway, step_functions
from emulator.trust import trusts


def apply():
    functions_act_as_their_role()
    custom_resources_answer_through_the_gateway()
    managed_policies_exist()
    role_names_have_a_limit()
    policies_have_a_size()
    functions_are_checked_when_created()
    deleted_functions_log_nothing()
    generated_names_are_new_with_every_stack()
    conditions_know_the_pseudo_parameters()
    references_to_instance_profiles_are_names()
    events.apply()
    functions.apply()
    step_functions.apply()


def functions_act_as_their_role():
    """Each function's calls are signed with a session of its own role, and each environment has its own scratch folder."""
    from ministack.core import lambda_runtime

    def execution_credentials(config):
        session = gateway.ask(
            "/_gateway/function-session",
            {"roleArn": config["Role"], "functionName": config["FunctionName"]},
        )
        scratch = tempfile.mkdtemp(prefix="lambda-")
        return {
            "AWS_ACCESS_KEY_ID": session["accessKeyId"],
            "AWS_SECRET_ACCESS_KEY": session["secretAccessKey"],
            "AWS_SESSION_TOKEN": session["sessionToken"],
            # AWS gives every environment its own /tmp; CDK's kubectl handler keeps its kubeconfig there.
            "TEST_OUTDIR": scratch,
            "HOME": scratch,
            "TMPDIR": scratch,
        }

    lambda_runtime.execution_credentials = execution_credentials


def custom_resources_answer_through_the_gateway():
    """The gateway holds the answers to CloudFormation's limit."""
    from ministack.services.cloudformation import custom_resource

    custom_resource._gateway_url = lambda: os.environ["GATEWAY_URL"]


def managed_policies_exist():
    """AWS' own policies that are attached here and that ministack does not bring."""
    from ministack.services import iam

    folder = pathlib.Path(__file__).with_name("managed-policies")
    for file in folder.glob("*.json"):
        arn = iam._AWS_MANAGED_POLICY_PREFIX + file.stem
        if arn not in iam._aws_managed_policies:
            iam._aws_managed_policies[arn] = iam._make_aws_managed_record(file.stem, file.read_text(), "")


def role_names_have_a_limit():
    from ministack.services import iam
    from ministack.services.cloudformation import provisioners

    def problem(name):
        if len(name or "") > 64:
            return f"1 validation error detected: Value '{name}' at 'roleName' failed to satisfy constraint: Member must have length less than or equal to 64"

    create = iam._create_role

    def create_role(parameters):
        message = problem(iam._p(parameters, "RoleName"))
        return iam._error(400, "ValidationError", message) if message else create(parameters)

    iam._IAM_HANDLERS["CreateRole"] = create_role
    before_creation(provisioners, "AWS::IAM::Role", lambda properties: problem(properties.get("RoleName")))


# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html: characters without white space.
MANAGED_POLICY_SIZE = 6144
INLINE_POLICIES_SIZE = 10240


def policies_have_a_size():
    from ministack.services import iam
    from ministack.services.cloudformation import provisioners

    def size(document):
        return len(re.sub(r"\s", "", document if isinstance(document, str) else json.dumps(document)))

    def managed(properties):
        if size(properties["PolicyDocument"]) > MANAGED_POLICY_SIZE:
            return f"Cannot exceed quota for PolicySize: {MANAGED_POLICY_SIZE}"

    def inline(properties):
        for name in properties.get("Roles", []):
            others = iam._roles.get(name, {}).get("InlinePolicies", {})
            total = size(properties["PolicyDocument"]) + sum(map(size, others.values()))
            if total > INLINE_POLICIES_SIZE:
                return f"Maximum policy size of {INLINE_POLICIES_SIZE} bytes exceeded for role {name}"

    before_creation(provisioners, "AWS::IAM::ManagedPolicy", managed)
    before_creation(provisioners, "AWS::IAM::Policy", inline)


# https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
RESERVED_VARIABLES = {
    "_HANDLER", "_X_AMZN_TRACE_ID", "AWS_DEFAULT_REGION", "AWS_REGION", "AWS_EXECUTION_ENV", "AWS_LAMBDA_FUNCTION_NAME",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "AWS_LAMBDA_FUNCTION_VERSION", "AWS_LAMBDA_INITIALIZATION_TYPE", "AWS_LAMBDA_LOG_GROUP_NAME",
    "AWS_LAMBDA_LOG_STREAM_NAME", "AWS_ACCESS_KEY", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN",
    "AWS_LAMBDA_RUNTIME_API", "LAMBDA_TASK_ROOT", "LAMBDA_RUNTIME_DIR",
}


def functions_are_checked_when_created():
    """No reserved variables, and a role that Lambda may assume."""
    from ministack.core.responses import error_response_json
    from ministack.services import iam, lambda_svc
    from ministack.services.cloudformation import provisioners

    def problem(function):
        reserved = RESERVED_VARIABLES.intersection((function.get("Environment") or {}).get("Variables") or {})
        if reserved:
            return ("Lambda was unable to configure your environment variables because the environment variables you have provided "
                    f"contains reserved keys that are currently not supported for modification. Reserved keys used in this request: {', '.join(sorted(reserved))}")
        role = iam._roles.get((function.get("Role") or "").split("/")[-1])
        if role is None or not trusts(json.loads(role["AssumeRolePolicyDocument"]), "lambda.amazonaws.com"):
            return "The role defined for the function cannot be assumed by Lambda."

    create = lambda_svc._create_function

    def create_function(data):
        message = problem(data)
        return error_response_json("InvalidParameterValueException", message, 400) if message else create(data)

    lambda_svc._create_function = create_function
    before_creation(provisioners, "AWS::Lambda::Function", problem)


def before_creation(provisioners, resource_type, problem):
    """Fails the creation of a CloudFormation resource whose properties have a problem."""
    handler = provisioners._RESOURCE_HANDLERS[resource_type]
    create = handler["create"]

    def checked(logical_id, properties, stack_name):
        message = problem(properties)
        if message:
            raise ValueError(message)
        return create(logical_id, properties, stack_name)

    handler["create"] = checked


def deleted_functions_log_nothing():
    """Else the last lines of a function make its log group again, just after a stack deleted both: here that takes milliseconds."""
    from ministack.services import lambda_svc

    emit = lambda_svc._emit_lambda_logs

    def emit_if_there(function, *arguments, **more):
        if (function.get("config") or function)["FunctionName"] in lambda_svc._functions:
            emit(function, *arguments, **more)

    lambda_svc._emit_lambda_logs = emit_if_there


def generated_names_are_new_with_every_stack():
    """What a deleted stack retained does not stand in the way of the next stack of the same name."""
    from ministack.services.cloudformation import provisioners

    generate = provisioners._physical_name

    def physical_name(stack_name, logical_id, **more):
        seed = provisioners._NAME_SEED
        token = seed.set(provisioners._cr_stack_id(stack_name) + seed.get())
        try:
            return generate(stack_name, logical_id, **more)
        finally:
            seed.reset(token)

    provisioners._physical_name = physical_name


def conditions_know_the_pseudo_parameters():
    from ministack.core.responses import get_account_id, get_region
    from ministack.services import cloudformation
    from ministack.services.cloudformation import changesets, engine, handlers, stacks

    evaluate = engine._evaluate_conditions

    def evaluate_conditions(template, parameters):
        pseudo = {"Partition": "aws", "URLSuffix": "amazonaws.com", "Region": get_region(), "AccountId": get_account_id()}
        return evaluate(template, {**{f"AWS::{name}": {"Value": value} for name, value in pseudo.items()}, **parameters})

    for module in (cloudformation, changesets, engine, handlers, stacks):
        if getattr(module, "_evaluate_conditions", None) is evaluate:
            module._evaluate_conditions = evaluate_conditions


def references_to_instance_profiles_are_names():
    """`Ref` of an instance profile is its name; ministack takes its ARN for the physical id."""
    from ministack.services import iam
    from ministack.services.cloudformation import provisioners

    handler = provisioners._RESOURCE_HANDLERS["AWS::IAM::InstanceProfile"]
    create, update, delete = handler["create"], handler["update"], handler["delete"]

    def arn(name):
        return iam._instance_profiles.get(name, {}).get("Arn", name)

    def named(result):
        physical_id, attributes = result
        return physical_id.split("/")[-1], attributes

    handler["create"] = lambda *arguments: named(create(*arguments))
    handler["update"] = lambda name, *arguments: named(update(arn(name), *arguments))
    handler["delete"] = lambda name, *arguments: delete(arn(name), *arguments)
