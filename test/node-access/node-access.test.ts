import { App, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as eks from 'aws-cdk-lib/aws-eks';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { isEntered, isMapped } from '../../src/node-access/authentication-mode';
import { AwsAuthRoleMapping } from '../../src/node-access/aws-auth-role-mapping';
import { NodeAccess } from '../../src/node-access/node-access';
import { NodeAccessEntry } from '../../src/node-access/node-access-entry';
import { MigrationStage } from '../../src/words/migration-stage';

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
    Kind: Match.absent(),
    Windows: Match.absent(),
    Revision: '2',
  });
});

describe.each([
  ['auto', NodeAccess.auto()],
  ['access-entry', NodeAccess.accessEntry()],
  ['aws-auth', NodeAccess.awsAuth()],
] as const)('the choice %s', (kind, access) => {
  test('is told to a mapping and to an access entry, each of which does its part', () => {
    const { stack, cluster, role } = scene();
    const made = access._bind(stack, { cluster: cluster('prod'), role, stage: MigrationStage.CUT_OVER, revision: '2' });
    const template = Template.fromStack(stack);
    const RoleArn = stack.resolve(role.roleArn);

    expect(made.map(part => part.constructor)).toEqual([NodeAccessEntry, AwsAuthRoleMapping]);
    expect(access._kind).toBe(kind);
    template.hasResourceProperties('Custom::KarpenterNodeAccess', { RoleArn, Kind: kind, Windows: Match.absent(), Revision: '2' });
    template.hasResourceProperties('Custom::KarpenterAccessEntry', { RoleArn, Kind: kind, Type: 'EC2_LINUX', Revision: 'CUT_OVER 2' });
  });
});

test.each([['auto', NodeAccess.auto], ['access-entry', NodeAccess.accessEntry], ['aws-auth', NodeAccess.awsAuth]])(
  'Windows nodes have a type and a group of their own with the choice %s', (_, choose) => {
    const { stack, cluster, role } = scene();
    choose({ windows: true })._bind(stack, { cluster: cluster('prod'), role, stage: MigrationStage.INSTALL });

    Template.fromStack(stack).hasResourceProperties('Custom::KarpenterNodeAccess', { Windows: true });
    Template.fromStack(stack).hasResourceProperties('Custom::KarpenterAccessEntry', { Type: 'EC2_WINDOWS' });
  });

test('NodeAccess.unmanaged makes nothing', () => {
  const { stack, cluster, role } = scene();

  expect(NodeAccess.unmanaged()._bind(stack, { cluster: cluster('prod'), role, stage: MigrationStage.INSTALL })).toEqual([]);
  expect(NodeAccess.unmanaged()._kind).toBe('unmanaged');
  Template.fromStack(stack).resourceCountIs('Custom::KarpenterNodeAccess', 0);
  Template.fromStack(stack).resourceCountIs('Custom::KarpenterAccessEntry', 0);
});

test('NodeAccess.unmanaged takes away, on removal, what another choice made, and lets nobody in', () => {
  const { stack, cluster, role } = scene();
  const migration = new Construct(stack, 'Migration');
  const context = { cluster: cluster('prod'), role, stage: MigrationStage.INSTALL };
  NodeAccess.unmanaged()._retire(new Construct(migration, 'Former'), migration, context);
  const before = scene();
  NodeAccess.auto()._bind(new Construct(before.stack, 'Migration'), { ...context, cluster: before.cluster('prod'), role: before.role });

  for (const [type, kind] of [['Custom::KarpenterNodeAccess', 'access-entry'], ['Custom::KarpenterAccessEntry', 'aws-auth']]) {
    const [made] = Object.values(Template.fromStack(before.stack).findResources(type));
    Template.fromStack(stack).hasResourceProperties(type, { Owner: made.Properties.Owner, Kind: kind });
  }
  expect(isMapped('access-entry', 'CONFIG_MAP') || isEntered('aws-auth', 'API')).toBe(false);
  expect(NodeAccess.auto()._retire(stack, migration, context)).toEqual([]);
});

test('two clusters in one stack have a function each', () => {
  const { stack, cluster, role } = scene();
  new AwsAuthRoleMapping(stack, 'One', { cluster: cluster('one'), role });
  new AwsAuthRoleMapping(stack, 'Two', { cluster: cluster('two'), role });

  const mappings = Object.values(Template.fromStack(stack).findResources('Custom::KarpenterNodeAccess'));
  expect(mappings.map(mapping => mapping.Properties.ClusterName as string)).toEqual(['one', 'two']);
  expect(new Set(mappings.map(mapping => JSON.stringify(mapping.Properties.KubernetesFunction))).size).toBe(2);
});
