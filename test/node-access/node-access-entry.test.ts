import { CfnParameter } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import { NodeAccess } from '../../src/node-access/node-access';
import { NodeAccessEntry, NodeAccessEntryOptions } from '../../src/node-access/node-access-entry';
import { MigrationStage } from '../../src/words/migration-stage';
import { Call, isAllowed } from '../iam/evaluate';
import { rendered } from '../iam/rendered';
import { importCluster, testStack } from '../iam/stack';

const ROLE = 'arn:aws:iam::111111111111:role/team/nodes';
const CLUSTER = 'arn:aws:eks:us-east-1:111111111111:cluster/prod';
const ENTRY = 'arn:aws:eks:us-east-1:111111111111:access-entry/prod/role/111111111111/nodes/0a0a0a0a';
const OWNER = 'cdk-karpenter-migration/owner';

function make(options: Partial<NodeAccessEntryOptions> = {}) {
  const stack = testStack();
  const role = iam.Role.fromRoleArn(stack, 'Role', ROLE);
  new NodeAccessEntry(stack, 'Entry', { cluster: importCluster(stack), role, ...options });
  return { stack, template: Template.fromStack(stack) };
}

test('an entry asks the function that needs AWS only', () => {
  const { template } = make({ revision: '2' });
  template.hasResourceProperties('Custom::KarpenterAccessEntry', {
    ServiceToken: { 'Fn::GetAtt': [Match.stringLikeRegexp('^KarpenterMigrationAws'), 'Arn'] },
    ClusterName: 'prod',
    RoleArn: ROLE,
    Type: 'EC2_LINUX',
    Owner: 'Test/Entry',
    Kind: 'access-entry',
    Revision: '2',
  });
  template.resourceCountIs('AWS::EKS::AccessEntry', 0);
});

test('an entry for Windows nodes has their type', () => {
  make({ windows: true }).template.hasResourceProperties('Custom::KarpenterAccessEntry', { Type: 'EC2_WINDOWS' });
});

test('names that are known only in the deployment are taken', () => {
  const stack = testStack();
  const parameter = (id: string) => new CfnParameter(stack, id).valueAsString;
  const role = iam.Role.fromRoleArn(stack, 'Role', parameter('RoleArn'));
  new NodeAccessEntry(stack, 'Entry', { cluster: importCluster(stack, { clusterName: parameter('Name') }), role });
  Template.fromStack(stack).hasResourceProperties('Custom::KarpenterAccessEntry', { ClusterName: { Ref: 'Name' }, RoleArn: { Ref: 'RoleArn' } });
});

test('its policy is there before it and is not what the function waits for, so that it may name a role that is made late', () => {
  const { template } = make();
  const [policy] = Object.entries(template.findResources('AWS::IAM::Policy')).filter(([, { Properties }]) => /AccessEntry/.test(JSON.stringify(Properties.PolicyDocument)));
  const [entry] = Object.values(template.findResources('Custom::KarpenterAccessEntry'));
  expect(entry.DependsOn).toContain(policy[0]);
  expect(JSON.stringify(template.findResources('AWS::Lambda::Function'))).not.toContain(policy[0]);
});

/** What the function may do for an entry: its policy, without what every resource of the function needs. */
function policyOf(template: Template): unknown {
  const found = Object.values(template.findResources('AWS::IAM::Policy')).map(({ Properties }) => Properties.PolicyDocument)
    .filter(document => JSON.stringify(document).includes('AccessEntries'));
  expect(found).toHaveLength(1);
  return rendered(template, found[0]);
}

const create = (changes: Record<string, string | string[]> = {}, resource = CLUSTER): Call => ({
  action: 'eks:CreateAccessEntry',
  resource,
  context: { 'eks:principalArn': ROLE, 'eks:accessEntryType': 'EC2_LINUX', 'aws:TagKeys': [OWNER], [`aws:RequestTag/${OWNER}`]: 'x', ...changes },
});
const remove = (tags: Record<string, string>, resource = ENTRY): Call => ({ action: 'eks:DeleteAccessEntry', resource, context: tags });
const tag = (keys: string[], resource = ENTRY): Call => ({ action: 'eks:TagResource', resource, context: keys.length > 0 ? { 'aws:TagKeys': keys } : {} });
const pass = (role: string, service?: string): Call =>
  ({ action: 'iam:PassRole', resource: role, context: service ? { 'iam:PassedToService': service } : {} });

describe('the function', () => {
  const policy = policyOf(make().template);

  test.each<[string, Call]>([
    ['list the cluster\'s entries', { action: 'eks:ListAccessEntries', resource: CLUSTER }],
    ['describe one', { action: 'eks:DescribeAccessEntry', resource: ENTRY }],
    ['make the role\'s', create()],
    ['make it of the other type for nodes', create({ 'eks:accessEntryType': 'EC2_WINDOWS' })],
    ['tag it with its owner', tag([OWNER])],
    ['delete one of ours', remove({ [`aws:ResourceTag/${OWNER}`]: 'whoever' })],
    ['look at the role', { action: 'iam:GetRole', resource: ROLE }],
    ['pass the role to EC2', pass(ROLE, 'ec2.amazonaws.com')],
    ['pass it to EKS', pass(ROLE, 'eks.amazonaws.com')],
    ['pass it where EKS does not say to whom', pass(ROLE)],
  ])('may %s', async (_, call) => {
    expect(await isAllowed(policy, call)).toBe(true);
  });

  test.each<[string, Call]>([
    ['make an entry for another role', create({ 'eks:principalArn': 'arn:aws:iam::111111111111:role/admin' })],
    ['make one for people', create({ 'eks:accessEntryType': 'STANDARD' })],
    ['make one in another cluster', create({}, CLUSTER.replace('prod', 'test'))],
    ['tag an entry otherwise', tag([OWNER, 'team'])],
    ['tag one with nothing', tag([])],
    ['tag one of another cluster', tag([OWNER], ENTRY.replace('prod', 'test'))],
    ['tag the cluster', tag([OWNER], CLUSTER)],
    ['delete an entry without our tag', remove({ 'aws:ResourceTag/team': 'platform' })],
    ['delete one of another cluster', remove({ [`aws:ResourceTag/${OWNER}`]: 'x' }, ENTRY.replace('prod', 'test'))],
    ['change an entry', { action: 'eks:UpdateAccessEntry', resource: ENTRY }],
    ['give an entry a policy', { action: 'eks:AssociateAccessPolicy', resource: ENTRY }],
    ['change the mode', { action: 'eks:UpdateClusterConfig', resource: CLUSTER }],
    ['look at another role', { action: 'iam:GetRole', resource: 'arn:aws:iam::111111111111:role/admin' }],
    ['pass another role', pass('arn:aws:iam::111111111111:role/admin', 'ec2.amazonaws.com')],
    ['pass the role to Lambda', pass(ROLE, 'lambda.amazonaws.com')],
  ])('may not %s', async (_, call) => {
    expect(await isAllowed(policy, call)).toBe(false);
  });

  test('may only take away what a former choice made, where the choice is aws-auth', async () => {
    const stack = testStack();
    const cluster = importCluster(stack, { kubectlRoleArn: 'arn:aws:iam::111111111111:role/kubectl' });
    NodeAccess.awsAuth()._bind(stack, { cluster, role: iam.Role.fromRoleArn(stack, 'Role', ROLE), stage: MigrationStage.INSTALL });
    const former = policyOf(Template.fromStack(stack));
    expect(await isAllowed(former, remove({ [`aws:ResourceTag/${OWNER}`]: 'x' }))).toBe(true);
    for (const call of [create(), tag([OWNER]), pass(ROLE, 'ec2.amazonaws.com')]) {
      expect(await isAllowed(former, call)).toBe(false);
    }
  });
});
