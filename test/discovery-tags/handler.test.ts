import { cluster, FakeNetwork, nodegroup } from './fakes';
import { MAXIMUM_RESPONSE_BYTES, ResourceRequest } from '../../src/custom-resources/lifecycle';
import { DiscoveryTagsProperties } from '../../src/discovery-tags/contract';
import { discoveryTagsHandler } from '../../src/discovery-tags/handler';

const KEY = 'karpenter.sh/discovery';
const MARKER = 'cdk-karpenter-migration/prod';
const OURS = { [KEY]: 'prod', [MARKER]: KEY };
const RAW = { ClusterName: 'prod', SecurityGroupSource: 'nodegroups', TagKey: KEY, SeveralClusterSecurityGroups: 'false' };

const untouched = () => ({ 'subnet-a': { Name: 'a' }, 'subnet-b': {}, 'sg-cluster': {} });

function run(network: FakeNetwork, raw: Record<string, unknown> = RAW, elapsed = 600_000) {
  const handler = discoveryTagsHandler(network, network);
  const request = (type: 'Create' | 'Update' | 'Delete'): ResourceRequest<DiscoveryTagsProperties> => ({
    type, properties: handler.parse(raw), physicalId: 'id', stackId: 'stack', logicalId: 'logical', requestId: 'request', elapsed,
  });
  return {
    handler,
    create: () => handler.apply(request('Create')),
    update: () => handler.apply(request('Update')),
    remove: () => handler.remove(request('Delete')),
  };
}

let warnings: string[];
beforeEach(() => {
  warnings = [];
  jest.spyOn(console, 'warn').mockImplementation(line => void warnings.push(JSON.parse(line).message));
});
afterEach(() => jest.restoreAllMocks());

test('a creation tags what the node groups use and answers with the ids', async () => {
  const network = new FakeNetwork(untouched());
  expect(await run(network).create()).toEqual({ done: true, attributes: { subnetIds: 'subnet-a', securityGroupIds: 'sg-cluster', tagKey: KEY } });
  expect(network.snapshot()).toEqual({ 'subnet-a': { Name: 'a', ...OURS }, 'subnet-b': {}, 'sg-cluster': OURS });
});

test('a retired resource leaves tags as they are, and takes what a former one has put on away in the end', async () => {
  const network = new FakeNetwork(untouched());
  await run(network).create();
  const retired = run(network, { ...RAW, Retired: 'true' });
  network.calls.length = 0;
  expect(await retired.create()).toEqual({ done: true });
  expect(network.calls).toEqual([]);
  expect(await retired.remove()).toEqual({ done: true });
  expect(network.snapshot()).toEqual(untouched());
});

describe('what has gone since the deployment before', () => {
  const later = async (network: FakeNetwork, raw: Record<string, unknown> = RAW) => {
    const { handler } = run(network);
    const properties = handler.parse(raw);
    return handler.apply({
      type: 'Update', properties, oldProperties: properties, physicalId: 'id', stackId: 'stack', logicalId: 'l', requestId: 'r', elapsed: 600_000,
    });
  };

  test('a launch template: the security groups that are tagged stay so', async () => {
    const network = new FakeNetwork({ ...untouched(), 'sg-apps': {} });
    network.facts = cluster(nodegroup('apps', { launchTemplateSecurityGroupIds: ['sg-apps'] }));
    await run(network).create();
    network.facts = cluster(nodegroup('apps', { launchTemplateGone: true }));
    expect(await later(network)).toMatchObject({ done: true });
    expect(network.snapshot()['sg-apps']).toEqual(OURS);
    expect(warnings.join()).toContain('the launch template of node group apps was deleted');
  });

  test('a subnet that was named: the others stay tagged, where a first deployment or another choice is refused', async () => {
    const network = new FakeNetwork(untouched());
    const raw = { ...RAW, SubnetIds: ['subnet-a', 'subnet-gone'] };
    await expect(run(network, raw).create()).rejects.toThrow('"subnet-gone" does not exist');
    await expect(run(network, raw).update()).rejects.toThrow('"subnet-gone" does not exist');
    expect(await later(network, raw)).toMatchObject({ done: true });
    expect(network.snapshot()['subnet-a']).toEqual({ Name: 'a', ...OURS });
  });

  test('all node groups: the tags stay', async () => {
    const network = new FakeNetwork(untouched());
    await run(network).create();
    network.facts = cluster();
    expect(await later(network)).toEqual({ done: true, attributes: { subnetIds: 'subnet-a', securityGroupIds: 'sg-cluster', tagKey: KEY } });
    expect(network.snapshot()['subnet-a']).toEqual({ Name: 'a', ...OURS });
  });
});

test('tag and marker of all resources are set in one call, and taken off in one', async () => {
  const network = new FakeNetwork(untouched());
  await run(network).create();
  expect(network.requests).toEqual(['carrying', 'add subnet-a sg-cluster']);
  network.requests.length = 0;
  await run(network).remove();
  expect(network.requests).toEqual(['carrying', 'remove subnet-a sg-cluster']);
});

test('an update without change calls nothing', async () => {
  const network = new FakeNetwork(untouched());
  await run(network).create();
  network.calls.length = 0;
  await run(network).update();
  expect(network.calls).toEqual([]);
});

test('an update follows the node groups', async () => {
  const network = new FakeNetwork(untouched());
  await run(network).create();
  network.facts = cluster(nodegroup('apps', { subnetIds: ['subnet-b'] }));
  await run(network).update();
  expect(network.snapshot()).toEqual({ 'subnet-a': { Name: 'a' }, 'subnet-b': OURS, 'sg-cluster': OURS });
});

test('an update with another key finds the resources that carry the old one', async () => {
  const network = new FakeNetwork(untouched());
  await run(network).create();
  network.facts = cluster(nodegroup('apps', { subnetIds: ['subnet-b'] }));
  await run(network, { ...RAW, TagKey: 'team/karpenter' }).update();
  const ours = { 'team/karpenter': 'prod', [MARKER]: 'team/karpenter' };
  expect(network.snapshot()).toEqual({ 'subnet-a': { Name: 'a' }, 'subnet-b': ours, 'sg-cluster': ours });
});

test('the answer names what the user tagged before us, which Karpenter selects as well', async () => {
  const network = new FakeNetwork({ ...untouched(), 'subnet-b': { [KEY]: 'prod' } });
  expect(await run(network).create()).toMatchObject({ attributes: { subnetIds: 'subnet-a, subnet-b' } });
});

test('a creation that fails half-way is completed by the next call', async () => {
  const network = new FakeNetwork(untouched());
  network.failsAfter = 1;
  await expect(run(network).create()).rejects.toThrow('EC2 is not available');
  network.failsAfter = Infinity;
  await run(network).create();
  expect(network.calls).toEqual(['add subnet-a', 'add sg-cluster']);
});

test('a creation that fails half-way is undone by a deletion', async () => {
  const network = new FakeNetwork(untouched());
  network.failsAfter = 1;
  await expect(run(network).create()).rejects.toThrow();
  network.failsAfter = Infinity;
  await run(network).remove();
  expect(network.snapshot()).toEqual(untouched());
});

test('a deletion restores what was there, a second one does nothing', async () => {
  const network = new FakeNetwork(untouched());
  await run(network).create();
  expect(await run(network).remove()).toEqual({ done: true });
  expect(network.snapshot()).toEqual(untouched());
  network.calls.length = 0;
  await run(network).remove();
  expect(network.calls).toEqual([]);
});

test('a deletion works when the cluster is gone', async () => {
  const network = new FakeNetwork(untouched());
  await run(network).create();
  network.readCluster = () => Promise.reject(new Error('ResourceNotFoundException'));
  await run(network).remove();
  expect(network.snapshot()).toEqual(untouched());
});

test('a tag from before us survives', async () => {
  const network = new FakeNetwork({ 'subnet-a': { [KEY]: 'prod' }, 'sg-cluster': {} });
  await run(network).create();
  await run(network).remove();
  expect(network.snapshot()).toEqual({ 'subnet-a': { [KEY]: 'prod' }, 'sg-cluster': {} });
});

test('two clusters share subnets with a key each, and either can leave', async () => {
  const network = new FakeNetwork(untouched());
  await run(network).create();
  const blue = { ...RAW, ClusterName: 'blue', TagKey: 'blue/discovery' };
  await run(network, blue).create();
  await run(network).remove();
  expect(network.snapshot()['subnet-a']).toEqual({ 'Name': 'a', 'blue/discovery': 'blue', 'cdk-karpenter-migration/blue': 'blue/discovery' });
  await run(network, blue).remove();
  expect(network.snapshot()).toEqual(untouched());
});

test('a foreign value fails before anything is changed', async () => {
  const network = new FakeNetwork({ 'subnet-a': {}, 'sg-cluster': { [KEY]: 'blue' } });
  await expect(run(network).create()).rejects.toThrow('sg-cluster carries karpenter.sh/discovery=blue');
  expect(network.calls).toEqual([]);
});

describe('two security groups with the cluster\'s tag', () => {
  const tag = { 'kubernetes.io/cluster/prod': 'owned' };
  const network = () => new FakeNetwork(
    { 'subnet-a': {}, 'sg-1': { ...tag }, 'sg-2': { ...tag } }, cluster(nodegroup('apps', { launchTemplateSecurityGroupIds: ['sg-1', 'sg-2'] })),
  );

  test('fail before anything is changed', async () => {
    const untagged = network();
    await expect(run(untagged).create()).rejects.toThrow('security groups sg-1, sg-2 all carry kubernetes.io/cluster/prod');
    expect(untagged.calls).toEqual([]);
  });

  test('are tagged with a warning if that is accepted', async () => {
    const accepted = network();
    await run(accepted, { ...RAW, SeveralClusterSecurityGroups: 'true' }).create();
    expect(accepted.calls).toEqual(['add subnet-a', 'add sg-1', 'add sg-2']);
    expect(warnings).toEqual([expect.stringContaining('security groups sg-1, sg-2 all carry')]);
  });

  test('do not hide a foreign value when they are accepted', async () => {
    const both = network();
    await both.add(['subnet-a'], { [KEY]: 'blue' });
    await expect(run(both, { ...RAW, SeveralClusterSecurityGroups: 'true' }).create()).rejects.toThrow('subnet-a carries karpenter.sh/discovery=blue');
  });
});

test('node groups with different security groups are reported', async () => {
  const network = new FakeNetwork(
    { 'subnet-a': {}, 'sg-1': {}, 'sg-cluster': {} },
    cluster(nodegroup('apps', { launchTemplateSecurityGroupIds: ['sg-1'] }), nodegroup('system')),
  );
  await run(network).create();
  expect(warnings).toEqual([expect.stringContaining('apps has sg-1; system has sg-cluster')]);
});

test('a denial is waited out in the first minute and an error with a remedy afterwards', async () => {
  const network = new FakeNetwork(untouched());
  network.failsAfter = 0;
  network.failure = Object.assign(new Error('You are not authorized to perform this operation.'), { name: 'UnauthorizedOperation' });
  expect(await run(network, RAW, 10_000).create()).toMatchObject({ done: false, waitingFor: expect.stringContaining('rights') });
  await expect(run(network).create()).rejects.toThrow('subnet-a cannot be tagged, select by id with Discovery.ids(...) if another account shares it');
});

test('of several resources the one is named that may not be tagged, and the others are', async () => {
  const network = new FakeNetwork(untouched());
  const add = network.add.bind(network);
  network.add = async (ids, tags) => {
    if (ids.includes('sg-cluster')) {
      throw Object.assign(new Error('not yours'), { name: 'UnauthorizedOperation' });
    }
    return add(ids, tags);
  };
  await expect(run(network).create()).rejects.toThrow('sg-cluster cannot be tagged');
  expect(network.snapshot()['subnet-a']).toEqual({ Name: 'a', ...OURS });
});

test('a target that does not exist is an error', async () => {
  await expect(run(new FakeNetwork(untouched()), { ...RAW, SubnetIds: ['subnet-x'] }).create()).rejects.toThrow('"subnet-x" does not exist');
});

test('sixty node groups in sixty subnets with sixty security groups fit into a response', async () => {
  const ids = Array.from({ length: 60 }, (_, i) => `${i}`.padStart(17, '0'));
  const network = new FakeNetwork(
    Object.fromEntries(ids.flatMap(id => [[`subnet-${id}`, {}], [`sg-${id}`, {}]])),
    cluster(...ids.map(id => nodegroup(`group-${id}`, { subnetIds: [`subnet-${id}`], launchTemplateSecurityGroupIds: [`sg-${id}`] }))),
  );
  const outcome = await run(network, { ...RAW, TagKey: 'x'.repeat(127) }).create();
  expect(Buffer.byteLength(JSON.stringify(outcome))).toBeLessThan(MAXIMUM_RESPONSE_BYTES - 1200);
  expect(network.calls).toHaveLength(120);
});

test('the physical id follows from the cluster alone', () => {
  const { handler } = run(new FakeNetwork({}));
  expect(handler.identify(handler.parse({ ...RAW, TagKey: 'a', Revision: '2' }))).toBe('karpenter-discovery-tags/prod');
});

test.each([
  ['a missing cluster name', { ClusterName: undefined }, 'property ClusterName must be a non-empty string'],
  ['an unknown source', { SecurityGroupSource: 'vpc' }, 'property SecurityGroupSource must be one of nodegroups, cluster, launchTemplates, ids'],
  ['ids that are missing', { SecurityGroupSource: 'ids' }, 'property SecurityGroupIds must be a list'],
  ['a key that AWS reserves', { TagKey: 'aws:cloudformation' }, '"aws:cloudformation" cannot be a discovery tag'],
  ['a key that is too long', { TagKey: 'x'.repeat(128) }, 'it must have 1 to 127 characters'],
])('%s is refused', (_, overrides, message) => {
  expect(() => run(new FakeNetwork({}), { ...RAW, ...overrides }).handler.parse({ ...RAW, ...overrides })).toThrow(message);
});
