import { node, NOW, pod } from './views';
import { beginBatch, drain } from '../../../src/workflow/draining/drain';
import { release } from '../../../src/workflow/draining/node-marks';
import { DrainingPort, Eviction, NodeChange } from '../../../src/workflow/draining/port';
import { PauseReason } from '../../../src/workflow/pause-reason';
import { CORDON_RECORD, DRAIN_RECORD, EXCLUSION_RECORD, KEEPER_MARK } from '../../../src/workflow/records';

const OPTIONS = { pauseSeconds: 0, deregistrationSeconds: 0, force: false, limits: { all: { Count: 1000 }, some: [] } };
const LABEL = 'node.kubernetes.io/exclude-from-external-load-balancers';

class Fake implements DrainingPort {
  public readonly patches: NodeChange[] = [];
  public readonly deleted: string[] = [];
  public outcomes: Record<string, Omit<Eviction, 'uid'>> = {};
  public overtaken: string[] = [];
  constructor(private readonly balancers = false) {}
  public nodes = async () => [];
  public pods = async () => ({ pods: [] });
  public controllers: DrainingPort['controllers'] = async () => [{ uid: 'rs-web', wanted: 9 }];
  public attachments: DrainingPort['attachments'] = async () => [];
  public loadBalancers = async () => this.balancers;
  public patchNodes = async (changes: readonly NodeChange[]) => {
    this.patches.push(...changes);
    return this.overtaken;
  };
  public evict = async (pods: readonly { uid: string }[]) => pods.map(({ uid }) => ({ uid, ...this.outcomes[uid] ?? { outcome: 'evicted' as const } }));
  public deletePods = async (pods: readonly { name: string }[]) => { this.deleted.push(...pods.map(({ name }) => name)); };
}

/** Says what it was asked. */
class Asked extends Fake {
  public readonly asked: string[] = [];
  public override controllers: DrainingPort['controllers'] = async wanted => {
    this.asked.push(...wanted.map(({ uid }) => uid));
    return wanted.map(({ uid }) => ({ uid, wanted: 9 }));
  };

  public override attachments: DrainingPort['attachments'] = async () => {
    this.asked.push('attachments');
    return [{ node: 'n', volume: 'pv' }];
  };

  public override loadBalancers = async () => {
    this.asked.push('load balancers');
    return false;
  };
}

const standing = (nodes: number, more: object = {}) => ({ nodes, held: 0, settling: 0, ...more });
const batch = [node('n', { annotations: { [DRAIN_RECORD]: JSON.stringify({ since: NOW, owed: [] }) } })];

test.each([[10, 5], [35, 7], [300, 12]])('after %d seconds of a drain it is looked at again in %d', async (seconds, wait) => {
  const begun = [node('n', { annotations: { [DRAIN_RECORD]: JSON.stringify({ since: NOW - seconds * 1000, owed: [] }) } })];
  const ending = pod('a', 'n', { leaving: NOW + 60_000 });
  expect(await drain(new Fake(), begun, [ending], OPTIONS, NOW)).toMatchObject({ progress: { kind: 'working', waitSeconds: wait } });
});

test('evictions are counted and said', async () => {
  const port = new Fake();
  port.outcomes['uid-b'] = { outcome: 'refused', message: 'The disruption budget web needs 2' };
  expect(await drain(port, batch, [pod('a', 'n'), pod('b', 'n'), pod('c', 'n')], OPTIONS, NOW)).toEqual({
    emptied: [],
    remaining: batch,
    standing: standing(1),
    hasEvicted: true,
    progress: { kind: 'working', says: 'evicted 2 pods of n', waitSeconds: 3, counts: { podsEvicted: 2, evictionsRefused: 1 } },
  });
});

test('a round that evicts nothing and waits for nothing is blocked by the budget, by name', async () => {
  const port = new Fake();
  port.outcomes['uid-a'] = { outcome: 'refused', message: 'The disruption budget web needs 2 healthy pods and has 2 currently' };
  expect(await drain(port, batch, [pod('a', 'n')], OPTIONS, NOW)).toMatchObject({
    progress: {
      kind: 'blocked',
      by: PauseReason.DISRUPTION_BUDGET,
      says: 'pod default/a on n may not be evicted: The disruption budget web needs 2 healthy pods and has 2 currently',
    },
  });
  // Another pod is still on its way out, and may make room in the budget.
  expect(await drain(port, batch, [pod('a', 'n'), pod('b', 'n', { leaving: NOW + 1000 })], OPTIONS, NOW)).toMatchObject({ progress: { kind: 'working' } });
});

test('a server that has too much to do is no budget', async () => {
  const port = new Fake();
  port.outcomes['uid-a'] = { outcome: 'throttled' };
  expect(await drain(port, batch, [pod('a', 'n')], OPTIONS, NOW)).toMatchObject({ progress: { kind: 'blocked', by: PauseReason.THROTTLED } });
});

test('only by force are refused pods deleted', async () => {
  const port = new Fake();
  port.outcomes['uid-a'] = { outcome: 'refused', message: 'no' };
  await drain(port, batch, [pod('a', 'n')], OPTIONS, NOW);
  expect(port.deleted).toEqual([]);
  // Somebody's eviction made room in the budget, maybe for this one too.
  expect(await drain(port, batch, [pod('a', 'n'), pod('b', 'n')], { ...OPTIONS, force: true }, NOW)).toMatchObject({ progress: { kind: 'working', says: 'evicted 1 pod of n' } });
  expect(port.deleted).toEqual([]);
  expect(await drain(port, batch, [pod('a', 'n')], { ...OPTIONS, force: true }, NOW)).toMatchObject({
    progress: { kind: 'working', says: 'evicted 0 pods of n, deleted 1 that could not be', forced: true },
  });
  expect(port.deleted).toEqual(['a']);
});

test('by force one pod of a workload is deleted at a time, and none that something else than a budget refuses', async () => {
  const port = new Fake();
  const of = (name: string, uid: string) => pod(name, 'n', { controller: { kind: 'ReplicaSet', name: uid, uid } });
  const pods = [of('a1', 'a'), of('a2', 'a'), of('b1', 'b'), of('c1', 'c'), of('d1', 'd')];
  for (const { uid } of pods) {
    port.outcomes[uid] = { outcome: 'refused', message: 'no' };
  }
  port.outcomes['uid-c1'] = { outcome: 'refused', byAdmission: true, message: 'no' };
  port.outcomes['uid-d1'] = { outcome: 'failed', message: 'HTTP-Code: 403 forbidden' };
  await drain(port, batch, pods, { ...OPTIONS, force: true }, NOW);
  expect(port.deleted).toEqual(['a1', 'b1']);
});

test('a pod that fails in its own way gives its own reason, and the others go on', async () => {
  const port = new Fake();
  port.outcomes['uid-a'] = { outcome: 'refused', byAdmission: true, message: 'admission webhook "keep" denied the request' };
  port.outcomes['uid-b'] = { outcome: 'failed', message: 'HTTP-Code: 403 User "x" cannot create resource "pods/eviction"' };
  expect(await drain(port, batch, [pod('a', 'n'), pod('b', 'n'), pod('c', 'n')], OPTIONS, NOW)).toMatchObject({ progress: { kind: 'working', says: 'evicted 1 pod of n' } });
  expect(await drain(port, batch, [pod('a', 'n'), pod('b', 'n')], OPTIONS, NOW)).toMatchObject({
    progress: { kind: 'blocked', by: PauseReason.EVICTION_REFUSED, says: expect.stringMatching(/pod default\/a on n may not be evicted: admission.*; pod default\/b on n could not be evicted: HTTP-Code: 403/) },
  });
  expect(await drain(port, batch, [pod('b', 'n')], OPTIONS, NOW)).toMatchObject({ progress: { kind: 'blocked', by: PauseReason.ACCESS_DENIED } });
});

test.each([10, 60, 300])('a call every %i s: pods that are refused for good do not hide those behind them', async seconds => {
  const port = new Fake();
  const asked = new Set<string>();
  const evict = port.evict;
  port.evict = async pods => {
    pods.forEach(({ uid }) => asked.add(uid));
    expect(pods.length).toBeLessThanOrEqual(500);
    return evict(pods);
  };
  const pods = Array.from({ length: 1300 }, (_, index) => pod(`p${index}`, 'n'));
  pods.forEach(({ uid }) => { port.outcomes[uid] = { outcome: 'refused', message: 'never' }; });
  for (let call = 0; call < 12; call++) {
    await drain(port, batch, pods, OPTIONS, NOW + call * seconds * 1000);
  }
  expect(asked.size).toBe(1300);
});

test('an empty node ends at once; one whose volumes are attached is noted, and ends when they are not', async () => {
  expect(await drain(new Fake(), batch, [], OPTIONS, NOW))
    .toEqual({ emptied: batch, remaining: [], progress: undefined, standing: standing(0), hasEvicted: false, loadBalancers: false });
  const port = new Fake();
  port.attachments = async () => [{ node: 'n', volume: 'pv-1' }];
  expect(await drain(port, batch, [], OPTIONS, NOW)).toMatchObject({ emptied: [], progress: { kind: 'working', waitSeconds: 1 } });
  const noted = node('n', { annotations: port.patches[0].annotations as Record<string, string> });
  expect(await drain(port, [noted], [], OPTIONS, NOW + 1000)).toMatchObject({ emptied: [], progress: { says: 'waits until pv-1 is detached from n' } });
  expect(await drain(new Fake(), [noted], [], OPTIONS, NOW + 1000)).toMatchObject({ emptied: [noted] });
});

test('nobody is asked where nothing is drained', async () => {
  const port = new Fake();
  port.controllers = port.attachments = async () => { throw new Error('nobody needs it'); };
  expect(await drain(port, [], [pod('a', 'n')], OPTIONS, NOW)).toEqual({ emptied: [], remaining: [], standing: standing(0), hasEvicted: false });
  expect(port.patches).toEqual([]);
});

test('volumes and load balancers are only read for a node that has no pod left', async () => {
  const port = new Fake();
  const unread = () => { throw new Error('nobody needs it'); };
  port.attachments = port.loadBalancers = async () => unread();
  expect(await drain(port, batch, [pod('a', 'n')], OPTIONS, NOW)).toMatchObject({ progress: { says: 'evicted 1 pod of n' } });
  await expect(drain(port, batch, [], OPTIONS, NOW)).rejects.toThrow('nobody needs it');
});

test('a pod that a webhook keeps hides none that shares its budget', async () => {
  const port = new Fake();
  port.outcomes['uid-a'] = { outcome: 'refused', byAdmission: true, message: 'admission webhook "keep" denied the request' };
  const pods = ['a', 'b', 'c'].map(name => pod(name, 'n', { budget: { name: 'web', allows: 1 } }));
  expect(await drain(port, batch, pods, OPTIONS, NOW)).toMatchObject({ progress: { says: 'evicted 1 pod of n', counts: { podsEvicted: 1, evictionsRefused: 1 } } });
});

test('limits count the pods of all ReplicaSets of a Deployment', async () => {
  const port = new Fake();
  const asked: string[] = [];
  port.controllers = async refs => {
    asked.push(...refs.map(({ name }) => name));
    return refs.map(({ uid }) => ({ uid, wanted: 4, owner: { kind: 'Deployment', name: 'shop', uid: 'shop' } }));
  };
  const of = (name: string, hash: string, more: object = {}) => pod(name, 'n', { controller: { kind: 'ReplicaSet', name: `shop-${hash}`, uid: `rs-${hash}` }, ...more });
  const pods = [
    ...['a', 'b', 'c', 'd'].map(name => of(name, 'old')),
    ...['e', 'f'].map(name => of(name, 'new', { node: 'other' })), ...['g', 'h'].map(name => of(name, 'new', { node: 'other', ready: false, created: NOW - 1000 })),
    of('x', 'old', { namespace: 'theirs' }),
  ];
  expect(await drain(port, batch, pods.slice(0, 8), { ...OPTIONS, limits: { all: { Percentage: 25 }, some: [] } }, NOW))
    .toMatchObject({ progress: { kind: 'working', says: 'waits until more of Deployment default/shop is Ready' } });
  expect(asked).toEqual(['shop-old', 'shop-new']);
});

test('a batch begins with a record, and with a label where load balancers are; a label of somebody else gets no record', async () => {
  const port = new Fake(true);
  const theirs = node('b', { labels: { [LABEL]: '' } });
  const progress = await beginBatch(port, { nodes: [node('a'), theirs], pods: [pod('x', 'a')] }, OPTIONS, NOW);
  expect(port.patches[0]).toMatchObject({ name: 'a', version: '1', labels: { [LABEL]: 'true' }, annotations: { [EXCLUSION_RECORD]: 'true' } });
  expect(JSON.parse(port.patches[0].annotations![DRAIN_RECORD]!)).toMatchObject({ since: NOW, owed: [{ uid: 'rs-web', count: 1 }] });
  expect(port.patches[1].labels).toBeUndefined();
  expect(Object.keys(port.patches[1].annotations!)).toEqual([DRAIN_RECORD]);
  expect(progress.undo).toContain(`kubectl label node a ${LABEL}-`);

  const without = new Fake();
  await beginBatch(without, { nodes: [node('a')], pods: [] }, OPTIONS, NOW);
  expect(without.patches[0].labels).toBeUndefined();
});

test('the pods of a node are asked in the call that begins it, after its record is written', async () => {
  const port = new Fake();
  const written: number[] = [];
  const evict = port.evict.bind(port);
  port.evict = (pods) => {
    written.push(port.patches.length);
    return evict(pods);
  };
  const progress = await beginBatch(port, { nodes: [node('n')], pods: [pod('a', 'n')], beside: [] }, OPTIONS, NOW);
  expect(progress).toMatchObject({ kind: 'working', says: 'begins to drain n; evicted 1 pod of n', waitSeconds: 3, counts: { podsEvicted: 1 } });
  expect(written).toEqual([1]);
});

test('beside other nodes of the batch a node gives what these leave of a limit', async () => {
  const port = new Fake();
  const asked: string[] = [];
  const evict = port.evict.bind(port);
  port.evict = (pods) => {
    asked.push(...pods.map(({ uid }) => uid));
    return evict(pods);
  };
  const limits = { all: { Count: 3 }, some: [] };
  const pods = [pod('a', 'n'), pod('b', 'n'), pod('c', 'm'), pod('d', 'm'), ...Array.from({ length: 5 }, (_, index) => pod(`k${index}`, 'k'))];
  await beginBatch(port, { nodes: [node('m')], pods, beside: batch }, { ...OPTIONS, limits }, NOW);
  expect(asked).toEqual(['uid-c']);
});

test('where pods of others went no pod is asked in the call that begins a node, nor from one that somebody else wrote to', async () => {
  const port = new Fake();
  port.evict = () => { throw new Error('nobody is to be asked'); };
  const pods = [pod('a', 'n')];
  expect(await beginBatch(port, { nodes: [node('n')], pods }, OPTIONS, NOW)).toMatchObject({ says: 'begins to drain n' });
  port.patchNodes = async () => ['n'];
  expect(await beginBatch(port, { nodes: [node('n')], pods, beside: [] }, OPTIONS, NOW)).toMatchObject({ limit: { by: PauseReason.OVERTAKEN } });
});

test('controllers are asked neither for new pods that are on their way, nor for a workload that waits for pods of its own', async () => {
  const port = new Fake();
  port.controllers = () => { throw new Error('nobody needs it'); };
  const record = { since: NOW - 10_000, owed: [{ kind: 'ReplicaSet', name: 'web', uid: 'rs-web', namespace: 'default', count: 1 }] };
  const draining = node('n', { annotations: { [DRAIN_RECORD]: JSON.stringify(record) } });
  const pods = [
    pod('a', 'n'), pod('b', 'n'), pod('c', 'other'),
    pod('d', undefined, { ready: false, created: NOW - 5000 }),
  ];
  const limits = { all: { Count: 1 }, some: [] };
  expect(await drain(port, [draining], pods, { ...OPTIONS, limits }, NOW)).toMatchObject({ progress: { kind: 'working', waitSeconds: 5 } });
  expect(await drain(port, [draining], pods.filter(({ name }) => ['c', 'd'].includes(name)), { ...OPTIONS, limits }, NOW))
    .toMatchObject({ progress: { kind: 'working', says: 'waits until default/d is Ready', waitSeconds: 10 } });
});

test('a release takes back what is ours and nothing else', () => {
  expect(release(node('theirs'), { cordon: true, keeper: true })).toBeUndefined();
  const ours = node('ours', { annotations: { [CORDON_RECORD]: 'true', [DRAIN_RECORD]: '{}', [EXCLUSION_RECORD]: 'true', [KEEPER_MARK]: 'true' } });
  expect(release(ours, { cordon: true, keeper: true })).toEqual({
    name: 'ours',
    version: '1',
    unschedulable: false,
    labels: { [LABEL]: null },
    annotations: { [DRAIN_RECORD]: null, [EXCLUSION_RECORD]: null, [CORDON_RECORD]: null, [KEEPER_MARK]: null },
  });
  expect(release(ours, { cordon: false, keeper: false })).toEqual({
    name: 'ours', version: '1', labels: { [LABEL]: null }, annotations: { [DRAIN_RECORD]: null, [EXCLUSION_RECORD]: null },
  });
});

describe('what is asked', () => {
  const owing = (count: number, empty?: number) => [node('n', {
    annotations: {
      [DRAIN_RECORD]: JSON.stringify({ since: NOW, empty, owed: [{ kind: 'ReplicaSet', name: 'rs-web', uid: 'rs-web', namespace: 'default', count }] }),
    },
  })];

  test('controllers of pods that a budget protects are not, those of others are', async () => {
    const port = new Asked();
    const of = (uid: string) => ({ controller: { kind: 'StatefulSet', name: uid, uid } });
    await drain(port, batch, [pod('a', 'n', { ...of('web'), budget: { name: 'b', allows: 1 } }), pod('b', 'n', of('db'))], OPTIONS, NOW);
    expect(port.asked).toEqual(['db']);
  });

  test('controllers are not that have made up for their pods, those that have not are', async () => {
    const made = [pod('web-1', 'new', { created: NOW })];
    const settled = new Asked();
    await drain(settled, owing(1), [...made, pod('stays', 'n')], OPTIONS, NOW);
    expect(settled.asked).not.toContain('attachments');
    const open = new Asked();
    const again = await drain(open, owing(2), made, OPTIONS, NOW);
    expect(open.asked).toEqual(['rs-web']);
    expect(again.progress).toMatchObject({ says: 'waits until a new pod of default/rs-web is Ready' });
  });

  test('volumes and load balancers are as soon as nothing else is waited for', async () => {
    const port = new Asked();
    const { progress } = await drain(port, owing(1, NOW), [pod('web-1', 'new', { created: NOW })], OPTIONS, NOW);
    expect(port.asked).toEqual(['attachments', 'load balancers']);
    expect(progress).toMatchObject({ says: expect.stringContaining('pv') });
  });
});
