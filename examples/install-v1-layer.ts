/**
 * install-v1.ts with the kubectl layer by its ARN, as in the examples in Java and Go: your account may have one that was published once for all stacks.
 *
 * What it must know of the cluster comes from the context: `cdk deploy -c clusterName=prod -c kubectlRoleArn=… …`.
 */
import { App, Stack } from 'aws-cdk-lib';
import * as eks from 'aws-cdk-lib/aws-eks';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { context, stage } from './context';
import { KarpenterMigration, KarpenterRelease } from '../src';

const app = new App();
const stack = new Stack(app, 'Karpenter', {
  env: { account: process.env.CDK_DEFAULT_ACCOUNT, region: process.env.CDK_DEFAULT_REGION },
});

const cluster = eks.Cluster.fromClusterAttributes(stack, 'Cluster', {
  clusterName: context(app, 'clusterName'),
  kubectlRoleArn: context(app, 'kubectlRoleArn'),
  openIdConnectProvider: iam.OpenIdConnectProvider.fromOpenIdConnectProviderArn(stack, 'Oidc', context(app, 'openIdConnectProviderArn')),
  kubectlLayer: lambda.LayerVersion.fromLayerVersionArn(stack, 'Kubectl', context(app, 'kubectlLayerArn')),
});

new KarpenterMigration(stack, 'Migration', { cluster, release: KarpenterRelease.v1(), stage: stage(app) });
