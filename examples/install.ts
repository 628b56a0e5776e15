/**
 * The smallest app that attaches a migration to an existing cluster, with the guide's own Karpenter, for Kubernetes 1.23 to 1.27.
 *
 * What it must know of the cluster comes from the context: `cdk deploy -c clusterName=prod -c kubectlRoleArn=… …`.
 */
import { KubectlV27Layer } from '@aws-cdk/lambda-layer-kubectl-v27';
import { App, Stack } from 'aws-cdk-lib';
import * as eks from 'aws-cdk-lib/aws-eks';
import * as iam from 'aws-cdk-lib/aws-iam';
import { context, stage } from './context';
import { KarpenterMigration } from '../src';

const app = new App();
const stack = new Stack(app, 'Karpenter', {
  env: { account: process.env.CDK_DEFAULT_ACCOUNT, region: process.env.CDK_DEFAULT_REGION },
});

const cluster = eks.Cluster.fromClusterAttributes(stack, 'Cluster', {
  clusterName: context(app, 'clusterName'),
  kubectlRoleArn: context(app, 'kubectlRoleArn'),
  openIdConnectProvider: iam.OpenIdConnectProvider.fromOpenIdConnectProviderArn(stack, 'Oidc', context(app, 'openIdConnectProviderArn')),
  kubectlLayer: new KubectlV27Layer(stack, 'Kubectl'),
});

new KarpenterMigration(stack, 'Migration', { cluster, stage: stage(app) });
