/**
 * A CDK app of the customer's own, which applies the whole ConfigMap aws-auth, as the platform teams of many do. The context value `variant`,
 * separated by commas, says what it has by now: `karpenter`, a role for Karpenter's nodes; `auditors`, somebody else who gets in.
 */
import { KubectlV27Layer } from '@aws-cdk/lambda-layer-kubectl-v27';
import { App, Stack } from 'aws-cdk-lib';
import * as eks from 'aws-cdk-lib/aws-eks';
import { NodeRole } from '../../src';

const app = new App();
const stack = new Stack(app, 'Platform', { env: { account: process.env.CDK_DEFAULT_ACCOUNT, region: process.env.CDK_DEFAULT_REGION } });
const cluster = eks.Cluster.fromClusterAttributes(stack, 'Cluster', {
  clusterName: app.node.tryGetContext('clusterName'),
  kubectlRoleArn: app.node.tryGetContext('kubectlRoleArn'),
  kubectlLayer: new KubectlV27Layer(stack, 'Kubectl'),
});
const variants: readonly string[] = (app.node.tryGetContext('variant') ?? '').split(',');
const nodes = (rolearn: string) => ({ rolearn, username: 'system:node:{{EC2PrivateDNSName}}', groups: ['system:bootstrappers', 'system:nodes'] });
const person = (role: string, username: string, group: string) => ({ rolearn: `arn:aws:iam::${stack.account}:role/${role}`, username, groups: [group] });
const mapRoles = [
  nodes(app.node.tryGetContext('nodegroupRoleArn')),
  person('platform', 'platform:{{SessionName}}', 'system:masters'),
  ...variants.includes('auditors') ? [person('auditors', 'auditor', 'auditors')] : [],
  ...variants.includes('karpenter') ? [nodes(new NodeRole(stack, 'KarpenterNodes', { roleName: app.node.tryGetContext('karpenterRoleName') }).roleArn)] : [],
];
new eks.KubernetesManifest(stack, 'AwsAuth', {
  cluster,
  overwrite: true,
  manifest: [{
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'aws-auth', namespace: 'kube-system' },
    data: { mapRoles: stack.toJsonString(mapRoles), mapUsers: '[]' },
  }],
});
