import { PoolView } from '../../../src/karpenter/api/fleet';
import { Budgets, Limits } from '../../../src/karpenter/api/karpenter-api';
import { V1_API } from '../../../src/karpenter/v1/api';
import { LaunchLimits } from '../../../src/workflow/emptying/limits';
import { BUDGETS_RECORD, LIMITS_RECORD } from '../../../src/workflow/records';
import { removalStep } from '../../../src/workflow/removal/step';
import { changed, CONFIGURATION, FakeWorld, MINUTE, poolView } from '../../workflow/removal/fakes';

const launches = new LaunchLimits(V1_API);
const TEN_PERCENT: Budgets = [{ nodes: '10%' }];

describe.each<[string, Limits | null, string | undefined, Limits]>([
  ['none', null, undefined, { cpu: '0' }],
  ['an empty map', {}, undefined, { cpu: '0' }],
  ['cpu', { cpu: '1k' }, undefined, { cpu: '0' }],
  ['several', { 'cpu': '100', 'memory': '1Ti', 'nvidia.com/gpu': 4 }, undefined, { cpu: '0' }],
  ['none, of a fixed size', null, 'nodes', { nodes: '0' }],
  ['the number of nodes, of a fixed size', { nodes: '10' }, 'nodes', { nodes: '0' }],
])('limits of a NodePool: %s', (_name, limits, limitedBy, stopped) => {
  const before = poolView('default', { limits, limitedBy });
  const held = changed(before, launches.stop(before)!);

  test('are replaced by one of zero and nothing else', () => {
    expect(held.limits).toEqual(stopped);
    expect(JSON.parse(held.annotations[LIMITS_RECORD])).toEqual(limits);
    expect(launches.stop(held)).toBeUndefined();
  });

  test('come back exactly, by a run and by the command that is printed', () => {
    expect(changed(held, launches.restore(held)!.change)).toEqual(before);
    const [, patch] = /--type merge -p '(.*)'$/.exec(launches.undoOf(before, launches.stop(before)!))!;
    const { metadata: { annotations }, spec } = JSON.parse(patch);
    expect(changed(held, { name: 'default', version: '1', limits: spec.limits, annotations })).toEqual(before);
  });
});

test('a limit of cpu does not stop a NodePool of a fixed size, and what its owner sets meanwhile stays', () => {
  const before = poolView('fixed', { limits: { nodes: '4' }, limitedBy: 'nodes' });
  const held = changed(before, launches.stop(before)!);
  expect(launches.isStopped({ cpu: '0' }, 'nodes')).toBe(false);
  const theirs = { ...held, limits: { nodes: '7' } };
  expect(changed(theirs, launches.restore(theirs)!.change).limits).toEqual({ nodes: '7' });
});

describe('the removal', () => {
  let world: FakeWorld;
  const step = () => removalStep(
    { fleet: world, draining: world, aws: world, mayBegin: () => world.gate() }, { ...CONFIGURATION, Api: V1_API.name }, { force: false },
    () => new Date(world.time),
  );
  const poolsOf = () => world.pools.map(({ name, limits, budgets, annotations }) => ({ name, limits, budgets, annotations }));

  beforeEach(() => {
    world = new FakeWorld().add('a-1', { pods: ['web-1'] }).add('a-2', { pods: ['web-2'] });
    world.pools = [
      poolView('default', { limits: { cpu: '100', memory: '1Ti' }, budgets: TEN_PERCENT }),
      poolView('gpu', { limits: { nodes: '2' }, limitedBy: 'nodes', budgets: [] }),
    ] satisfies PoolView[];
  });

  test('stops launches and disruption before it moves a pod, ends empty nodes by their NodeClaims, and deletes its NodePools', async () => {
    const first = await world.run(async () => {
      const progress = await step().apply();
      return progress.says.includes('of its own accord') ? { kind: 'done', says: progress.says } : progress;
    });
    expect(first.says).toBe('NodePool default, gpu does not move pods of its own accord while nodes are drained');
    expect(world.events.filter(event => /^(evict|patch)/.test(event))).toEqual([]);
    expect(world.pools.map(({ limits }) => limits)).toEqual([{ cpu: '0' }, { nodes: '0' }]);
    expect(world.pools.every(({ budgets = null }) => V1_API.voluntaryDisruption!.isHeld(budgets))).toBe(true);
    const last = await world.run(() => step().apply());
    expect(last.says).toBe('karpenter has no NodeClaim, node, instance or NodePool of the migration any more; the deployment deletes its launch templates');
    expect([world.pools, world.claims, world.nodes_, world.instances_]).toEqual([[], [], [], []]);
  });

  test.each([1, 2, 3, 4, 5, 7, 9])('after %i calls, stopping and the way back both restore limits and budgets exactly', async calls => {
    for (const wayBack of ['stop', 'revert'] as const) {
      world = new FakeWorld().add('a-1', { pods: ['web-1'] });
      world.pools = [poolView('default', { limits: { cpu: '100' }, budgets: TEN_PERCENT }), poolView('gpu', { limits: null, limitedBy: 'nodes', budgets: [] })];
      const before = structuredClone(poolsOf());
      for (let call = 0; call < calls; call += 1) {
        await step().apply();
      }
      await (wayBack === 'stop' ? step().stop() : world.run(() => step().revert()));
      expect(poolsOf()).toEqual(before);
    }
  });

  test('leaves a hold of the scale-down to that', async () => {
    const record = JSON.stringify({ owner: 'Stack/Migration', step: 'scale-down', budgets: TEN_PERCENT });
    world.pools = [poolView('default', { budgets: V1_API.voluntaryDisruption!.held(TEN_PERCENT), annotations: { [BUDGETS_RECORD]: record } })];
    const before = structuredClone(poolsOf());
    await world.run(() => step().revert());
    await step().stop();
    expect(poolsOf()).toEqual(before);
  });

  test('names NodeClaims that do not go, and how to end them', async () => {
    world.karpenterWorks = false;
    world.pods_ = [];
    await world.run(async () => world.claims.some(({ leaving }) => leaving !== undefined) ? { kind: 'done', says: '' } : step().apply());
    world.time += 11 * MINUTE;
    expect((await step().apply()).says).toMatch(/^nodeclaim\/machine-a-1 with node\/a-1 with instance\/i-a-1 is being deleted.* kubectl patch nodeclaim machine-a-1 /);
  });
});
