import { CfnParameter } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { DISCOVERY_TAG_KEY } from '../../src/discovery-tags/contract';
import { Discovery } from '../../src/discovery-tags/discovery';
import { DiscoveryTags, DiscoveryTagsOptions } from '../../src/discovery-tags/discovery-tags';
import { SecurityGroupSource, SubnetSource } from '../../src/discovery-tags/sources';
import { isAllowed } from '../iam/evaluate';
import { rendered } from '../iam/rendered';
import { importCluster, testStack } from '../iam/stack';

const TYPE = 'Custom::KarpenterDiscoveryTags';
const MARKER = 'cdk-karpenter-migration/prod';

function make(options: DiscoveryTagsOptions = {}) {
  const stack = testStack();
  const tags = new DiscoveryTags(stack, 'Tags', { cluster: importCluster(stack), ...options });
  return { stack, tags, template: Template.fromStack(stack) };
}

test('the defaults are the guide\'s key, all node groups, and the groups that their nodes carry', () => {
  const { tags, template } = make();
  expect(tags.tagKey).toBe('karpenter.sh/discovery');
  template.hasResourceProperties(TYPE, {
    ClusterName: 'prod',
    TagKey: 'karpenter.sh/discovery',
    SecurityGroupSource: 'nodegroups',
    SeveralClusterSecurityGroups: false,
    NodegroupNames: Match.absent(),
    SubnetIds: Match.absent(),
    SecurityGroupIds: Match.absent(),
    Revision: Match.absent(),
  });
});

test('everything can be chosen', () => {
  make({
    tagKey: 'team/karpenter',
    nodegroups: ['apps'],
    subnets: SubnetSource.ids('subnet-1', 'subnet-2'),
    securityGroups: SecurityGroupSource.ids('sg-1'),
    allowSeveralClusterSecurityGroups: true,
    revision: '2',
  }).template.hasResourceProperties(TYPE, {
    TagKey: 'team/karpenter',
    NodegroupNames: ['apps'],
    SubnetIds: ['subnet-1', 'subnet-2'],
    SecurityGroupSource: 'ids',
    SecurityGroupIds: ['sg-1'],
    SeveralClusterSecurityGroups: true,
    Revision: '2',
  });
});

test.each([
  ['cluster', SecurityGroupSource.cluster()],
  ['launchTemplates', SecurityGroupSource.launchTemplates()],
  ['nodegroups', SecurityGroupSource.nodegroups()],
])('the security groups can come from %s', (kind, securityGroups) => {
  make({ securityGroups, subnets: SubnetSource.nodegroups() }).template.hasResourceProperties(TYPE, { SecurityGroupSource: kind });
});

test.each<[string, () => unknown, string]>([
  ['an empty key', () => make({ tagKey: '' }), '"" cannot be the key of the discovery tag: it must have 1 to 127 characters'],
  ['a key of 128 characters', () => make({ tagKey: 'x'.repeat(128) }), 'it must have 1 to 127 characters'],
  ['a key with a space', () => make({ tagKey: 'a b' }), 'it may hold letters, digits and _ . : / = + - @'],
  ['a key of AWS', () => make({ tagKey: 'AWS:x' }), 'AWS and Karpenter reserve aws: and aws-ids'],
  ['Karpenter\'s key for ids', () => make({ tagKey: 'aws-ids' }), 'AWS and Karpenter reserve aws: and aws-ids'],
  ['our own marker', () => make({ tagKey: MARKER }), 'is what we remember our tags by'],
  ['an empty list of node groups', () => make({ nodegroups: [] }), '`nodegroups` is empty'],
  ['no subnet', () => SubnetSource.ids(), 'at least one subnet id is needed'],
  ['a subnet that is none', () => SubnetSource.ids('subnet-1', 'sg-1', 'vpc-1'), '"sg-1", "vpc-1" cannot be subnet ids'],
  ['no security group', () => SecurityGroupSource.ids(), 'at least one security group id is needed'],
  ['a security group that is none', () => SecurityGroupSource.ids('default'), '"default" cannot be security group ids'],
  ['ids in capitals', () => Discovery.ids({ subnetIds: ['subnet-A'], securityGroupIds: ['sg-1'] }), '"subnet-A" cannot be subnet ids'],
  ['a selection without groups', () => Discovery.ids({ subnetIds: ['subnet-1'], securityGroupIds: [] }), 'at least one security group id is needed'],
])('%s is refused', (_, attempt, message) => {
  expect(attempt).toThrow(message);
});

describe('discovery by tags', () => {
  test('selects by the cluster\'s name and brings the tags', () => {
    const stack = testStack();
    const { network, subnetIds, securityGroupIds, tags } = Discovery.tags()._bind(stack, { cluster: importCluster(stack), nodegroups: ['apps'], revision: '1' });
    expect(network).toEqual({ tag: { key: 'karpenter.sh/discovery', value: 'prod' } });
    expect(tags).toBeInstanceOf(DiscoveryTags);
    expect([subnetIds, securityGroupIds]).toEqual([tags!.subnetIds, tags!.securityGroupIds]);
    Template.fromStack(stack).hasResourceProperties(TYPE, { TagKey: DISCOVERY_TAG_KEY, NodegroupNames: ['apps'], Revision: '1' });
  });

  test('selects by the key that it tags with', () => {
    const stack = testStack();
    const discovery = Discovery.tags({ key: 'team/karpenter', securityGroups: SecurityGroupSource.cluster(), subnets: SubnetSource.ids('subnet-1') });
    expect(discovery._bind(stack, { cluster: importCluster(stack) }).network).toEqual({ tag: { key: 'team/karpenter', value: 'prod' } });
    Template.fromStack(stack).hasResourceProperties(TYPE, { TagKey: 'team/karpenter', SecurityGroupSource: 'cluster', SubnetIds: ['subnet-1'] });
  });
});

describe('discovery by ids', () => {
  test('selects them and tags nothing', () => {
    const stack = testStack();
    const discovery = Discovery.ids({ subnetIds: ['subnet-1', 'subnet-2'], securityGroupIds: ['sg-1'] });
    expect(discovery._bind(stack, { cluster: importCluster(stack) })).toEqual({
      network: { subnetIds: ['subnet-1', 'subnet-2'], securityGroupIds: ['sg-1'] }, subnetIds: 'subnet-1,subnet-2', securityGroupIds: 'sg-1',
    });
    expect(stack.node.findAll().filter(child => child instanceof DiscoveryTags)).toEqual([]);
  });

  test('takes ids that are known only in the deployment', () => {
    const stack = testStack();
    const list = new CfnParameter(stack, 'Subnets', { type: 'List<AWS::EC2::Subnet::Id>' }).valueAsList;
    const id = new CfnParameter(stack, 'Group').valueAsString;
    const { subnetIds, securityGroupIds } = Discovery.ids({ subnetIds: list, securityGroupIds: [id, 'sg-2'] })
      ._bind(stack, { cluster: importCluster(stack) });
    expect(stack.resolve(subnetIds)).toEqual({ 'Fn::Join': [',', { Ref: 'Subnets' }] });
    expect(stack.resolve(securityGroupIds)).toEqual({ 'Fn::Join': ['', [{ Ref: 'Group' }, ',sg-2']] });
  });
});

describe('what will be selected, as a look ahead sees it', () => {
  const sources = (discovery: Discovery) => {
    const { tagKey, subnets, securityGroups } = discovery._network();
    return [tagKey, subnets?._ids, securityGroups?._kind, securityGroups?._ids];
  };

  test('is the default key and the node groups\' network', () => {
    expect(sources(Discovery.tags())).toEqual([DISCOVERY_TAG_KEY, undefined, undefined, undefined]);
  });

  test('is what the tagging says', () => {
    const discovery = Discovery.tags({ key: 'k', subnets: SubnetSource.ids('subnet-1'), securityGroups: SecurityGroupSource.cluster() });
    expect(sources(discovery)).toEqual(['k', ['subnet-1'], 'cluster', undefined]);
  });

  test('is the ids and no key where nothing is tagged', () => {
    expect(sources(Discovery.ids({ subnetIds: ['subnet-1'], securityGroupIds: ['sg-1', 'sg-2'] })))
      .toEqual([undefined, ['subnet-1'], 'ids', ['sg-1', 'sg-2']]);
  });

  test('is a list that is known only in the deployment, unspread', () => {
    const list = new CfnParameter(testStack(), 'Subnets', { type: 'List<AWS::EC2::Subnet::Id>' }).valueAsList;
    expect(Discovery.ids({ subnetIds: list, securityGroupIds: ['sg-1'] })._network().subnets?._ids).toBe(list);
  });
});

test('tags that a former choice has put on are taken away with the resource, which puts on none and may not', async () => {
  const stack = testStack();
  const [retired] = Discovery.ids({ subnetIds: ['subnet-1'], securityGroupIds: ['sg-1'] })._retire(stack, { cluster: importCluster(stack) });
  const template = Template.fromStack(stack);
  template.hasResourceProperties(TYPE, { ClusterName: 'prod', Retired: true });
  expect(JSON.stringify(template.toJSON())).not.toContain('ec2:CreateTags');
  expect(JSON.stringify(template.findResources('AWS::IAM::Policy'))).toContain('ec2:DeleteTags');
  expect(retired).toBeInstanceOf(DiscoveryTags);
  expect(Discovery.tags()._retire(stack, { cluster: importCluster(stack, { id: 'Other' }) })).toEqual([]);
});

test('two clusters of one stack have tags each', () => {
  const stack = testStack();
  for (const name of ['blue', 'green']) {
    new DiscoveryTags(stack, `${name}Tags`, { cluster: importCluster(stack, { id: name, clusterName: name }), tagKey: `${name}/karpenter` });
  }
  Template.fromStack(stack).resourceCountIs(TYPE, 2);
});

describe.each(['literal', 'token'])('the function\'s rights for a cluster whose name is a %s', (kind) => {
  const stack = testStack();
  const clusterName = kind === 'token' ? new CfnParameter(stack, 'ClusterName').valueAsString : 'prod';
  new DiscoveryTags(stack, 'Tags', { cluster: importCluster(stack, { clusterName }) });
  const template = Template.fromStack(stack);
  const policies = Object.entries(template.findResources('AWS::IAM::Policy'))
    .filter(([id]) => /^KarpenterMigrationAwsFor/.test(id)).map(([, { Properties }]) => Properties);
  const waiters = Object.keys(template.findResources('AWS::StepFunctions::StateMachine')).map(id => [id, `arn:aws:states:us-east-1:111111111111:stateMachine:${id}`]);
  const document = { Version: '2012-10-17', Statement: policies.flatMap(({ PolicyDocument }) => rendered(template, PolicyDocument, { ClusterName: 'prod', ...Object.fromEntries(waiters) }).Statement) };

  const subnet = 'arn:aws:ec2:us-east-1:111111111111:subnet/subnet-1';
  const group = 'arn:aws:ec2:us-east-1:111111111111:security-group/sg-1';
  const keys = (...names: string[]) => ({ 'aws:TagKeys': names });
  const marked = { [`aws:ResourceTag/${MARKER}`]: DISCOVERY_TAG_KEY };

  test.each([
    ['tagging a subnet', 'ec2:CreateTags', subnet, keys(DISCOVERY_TAG_KEY, MARKER)],
    ['tagging a security group', 'ec2:CreateTags', group, keys(DISCOVERY_TAG_KEY, MARKER)],
    ['rewriting the marker', 'ec2:CreateTags', subnet, keys(MARKER)],
    ['removing tags that are marked as ours', 'ec2:DeleteTags', subnet, { ...keys(DISCOVERY_TAG_KEY, MARKER), ...marked }],
    ['removing an earlier key', 'ec2:DeleteTags', group, { ...keys('earlier/key'), ...marked }],
    ['reading subnets', 'ec2:DescribeSubnets', '*', {}],
    ['reading security groups', 'ec2:DescribeSecurityGroups', '*', {}],
    ['reading launch templates', 'ec2:DescribeLaunchTemplateVersions', '*', {}],
    ['reading the cluster', 'eks:DescribeCluster', 'arn:aws:eks:us-east-1:111111111111:cluster/prod', {}],
    ['listing its node groups', 'eks:ListNodegroups', 'arn:aws:eks:us-east-1:111111111111:cluster/prod', {}],
    ['reading its node groups', 'eks:DescribeNodegroup', 'arn:aws:eks:us-east-1:111111111111:nodegroup/prod/apps/uuid', {}],
  ])('allow %s', async (_, action, resource, context) => {
    expect(await isAllowed(document, { action, resource, context })).toBe(true);
  });

  test.each([
    ['another tag', 'ec2:CreateTags', subnet, keys(DISCOVERY_TAG_KEY, 'kubernetes.io/role/elb')],
    ['an instance', 'ec2:CreateTags', 'arn:aws:ec2:us-east-1:111111111111:instance/i-1', keys(DISCOVERY_TAG_KEY)],
    ['a subnet of another account', 'ec2:CreateTags', 'arn:aws:ec2:us-east-1:222222222222:subnet/subnet-1', keys(DISCOVERY_TAG_KEY)],
    ['removing tags from a resource that is not marked', 'ec2:DeleteTags', subnet, keys(DISCOVERY_TAG_KEY)],
    ['removing all tags in one call', 'ec2:DeleteTags', subnet, marked],
    ['another cluster', 'eks:DescribeCluster', 'arn:aws:eks:us-east-1:111111111111:cluster/blue', {}],
  ])('deny %s', async (_, action, resource, context) => {
    expect(await isAllowed(document, { action, resource, context })).toBe(false);
  });
});
