import { FakeNetwork } from './fakes';
import { Change, planApply, planRemove, refusal } from '../../src/discovery-tags/plan';

const KEY = 'karpenter.sh/discovery';
const MARKER = 'cdk-karpenter-migration/prod';
const discovery = { clusterName: 'prod', tagKey: KEY };
const wanted = { subnetIds: ['subnet-a', 'subnet-b'], securityGroupIds: ['sg-a'] };

type State = Record<string, Record<string, string>>;

/** What is on the targets before us, and who put it there. */
const before: [string, State][] = [
  ['nothing', { 'subnet-a': {}, 'subnet-b': {}, 'sg-a': {} }],
  ['other tags', { 'subnet-a': { Name: 'a' }, 'subnet-b': { 'kubernetes.io/cluster/prod': 'shared' }, 'sg-a': { Name: 'nodes' } }],
  ['the tag on one of them', { 'subnet-a': { [KEY]: 'prod' }, 'subnet-b': {}, 'sg-a': {} }],
  ['the tag on all of them', { 'subnet-a': { [KEY]: 'prod' }, 'subnet-b': { [KEY]: 'prod' }, 'sg-a': { [KEY]: 'prod' } }],
  ['the tag on a bystander', { 'subnet-a': {}, 'subnet-b': {}, 'sg-a': {}, 'subnet-z': { [KEY]: 'prod' } }],
  ['another cluster\'s migration', {
    'subnet-a': { 'other/key': 'blue', 'cdk-karpenter-migration/blue': 'other/key' },
    'subnet-b': {},
    'sg-a': {},
    'subnet-z': { [KEY]: 'blue', 'cdk-karpenter-migration/blue': KEY },
  }],
];

async function perform(network: FakeNetwork, changes: readonly Change[]): Promise<void> {
  for (const { action, id, tags } of changes) {
    await network[action]([id], tags);
  }
}

describe.each(before)('with %s before', (_, state) => {
  const plan = planApply(discovery, wanted, new FakeNetwork(state).all());

  test('all targets carry the tag afterwards, and nothing else is touched', async () => {
    const network = new FakeNetwork(structuredClone(state));
    await perform(network, plan.changes);
    const after = network.snapshot();
    for (const [id, tags] of Object.entries(after)) {
      const { [KEY]: tag, [MARKER]: marker, ...others } = tags;
      const isTarget = [...wanted.subnetIds, ...wanted.securityGroupIds].includes(id);
      expect(tag).toBe(isTarget ? 'prod' : state[id][KEY]);
      expect(marker).toBe(isTarget && state[id][KEY] === undefined ? KEY : undefined);
      const { [KEY]: ignored, ...othersBefore } = state[id];
      expect(others).toEqual(othersBefore);
    }
  });

  test('nothing is left to do a second time', async () => {
    const network = new FakeNetwork(structuredClone(state));
    await perform(network, plan.changes);
    expect(planApply(discovery, wanted, network.all()).changes).toEqual([]);
  });

  test('the removal restores it, after any part of the change, and after any part of the removal', async () => {
    for (let done = 0; done <= plan.changes.length; done++) {
      const network = new FakeNetwork(structuredClone(state));
      await perform(network, plan.changes.slice(0, done));
      const removal = planRemove('prod', network.all());
      await perform(network, removal.slice(0, 1));
      await perform(network, planRemove('prod', network.all()));
      expect(network.snapshot()).toEqual(state);
    }
  });

  test('another key takes the place of the first, from any state in between, and can be removed', async () => {
    const other = { clusterName: 'prod', tagKey: 'team/karpenter' };
    const first = new FakeNetwork(structuredClone(state));
    await perform(first, plan.changes);
    const change = planApply(other, wanted, first.all()).changes;
    for (let done = 0; done <= change.length; done++) {
      const network = new FakeNetwork(first.snapshot());
      await perform(network, change.slice(0, done));
      await perform(network, planApply(other, wanted, network.all()).changes);
      const after = network.snapshot();
      for (const id of [...wanted.subnetIds, ...wanted.securityGroupIds]) {
        expect(after[id]).toMatchObject({ 'team/karpenter': 'prod', [MARKER]: 'team/karpenter' });
        expect(after[id][KEY]).toBe(state[id][KEY]);
      }
      await perform(network, planRemove('prod', network.all()));
      expect(network.snapshot()).toEqual(state);
    }
  });

  test('a key that was changed can be changed back, from any state in between', async () => {
    const other = { clusterName: 'prod', tagKey: 'team/karpenter' };
    const first = new FakeNetwork(structuredClone(state));
    await perform(first, plan.changes);
    const change = planApply(other, wanted, first.all()).changes;
    for (let done = 0; done <= change.length; done++) {
      const network = new FakeNetwork(first.snapshot());
      await perform(network, change.slice(0, done));
      await perform(network, planApply(discovery, wanted, network.all()).changes);
      expect(network.snapshot()).toEqual(first.snapshot());
    }
  });
});

test('the new key is on all targets before the old one leaves any', () => {
  const tagged = { [KEY]: 'prod', [MARKER]: KEY };
  const network = new FakeNetwork({ 'subnet-a': tagged, 'subnet-b': { ...tagged }, 'sg-a': { ...tagged } });
  const { changes } = planApply({ clusterName: 'prod', tagKey: 'team/karpenter' }, wanted, network.all());
  expect(changes.slice(0, 3)).toEqual(['subnet-a', 'subnet-b', 'sg-a'].map(id => (
    { action: 'add', id, tags: { 'team/karpenter': 'prod', [MARKER]: `${KEY} team/karpenter` } }
  )));
  expect(changes[3]).toEqual({ action: 'remove', id: 'subnet-a', tags: { [KEY]: 'prod' } });
});

test('a new key that was there before us stays the user\'s', async () => {
  const network = new FakeNetwork({ 'subnet-a': { [KEY]: 'prod', [MARKER]: KEY, 'team/karpenter': 'prod' }, 'subnet-b': {}, 'sg-a': {} });
  await perform(network, planApply({ clusterName: 'prod', tagKey: 'team/karpenter' }, wanted, network.all()).changes);
  expect(network.snapshot()['subnet-a']).toEqual({ 'team/karpenter': 'prod' });
});

test('a resource that is no target any more loses what we added', () => {
  const network = new FakeNetwork({
    'subnet-a': { [KEY]: 'prod', [MARKER]: KEY }, 'subnet-b': { [KEY]: 'prod', [MARKER]: KEY }, 'sg-a': { [KEY]: 'prod', [MARKER]: KEY },
  });
  const plan = planApply(discovery, { subnetIds: ['subnet-a'], securityGroupIds: ['sg-a'] }, network.all());
  expect(plan.changes).toEqual([{ action: 'remove', id: 'subnet-b', tags: { [KEY]: 'prod', [MARKER]: KEY } }]);
  expect(plan.subnetIds).toEqual(['subnet-a']);
});

test('a tag that somebody took away comes back, and is ours still', async () => {
  const network = new FakeNetwork({ 'subnet-a': { [MARKER]: KEY }, 'subnet-b': {}, 'sg-a': {} });
  await perform(network, planApply(discovery, wanted, network.all()).changes);
  expect(network.snapshot()['subnet-a']).toEqual({ [KEY]: 'prod', [MARKER]: KEY });
});

test('a tag of ours that another cluster took over stays with it when we leave', async () => {
  const network = new FakeNetwork({ 'subnet-a': { [KEY]: 'blue', [MARKER]: KEY } });
  await perform(network, planRemove('prod', network.all()));
  expect(network.snapshot()).toEqual({ 'subnet-a': { [KEY]: 'blue' } });
});

test('what carried the tag before us is selected too, and said so', () => {
  const network = new FakeNetwork({ 'subnet-a': {}, 'subnet-b': {}, 'sg-a': {}, 'subnet-z': { [KEY]: 'prod' } });
  expect(planApply(discovery, wanted, network.all()).subnetIds).toEqual(['subnet-a', 'subnet-b', 'subnet-z']);
});

describe('what stands against tagging', () => {
  test('is every foreign value, in one message with the remedy', () => {
    const network = new FakeNetwork({ 'subnet-a': { [KEY]: 'blue' }, 'subnet-b': {}, 'sg-a': { [KEY]: 'green' } });
    const message = refusal(discovery, planApply(discovery, wanted, network.all()));
    expect(message).toContain('nothing was tagged for cluster "prod": subnet-a carries karpenter.sh/discovery=blue, sg-a carries karpenter.sh/discovery=green');
    expect(message).toContain('Discovery.tags({ key })');
    expect(message).toContain('Discovery.ids(...)');
  });

  test('is a foreign value even where the marker says that the tag was ours', () => {
    const network = new FakeNetwork({ 'subnet-a': { [KEY]: 'blue', [MARKER]: KEY }, 'subnet-b': {}, 'sg-a': {} });
    expect(planApply(discovery, wanted, network.all()).foreign).toEqual(['subnet-a carries karpenter.sh/discovery=blue']);
  });

  test('is not a foreign value on a resource that is no target', () => {
    const network = new FakeNetwork({ 'subnet-a': {}, 'subnet-b': {}, 'sg-a': {}, 'subnet-z': { [KEY]: 'blue' } });
    expect(refusal(discovery, planApply(discovery, wanted, network.all()))).toBeUndefined();
  });

  test('is a second security group with the cluster\'s tag, selected by us or by an earlier tag', () => {
    const tag = { 'kubernetes.io/cluster/prod': 'owned' };
    const network = new FakeNetwork({ 'subnet-a': {}, 'subnet-b': {}, 'sg-a': tag, 'sg-z': { ...tag, [KEY]: 'prod' } });
    const message = refusal(discovery, planApply(discovery, wanted, network.all()));
    expect(message).toContain('security groups sg-a, sg-z all carry kubernetes.io/cluster/prod');
  });

  test('is not one security group with the cluster\'s tag', () => {
    const tag = { 'kubernetes.io/cluster/prod': 'owned' };
    const network = new FakeNetwork({ 'subnet-a': tag, 'subnet-b': { ...tag }, 'sg-a': { ...tag } });
    expect(refusal(discovery, planApply(discovery, wanted, network.all()))).toBeUndefined();
  });
});
