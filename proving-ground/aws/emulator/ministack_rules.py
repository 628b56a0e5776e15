"""Rules of AWS that ministack does not follow, patched in at its start."""

import os
import pathlib
import tempfile

from emulator import gateway


def apply():
    functions_act_as_their_role()
    custom_resources_answer_through_the_gateway()
    managed_policies_exist()


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
