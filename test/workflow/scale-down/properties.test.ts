import fc from 'fast-check';
import { CONFIGURATION, GroupSpec, KARPENTER, World, WorkloadSpec } from './world';
import { restored, Standing } from '../../../src/workflow/scale-down/sizes';

const group = (name: string) => fc.record({ min: fc.nat(4), more: fc.nat(5), spare: fc.nat(4) })
  .map(({ min, more, spare }): GroupSpec => ({ name, min, desired: min + more, max: Math.max(1, min + more + spare) }));

const workload = (name: string) => fc.record({
  replicas: fc.integer({ min: 1, max: 6 }),
  budget: fc.option(fc.integer({ min: 1, max: 2 }), { nil: undefined }),
  readySeconds: fc.integer({ min: 1, max: 15 }),
  kind: fc.constantFrom('ReplicaSet', 'StatefulSet', 'CloneSet', 'Job'),
  cpu: fc.constantFrom(0.1, 0.5, 1),
}).map((spec): WorkloadSpec => ({ name, ...spec }));

const scenario = fc.record({
  // The hosts have room for whatever is pinned, so that only the rules of the drain decide.
  system: fc.integer({ min: 3, max: 5 }).map((desired): GroupSpec => ({ name: 'system', min: 1, max: 6, desired })),
  apps: group('apps'),
  batch: group('batch'),
  workloads: fc.tuple(workload('one'), workload('two'), workload('three')),
  batchSize: fc.integer({ min: 1, max: 3 }),
});

interface Scenario { readonly system: GroupSpec; readonly apps: GroupSpec; readonly batch: GroupSpec; readonly workloads: readonly WorkloadSpec[] }

function worldOf({ system, apps, batch, workloads }: Scenario): World {
  return new World([apps, batch, system], [KARPENTER, ...workloads]);
}

const configuration = (Count: number) => ({
  HostNodegroups: ['system'],
  ScaleDown: { ...CONFIGURATION.ScaleDown, BatchSize: { Count }, Targets: [{ Nodegroup: 'system', Size: 3 }] },
});

test('it always ends; no batch is too big, no group falls below its target, and no pod is evicted twice', () => fc.assert(
  fc.asyncProperty(scenario, async ({ batchSize, ...spec }) => {
    const world = worldOf(spec);
    const targets = new Map(world.groups.map(({ name, sizes }) => [name, Math.min(sizes.desired, name === 'system' ? 3 : 1)]));
    world.between = () => {
      for (const { name, group: { sizes } } of world.groups) {
        expect(sizes.desired).toBeGreaterThanOrEqual(targets.get(name)!);
      }
    };
    const progress = await world.run(() => world.step(configuration(batchSize)).apply(), 600);
    expect(progress.kind).toBe('done');
    expect(world.maxLosing).toBeLessThanOrEqual(batchSize);
    expect(world.maxInBatch).toBeLessThanOrEqual(2 * batchSize);
    expect(world.evicted.filter(({ lineage }) => lineage > 1)).toEqual([]);
    for (const { name, group: { sizes } } of world.groups) {
      const target = targets.get(name)!;
      expect(sizes).toEqual({ min: target, max: Math.max(1, target), desired: target });
    }
  }), { numRuns: 60 },
), 60_000);

test('whatever was done of the way there, the way back restores it exactly', () => fc.assert(
  fc.asyncProperty(scenario, fc.integer({ min: 0, max: 80 }), async ({ batchSize, ...spec }, calls) => {
    const world = worldOf(spec);
    const before = structuredClone(world.snapshot());
    await world.run(() => world.step(configuration(batchSize)).apply(), calls);
    expect((await world.run(() => world.step().revert())).kind).toBe('done');
    world.tick(40);
    expect(world.snapshot()).toEqual(before);
  }), { numRuns: 60 },
), 60_000);

test('stopped anywhere, nothing that has pods stays cordoned, and the next run ends', () => fc.assert(
  fc.asyncProperty(scenario, fc.integer({ min: 0, max: 60 }), async ({ batchSize, ...spec }, calls) => {
    const world = worldOf(spec);
    await world.run(() => world.step(configuration(batchSize)).apply(), calls);
    await world.step().stop();
    const leaving = world.groups.flatMap(({ group: { instances } }) => instances).filter(instance => instance.leaving).map(instance => instance.id);
    for (const node of world.nodeList.filter(one => one.unschedulable && !leaving.includes(one.instanceId!))) {
      expect(world.podList.filter(pod => pod.node === node.name)).toEqual([]);
    }
    expect((await world.run(() => world.step(configuration(batchSize)).apply(), 600)).kind).toBe('done');
  }), { numRuns: 30 },
), 60_000);

const sizes = fc.record({ min: fc.nat(20), more: fc.nat(20), spare: fc.nat(20) })
  .map(({ min, more, spare }) => ({ min, desired: min + more, max: Math.max(1, min + more + spare) }));

test('sizes that nobody else touched come back as they were', () => fc.assert(fc.property(sizes, fc.nat(20), (recorded, kept) => {
  const target = Math.min(kept, recorded.desired);
  const lowered = { min: target, max: recorded.max };
  const fixed = { min: target, max: Math.max(1, target) };
  const standing: Standing = { recorded, set: [fixed, lowered], suspended: false };
  for (const live of [recorded, lowered, fixed]) {
    for (let running = target; running <= recorded.desired; running += 1) {
      expect(restored(live, running, standing)).toEqual(recorded);
    }
  }
})));

test('whatever the owner set meanwhile, the sizes of the way back are valid and keep it', () => fc.assert(fc.property(sizes, sizes, fc.nat(20), (recorded, live, kept) => {
  const standing: Standing = { recorded, set: [{ min: kept, max: Math.max(1, kept) }], suspended: false };
  const { min, max, desired } = restored(live, live.desired, standing)!;
  expect(min).toBeLessThanOrEqual(desired);
  expect(desired).toBeLessThanOrEqual(max);
  expect(max).toBeGreaterThanOrEqual(1);
  if (live.max !== recorded.max && live.max !== Math.max(1, kept)) {
    expect(max).toBe(live.max);
  }
})));
