import { effectiveSecurityGroupIds, launchTemplateSecurityGroupIds, nodegroupSecurityGroupIds, nodegroupSubnetIds, selectNodegroups } from '../../src/cluster/survey';
import { surveyHandler } from '../../src/cluster/survey-handler';
import { shortList } from '../../src/words/short-list';
import { cluster, FakeReader, facts, nodegroup, request, subnet } from '../preflight/facts';

const survey = (changes = {}) => ({ ClusterName: 'prod', Nodegroups: undefined, Revision: undefined, ...changes });

beforeEach(() => {
  jest.spyOn(console, 'log').mockImplementation();
});

afterEach(() => {
  jest.restoreAllMocks();
});

test('subnets and security groups of all node groups come once each, sorted', () => {
  const known = cluster({
    nodegroups: [
      nodegroup('b', { subnetIds: ['subnet-2', 'subnet-1'], launchTemplateSecurityGroupIds: ['sg-2'] }),
      nodegroup('a', { subnetIds: ['subnet-1'], launchTemplateSecurityGroupIds: ['sg-2', 'sg-1'] }),
      nodegroup('c', { subnetIds: [] }),
    ],
  });
  expect(nodegroupSubnetIds(known)).toEqual(['subnet-1', 'subnet-2']);
  expect(nodegroupSecurityGroupIds(known)).toEqual(['sg-1', 'sg-2', 'sg-cluster']);
});

test('nodes whose launch template names no group carry the cluster\'s', () => {
  expect(effectiveSecurityGroupIds(cluster(), nodegroup('x'))).toEqual(['sg-cluster']);
});

test.each([
  [[], [], []],
  [[], ['sg-1'], ['sg-1']],
  [[{ groups: ['sg-2'] }, { groups: ['sg-3'] }], ['sg-1'], ['sg-2']],
  [[{ groups: [] }], ['sg-1'], ['sg-1']],
])('network interfaces %j and groups %j of a launch template give %j', (networkInterfaces, securityGroupIds, expected) => {
  expect(launchTemplateSecurityGroupIds({ networkInterfaces, securityGroupIds })).toEqual(expected);
});

test('all node groups are selected by default, else the named ones', () => {
  expect(selectNodegroups('prod', ['b', 'a'])).toEqual(['a', 'b']);
  expect(selectNodegroups('prod', ['b', 'a', 'c'], ['c', 'a', 'c'])).toEqual(['a', 'c']);
});

test('a node group that does not exist is an error that names those that do', () => {
  expect(() => selectNodegroups('prod', ['b', 'a'], ['a', 'x'])).toThrow('cluster "prod" has no managed node group "x"; it has a, b: correct `nodegroups`');
});

describe('a short list', () => {
  test('is whole where it fits', () => {
    expect(shortList(['a', 'b'], 4)).toBe('a, b');
  });

  test('says how many are left out and never takes more bytes than it may', () => {
    const items = Array.from({ length: 60 }, () => 'ü'.repeat(30));
    for (const limit of [40, 100, 500, 1000]) {
      const text = shortList(items, limit);
      const kept = text.split('ü'.repeat(30)).length - 1;
      expect(Buffer.byteLength(text)).toBeLessThanOrEqual(limit);
      expect(text).toMatch(new RegExp(`… and ${60 - kept} more, see the log$`));
    }
  });
});

describe('the survey', () => {
  test('reads the node groups that are asked for and answers with names and ids', async () => {
    const reader = new FakeReader(facts({ subnets: [subnet('subnet-a', { zone: 'z2' }), subnet('subnet-b', { zone: 'z1' })] }));
    expect(await surveyHandler(reader).apply(request('Create', survey({ Nodegroups: ['apps'] })))).toEqual({
      done: true,
      attributes: {
        clusterVersion: '1.27',
        issuer: 'https://oidc.eks.us-east-1.amazonaws.com/id/ABC',
        authenticationMode: 'CONFIG_MAP',
        clusterSecurityGroup: 'sg-cluster',
        vpcId: 'vpc-1',
        nodegroupNames: 'apps, system',
        subnetIds: 'subnet-a, subnet-b',
        securityGroupIds: 'sg-apps, sg-cluster',
        zones: 'z1, z2',
      },
    });
    expect(reader.asked[0]).toBe('cluster prod apps');
  });

  test('an update reads again', async () => {
    const reader = new FakeReader(facts());
    await surveyHandler(reader).apply(request('Update', survey({ Revision: '2' }), { oldProperties: survey() }));
    expect(reader.asked).toHaveLength(2);
  });

  test('a deletion reads nothing, twice', async () => {
    const reader = new FakeReader(facts());
    const handler = surveyHandler(reader);
    expect(await handler.remove(request('Delete', survey()))).toEqual({ done: true });
    expect(await handler.remove(request('Delete', survey()))).toEqual({ done: true });
    expect(reader.asked).toEqual([]);
  });

  test.each([[0, false], [61_000, true]])('a denial %d ms after the start fails: %s', async (elapsed, fails) => {
    const reader = new FakeReader(facts());
    reader.readCluster = () => Promise.reject(Object.assign(new Error('no'), { name: 'AccessDeniedException' }));
    const outcome = await surveyHandler(reader).apply(request('Create', survey(), { elapsed })).then(o => o.done, () => 'failed');
    expect(outcome).toBe(fails ? 'failed' : false);
  });

  test('stays far below 4096 bytes with 60 node groups of the longest names', async () => {
    const nodegroups = Array.from({ length: 60 }, (_, index) => nodegroup(`${index}`.padStart(63, 'n'), {
      subnetIds: [`subnet-${index}`.padEnd(24, '0')],
      launchTemplateSecurityGroupIds: [`sg-${index}`.padEnd(20, '0')],
    }));
    const outcome = await surveyHandler(new FakeReader(facts({ cluster: cluster({ nodegroups }) }))).apply(request('Create', survey()));
    const bytes = Buffer.byteLength(JSON.stringify(outcome));
    expect(bytes).toBeGreaterThan(1500);
    expect(bytes).toBeLessThan(2500);
    expect(outcome).toHaveProperty('attributes.nodegroupNames', expect.stringMatching(/and \d+ more, see the log$/));
  });

  test('properties survive the way through CloudFormation', () => {
    const handler = surveyHandler(new FakeReader(facts()));
    const parsed = handler.parse({ ServiceToken: 'x', ClusterName: 'prod', Nodegroups: ['a'], Revision: '' });
    expect(parsed).toEqual({ ClusterName: 'prod', Nodegroups: ['a'], Revision: undefined });
    expect(handler.identify(parsed)).toBe('karpenter-cluster-survey/prod');
    expect(() => handler.parse({})).toThrow(/ClusterName/);
  });
});
