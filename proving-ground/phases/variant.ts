/**
 * The example app with some things changed, for phases that need a difference: the context value `variant` says which, separated by commas,
 * and `release` for which generation.
 *
 * Stack and construct ids are the example's, so that both deploy the same stack.
 */
import { KubectlV27Layer } from '@aws-cdk/lambda-layer-kubectl-v27';
import { KubectlV34Layer } from '@aws-cdk/lambda-layer-kubectl-v34';
import { App, CfnOutput, CfnResource, Duration, Stack } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as actions from 'aws-cdk-lib/aws-cloudwatch-actions';
import * as eks from 'aws-cdk-lib/aws-eks';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as sns from 'aws-cdk-lib/aws-sns';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { breakResource } from './faults/broken-resource';
import {
  AWSNodeTemplate, BatchSize, ClusterAutoscaler, CriticalWorkload, Deprovisioning, Discovery, KarpenterMigration, KarpenterRelease,
  MigrationStage, NodeAccess,
} from '../../src';

const app = new App();
const isV1 = app.node.tryGetContext('release') === 'v1';
const stack = new Stack(app, 'Karpenter', { env: { account: process.env.CDK_DEFAULT_ACCOUNT, region: process.env.CDK_DEFAULT_REGION } });
const cluster = eks.Cluster.fromClusterAttributes(stack, 'Cluster', {
  clusterName: app.node.tryGetContext('clusterName'),
  kubectlRoleArn: app.node.tryGetContext('kubectlRoleArn'),
  openIdConnectProvider: iam.OpenIdConnectProvider.fromOpenIdConnectProviderArn(stack, 'Oidc', app.node.tryGetContext('openIdConnectProviderArn')),
  kubectlLayer: isV1 ? new KubectlV34Layer(stack, 'Kubectl') : new KubectlV27Layer(stack, 'Kubectl'),
});
const variants: readonly string[] = (app.node.tryGetContext('variant') ?? '').split(',');
const critical: readonly string[] | undefined = app.node.tryGetContext('criticalStatefulSet')?.split('/');
const autoscalers: readonly string[] | undefined = app.node.tryGetContext('autoscalers')?.split(',');
const ids: (name: string) => string[] = name => app.node.tryGetContext(name).split(',');
const nodeRoleArn: string | undefined = app.node.tryGetContext('nodeRoleArn');
/** By the variant that names it. */
const BATCHES: Readonly<Record<string, BatchSize>> = {
  batches: BatchSize.count(2), force: BatchSize.count(4), bigbatches: BatchSize.count(8), quarter: BatchSize.percentage(25),
};
/** It has no data and keeps what it is set to. */
function shopErrors(): cloudwatch.Alarm {
  return new cloudwatch.Alarm(stack, 'ShopErrors', {
    alarmName: 'shop-errors',
    metric: new cloudwatch.Metric({ namespace: 'Shop', metricName: 'Errors' }),
    threshold: 1,
    evaluationPeriods: 1,
    treatMissingData: cloudwatch.TreatMissingData.IGNORE,
  });
}

const migration = new KarpenterMigration(stack, 'Migration', {
  cluster,
  stage: app.node.tryGetContext('stage') ?? MigrationStage.INSTALL,
  revision: app.node.tryGetContext('revision'),
  nodegroups: app.node.tryGetContext('nodegroups')?.split(','),
  discovery: variants.includes('ids') ? Discovery.ids({ subnetIds: ids('subnets'), securityGroupIds: ids('securityGroups') }) : undefined,
  cutOver: {
    criticalWorkloads: critical && [...CriticalWorkload.defaults(), CriticalWorkload.statefulSet(critical[0], critical[1])],
    clusterAutoscaler: autoscalers && ClusterAutoscaler.deployments(autoscalers.map((autoscaler) => {
      const [namespace, name] = autoscaler.split('/');
      return { namespace, name };
    })),
  },
  nodeRole: nodeRoleArn === undefined ? undefined : iam.Role.fromRoleArn(stack, 'NodeRole', nodeRoleArn),
  nodeAccess: variants.includes('unmanaged') ? NodeAccess.unmanaged() : undefined,
  acceptedRisks: app.node.tryGetContext('acceptedRisks')?.split(','),
  takeOver: variants.includes('takeover'),
  release: isV1
    ? KarpenterRelease.v1({ nodePool: variants.includes('pool') ? { weight: 10 } : variants.includes('renamed') ? { name: 'general' } : undefined })
    : KarpenterRelease.v0({ provisioner: variants.includes('pool') ? { weight: 10, deprovisioning: Deprovisioning.whenEmpty(Duration.days(1)) } : undefined }),
  waitForRun: variants.includes('nowait') ? Duration.seconds(0) : undefined,
  scaleDown: {
    patience: variants.includes('impatient') ? Duration.minutes(1) : undefined,
    batchSize: variants.map(name => BATCHES[name]).find(size => size !== undefined),
    preProvision: variants.includes('roomfirst'),
    force: variants.includes('force'),
    pauseWhile: variants.includes('alarmed') ? [shopErrors()] : undefined,
  },
});
const brokenResource: string | undefined = app.node.tryGetContext('broken');
if (brokenResource !== undefined) {
  breakResource(stack, brokenResource);
}
if (variants.includes('extra')) {
  migration.addNodePool('Extra', { name: 'extra', weight: 50 });
}
if (variants.includes('own')) {
  // What its owner adds: a right of the nodes, a node template made beside the migration and one that the migration makes, each with its Provisioner.
  migration.nodeRole.addToPrincipalPolicy(new iam.PolicyStatement({ actions: ['s3:GetObject'], resources: ['arn:aws:s3:::shop-artifacts/*'] }));
  const discovered = { 'karpenter.sh/discovery': cluster.clusterName };
  const own = new AWSNodeTemplate(stack, 'OwnNodeTemplate', { cluster, name: 'own', subnetSelector: discovered, securityGroupSelector: discovered });
  migration.addProvisioner('Own', { name: 'own', nodeTemplate: own });
  migration.addProvisioner('Added', { name: 'added', nodeTemplate: migration.addNodeTemplate('AddedNodeTemplate', { name: 'added' }) });
}
if (variants.includes('told')) {
  const queue = new sqs.Queue(stack, 'Events');
  migration.onEvent('ToQueue', { target: new targets.SqsQueue(queue) });
  migration.addDashboard({ dashboardName: 'to-karpenter' });
  migration.addAlarms({ actions: [new actions.SnsAction(new sns.Topic(stack, 'OnCall'))] });
  new CfnOutput(stack, 'EventsUrl', { value: queue.queueUrl });
}
if (variants.includes('failure')) {
  // A parameter that does not exist: the last resource of the deployment fails when everything else is there.
  const broken = new CfnResource(stack, 'Broken', {
    type: 'AWS::Lambda::Function',
    properties: { Role: 'arn:aws:iam::000000000000:role/nobody', Runtime: 'nodejs24.x', Handler: 'index.handler', Code: { S3Bucket: 'no-such-bucket', S3Key: 'nothing' } },
  });
  broken.node.addDependency(migration);
}
