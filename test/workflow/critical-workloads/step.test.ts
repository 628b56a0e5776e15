import { clock, COREDNS, DATABASE, FakeCluster, GROUP, LINUX, NO_ADDONS, OURS, run, stepOf } from './fakes';
import { Affinity } from '../../../src/kubernetes/scheduling';
import { pinned } from '../../../src/workflow/critical-workloads/affinity';
import { criticalWorkloadsStep } from '../../../src/workflow/critical-workloads/step';
import { PauseReason } from '../../../src/workflow/pause-reason';
import { AFFINITY_RECORD } from '../../../src/workflow/records';

const MINUTE = 60_000;
const START = Date.parse('2023-08-01T10:00:00Z');
let cluster: FakeCluster;

beforeEach(() => {
  cluster = new FakeCluster();
  clock.now = START;
});

const step = (...workloads: Parameters<typeof stepOf>[2][]) => stepOf(cluster, NO_ADDONS, ...workloads);

describe('pinning', () => {
  test('changes one workload after the other, each with its record in the same write, and is done when all have rolled out', async () => {
    const [dns, database] = [cluster.add(COREDNS, LINUX), cluster.add(DATABASE, null)];
    cluster.quick = false;
    const it = step(COREDNS, DATABASE);
    expect(await it.apply()).toMatchObject({ kind: 'working', says: 'Deployment kube-system/coredns is being pinned to node groups' });
    expect(JSON.parse(dns.annotations[AFFINITY_RECORD])).toMatchObject({ owner: 'Stack/Migration', original: LINUX, pinned: pinned(LINUX, OURS) });
    cluster.podsOf = [{ name: 'coredns-1', created: new Date(START).toISOString() }];
    expect(await it.apply()).toMatchObject({ kind: 'working', says: 'Deployment kube-system/coredns: 0 of 2 replicas are updated, 2 available' });
    expect(cluster.writes).toEqual(['coredns: affinity +affinity']);
    cluster.rollOut(dns);
    await it.apply();
    expect(cluster.writes).toEqual(['coredns: affinity +affinity', 'database: affinity +affinity']);
    cluster.rollOut(database);
    expect(await it.apply()).toMatchObject({ kind: 'done', says: 'Deployment kube-system/coredns is pinned; StatefulSet data/database is pinned' });
    expect(await it.assess()).toMatchObject({ applied: 'fully' });
  });

  test('a second time changes nothing', async () => {
    cluster.add(COREDNS, LINUX);
    await run(() => step(COREDNS).apply());
    await run(() => step(COREDNS).apply());
    expect(cluster.writes).toHaveLength(1);
  });

  test('prints the command that undoes it, with quotes that a shell takes', async () => {
    cluster.add(DATABASE, { podAffinity: { note: 'it\'s' } } as Affinity);
    expect((await step(DATABASE).apply()).undo).toEqual([
      'kubectl -n data patch statefulset database --type json -p \'[{"op":"add","path":"/spec/template/spec/affinity","value":{"podAffinity":{"note":"it\'\\\'\'s"}}},'
      + '{"op":"remove","path":"/metadata/annotations/cdk-karpenter-migration~1affinity"}]\'',
    ]);
    cluster.add(COREDNS, null);
    expect((await step(COREDNS).apply()).undo?.[0]).toContain('[{"op":"remove","path":"/spec/template/spec/affinity"}');
  });

  test('leaves a workload on Fargate, which a node group would never get, and says so', async () => {
    cluster.add(COREDNS, LINUX);
    cluster.podsOf = [{ name: 'coredns-1', created: '2024-01-01T00:00:00Z', onFargate: true }, { name: 'coredns-2', created: '2024-01-01T00:00:00Z' }];
    expect(await step(COREDNS).apply()).toMatchObject({ kind: 'done', says: 'Deployment kube-system/coredns runs on Fargate, which needs no node: it is not pinned' });
    expect(cluster.writes).toEqual([]);
  });

  test('leaves a workload alone that its owner has pinned, and takes no record of it', async () => {
    cluster.add(COREDNS, pinned(LINUX, OURS));
    expect(await step(COREDNS).apply()).toMatchObject({ kind: 'done', says: 'Deployment kube-system/coredns was pinned by its owner' });
    expect(cluster.writes).toEqual([]);
    expect(await step(COREDNS).assess()).toMatchObject({ applied: 'nothing' });
  });

  test('does without an optional workload that is absent and pauses for one that was named', async () => {
    expect(await step(COREDNS).apply()).toMatchObject({ kind: 'done', says: 'there is no Deployment kube-system/coredns' });
    expect(await step(COREDNS, DATABASE).apply()).toMatchObject({ kind: 'blocked', by: PauseReason.NOT_PINNABLE });
  });

  test('does not wait for pods of a workload that has none', async () => {
    cluster.add(COREDNS, LINUX, 0);
    expect(await run(() => step(COREDNS).apply())).toMatchObject({ kind: 'done' });
  });

  test('waits for a rollout of its owner before it looks at what it records', async () => {
    const dns = cluster.add(COREDNS, LINUX);
    dns.rollout = { ...dns.rollout, updated: 1 };
    cluster.podsOf = [{ name: 'coredns-1', created: new Date(START - MINUTE).toISOString() }];
    expect(await step(COREDNS).apply()).toMatchObject({ kind: 'working' });
    expect(cluster.writes).toEqual([]);
  });

  test.each<[string, Affinity, string]>([
    ['a term that contradicts the node groups',
      { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions: [{ ...OURS, values: ['gpu'] }] }] } } }, 'no node can ever satisfy'],
    ['a term that no living node satisfies',
      { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions: [{ key: 'zone', operator: 'In', values: ['c'] }] }] } } }, 'none of the 1 nodes'],
    ['an empty term', { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{}] } } }, 'a term without requirements'],
  ])('%s is refused before anything is changed', async (_, affinity, says) => {
    cluster.add(COREDNS, affinity);
    const progress = await step(COREDNS).apply();
    expect(progress).toMatchObject({ kind: 'blocked', by: PauseReason.NOT_PINNABLE });
    expect(progress.says).toMatch(says);
    expect(cluster.writes).toEqual([]);
  });

  test('reads again when somebody else writes at the same time', async () => {
    cluster.add(COREDNS, LINUX);
    cluster.overtake = true;
    expect(await step(COREDNS).apply()).toMatchObject({ kind: 'working', waitSeconds: 2 });
    expect(await run(() => step(COREDNS).apply())).toMatchObject({ kind: 'done' });
  });

  test('of other node groups keeps the original of the first time', async () => {
    const dns = cluster.add(COREDNS, LINUX);
    await run(() => step(COREDNS).apply());
    const before = dns.annotations[AFFINITY_RECORD];
    cluster.hosts = [{ ...cluster.hosts[0] }];
    const record = JSON.parse(before);
    const old = { ...OURS, values: ['old'] };
    dns.annotations[AFFINITY_RECORD] = JSON.stringify({ ...record, requirement: old, pinned: pinned(LINUX, old) });
    cluster.setAffinity(dns, pinned(LINUX, old));
    await run(() => step(COREDNS).apply());
    expect(dns.affinity).toEqual(pinned(LINUX, OURS));
    expect(JSON.parse(dns.annotations[AFFINITY_RECORD]).original).toEqual(LINUX);
  });
});

test('a workload that is named no longer gets its affinity back, and the others stay pinned', async () => {
  const [dns, database] = [cluster.add(COREDNS, LINUX), cluster.add(DATABASE, null)];
  await run(() => step(COREDNS, DATABASE).apply());
  expect(await run(() => step(COREDNS).apply())).toMatchObject({ kind: 'done', says: 'Deployment kube-system/coredns is pinned' });
  expect([dns.affinity, database.affinity, database.annotations]).toEqual([pinned(LINUX, OURS), null, {}]);
});

test('other node groups, as often as somebody likes, are no fight', async () => {
  const dns = cluster.add(COREDNS, LINUX);
  cluster.hosts = ['a', 'b', 'c', 'd'].map(name => ({ ...cluster.hosts[0], name, labels: { ...cluster.hosts[0].labels, [GROUP]: name } }));
  for (const { name } of cluster.hosts) {
    const configuration = { ClusterName: 'prod', Owner: 'S', Nodegroups: [name], CriticalWorkloads: [COREDNS] };
    expect(await run(() => criticalWorkloadsStep({ kubernetes: cluster, addons: NO_ADDONS }, configuration, () => clock.now).apply())).toMatchObject({ kind: 'done' });
  }
  expect(dns.affinity).toEqual(pinned(LINUX, { ...OURS, values: ['d'] }));
  await run(() => step().revert());
  expect(dns.affinity).toEqual(LINUX);
});

describe('a rollout', () => {
  beforeEach(async () => {
    cluster.add(COREDNS, LINUX);
    cluster.quick = false;
    await step(COREDNS).apply();
  });

  test('without progress for ten minutes pauses with the pods and the scheduler\'s words', async () => {
    const created = new Date(START + MINUTE).toISOString();
    cluster.podsOf = [
      { name: 'coredns-1', created, scheduling: '0/3 nodes are available: 3 Insufficient cpu.' },
      { name: 'coredns-2', created, waiting: 'ImagePullBackOff: not found' },
      { name: 'coredns-3', created, readySince: created },
    ];
    clock.now = START + 10 * MINUTE;
    expect(await step(COREDNS).apply()).toMatchObject({ kind: 'working' });
    clock.now = START + 12 * MINUTE;
    expect(await step(COREDNS).apply()).toMatchObject({
      kind: 'blocked',
      by: PauseReason.ROLLOUT_STUCK,
      says: 'Deployment kube-system/coredns: 0 of 2 replicas are updated, 2 available; pod coredns-1: 0/3 nodes are available: 3 Insufficient cpu.; '
        + 'pod coredns-2: ImagePullBackOff: not found',
    });
  });

  test('that its controller gave up pauses at once', async () => {
    cluster.stored[0].rollout = { ...cluster.stored[0].rollout, failure: 'ReplicaSet "coredns-1" has timed out progressing.' };
    expect(await step(COREDNS).apply()).toMatchObject({ kind: 'blocked', by: PauseReason.ROLLOUT_STUCK });
  });

  test('of a paused Deployment pauses, and says so', async () => {
    cluster.stored[0].rollout = { ...cluster.stored[0].rollout, paused: true };
    expect(await step(COREDNS).apply()).toMatchObject({ kind: 'blocked', by: PauseReason.ROLLOUT_STUCK });
  });

  test('that stands still is reverted all the same', async () => {
    clock.now = START + 60 * MINUTE;
    expect(await step(COREDNS).revert()).toMatchObject({ kind: 'working' });
    expect(cluster.stored[0].affinity).toEqual(LINUX);
    expect(await step(COREDNS).revert()).toMatchObject({ kind: 'working' });
    expect(cluster.stored[0].annotations).toHaveProperty([AFFINITY_RECORD]);
    cluster.rollOut(cluster.stored[0]);
    expect(await run(() => step(COREDNS).revert())).toMatchObject({ kind: 'done' });
    expect(cluster.stored[0].annotations).toEqual({});
  });
});

describe('somebody who takes the pin off', () => {
  test('is noticed: it is put back once and no more', async () => {
    const dns = cluster.add(COREDNS, LINUX);
    dns.managers = ['argocd-controller'];
    await run(() => step(COREDNS).apply());
    cluster.setAffinity(dns, LINUX);
    await run(() => step(COREDNS).apply());
    expect(dns.affinity).toEqual(pinned(LINUX, OURS));
    cluster.setAffinity(dns, LINUX);
    expect(await step(COREDNS).apply()).toMatchObject({ kind: 'blocked', by: PauseReason.NOT_PINNABLE, says: expect.stringMatching('argocd-controller') });
    expect(dns.affinity).toEqual(LINUX);
  });

  test('months later is followed: what is there now is what a revert goes back to', async () => {
    const dns = cluster.add(COREDNS, LINUX);
    await run(() => step(COREDNS).apply());
    clock.now += 1000 * 60 * MINUTE;
    cluster.setAffinity(dns, { podAffinity: {} });
    await run(() => step(COREDNS).apply());
    expect(dns.affinity).toEqual(pinned({ podAffinity: {} }, OURS));
    await run(() => step(COREDNS).revert());
    expect(dns.affinity).toEqual({ podAffinity: {} });
  });
});

describe('unpinning', () => {
  test.each<[string, Affinity | null]>([['no affinity', null], ['an empty affinity', {}], ['an affinity', LINUX]])('gives %s back exactly, and leaves no record', async (_, affinity) => {
    const [dns, database] = [cluster.add(COREDNS, affinity), cluster.add(DATABASE, affinity)];
    await run(() => step(COREDNS, DATABASE).apply());
    expect(await run(() => step().revert())).toMatchObject({ kind: 'done', says: 'no workload is pinned by us' });
    expect([dns.affinity, database.affinity, dns.annotations, database.annotations]).toEqual([affinity, affinity, {}, {}]);
    expect(await step(COREDNS).revert()).toMatchObject({ kind: 'done' });
  });

  test('works after half of the way there', async () => {
    const [dns, database] = [cluster.add(COREDNS, LINUX), cluster.add(DATABASE, null)];
    await step(COREDNS, DATABASE).apply();
    expect(await step(COREDNS, DATABASE).assess()).toMatchObject({ applied: 'partly' });
    await run(() => step(COREDNS, DATABASE).revert());
    expect([dns.affinity, database.affinity]).toEqual([LINUX, null]);
    expect(cluster.writes.filter(write => write.startsWith('database'))).toEqual([]);
  });

  test('keeps what the owner changed in between, without our part, and says so', async () => {
    const dns = cluster.add(COREDNS, LINUX);
    await run(() => step(COREDNS).apply());
    cluster.setAffinity(dns, { ...pinned(LINUX, OURS), podAffinity: { mine: true } });
    const first = await step(COREDNS).revert();
    expect(first.says).toBe('Deployment kube-system/coredns loses only our part of its affinity, which its owner changed since');
    await run(() => step(COREDNS).revert());
    expect(dns.affinity).toEqual({ ...LINUX, podAffinity: { mine: true } });
    expect(dns.annotations).toEqual({});
  });

  test('reads again when somebody else writes at the same time', async () => {
    const dns = cluster.add(COREDNS, LINUX);
    await run(() => step(COREDNS).apply());
    cluster.overtake = true;
    expect(await step(COREDNS).revert()).toMatchObject({ kind: 'working', waitSeconds: 2 });
    await run(() => step(COREDNS).revert());
    expect(dns.affinity).toEqual(LINUX);
  });

  test('has nothing to stop', async () => {
    await expect(step(COREDNS).stop()).resolves.toBeUndefined();
  });
});
