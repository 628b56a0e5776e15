/**
 * The smallest app that attaches a migration to an existing cluster, with the guide's own Karpenter, for Kubernetes 1.23 to 1.27.
 *
 * What it must know of the cluster comes from the context: `cdk deploy -c clusterName=prod -c kubectlRoleArn=… …`.
 */
import { KubectlV27Layer } from '@aws-cdk/lambda-layer-kubectl-v27';
import { App, Stack } from 'aws-cdk-lib';
import * as eks from 'aws-cdk-lib/aws-eks';
import * as iam from 'aws-cdk-lib/aws-iam';
import { KarpenterMigration, MigrationStage } from '../src';

const app = new App();
const stack = new Stack(app, 'Karpenter', {
  env: { account: process.env.CDK_DEFAULT_ACCOUNT, region: process.env.CDK_DEFAULT_REGION },
});

const cluster = eks.Cluster.fromClusterAttributes(stack, 'Cluster', {
  clusterName: context('clusterName'),
  kubectlRoleArn: context('kubectlRoleArn'),
  openIdConnectProvider: iam.OpenIdConnectProvider.fromOpenIdConnectProviderArn(stack, 'Oidc', context('openIdConnectProviderArn')),
  kubectlLayer: new KubectlV27Layer(stack, 'Kubectl'),
});

new KarpenterMigration(stack, 'Migration', { cluster, stage: stage() });

function context(name: string): string {
  const value = app.node.tryGetContext(name);
  if (typeof value !== 'string' || value === '') {
    throw new Error(`context value ${name} must be a non-empty string, got ${JSON.stringify(value)}: pass -c ${name}=…`);
  }
  return value;
}

function stage(): MigrationStage {
  const value = app.node.tryGetContext('stage') ?? MigrationStage.INSTALL;
  if (!Object.values(MigrationStage).includes(value)) {
    throw new Error(`context value stage must be one of ${Object.values(MigrationStage).join(', ')}, got ${JSON.stringify(value)}`);
  }
  return value;
}
