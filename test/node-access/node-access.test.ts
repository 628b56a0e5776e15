import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as eks from 'aws-cdk-lib/aws-eks';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { AwsAuthRoleMapping } from '../../src/node-access/aws-auth-role-mapping';
import { NodeAccess } from '../../src/node-access/node-access';

function scene() {
  const stack = new Stack(new App({ context: { 'aws:cdk:disable-asset-staging': true } }), 'Test', { env: { account: '111111111111', region: 'us-east-1' } });
  const cluster = (name: string) => eks.Cluster.fromClusterAttributes(stack, name, {
    clusterName: name,
    kubectlRoleArn: `arn:aws:iam::111111111111:role/kubectl-${name}`,
    kubectlLayer: lambda.LayerVersion.fromLayerVersionArn(stack, `Kubectl-${name}`, 'arn:aws:lambda:us-east-1:111111111111:layer:kubectl:1'),
  });
  const role = new iam.Role(stack, 'NodeRole', { assumedBy: new iam.ServicePrincipal('ec2.amazonaws.com') });
  return { stack, cluster, role };
}

test('a mapping asks the Kubernetes function for one entry', () => {
  const { stack, cluster, role } = scene();
  new AwsAuthRoleMapping(stack, 'Mapping', { cluster: cluster('prod'), role, revision: '2' });

  Template.fromStack(stack).hasResourceProperties('Custom::KarpenterNodeAccess', {
    ClusterName: 'prod',
    KubectlRoleArn: 'arn:aws:iam::111111111111:role/kubectl-prod',
    RoleArn: { 'Fn::GetAtt': [stack.getLogicalId(role.node.defaultChild as iam.CfnRole), 'Arn'] },
    Owner: 'Test/Mapping',
    Revision: '2',
    ServiceTimeout: '3600',
  });
});

test('NodeAccess.awsAuth makes a mapping', () => {
  const { stack, cluster, role } = scene();
  const made = NodeAccess.awsAuth()._bind(stack, { cluster: cluster('prod'), role });

  expect(made).toBeInstanceOf(AwsAuthRoleMapping);
  expect(NodeAccess.awsAuth()._kind).toBe('aws-auth');
  Template.fromStack(stack).resourceCountIs('Custom::KarpenterNodeAccess', 1);
});

test('NodeAccess.unmanaged makes nothing', () => {
  const { stack, cluster, role } = scene();

  expect(NodeAccess.unmanaged()._bind(stack, { cluster: cluster('prod'), role })).toBeUndefined();
  expect(NodeAccess.unmanaged()._kind).toBe('unmanaged');
  Template.fromStack(stack).resourceCountIs('Custom::KarpenterNodeAccess', 0);
});

test('two clusters in one stack have a function each', () => {
  const { stack, cluster, role } = scene();
  new AwsAuthRoleMapping(stack, 'One', { cluster: cluster('one'), role });
  new AwsAuthRoleMapping(stack, 'Two', { cluster: cluster('two'), role });

  const mappings = Object.values(Template.fromStack(stack).findResources('Custom::KarpenterNodeAccess'));
  expect(mappings.map(mapping => mapping.Properties.ClusterName as string)).toEqual(['one', 'two']);
  expect(new Set(mappings.map(mapping => JSON.stringify(mapping.Properties.ServiceToken))).size).toBe(2);
});
