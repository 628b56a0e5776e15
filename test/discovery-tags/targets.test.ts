import { cluster, nodegroup } from './fakes';
import { DiscoveryTagsProperties } from '../../src/discovery-tags/contract';
import { targets } from '../../src/discovery-tags/targets';

function properties(overrides: Partial<DiscoveryTagsProperties> = {}): DiscoveryTagsProperties {
  return {
    ClusterName: 'prod', SecurityGroupSource: 'nodegroups', TagKey: 'karpenter.sh/discovery', SeveralClusterSecurityGroups: false, ...overrides,
  };
}

const facts = cluster(
  nodegroup('apps', { subnetIds: ['subnet-a', 'subnet-b'], launchTemplateSecurityGroupIds: ['sg-1', 'sg-2'] }),
  nodegroup('batch', { subnetIds: ['subnet-b', 'subnet-c'], launchTemplateSecurityGroupIds: ['sg-2', 'sg-1'] }),
  nodegroup('system', { subnetIds: ['subnet-d'] }),
);

test.each<[string, Partial<DiscoveryTagsProperties>, string[], string[]]>([
  ['every node group\'s subnets, and the groups that its nodes carry', {}, ['subnet-a', 'subnet-b', 'subnet-c', 'subnet-d'], ['sg-1', 'sg-2', 'sg-cluster']],
  ['given subnets', { SubnetIds: ['subnet-x'] }, ['subnet-x'], ['sg-1', 'sg-2', 'sg-cluster']],
  ['the cluster\'s group', { SubnetIds: ['subnet-x'], SecurityGroupSource: 'cluster' }, ['subnet-x'], ['sg-cluster']],
  ['the launch templates\' groups', { SubnetIds: ['subnet-x'], SecurityGroupSource: 'launchTemplates' }, ['subnet-x'], ['sg-1', 'sg-2']],
  ['given groups', { SubnetIds: ['subnet-x'], SecurityGroupSource: 'ids', SecurityGroupIds: ['sg-9'] }, ['subnet-x'], ['sg-9']],
])('the targets are %s', (_, overrides, subnetIds, securityGroupIds) => {
  expect(targets(facts, properties(overrides))).toMatchObject({ subnetIds, securityGroupIds });
});

test('node groups that differ in their security groups are reported by name', () => {
  expect(targets(facts, properties()).notes).toEqual([
    'node groups have different security groups and nodes of Karpenter get all of them: apps has sg-1, sg-2; batch has sg-1, sg-2; system has sg-cluster',
  ]);
});

test('the order of security groups makes no difference', () => {
  expect(targets(cluster(...facts.nodegroups.slice(0, 2)), properties()).notes).toEqual([]);
});

test('node groups without launch template are reported when only launch templates count', () => {
  expect(targets(facts, properties({ SecurityGroupSource: 'launchTemplates' })).notes)
    .toEqual(['node group system has no launch template with security groups and does not count']);
});

test.each<[string, Partial<DiscoveryTagsProperties>, string]>([
  ['no node group and no subnets', {}, 'has no managed node group to take subnets from'],
  ['no node group and no security groups', { SubnetIds: ['subnet-x'] }, 'has no managed node group to take security groups from'],
  ['no launch template with groups', { SubnetIds: ['subnet-x'], SecurityGroupSource: 'launchTemplates' }, 'no launch template of cluster "prod" names a security group'],
])('%s is an error with a remedy', (_, overrides, message) => {
  expect(() => targets(cluster(), properties(overrides))).toThrow(message);
});
