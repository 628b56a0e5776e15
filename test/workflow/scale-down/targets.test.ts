import { CONFIGURATION, GroupSpec, KARPENTER, World, WorkloadSpec } from './world';
import { apiOf } from '../../../src/karpenter/apis';
import { NodeView, PodView } from '../../../src/kubernetes/views';
import { Demand } from '../../../src/workflow/scale-down/demand';
import { fleetOf } from '../../../src/workflow/scale-down/fleet';
import { chooseAll } from '../../../src/workflow/scale-down/keepers';
import { isPinned } from '../../../src/workflow/scale-down/room';
import { planTargets, TargetConfiguration } from '../../../src/workflow/scale-down/targets';
import { node, pod } from '../draining/views';

const DNS: WorkloadSpec = { name: 'dns', namespace: 'kube-system', replicas: 2, pinned: true, cpu: 0.1 };
const NOW = 1_700_000_000_000;
const MINUTE = 60_000;
const OWNER = apiOf(CONFIGURATION.Api).ownerLabel;

function targets(groups: readonly GroupSpec[], configuration: Partial<TargetConfiguration> = {}, workloads: readonly WorkloadSpec[] = []) {
  const world = new World(groups, [KARPENTER, DNS, ...workloads]);
  const { of, says } = planTargets(world.groups, world.nodeList, world.podList, { ...CONFIGURATION, ...configuration }, world.now);
  return { kept: Object.fromEntries([...of].map(([name, { kept }]) => [name, kept])), says };
}

const group = (name: string, desired: number, zones?: string[]): GroupSpec => ({ name, min: 0, max: 20, desired, zones });
const wish = (Nodegroup: string, Size: number) => ({ ScaleDown: { Targets: [{ Nodegroup, Size }] } });

test.each<[string, GroupSpec[], Partial<TargetConfiguration>, Record<string, number>]>([
  ['one group keeps two', [group('a', 9)], {}, { a: 2 }],
  ['several keep one each', [group('a', 3, ['a']), group('b', 3, ['b']), group('c', 3, ['c'])], {}, { a: 1, b: 1, c: 1 }],
  ['a group keeps what was asked for', [group('a', 3, ['a']), group('b', 3, ['b'])], wish('b', 2), { a: 1, b: 2 }],
  ['no group keeps more than it has', [group('a', 1)], wish('a', 5), { a: 1 }],
  ['zero stays zero', [group('a', 3, ['a']), group('b', 3, ['b']), group('c', 0)], {}, { a: 1, b: 1, c: 0 }],
  ['a single group of hosts keeps a node for each replica of karpenter', [group('a', 3), group('b', 3)], { HostNodegroups: ['b'] }, { a: 1, b: 2 }],
  ['hosts keep nodes in two zones', [group('a', 2, ['a']), group('b', 2, ['a']), group('c', 2, ['b'])], wish('c', 0), { a: 1, b: 1, c: 1 }],
])('%s', (_name, groups, configuration, expected) => {
  expect(targets(groups, configuration).kept).toEqual(expected);
});

test('hosts keep room for all pinned pods with one node lost, and say why', () => {
  const { kept, says } = targets([group('a', 6)], {}, [{ name: 'big', replicas: 4, pinned: true, cpu: 1.5 }]);
  expect(kept).toEqual({ a: 4 });
  expect(says).toEqual(['a keeps 4: with one node lost, karpenter and the pods that only node groups can take would not fit on fewer']);
});

test('pods that can go to karpenter take no room from hosts', () => {
  expect(targets([group('a', 6)], {}, [{ name: 'web', replicas: 30, cpu: 0.7 }]).kept).toEqual({ a: 2 });
});

test('a target that was decided stays as long as the same is wanted', () => {
  const world = new World([group('a', 6)], [KARPENTER]);
  world.group('a').tags['cdk-karpenter-migration/target'] = '2/4';
  expect(planTargets(world.groups, world.nodeList, world.podList, CONFIGURATION, world.now).of.get('a')).toEqual({ wanted: 2, kept: 4 });
  world.group('a').tags['cdk-karpenter-migration/target'] = '3/4';
  expect(planTargets(world.groups, world.nodeList, world.podList, CONFIGURATION, world.now).of.get('a')).toEqual({ wanted: 2, kept: 2 });
});

describe('a replica of karpenter that waits for a node', () => {
  const decided = () => {
    const world = new World([group('a', 6), group('b', 3)], [KARPENTER]);
    world.group('a').tags['cdk-karpenter-migration/target'] = '1/1';
    world.group('b').tags['cdk-karpenter-migration/target'] = '1/1';
    return world;
  };
  const replica = (world: World, changes: Partial<PodView>): PodView => ({
    ...world.podList.find(({ release }) => release === 'karpenter')!, uid: 'new', name: 'karpenter-new', ready: false, node: undefined, ...changes,
  });
  const ofA: Partial<PodView> = {
    requires: { selector: {}, terms: [{ matchExpressions: [{ key: 'eks.amazonaws.com/nodegroup', operator: 'In', values: ['a'] }] }] },
  };
  const planned = (world: World, changes: Partial<PodView>) =>
    planTargets(world.groups, world.nodeList, [...world.podList, replica(world, changes)], CONFIGURATION, world.now);

  test('gets one of a group that it may live on, whatever was decided before: its Deployment has changed since', () => {
    const { of, says } = planned(decided(), { ...ofA, unschedulable: '0/9 nodes are available: 7 were unschedulable' });
    expect(of.get('a')).toEqual({ wanted: 1, kept: 2 });
    expect(of.get('b')).toEqual({ wanted: 1, kept: 1 });
    expect(says).toEqual(['a keeps 2: each of the 2 replicas of karpenter needs a node of its own']);
  });

  test('changes nothing before the scheduler has said that there is none, nor while it ends', () => {
    for (const changes of [ofA, { ...ofA, unschedulable: 'none', leaving: 1 }, { ...ofA, unschedulable: 'none', release: 'other' }]) {
      expect([...planned(decided(), changes).of.values()].map(({ kept }) => kept)).toEqual([1, 1]);
    }
  });

  test('gets none where none would do', () => {
    const { of } = planned(decided(), { requires: { selector: { 'eks.amazonaws.com/nodegroup': 'gone' }, terms: [] }, unschedulable: 'none' });
    expect([...of.values()].map(({ kept }) => kept)).toEqual([1, 1]);
  });
});

function keepersOf(nodes: readonly NodeView[], many: number, pods: readonly PodView[]): NodeView[] {
  const instances = nodes.map(({ instanceId }) => ({ id: instanceId!, launched: 0, counts: true, leaving: false }));
  const sizes = { min: 0, max: nodes.length, desired: nodes.length };
  const fleet = fleetOf({ name: 'a', arn: 'a', status: 'ACTIVE', issues: [], tags: {}, sizes, group: { name: 'a', sizes, suspended: [], instances } }, many, nodes);
  return chooseAll([fleet], new Demand([fleet], nodes, pods, CONFIGURATION, NOW)).homes.nodes;
}

describe('keepers', () => {
  const pinned = { requires: { selector: { 'eks.amazonaws.com/nodegroup': 'a' }, terms: [] } };
  const open = (name: string, zone: string, changes = {}) => node(name, { zone, unschedulable: false, ...changes });
  const choose = (nodes: ReturnType<typeof open>[], many: number, pods: ReturnType<typeof pod>[] = []) =>
    keepersOf(nodes.map(one => ({ ...one, labels: { ...one.labels, 'eks.amazonaws.com/nodegroup': 'a' } })), many, pods).map(({ name }) => name);

  test('are in zones of their own, before they are where pinned pods are', () => {
    const nodes = [open('a1', 'a'), open('a2', 'a'), open('b1', 'b'), open('b2', 'b')];
    expect(choose(nodes, 2, [pod('x', 'a2', pinned), pod('y', 'a1', pinned), pod('z', 'b2', pinned)])).toEqual(['a1', 'b2']);
  });

  test('are not the nodes that somebody else cordoned, that are not Ready, or that are being drained, if there are others', () => {
    const nodes = [open('a', 'a', { unschedulable: true }), open('b', 'b', { ready: false }), open('c', 'c', { annotations: { 'cdk-karpenter-migration/draining': '{}' } }), open('d', 'a')];
    expect(choose(nodes, 1)).toEqual(['d']);
    expect(choose(nodes, 4)).toHaveLength(4);
  });

  test('stay the same once they are marked', () => {
    const nodes = [open('a', 'a'), open('b', 'a', { annotations: { 'cdk-karpenter-migration/keeper': 'true' } })];
    expect(choose(nodes, 1, [pod('x', 'a', pinned)])).toEqual(['b']);
  });

  test.each([[4, 'b'], [5, 'a']])('that are not Ready for %i minutes are kept as %s: one that flaps stays the one, one that is dead does not', (minutes, kept) => {
    const marked = { ready: false, notReadySince: NOW - minutes * MINUTE, annotations: { 'cdk-karpenter-migration/keeper': 'true' } };
    expect(choose([open('a', 'a'), open('b', 'a', marked)], 1)).toEqual([kept]);
  });

  test('have pods that may not be evicted, rather than room', () => {
    expect(choose([open('a', 'a'), open('b', 'a')], 1, [pod('x', 'b', { keptBy: 'karpenter.sh/do-not-evict' })])).toEqual(['b']);
    expect(choose([open('a', 'a'), open('b', 'a')], 1, [pod('x', 'a')])).toEqual(['b']);
  });
});

test.each<[string, object | undefined, boolean]>([
  ['without requirements', undefined, false],
  ['by a label that EKS gives to nodes of node groups', { selector: { 'eks.amazonaws.com/capacityType': 'SPOT' }, terms: [] }, true],
  ['by every term', { selector: {}, terms: [{ matchExpressions: [{ key: 'eks.amazonaws.com/nodegroup', operator: 'In', values: ['a'] }] }] }, true],
  ['by one of two terms', {
    selector: {}, terms: [{ matchExpressions: [{ key: 'eks.amazonaws.com/nodegroup', operator: 'Exists' }] }, { matchExpressions: [{ key: 'x', operator: 'Exists' }] }],
  }, false],
  ['kept off Karpenter\'s nodes', { selector: {}, terms: [{ matchExpressions: [{ key: OWNER, operator: 'DoesNotExist' }] }] }, true],
  ['kept off Fargate', { selector: {}, terms: [{ matchExpressions: [{ key: 'eks.amazonaws.com/compute-type', operator: 'NotIn', values: ['fargate'] }] }] }, false],
])('whether a pod is pinned to node groups, %s', (_name, requires, expected) => {
  expect(isPinned(pod('x', 'n', { requires } as object), OWNER)).toBe(expected);
});
