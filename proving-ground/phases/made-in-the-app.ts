/**
 * An app that makes its cluster, whose aws-auth CDK renders as a whole, and migrates it in the same stack. The context value `variant`, separated
 * by commas, says what differs: `alone`, without the migration; `auditors`, somebody else gets in.
 */
import { KubectlV27Layer } from '@aws-cdk/lambda-layer-kubectl-v27';
import { App, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as eks from 'aws-cdk-lib/aws-eks';
import * as iam from 'aws-cdk-lib/aws-iam';
import { KarpenterMigration } from '../../src';

const app = new App();
const stack = new Stack(app, 'Karpenter', { env: { account: process.env.CDK_DEFAULT_ACCOUNT, region: process.env.CDK_DEFAULT_REGION } });
const variants: readonly string[] = (app.node.tryGetContext('variant') ?? '').split(',');
const vpc = ec2.Vpc.fromVpcAttributes(stack, 'Vpc', {
  vpcId: app.node.tryGetContext('vpcId'),
  availabilityZones: ['a', 'b', 'c'].map(zone => `${process.env.CDK_DEFAULT_REGION}${zone}`),
  privateSubnetIds: app.node.tryGetContext('privateSubnetIds').split(','),
});
const cluster = new eks.Cluster(stack, 'Cluster', {
  clusterName: app.node.tryGetContext('clusterName'),
  version: eks.KubernetesVersion.V1_27,
  kubectlLayer: new KubectlV27Layer(stack, 'Kubectl'),
  vpc,
  vpcSubnets: [{ subnets: vpc.privateSubnets }],
  securityGroup: ec2.SecurityGroup.fromSecurityGroupId(stack, 'ControlPlane', app.node.tryGetContext('securityGroupId')),
  endpointAccess: eks.EndpointAccess.PUBLIC,
  // Its node groups are made elsewhere.
  defaultCapacity: 0,
  mastersRole: new iam.Role(stack, 'Platform', { assumedBy: new iam.AccountRootPrincipal() }),
});
cluster.awsAuth.addRoleMapping(iam.Role.fromRoleArn(stack, 'Nodes', app.node.tryGetContext('nodeRoleArn')), {
  username: 'system:node:{{EC2PrivateDNSName}}', groups: ['system:bootstrappers', 'system:nodes'],
});
if (variants.includes('auditors')) {
  cluster.awsAuth.addRoleMapping(new iam.Role(stack, 'Auditors', { assumedBy: new iam.AccountRootPrincipal() }), { username: 'auditor', groups: ['auditors'] });
}
if (!variants.includes('alone')) {
  new KarpenterMigration(stack, 'Migration', { cluster, stage: app.node.tryGetContext('stage') });
}
