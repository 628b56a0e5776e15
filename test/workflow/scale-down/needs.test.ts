import { CONFIGURATION, GroupSpec, KARPENTER, World, WorkloadSpec } from './world';
import { PodNeeds } from '../../../src/kubernetes/pod-needs';
import { NodeView, PodView } from '../../../src/kubernetes/views';
import { PauseReason } from '../../../src/workflow/pause-reason';
import { planMove } from '../../../src/workflow/scale-down/moves';
import { Occupancy } from '../../../src/workflow/scale-down/room';
import { planTargets } from '../../../src/workflow/scale-down/targets';
import { node, NOW, pod } from '../draining/views';

const ZONE = 'topology.kubernetes.io/zone';
const NODEGROUP = 'eks.amazonaws.com/nodegroup';
const group = (name: string, desired: number, zones?: string[]): GroupSpec => ({ name, min: 0, max: 2000, desired, zones });
const onNodegroups: PodNeeds['requires'] = { selector: {}, terms: [{ matchExpressions: [{ key: NODEGROUP, operator: 'Exists' }] }] };
const on = (nodegroup: string): PodNeeds['requires'] => ({ selector: { [NODEGROUP]: nodegroup }, terms: [] });
const inZone = (zone: string): PodNeeds['volumes'] => [[{ matchExpressions: [{ key: ZONE, operator: 'In', values: [zone] }] }]];

function plan(world: World) {
  const { of, says } = planTargets(world.groups, world.nodeList, world.podList, CONFIGURATION, world.now);
  return { kept: Object.fromEntries([...of].map(([name, { kept }]) => [name, kept])), says };
}

/** A pod of a StatefulSet, on the first node that fits. */
function add(world: World, name: string, where: (node: NodeView) => boolean, needs: Partial<PodView>): void {
  world.addPod({ name, node: world.nodeList.find(where)!.name, controller: { kind: 'StatefulSet', name, uid: `set-${name}` }, ...needs });
}

const zoneOf = (one: NodeView) => one.labels[ZONE];
const groupOf = (one: NodeView) => one.labels[NODEGROUP];

describe('a pinned pod with a volume in one of three zones', () => {
  const world = () => {
    const made = new World([group('apps', 3)], [KARPENTER]);
    add(made, 'db-0', one => zoneOf(one) === 'c', { requires: onNodegroups, volumes: inZone('c') });
    made.podsOf(KARPENTER).forEach((one, index) => { one.node = made.nodeList.find(other => zoneOf(other) === 'ab'[index])!.name; });
    return made;
  };

  test('keeps a node of its zone, where a target of two would have kept the two others', async () => {
    const made = world();
    expect(plan(made).kept).toEqual({ apps: 2 });
    const evicted: string[] = [];
    made.between = write => { evicted.push(write); };
    expect(await made.run(() => made.step().apply())).toMatchObject({ kind: 'done' });
    expect(made.nodeList.map(zoneOf).filter(zone => zone === 'c')).toHaveLength(1);
    expect(evicted).not.toContain('evict db-0');
  });

  test('is said not to outlive the loss of its only node, and voids the rule for nobody else', () => {
    const made = world();
    made.nodeList.forEach(one => { one.allocatable = { cpu: 2, memory: 2 ** 34, pods: 58 }; });
    for (const name of ['one-0', 'two-0']) {
      add(made, name, one => zoneOf(one) === 'a', { requires: onNodegroups, requests: { cpu: 0.9, memory: 1 } });
    }
    // On two nodes all of it has room, but not on the one that is left when the other is lost.
    expect(plan(made)).toEqual({
      kept: { apps: 3 },
      says: [
        'apps keeps 3: with one node lost, karpenter and the pods that only node groups can take would not fit on fewer',
        'pod default/db-0 would find no other node after the loss of its own, whatever stays',
      ],
    });
  });

  test('keeps a second node of its zone where there is one', () => {
    const made = new World([group('apps', 9)], [KARPENTER]);
    add(made, 'db-0', one => zoneOf(one) === 'c', { requires: onNodegroups, volumes: inZone('c') });
    const { kept, says } = plan(made);
    expect(kept).toEqual({ apps: 3 });
    expect(says).toEqual(['apps keeps 3: with one node lost, karpenter and the pods that only node groups can take would not fit on fewer']);
  });
});

test('the group is raised whose nodes a pinned pod can run on, and no other', () => {
  const world = new World([group('big', 100), group('small', 10)], [KARPENTER]);
  add(world, 'licence-0', one => groupOf(one) === 'small', { requires: on('small') });
  expect(plan(world)).toEqual({
    kept: { big: 1, small: 2 },
    says: ['small keeps 2: with one node lost, karpenter and the pods that only node groups can take would not fit on fewer'],
  });
});

test('each group says its own reason', () => {
  const world = new World([group('big', 100, ['a']), group('small', 10, ['a']), group('other', 4, ['b'])], [KARPENTER]);
  ['one', 'two', 'three'].forEach(name => add(world, `${name}-0`, one => groupOf(one) === 'small', { requires: on('small'), requests: { cpu: 3, memory: 1 } }));
  const { kept } = plan(world);
  expect(kept).toEqual({ big: 1, small: 4, other: 1 });
});

test('pods that keep off each other each find a node', () => {
  const ring: WorkloadSpec = { name: 'ring', replicas: 4, pinned: true, apart: true, cpu: 0.1 };
  expect(plan(new World([group('apps', 9)], [KARPENTER, ring])).kept).toEqual({ apps: 4 });
  expect(plan(new World([group('apps', 3)], [KARPENTER, ring])).kept).toEqual({ apps: 3 });
});

test('pods that must be spread over zones keep a node in each', () => {
  const world = new World([group('apps', 9)], [KARPENTER]);
  ['a', 'b', 'c'].forEach((zone, index) => world.addPod({
    name: `spread-${index}`,
    node: world.nodeList.find(one => zoneOf(one) === zone)!.name,
    controller: { kind: 'ReplicaSet', name: 'spread', uid: 'rs-spread' },
    requires: onNodegroups,
    spread: [{ key: ZONE, maxSkew: 1 }],
  }));
  expect(plan(world).kept).toEqual({ apps: 3 });
});

test('a resource that few nodes have counts like cores and bytes', () => {
  const world = new World([group('apps', 9)], [KARPENTER]);
  const gpus = world.nodeList.filter(one => zoneOf(one) === 'b');
  gpus.forEach(one => { one.allocatable = { ...one.allocatable, 'nvidia.com/gpu': 1 }; });
  ['x-0', 'y-0'].forEach(name => add(world, name, one => one === gpus[0], { requires: onNodegroups, requests: { 'nvidia.com/gpu': 1 } }));
  // One for each, one in reserve, and one in another zone.
  expect(plan(world).kept).toEqual({ apps: 4 });
});

test('a pinned pod is moved to the node that reaches its volume, and waits with the reason where none does', () => {
  const labels = (zone: string) => ({ [ZONE]: zone, [NODEGROUP]: 'apps' });
  const place = (name: string, zone: string) => node(name, { unschedulable: false, labels: labels(zone), annotations: { 'cdk-karpenter-migration/keeper': 'true' } });
  const goer = node('goes', { labels: labels('c') });
  const db = pod('db-0', 'goes', { requires: onNodegroups, volumes: inZone('c') });
  const view = (places: NodeView[]) => ({ goers: [goer], places, pods: [db], controllers: [], ownerKey: 'karpenter.sh/provisioner-name', force: false });
  expect(planMove(view([place('a', 'a'), place('c', 'c')]), NOW)).toMatchObject({ kind: 'evict', pod: { name: 'db-0' } });
  expect(planMove(view([place('a', 'a')]), NOW)).toEqual({
    kind: 'blocked',
    obstacles: [{
      by: PauseReason.NOWHERE_TO_GO,
      says: 'pod default/db-0 on goes has a volume that none of the nodes that stay reaches (topology.kubernetes.io/zone In [c]): raise the target of a node group with nodes there',
    }],
  });
});

test.each<[string, Record<string, string>, boolean]>([
  ['in the zone with most of its kind', { x: 'b' }, false],
  ['in a zone with fewer', { x: 'a' }, true],
])('a pod that must be spread evenly fits %s: %s', (_title, { x }, expected) => {
  const nodes = ['a', 'b', 'c'].map(zone => node(zone, { unschedulable: zone === 'c', labels: { [ZONE]: zone } }));
  const kin = { controller: { kind: 'ReplicaSet', name: 's', uid: 's' }, spread: [{ key: ZONE, maxSkew: 1 }] };
  const pods = [pod('goes', 'c', kin), pod('stays', 'b', kin)];
  expect(new Occupancy(nodes, pods).fits(nodes.find(({ name }) => name === x)!, pods[0])).toBe(expected);
});

describe('a thousand nodes with twenty thousand pods', () => {
  /** Four groups of 250 nodes; every tenth pod is pinned. */
  const big = (pinned: (index: number) => Partial<PodView>) => {
    const world = new World(['a', 'b', 'c', 'd'].map(name => group(name, 250)));
    world.nodeList.forEach((one, index) => {
      one.labels = { ...one.labels, disk: `${index}` };
      for (let each = 0; each < 20; each += 1) {
        world.podList.push({ ...pod(`p-${index}-${each}`, one.name, each < 2 ? pinned(2 * index + each) : {}), readyAt: 0, evictions: 0 });
      }
    });
    expect(world.podList).toHaveLength(20_000);
    return world;
  };
  const timed = (world: World) => {
    // Others may use the machine meanwhile: what counts is our own part of it. They slow that down too, several times over.
    const begun = process.cpuUsage().user;
    const { kept } = plan(world);
    return { kept: Object.values(kept).reduce((sum, one) => sum + one, 0), milliseconds: (process.cpuUsage().user - begun) / 1000 };
  };

  const onDisk = (index: number) => ({ requires: onNodegroups, volumes: [[{ matchExpressions: [{ key: 'disk', operator: 'In', values: [`${index}`] }] }]] });
  test.each<[string, (index: number) => Partial<PodView>, number]>([
    ['of which one can never survive a loss', index => index === 7 ? onDisk(3) : {}, 4],
    ['of which none fits anywhere', index => index < 50 ? { requires: onNodegroups, requests: { cpu: 64 } } : {}, 4],
    ['of which two thousand are pinned', index => ({
      requires: onNodegroups, requests: { cpu: 0.5, memory: 2 ** 30 }, controller: { kind: 'ReplicaSet', name: 'r', uid: `rs-${index % 40}` },
    }), 252],
    ['of which two thousand are pinned to some disks', index => onDisk(Math.floor(index / 2) % 100), 103],
  ])('%s are planned within ten seconds', (_title, pinned, expected) => {
    const { kept, milliseconds } = timed(big(pinned));
    expect(kept).toBe(expected);
    expect(milliseconds).toBeLessThan(10_000);
  });
});
