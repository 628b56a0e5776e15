"""The smallest app that attaches a migration to an existing cluster, as examples/install-v1.ts in Python."""

import os

import aws_cdk as cdk
from aws_cdk import aws_eks as eks, aws_iam as iam
from aws_cdk.lambda_layer_kubectl_v34 import KubectlV34Layer
from cdk_karpenter_migration import KarpenterMigration, KarpenterRelease, MigrationStage

app = cdk.App()
stack = cdk.Stack(
    app,
    "Karpenter",
    env=cdk.Environment(
        account=os.environ["CDK_DEFAULT_ACCOUNT"],
        region=os.environ["CDK_DEFAULT_REGION"],
    ),
)

cluster = eks.Cluster.from_cluster_attributes(
    stack,
    "Cluster",
    cluster_name=app.node.get_context("clusterName"),
    kubectl_role_arn=app.node.get_context("kubectlRoleArn"),
    open_id_connect_provider=iam.OpenIdConnectProvider.from_open_id_connect_provider_arn(
        stack, "Oidc", app.node.get_context("openIdConnectProviderArn")
    ),
    kubectl_layer=KubectlV34Layer(stack, "Kubectl"),
)

KarpenterMigration(
    stack,
    "Migration",
    cluster=cluster,
    release=KarpenterRelease.v1(),
    stage=MigrationStage[app.node.try_get_context("stage") or "INSTALL"],
)

app.synth()
