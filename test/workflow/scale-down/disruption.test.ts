import { KARPENTER, World, WorkloadSpec } from './world';
import { PoolView } from '../../../src/karpenter/api/fleet';
import { Budgets } from '../../../src/karpenter/api/karpenter-api';
import { BUDGETS_RECORD } from '../../../src/workflow/records';
import { Step } from '../../../src/workflow/step';

const WEB: WorkloadSpec = { name: 'web', replicas: 50, budget: 8, readySeconds: 8 };
const DNS: WorkloadSpec = { name: 'coredns', namespace: 'kube-system', replicas: 2, budget: 1, pinned: true, cpu: 0.1, readySeconds: 5 };
const TEN_PERCENT: Budgets = [{ nodes: '10%' }];
const OURS = { nodes: '0', reasons: ['Underutilized', 'Drifted'] };

const pool = (name: string, more: Partial<PoolView> = {}): PoolView =>
  ({ name, uid: `uid-${name}`, version: '1', limits: null, budgets: TEN_PERCENT, annotations: {}, ...more });

/** A cluster with a Karpenter that consolidates as soon as it may. */
function consolidating(pools: PoolView[] = [pool('default')]): World {
  const world = new World([{ name: 'apps', min: 6, max: 9, desired: 6 }, { name: 'system', min: 1, max: 4, desired: 3 }], [WEB, DNS, KARPENTER]);
  world.ownerLabel = 'karpenter.sh/nodepool';
  world.poolList = pools;
  return world;
}

const stepOf = (world: World, more: object = {}): Step => world.step({ Api: 'karpenter.sh/v1', HostNodegroups: ['system'], ...more });
const twice = (world: World) => world.evicted.filter(({ lineage }) => lineage > 1);
const poolsOf = (world: World) => world.poolList.map(({ name, budgets, annotations }) => ({ name, budgets, annotations }));
const isHeld = (world: World) => world.poolList[0].annotations[BUDGETS_RECORD] !== undefined
  && JSON.stringify(world.poolList[0].budgets).includes(JSON.stringify(OURS));

test('while node groups are drained Karpenter moves no pod again, and has its budgets back when the stage is reached', async () => {
  const world = consolidating();
  const before = structuredClone(poolsOf(world));
  await world.run(() => stepOf(world).apply(), 200, ({ says }) => says.includes('has its disruption budgets again'));
  expect(world.evicted.length).toBeGreaterThan(10);
  expect(twice(world)).toEqual([]);
  expect(poolsOf(world)).toEqual(before);
  expect(await world.run(() => stepOf(world).apply())).toMatchObject({ kind: 'done' });
});

test('a Karpenter that is not held back does move pods again', async () => {
  const world = consolidating();
  await world.run(() => stepOf(world, { Pools: [] }).apply());
  expect(twice(world)).not.toEqual([]);
});

test('it is held before any pod is evicted, with the owner and the budgets of before in the record, and said with the way back', async () => {
  const world = consolidating();
  const held = await world.run(() => stepOf(world).apply(), 100, ({ says }) => says.includes('of its own accord'));
  expect(held).toMatchObject({
    says: 'NodePool default does not move pods of its own accord while nodes are drained',
    undo: [`kubectl patch nodepool default --type merge -p '{"metadata":{"annotations":{"${BUDGETS_RECORD}":null}},"spec":{"disruption":{"budgets":[{"nodes":"10%"}]}}}'`],
  });
  expect(world.evicted).toEqual([]);
  expect(JSON.parse(world.poolList[0].annotations[BUDGETS_RECORD])).toEqual({ owner: 'Stack/Migration', step: 'scale-down', budgets: TEN_PERCENT });
  expect(world.poolList[0].budgets).toEqual([OURS, { nodes: '10%' }]);
});

test.each([2, 4, 6, 8, 12, 20, 35, 60])('after %i calls, stopping and the way back both give exactly the budgets of before', async calls => {
  for (const wayBack of ['stop', 'revert'] as const) {
    const world = consolidating([pool('default'), pool('gpu', { budgets: [] }), pool('theirs')]);
    const before = structuredClone(poolsOf(world));
    const step = stepOf(world, { Pools: ['default', 'gpu'] });
    await world.run(() => step.apply(), calls);
    await (wayBack === 'stop' ? step.stop() : world.run(() => step.revert()));
    expect(poolsOf(world)).toEqual(before);
  }
});

test('half of the hold is taken back, too', async () => {
  const world = consolidating([pool('default'), pool('gpu')]);
  const before = structuredClone(poolsOf(world));
  let writes = 0;
  world.between = write => {
    if (write.startsWith('change pool') && ++writes === 2) {
      throw new Error('the function ended here');
    }
  };
  await expect(world.run(() => stepOf(world, { Pools: ['default', 'gpu'] }).apply())).rejects.toThrow('ended here');
  expect(poolsOf(world).filter(({ annotations }) => BUDGETS_RECORD in annotations)).toHaveLength(1);
  await stepOf(world).stop();
  expect(poolsOf(world)).toEqual(before);
});

test('budgets that a deployment writes during the drain are held again, and are what comes back', async () => {
  const world = consolidating();
  await world.run(() => stepOf(world).apply(), 100, () => isHeld(world));
  // What kubectl apply does: the list is the manifest's, annotations that it does not know stay.
  world.poolList[0] = { ...world.poolList[0], version: 'applied', budgets: [{ nodes: '1' }] };
  await stepOf(world).apply();
  expect(isHeld(world)).toBe(true);
  await world.run(() => stepOf(world).apply());
  expect(world.poolList[0]).toMatchObject({ budgets: [{ nodes: '1' }], annotations: {} });
});

test('budgets that the owner adds beside ours stay, and it is said', async () => {
  const world = consolidating();
  await world.run(() => stepOf(world).apply(), 100, () => isHeld(world));
  world.poolList[0] = { ...world.poolList[0], budgets: [...world.poolList[0].budgets!, { nodes: '3', reasons: ['Empty'] }] };
  expect((await world.run(() => stepOf(world).revert(), 20, ({ says }) => says.startsWith('NodePool'))).says)
    .toBe('NodePool default has its disruption budgets again, with what was set meanwhile at default');
  expect(world.poolList[0].budgets).toEqual([{ nodes: '10%' }, { nodes: '3', reasons: ['Empty'] }]);
});

test.each<[string, Budgets]>([
  ['for everything', [{ nodes: '0' }]], ['by our very budget', [OURS]], ['by percent', [{ nodes: '0%', reasons: ['Drifted', 'Underutilized'] }]],
])('a NodePool that its owner holds already stays as it is: %s', async (_name, budgets) => {
  const world = consolidating([pool('default', { budgets })]);
  await world.run(() => stepOf(world).apply());
  expect(world.writes.filter(write => write.startsWith('change pool'))).toEqual([]);
  expect(twice(world)).toEqual([]);
});

test('a NodePool that is being deleted is not touched', async () => {
  const world = consolidating([pool('default', { leaving: 1 })]);
  await world.run(() => stepOf(world).apply(), 60);
  expect(world.writes.filter(write => write.startsWith('change pool'))).toEqual([]);
});

test('where nothing has to be drained nothing is held', async () => {
  const world = consolidating();
  await world.run(() => stepOf(world).apply());
  world.writes.length = 0;
  expect(await stepOf(world).apply()).toMatchObject({ kind: 'done' });
  expect(world.writes).toEqual([]);
});

test('a write of somebody in between is looked at again', async () => {
  const world = consolidating();
  let once = true;
  world.between = write => {
    if (write === 'change pool default' && once) {
      once = false;
      world.poolList[0] = { ...world.poolList[0], version: 'theirs', budgets: [{ nodes: '2' }] };
    }
  };
  await world.run(() => stepOf(world).apply(), 100, () => isHeld(world));
  expect(JSON.parse(world.poolList[0].annotations[BUDGETS_RECORD]).budgets).toEqual([{ nodes: '2' }]);
});

test.each(['not json', '7', '{}', '{"budgets":1}'])('a record that cannot be read is refused with what to do: %s', async text => {
  const world = consolidating([pool('default', { annotations: { [BUDGETS_RECORD]: text } })]);
  await expect(stepOf(world).stop())
    .rejects.toThrow(/disruption budgets of NodePool default .* cannot be read: set its budgets yourself and remove the annotation, kubectl annotate nodepool default/);
});

test('a hold of another step is left to that', async () => {
  const record = JSON.stringify({ owner: 'Stack/Migration', step: 'removal', budgets: null });
  const world = consolidating([pool('default', { annotations: { [BUDGETS_RECORD]: record } })]);
  await world.run(() => stepOf(world).revert());
  expect(world.poolList[0].annotations).toEqual({ [BUDGETS_RECORD]: record });
});

test('a generation that has nothing to hold is not even asked', async () => {
  const world = consolidating([]);
  world.pools = () => Promise.reject(new Error('asked'));
  expect(await world.run(() => world.step({ HostNodegroups: ['system'] }).apply())).toMatchObject({ kind: 'done' });
});
