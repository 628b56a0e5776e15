import { KARPENTER, World, WorkloadSpec } from './world';
import { PauseReason } from '../../../src/workflow/pause-reason';
import { BUDGETS_RECORD, CLEAR_RECORD, DRAIN_RECORD, MOVE_RECORD } from '../../../src/workflow/records';
import { blocked, Progress } from '../../../src/workflow/step';
import { SCALE_DOWN } from '../fakes';

const WEB: WorkloadSpec = { name: 'web', replicas: 12, readySeconds: 25 };
const DNS: WorkloadSpec = { name: 'coredns', namespace: 'kube-system', replicas: 2, budget: 1, pinned: true, cpu: 0.1, readySeconds: 5 };
const RINGS = blocked(PauseReason.ALARM_RINGS, 'alarm errors is in ALARM');
const close = (world: World) => { world.gate = async () => RINGS; };
const open = (world: World) => { world.gate = async () => undefined; };

const typical = (more: readonly WorkloadSpec[] = [DNS, KARPENTER]) =>
  new World([{ name: 'apps', min: 8, max: 9, desired: 8 }], [WEB, ...more]);
const TWO = { ScaleDown: { ...SCALE_DOWN, BatchSize: { Count: 2 } } };

/** Nodes of instances whose end has begun stay for a moment. */
const isLeaving = (world: World, name: string) => world.groups[0].group.instances.some(one => one.leaving && `node-${one.id}` === name);
const inHand = (world: World) => world.nodeList.filter(({ name }) => !isLeaving(world, name))
  .filter(({ annotations }) => [DRAIN_RECORD, MOVE_RECORD, CLEAR_RECORD].some(record => annotations[record] !== undefined)).map(({ name }) => name);
const isAwaiting = (progress: Progress) => progress.kind === 'blocked' && progress.by === PauseReason.ALARM_RINGS;
const batch = (world: World) => world.nodeList.filter(({ annotations }) => annotations[DRAIN_RECORD] !== undefined).map(({ name }) => name);

test('a drain that may not begin touches nothing, says why and how much is left, and begins when it may', async () => {
  const world = typical();
  const before = structuredClone(world.snapshot());
  close(world);
  expect(await world.step(TWO).apply()).toEqual({ ...RINGS, counts: { nodesLeft: 8, karpenterNodes: 0, podsPending: 0 } });
  expect(world.snapshot()).toEqual(before);
  expect(world.writes).toEqual([]);
  open(world);
  expect(await world.run(() => world.step(TWO).apply())).toMatchObject({ kind: 'done' });
});

test('nodes in hand go on to their end when an alarm rings, no other is begun, and the others take pods until it is over', async () => {
  const world = typical();
  await world.run(() => world.step(TWO).apply(), 400, () => batch(world).length === 2);
  const begun = batch(world);
  const before = inHand(world);
  close(world);
  const seen = new Set<string>();
  const paused = await world.run(async () => {
    const progress = await world.step(TWO).apply();
    inHand(world).forEach(name => seen.add(name));
    return progress;
  }, 400, isAwaiting);
  expect(isAwaiting(paused)).toBe(true);
  expect([...seen].filter(name => !before.includes(name))).toEqual([]);
  expect(begun.filter(name => !isLeaving(world, name) && world.nodeList.some(node => node.name === name))).toEqual([]);
  expect(inHand(world)).toEqual([]);
  expect(world.nodesOf('apps').filter(node => node.unschedulable && !isLeaving(world, node.name))).toEqual([]);
  const ended = world.ended.length;
  world.writes.length = 0;
  await world.run(() => world.step(TWO).apply(), 20);
  expect(world.ended).toHaveLength(ended);
  expect(world.writes).toEqual([]);
  open(world);
  expect(await world.run(() => world.step(TWO).apply())).toMatchObject({ kind: 'done' });
  expect(world.nodeList.filter(node => node.unschedulable || Object.keys(node.annotations).length > 0)).toEqual([]);
});

test('while nodes in hand are blocked, these are the reason: somebody has to mend that', async () => {
  const stuck: WorkloadSpec = { name: 'db', replicas: 6, budget: 0 };
  const world = new World([{ name: 'apps', min: 1, max: 9, desired: 6 }], [stuck]);
  await world.run(() => world.step(TWO).apply(), 200, ({ kind }) => kind === 'blocked');
  close(world);
  const paused = await world.run(() => world.step({ ScaleDown: { ...SCALE_DOWN, BatchSize: { Count: 3 } } }).apply(), 10);
  expect(paused).toMatchObject({ kind: 'blocked', by: PauseReason.DISRUPTION_BUDGET, says: expect.stringContaining(`; ${RINGS.says}`) });
});

test('pods are not moved to nodes that stay either, not even beside a move that was begun, which ends', async () => {
  // A pod of karpenter moves first, and one of coredns could move beside it.
  const world = new World([
    { name: 'apps', min: 6, max: 9, desired: 6 }, { name: 'system', min: 1, max: 4, desired: 3 }, { name: 'batch', min: 0, max: 5, desired: 0 },
  ], [{ ...WEB, replicas: 9, budget: 1, readySeconds: 8 }, { name: 'api', replicas: 6, readySeconds: 5 }, DNS, KARPENTER]);
  const step = () => world.step({ ...TWO, HostNodegroups: ['system'] });
  await world.run(() => step().apply(), 100, () => world.nodeList.some(({ annotations }) => annotations[MOVE_RECORD] !== undefined));
  close(world);
  expect(world.evicted).toHaveLength(1);
  expect(isAwaiting(await world.run(() => step().apply(), 100, isAwaiting))).toBe(true);
  expect(world.evicted).toHaveLength(1);
  expect(inHand(world)).toEqual([]);
  expect(world.podsOf(DNS).concat(world.podsOf(KARPENTER)).filter(pod => !pod.ready)).toEqual([]);
});

test('karpenter has its disruption budgets for as long as nothing may be begun', async () => {
  const world = typical();
  const budgets = [{ nodes: '10%' }];
  world.ownerLabel = 'karpenter.sh/nodepool';
  world.poolList = [{ name: 'default', uid: 'uid-default', version: '1', limits: null, budgets, annotations: {} }];
  const step = () => world.step({ ...TWO, Api: 'karpenter.sh/v1' });
  await world.run(() => step().apply(), 400, () => batch(world).length === 2);
  expect(world.poolList[0].annotations[BUDGETS_RECORD]).toBeDefined();
  close(world);
  await world.run(() => step().apply(), 400, isAwaiting);
  expect(world.poolList[0]).toMatchObject({ budgets, annotations: {} });
  open(world);
  await world.run(() => step().apply(), 400, () => batch(world).length > 0);
  expect(world.poolList[0].annotations[BUDGETS_RECORD]).toBeDefined();
});

test('the gate is asked each time before a node is begun, and once in a call at most', async () => {
  const world = typical([]);
  const asked: number[] = [];
  world.gate = async () => { asked.push(world.now); return undefined; };
  let known = 0;
  const begun: number[] = [];
  await world.run(async () => {
    const before = new Set(batch(world));
    const progress = await world.step(TWO).apply();
    const fresh = batch(world).filter(name => !before.has(name));
    known += fresh.length;
    begun.push(...fresh.length > 0 ? [world.now] : []);
    return progress;
  });
  expect(known).toBe(6);
  expect(begun.filter(time => !asked.includes(time))).toEqual([]);
  expect(new Set(asked).size).toBe(asked.length);
});

test('who names an alarm that does not exist waits without anything being taken back', async () => {
  const world = typical();
  await world.run(() => world.step(TWO).apply(), 400, ({ says }) => says.includes('cordons'));
  world.gate = async () => blocked(PauseReason.ALARM_MISSING, 'there is no alarm errors');
  const cordoned = world.nodeList.filter(({ unschedulable }) => unschedulable).length;
  expect(await world.step(TWO).apply()).toMatchObject({ by: PauseReason.ALARM_MISSING });
  expect(world.nodeList.filter(({ unschedulable }) => unschedulable)).toHaveLength(cordoned);
});

test('the way back asks nobody', async () => {
  const world = typical();
  const before = structuredClone(world.snapshot());
  await world.run(() => world.step(TWO).apply(), 60);
  close(world);
  expect(await world.run(() => world.step(TWO).revert())).toMatchObject({ kind: 'done' });
  world.tick(60);
  expect(world.snapshot()).toEqual(before);
});
