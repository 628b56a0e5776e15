/** An app whose one stack migrates several clusters: the context value `clusters` says which, as JSON. */
import { KubectlV34Layer } from '@aws-cdk/lambda-layer-kubectl-v34';
import { App, Stack } from 'aws-cdk-lib';
import * as eks from 'aws-cdk-lib/aws-eks';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { Discovery, KarpenterMigration, KarpenterRelease, MigrationStage } from '../../src';

export interface MigratedCluster {
  readonly clusterName: string;
  readonly kubectlRoleArn: string;
  readonly openIdConnectProviderArn: string;
  /** Clusters that share subnets need a tag each. */
  readonly discoveryKey: string;
  readonly stage: 'INSTALL' | 'REMOVED';
}

const app = new App();
const stack = new Stack(app, 'Karpenter', { env: { account: process.env.CDK_DEFAULT_ACCOUNT, region: process.env.CDK_DEFAULT_REGION } });
const clusters: readonly MigratedCluster[] = JSON.parse(app.node.tryGetContext('clusters'));
for (const { clusterName, kubectlRoleArn, openIdConnectProviderArn, discoveryKey, stage } of clusters) {
  const scope = new Construct(stack, clusterName);
  const cluster = eks.Cluster.fromClusterAttributes(scope, 'Cluster', {
    clusterName,
    kubectlRoleArn,
    openIdConnectProvider: iam.OpenIdConnectProvider.fromOpenIdConnectProviderArn(scope, 'Oidc', openIdConnectProviderArn),
    kubectlLayer: new KubectlV34Layer(scope, 'Kubectl'),
  });
  new KarpenterMigration(scope, 'Migration', {
    cluster, stage: MigrationStage[stage], discovery: Discovery.tags({ key: discoveryKey }), release: KarpenterRelease.v1(),
  });
}
