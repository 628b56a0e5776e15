import fc from 'fast-check';
import { MINUTE, node, NOW, pod } from './views';
import { V0_API } from '../../../src/karpenter/v0/api';
import { PodView } from '../../../src/kubernetes/views';
import { lastChecked, lateArrivals, nextBatch, roomFor } from '../../../src/workflow/draining/batch';
import { newRecord, parse } from '../../../src/workflow/draining/drain-record';
import { DrainOptions, DrainView, openDebts, planDrain } from '../../../src/workflow/draining/plan';
import { PauseReason } from '../../../src/workflow/pause-reason';
import { CORDON_RECORD, DRAIN_RECORD } from '../../../src/workflow/records';

/** Where limits are the matter, allowance.test.ts looks at them. */
const OPTIONS: DrainOptions = { pauseSeconds: 0, deregistrationSeconds: 0, force: false, limits: { all: { Count: 100 }, some: [] } };
const WEB = { kind: 'ReplicaSet', name: 'web', uid: 'rs-web', namespace: 'default' };

const drained = (record: object, changes = {}) => node('n', { annotations: { [DRAIN_RECORD]: JSON.stringify(record) }, ...changes });
const view = (changes: Partial<DrainView> = {}): DrainView => ({
  nodes: [drained({ since: NOW - MINUTE, owed: [] })], pods: [], controllers: [{ uid: 'rs-web', wanted: 2 }], attachments: [], loadBalancers: false, ...changes,
});
const plan = (changes: Partial<DrainView> = {}, options: Partial<DrainOptions> = {}) => planDrain(view(changes), { ...OPTIONS, ...options }, NOW);
const names = (pods: readonly PodView[]) => pods.map(({ name }) => name);

test('pods of DaemonSets, static, finished and leaving ones are not evicted, those of Jobs are', () => {
  const controller = (kind: string) => ({ kind, name: kind, uid: kind });
  const pods = [
    pod('web', 'n'), pod('agent', 'n', { controller: controller('DaemonSet') }), pod('static', 'n', { mirror: true, controller: controller('Node') }),
    pod('over', 'n', { phase: 'Succeeded' }), pod('ending', 'n', { leaving: NOW + 1000 }), pod('job', 'n', { controller: controller('Job') }), pod('else', 'other'),
  ];
  expect(names(plan({ pods }).evict)).toEqual(['web', 'job']);
});

test('bare pods and do-not-evict are left and both named, the other pods go', () => {
  const pods = [pod('web', 'n'), pod('bare', 'n', { controller: undefined }), pod('held', 'n', { keptBy: 'karpenter.sh/do-not-evict' })];
  const { evict, obstacles } = plan({ pods });
  expect(names(evict)).toEqual(['web']);
  expect(obstacles).toEqual([
    { by: PauseReason.BARE_POD, says: expect.stringContaining('pod default/bare on n has no controller') },
    { by: PauseReason.KEPT_POD, says: expect.stringContaining('pod default/held on n carries karpenter.sh/do-not-evict') },
  ]);
  expect(names(plan({ pods }, { force: true }).evict)).toEqual(['web', 'bare', 'held']);
});

describe('by force', () => {
  const held = (name: string, workload: string) => pod(name, 'n', { keptBy: 'karpenter.sh/do-not-evict', controller: { kind: 'ReplicaSet', name: workload, uid: workload } });

  test('one pod of a workload goes at a time, and the others are still named', () => {
    const { evict, forced, obstacles } = plan({ pods: [held('a1', 'a'), held('a2', 'a'), held('b1', 'b'), held('b2', 'b')] }, { force: true });
    expect(names(evict)).toEqual(['a1', 'b1']);
    expect(names(forced)).toEqual(['a1', 'b1']);
    expect(obstacles.map(({ says }) => says.slice(0, 14))).toEqual(['pod default/a2', 'pod default/b2']);
  });

  test.each<[string, Partial<PodView>]>([['awaited', { created: NOW - 1000 }], ['late', { created: NOW - 6 * MINUTE }]])('none goes while a replacement is %s', (_name, more) => {
    const nodes = [drained({ since: NOW - 20 * MINUTE, owed: [{ ...WEB, count: 1 }] })];
    const { evict, forced } = plan({ nodes, pods: [held('a1', 'a'), pod('new', undefined, { ready: false, ...more })] }, { force: true });
    expect([names(evict), names(forced)]).toEqual([[], []]);
  });
});

describe('a pod that comes to a node that is cordoned', () => {
  const back = (name: string, age: number, more: Partial<PodView> = {}) => pod(name, 'n', { created: NOW - age, ...more });

  test('is evicted once more, which is noted before: somebody had taken the cordon off', () => {
    const pods = [pod('old', 'n'), back('back', 30_000)];
    expect(plan({ pods })).toMatchObject({ evict: [], note: [{ record: { again: NOW }, says: expect.stringMatching(/pod default\/back came to n although that is cordoned: somebody had taken the cordon off/) }] });
    const nodes = [drained({ since: NOW - MINUTE, owed: [], again: NOW - 1000 })];
    expect(names(plan({ nodes, pods }).evict)).toEqual(['old', 'back']);
  });

  test.each([false, true])('again is not evicted again and again, forced or not (%s)', (force) => {
    const nodes = [drained({ since: NOW - 5 * MINUTE, owed: [], again: NOW - MINUTE })];
    const { evict, obstacles } = plan({ nodes, pods: [pod('old', 'n'), back('back', 30_000)] }, { force });
    expect(names(evict)).toEqual(['old']);
    expect(obstacles).toEqual([{ by: PauseReason.NODE_UNCORDONED, says: expect.stringMatching(/pod default\/back was placed on n although that is cordoned, again, and it does not tolerate/) }]);
  });

  test('and tolerates that is neither evicted again nor waited for: it goes with the node', () => {
    const pods = [back('operator', 30_000, { toleratesCordon: true, ready: false })];
    expect(plan({ pods })).toMatchObject({ evict: [], waits: [], obstacles: [], emptied: [{ name: 'n' }] });
  });

  test('and tolerates, from another node that is drained, is not evicted once more', () => {
    const cordoned = { [CORDON_RECORD]: new Date(NOW - 20 * MINUTE).toISOString() };
    const { annotations } = drained({ since: NOW - MINUTE, owed: [] });
    expect(plan({ nodes: [node('n', { annotations: { ...annotations, ...cordoned } })], pods: [back('operator', 10 * MINUTE, { toleratesCordon: true })] })).toMatchObject({ evict: [], emptied: [{ name: 'n' }] });
  });

  test('is evicted in the first place, whatever it tolerates', () => {
    expect(names(plan({ pods: [pod('operator', 'n', { toleratesCordon: true })] }).evict)).toEqual(['operator']);
  });

  test('is no matter of a second\'s difference between clocks', () => {
    expect(plan({ pods: [back('same', MINUTE - 1500)] })).toMatchObject({ evict: [{ name: 'same' }], note: [] });
  });
});

const owing = (changes = {}) => [drained({ since: NOW - MINUTE, owed: [{ ...WEB, count: 1 }], ...changes })];
const fresh = (name: string, changes: Partial<PodView> = {}) => pod(name, 'new', { created: NOW - 30_000, ...changes });

test.each<[string, Partial<DrainView>, object]>([
  ['a leaving pod is waited for', { pods: [pod('x', 'n', { leaving: NOW + 1000 })] }, { waits: ['waits until 1 pod of n has ended'] }],
  ['a pod that outlives its grace period is in the way', { pods: [pod('x', 'n', { leaving: NOW - 6 * MINUTE })] }, { obstacles: [{ by: PauseReason.POD_NOT_ENDING }] }],
  ['nobody waits for the pods of a dead kubelet', { nodes: [drained({ since: 0, owed: [] }, { ready: false })], pods: [pod('x', 'n', { leaving: NOW - MINUTE })] }, { emptied: [{}] }],
  ['on a dead node a pod has its grace period', { nodes: [drained({ since: 0, owed: [] }, { ready: false })], pods: [pod('x', 'n', { leaving: NOW + 60 * MINUTE })] }, { waits: ['waits until 1 pod of n has ended'] }],
  ['a node that is not Ready for a moment is not dead', {
    nodes: [drained({ since: 0, owed: [] }, { ready: false, notReadySince: NOW - 4 * MINUTE })], pods: [pod('x', 'n', { leaving: NOW - 2 * MINUTE })],
  }, { waits: ['waits until 1 pod of n has ended'] }],
  ['nor do pods on it count as gone', {
    nodes: [drained({ since: NOW - MINUTE, owed: [{ ...WEB, count: 1 }] }, { ready: false, notReadySince: NOW - 1000 })], pods: [pod('a', 'n', { ready: false })],
  }, { evict: [{ name: 'a' }] }],
  ['a replacement that does not exist yet is waited for', { nodes: owing(), pods: [pod('a', 'k')] }, { waits: ['waits until a new pod of default/web is Ready'] }],
  ['a replacement that is not Ready is waited for', { nodes: owing(), pods: [pod('a', 'k'), fresh('b', { ready: false })] }, { waits: ['waits until default/b is Ready'] }],
  ['a Ready replacement is enough', { nodes: owing(), pods: [fresh('b')] }, { emptied: [{}] }],
  ['what was pending before does not count', { nodes: owing(), pods: [pod('old', undefined, { ready: false }), fresh('b')] }, { emptied: [{}] }],
  ['a workload that wants fewer meanwhile owes nothing', { nodes: owing(), pods: [pod('a', 'k')], controllers: [{ uid: 'rs-web', wanted: 1 }] }, { emptied: [{}] }],
  ['a controller that is gone owes nothing', { nodes: owing(), pods: [], controllers: [] }, { emptied: [{}] }],
  ['a replacement without a node for long lacks a node', {
    nodes: owing({ since: NOW - 20 * MINUTE }), pods: [pod('b', undefined, { ready: false, created: NOW - 6 * MINUTE, unschedulable: 'no nodes' })],
  }, { obstacles: [{ by: PauseReason.NO_NEW_NODE, says: expect.stringContaining('b: no nodes') }] }],
  ['a replacement that does not start for long is named with its reason', {
    nodes: owing({ since: NOW - 20 * MINUTE }), pods: [pod('b', 'k', { ready: false, created: NOW - 6 * MINUTE, waiting: 'ImagePullBackOff' })],
  }, { obstacles: [{ by: PauseReason.REPLACEMENT_NOT_READY, says: expect.stringContaining('ImagePullBackOff') }] }],
  ['an old pod that does not end anywhere is no excuse for ever', {
    nodes: owing({ since: NOW - 20 * MINUTE }), pods: [pod('a', 'k'), pod('stuck', 'elsewhere', { leaving: NOW - 6 * MINUTE, ready: false })],
  }, { obstacles: [{ by: PauseReason.REPLACEMENT_NOT_READY }] }],
  ['a controller that makes no new pod for long is named', { nodes: owing({ since: NOW - 20 * MINUTE }), pods: [pod('a', 'k')] },
    { obstacles: [{ by: PauseReason.REPLACEMENT_NOT_READY, says: expect.stringContaining('ReplicaSet default/web has not made up') }] }],
])('%s', (_name, changes, expected) => {
  expect(plan(changes)).toMatchObject({ evict: [], waits: [], obstacles: [], note: [], emptied: [], ...expected });
});

test('as long as replacements are late nothing more is evicted', () => {
  const pods = [pod('a', 'n'), pod('b', undefined, { ready: false, created: NOW - 6 * MINUTE })];
  const nodes = [drained({ since: NOW - 20 * MINUTE, owed: [{ ...WEB, count: 2 }] })];
  expect(names(plan({ nodes, pods, controllers: [{ uid: 'rs-web', wanted: 3 }] }).evict)).toEqual([]);
});

test('the pod of a StatefulSet on a dead node is not waited for: it comes back when the node is gone', () => {
  const controller = { kind: 'StatefulSet', name: 'db', uid: 'db' };
  const nodes = [drained({ since: NOW - 20 * MINUTE, owed: [{ ...controller, namespace: 'default', count: 1 }] }, { ready: false })];
  expect(plan({ nodes, pods: [pod('db-0', 'n', { controller, leaving: NOW - MINUTE, ready: false })], controllers: [{ uid: 'db', wanted: 1 }] }).emptied).toHaveLength(1);
});

describe('an empty node', () => {
  const empty = (seconds: number) => [drained({ since: NOW - 200_000, owed: [], empty: NOW - seconds * 1000 })];
  const attachments = [{ node: 'n', volume: 'pv-1', claim: 'default/data' }, { node: 'other', volume: 'pv-2' }];

  test('may end when nothing is left to wait for', () => {
    expect(plan({ nodes: empty(1) }).emptied).toHaveLength(1);
  });

  test('keeps until its volumes are detached, and names them when that takes too long', () => {
    expect(plan({ nodes: empty(1), attachments })).toMatchObject({ emptied: [], waits: ['waits until pv-1 is detached from n'] });
    expect(plan({ nodes: empty(600), attachments }).obstacles).toMatchObject([{ by: PauseReason.VOLUME_ATTACHED }]);
  });

  test.each([[4, 0], [5, 1]])('keeps its volumes while it is not Ready for %i minutes: %i may end', (minutes, ended) => {
    const [quiet] = empty(600);
    expect(plan({ nodes: [{ ...quiet, ready: false, notReadySince: NOW - minutes * MINUTE }], attachments }).emptied).toHaveLength(ended);
  });

  test('does not wait for the volumes of its DaemonSets', () => {
    const agent = pod('agent', 'n', { controller: { kind: 'DaemonSet', name: 'agent', uid: 'agent' }, claims: ['data'] });
    expect(plan({ nodes: empty(1), attachments, pods: [agent] }).emptied).toHaveLength(1);
  });

  test('keeps until load balancers had their time, where there is one', () => {
    expect(plan({ nodes: empty(1), loadBalancers: true }, { deregistrationSeconds: 300 })).toMatchObject({ emptied: [], waitSeconds: 60 });
    expect(plan({ nodes: empty(1), loadBalancers: false }, { deregistrationSeconds: 300 }).emptied).toHaveLength(1);
    expect(plan({ nodes: empty(1), loadBalancers: true }, { deregistrationSeconds: 200 }).emptied).toHaveLength(1);
  });

  test('keeps for the pause', () => {
    expect(plan({ nodes: empty(10) }, { pauseSeconds: 30 })).toMatchObject({ emptied: [], waitSeconds: 20 });
  });
});

test('a record owes a pod for each that was Ready, and on a dead node for each that can come back elsewhere', () => {
  const statefulset = { kind: 'StatefulSet', name: 'db', uid: 'db' };
  const pods = [pod('a', 'n'), pod('b', 'n'), pod('c', 'n', { ready: false }), pod('j', 'n', { controller: { kind: 'Job', name: 'j', uid: 'j' } }), pod('d', 'n', { controller: statefulset })];
  expect(newRecord(node('n'), pods, NOW + 300).owed.map(({ uid, count }) => [uid, count])).toEqual([['rs-web', 2], ['db', 1]]);
  expect(newRecord(node('n', { ready: false }), pods, NOW).owed.map(({ uid, count }) => [uid, count])).toEqual([['rs-web', 3]]);
  expect(newRecord(node('n', { ready: false, notReadySince: NOW - 1000 }), pods, NOW).owed.map(({ uid, count }) => [uid, count])).toEqual([['rs-web', 3], ['db', 1]]);
  expect(newRecord(node('n'), pods, NOW + 300).since).toBe(NOW);
});

test('a record that somebody spoiled is one of a batch that owes nothing', () => {
  expect(parse('{"since":')).toEqual({ since: 0, owed: [] });
  expect(parse('{}')).toEqual({ since: 0, owed: [] });
  expect(parse('{"since":1,"checked":1,"owed":[],"again":2,"empty":3}')).toEqual({ since: 1, checked: 1, owed: [], again: 2, empty: 3 });
  expect(parse(undefined)).toBeUndefined();
});

describe('the next batch', () => {
  test('comes from the zone with the most candidates, dead and empty nodes first, then the one with the fewest pods', () => {
    const nodes = [node('a1'), node('b1', { zone: 'b' }), node('b2', { zone: 'b' }), node('b3', { zone: 'b', ready: false })];
    const pods = [pod('1', 'b1'), pod('2', 'b1'), pod('3', 'b2')];
    expect(nextBatch(nodes, pods, 3, false).nodes.map(({ name }) => name)).toEqual(['b3', 'b2', 'a1']);
  });

  test('never is more than the batch size, never the same node twice, and the same for the same cluster', () => fc.assert(fc.property(
    fc.array(fc.record({ zone: fc.constantFrom('a', 'b', 'c'), ready: fc.boolean(), load: fc.nat(3), bare: fc.boolean() }), { maxLength: 12 }),
    fc.integer({ min: 1, max: 5 }), (specs, size) => {
      const nodes = specs.map(({ zone, ready }, index) => node(`n${index}`, { zone, ready }));
      const pods = specs.flatMap(({ load, bare }, index) => [
        ...Array.from({ length: load }, (_, at) => pod(`p${index}-${at}`, `n${index}`)), ...(bare ? [pod(`bare${index}`, `n${index}`, { controller: undefined })] : []),
      ]);
      const batch = nextBatch(nodes, pods, size, false);
      const free = specs.filter(({ bare }) => !bare).length;
      expect(batch.nodes).toHaveLength(Math.min(size, free));
      expect(new Set(batch.nodes).size).toBe(batch.nodes.length);
      expect(batch.obstacles.length > 0).toBe(free === 0 && specs.length > 0);
      expect(nextBatch([...nodes].reverse(), pods, size, false).nodes).toEqual(batch.nodes);
    },
  )));

  test('waits for no new node that is on its way, and for those that take too long, by name', () => {
    expect(lateArrivals([node('k')], V0_API, NOW)).toBeUndefined();
    expect(lateArrivals([node('k', { ready: false, leaving: true })], V0_API, NOW)).toBeUndefined();
    expect(lateArrivals([node('k', { ready: false, created: NOW - MINUTE })], V0_API, NOW)).toBeUndefined();
    expect(lateArrivals([node('k', { ready: false, notReadySince: NOW - MINUTE })], V0_API, NOW)).toBeUndefined();
    expect(lateArrivals([node('k', { ready: false })], V0_API, NOW)).toMatchObject({ by: PauseReason.NO_NEW_NODE, says: expect.stringMatching(/^k is not Ready/) });
  });

  test.each<[string, { batch: number; held?: number; settling?: number; size: object; pause?: number }, object]>([
    ['as many as the size leaves', { batch: 1, size: { Count: 3 } }, { nodes: 2 }],
    ['a share of all nodes, rounded down', { batch: 1, size: { Percentage: 10 } }, { nodes: 3 }],
    ['at least one', { batch: 0, size: { Percentage: 1 } }, { nodes: 1 }],
    ['none where the batch is full', { batch: 4, size: { Percentage: 10 } }, { nodes: 0 }],
    ['the rest, where one node is held up', { batch: 2, held: 1, size: { Count: 4 } }, { nodes: 2 }],
    ['one, where several nodes are held up', { batch: 2, held: 2, size: { Count: 8 } }, { nodes: 1, says: 'one at a time, because 2 nodes are held up' }],
    ['none beside the one that goes on while several are held up', { batch: 3, held: 2, size: { Count: 8 } }, { nodes: 0 }],
    ['none where all of the batch are held up', { batch: 2, held: 2, size: { Count: 2 } }, { nodes: 0 }],
    ['one for each node whose new pods have found nodes', { batch: 4, settling: 3, size: { Count: 4 } }, { nodes: 3 }],
    ['none beside more than a batch of those', { batch: 5, settling: 4, size: { Count: 2 } }, { nodes: 0 }],
    ['none, where several nodes are held up, whoever else settles', { batch: 3, held: 2, settling: 1, size: { Count: 8 } }, { nodes: 0 }],
    ['none before the batch is over, where there is a pause', { batch: 1, settling: 1, size: { Count: 8 }, pause: 10 }, { nodes: 0 }],
  ])('is %s', (_name, { batch, held = 0, settling = 0, size, pause = 0 }, room) => {
    expect(roomFor({ nodes: batch, held, settling }, { BatchSize: size as { Count: number }, PauseSeconds: pause }, 40)).toMatchObject(room);
  });

  test('is checked again a minute after the last check, however lately a node was begun', () => {
    const begun = (seconds: number, checked?: number) =>
      drained({ since: NOW - seconds * 1000, owed: [], ...(checked === undefined ? {} : { checked: NOW - checked * 1000 }) });
    expect(lastChecked([], NOW)).toBeUndefined();
    expect(lastChecked([begun(1, 59)], NOW)).toBe(NOW - 59_000);
    expect(lastChecked([begun(1, 60)], NOW)).toBeUndefined();
    expect(lastChecked([begun(70, 70), begun(10, 10)], NOW)).toBe(NOW - 10_000);
    expect(lastChecked([begun(0)], NOW)).toBeUndefined();
  });
});

describe('nodes side by side', () => {
  const other = (record: object, changes = {}) => node('m', { annotations: { [DRAIN_RECORD]: JSON.stringify(record) }, ...changes });
  const owing1 = (ago: number) => ({ since: NOW - ago, owed: [{ ...WEB, count: 1 }] });

  test('end each by itself, as soon as it is empty', () => {
    const nodes = [drained({ since: NOW - MINUTE, owed: [] }), other({ since: NOW - MINUTE, owed: [] })];
    expect(plan({ nodes, pods: [pod('a', 'm')] })).toMatchObject({ emptied: [{ name: 'n' }], evict: [{ name: 'a' }] });
  });

  test.each<[string, PodView[], string[], number?]>([
    ['when the new pod has a node', [pod('new', 'k', { created: NOW - 1000, ready: false })], ['n']],
    ['when another one is Ready in its place', [pod('new', 'k', { created: NOW - 1000 }), pod('newer', undefined, { created: NOW, ready: false })], []],
    ['not while the new pod has no node', [pod('new', undefined, { created: NOW - 1000, ready: false })], []],
    ['not while there is no new pod', [], []],
    ['not while a pod has to leave', [pod('new', 'k', { created: NOW - 1000, ready: false }), pod('old', 'n')], []],
    ['not while a pod ends', [pod('new', 'k', { created: NOW - 1000, ready: false }), pod('old', 'n', { leaving: NOW + 1000 })], []],
    ['not where the new pod is not Ready for too long', [pod('new', 'k', { created: NOW - 6 * MINUTE, ready: false })], [], 10],
  ])('settle %s', (_name, pods, settling, minutes = 1) => {
    expect(plan({ nodes: [drained({ since: NOW - minutes * MINUTE, owed: [{ ...WEB, count: 1 }] })], pods }).settling).toEqual(settling);
  });

  test('settle while load balancers let go, but not while something is in the way', () => {
    const nodes = [drained({ since: NOW - MINUTE, owed: [] })];
    const attachments = [{ node: 'n', volume: 'pv' }];
    expect(plan({ nodes, loadBalancers: true }, { deregistrationSeconds: 300 })).toMatchObject({ emptied: [], settling: ['n'] });
    const late = drained({ since: NOW - MINUTE, owed: [], empty: NOW - 8 * MINUTE });
    expect(plan({ nodes: [late], attachments })).toMatchObject({ emptied: [], settling: [] });
    expect(plan({ nodes })).toMatchObject({ emptied: [{ name: 'n' }], settling: [] });
  });

  test('end together where there is a pause between batches', () => {
    const nodes = [drained({ since: NOW - MINUTE, owed: [], empty: NOW - 30_000 }), other({ since: NOW - MINUTE, owed: [] })];
    expect(plan({ nodes, pods: [pod('a', 'm')] }, { pauseSeconds: 20 })).toMatchObject({ emptied: [], evict: [{ name: 'a' }] });
    const both = [nodes[0], other({ since: NOW - MINUTE, owed: [], empty: NOW - 20_000 })];
    expect(plan({ nodes: both }, { pauseSeconds: 20 }).emptied).toHaveLength(2);
    expect(plan({ nodes: both }, { pauseSeconds: 25 })).toMatchObject({ emptied: [], waitSeconds: 5 });
  });

  test('share new pods: the node that was begun first takes the first of them', () => {
    const nodes = [other(owing1(30_000)), drained(owing1(MINUTE))];
    const moved = pod('new', 'k', { created: NOW - 20_000 });
    const controllers = [{ uid: 'rs-web', wanted: 5 }];
    expect(plan({ nodes, pods: [moved], controllers })).toMatchObject({ emptied: [{ name: 'n' }], waits: ['waits until a new pod of default/web is Ready'] });
    expect(plan({ nodes, pods: [moved, { ...moved, uid: '2', name: 'newer' }], controllers }).emptied).toHaveLength(2);
  });

  test('do not hold each other up by what is in the way of one', () => {
    const nodes = [drained({ since: NOW - MINUTE, owed: [] }), other({ since: NOW - MINUTE, owed: [] })];
    expect(plan({ nodes, pods: [pod('bare', 'n', { controller: undefined }), pod('a', 'm')] }))
      .toMatchObject({ evict: [{ name: 'a' }], obstacles: [{ by: PauseReason.BARE_POD }], held: ['n'] });
    expect(plan({ nodes, pods: [pod('bare', 'n', { controller: undefined })] })).toMatchObject({ emptied: [{ name: 'm' }], held: ['n'] });
  });

  test('lose no pod any more when new pods of one find no node', () => {
    const nodes = [drained({ since: NOW - 20 * MINUTE, owed: [{ ...WEB, count: 1 }] }), other({ since: NOW - MINUTE, owed: [] })];
    const homeless = pod('homeless', undefined, { ready: false, created: NOW - 6 * MINUTE });
    const api = pod('api', 'm', { controller: { kind: 'ReplicaSet', name: 'api', uid: 'rs-api' } });
    expect(plan({ nodes, pods: [homeless, api] })).toMatchObject({ evict: [], obstacles: [{ by: PauseReason.NO_NEW_NODE }] });
    expect(plan({ nodes, pods: [{ ...homeless, node: 'k' }, api] })).toMatchObject({ evict: [{ name: 'api' }], obstacles: [{ by: PauseReason.REPLACEMENT_NOT_READY }], held: ['n'] });
  });
});

test('what is owed to three hundred nodes at a time is told in the time of a request', () => {
  const nodes = Array.from({ length: 300 }, (_, index) => {
    const owed = Array.from({ length: 20 }, (_each, each) => (index * 20 + each) % 600)
      .map(workload => ({ kind: 'ReplicaSet', name: `w-${workload}`, uid: `w-${workload}`, namespace: 'shop', count: 1 }));
    return node(`n-${index}`, { annotations: { [DRAIN_RECORD]: JSON.stringify({ since: NOW + index * 1000, owed }) } });
  });
  const begun = process.cpuUsage().user;
  const debts = openDebts(nodes, [], NOW).filter(({ uid }) => uid === 'w-0');
  expect((process.cpuUsage().user - begun) / 1000).toBeLessThan(1000);
  // Each workload had a pod on ten of the nodes: what the first lost is owed to all ten.
  expect(debts.map(({ count, since }) => [count, since])).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map(count => [count, NOW]));
});

test('a hundred of a thousand nodes are chosen in the time of a request, evenly over the zones', () => {
  const candidates = Array.from({ length: 1000 }, (_, index) => node(`n-${index}`, { labels: { 'topology.kubernetes.io/zone': 'abc'[index % 3] } }));
  const begun = process.cpuUsage().user;
  const { nodes } = nextBatch(candidates, [], 100, false);
  expect((process.cpuUsage().user - begun) / 1000).toBeLessThan(1000);
  expect(['a', 'b', 'c'].map(zone => nodes.filter(({ labels }) => labels['topology.kubernetes.io/zone'] === zone).length)).toEqual([34, 33, 33]);
});
