import { KARPENTER, World, WorkloadSpec } from './world';
import { PodView } from '../../../src/kubernetes/views';
import { CLEAR_RECORD, CORDON_RECORD, KEEPER_MARK } from '../../../src/workflow/records';
import { ClearingView, planClearing, planClearingOn } from '../../../src/workflow/scale-down/moves';
import { node, NOW, pod } from '../draining/views';

const OWNER_KEY = 'karpenter.sh/provisioner-name';
const labels = { 'topology.kubernetes.io/zone': 'a', 'eks.amazonaws.com/nodegroup': 'apps' };
const keeper = (name: string, more: object = {}) => node(name, { unschedulable: false, labels, annotations: { [KEEPER_MARK]: 'true' }, ...more });
const requires = { selector: {}, terms: [{ matchExpressions: [{ key: 'eks.amazonaws.com/nodegroup', operator: 'Exists' }] }] };
const pinned = pod('karpenter-a', 'goes', { requires, requests: { cpu: 1, memory: 1 }, controller: { kind: 'ReplicaSet', name: 'karpenter', uid: 'rs-karpenter' }, apart: true });
const ordinary = (name: string, on: string, cpu: number, more: Partial<PodView> = {}) => pod(name, on, { requests: { cpu, memory: 1 }, ...more });
const view = (places: ClearingView['places'], pods: readonly PodView[]): ClearingView => ({ places, pods, controllers: [{ uid: 'rs-web', wanted: 9 }], ownerKey: OWNER_KEY });
const names = (pods: readonly PodView[] | undefined) => pods?.map(({ name }) => name);

test('the node where the fewest ordinary pods have to leave gives room, the biggest of them first', () => {
  const full = [ordinary('a', 'k1', 1.4), ordinary('b', 'k1', 1.3), ordinary('c', 'k1', 1.3), ordinary('d', 'k2', 3.1), ordinary('e', 'k2', 0.8)];
  const clearing = planClearing(pinned, view([keeper('k1'), keeper('k2')], [pinned, ...full]), NOW);
  expect([clearing?.place.name, names(clearing?.evict)]).toEqual(['k1', ['a']]);
  expect(clearing!.change).toMatchObject({
    name: 'k1',
    unschedulable: true,
    annotations: { [CORDON_RECORD]: 'true', [CLEAR_RECORD]: JSON.stringify({ since: NOW, owed: [{ kind: 'ReplicaSet', name: 'web', uid: 'rs-web', namespace: 'default', count: 1 }] }) },
  });
});

test.each<[string, ReturnType<typeof keeper>, PodView[]]>([
  ['pods that may not be evicted stay', keeper('k'), [ordinary('a', 'k', 3.5, { keptBy: 'karpenter.sh/do-not-evict' })]],
  ['pinned pods stay', keeper('k'), [ordinary('a', 'k', 3.5, { requires })]],
  ['a sibling that must be apart is there', keeper('k'), [{ ...pinned, name: 'karpenter-b', uid: 'b', node: 'k' }, ordinary('a', 'k', 2.5)]],
  ['somebody else cordoned it', keeper('k', { unschedulable: true }), [ordinary('a', 'k', 3.5)]],
  ['it is no node that stays', keeper('k', { annotations: {} }), [ordinary('a', 'k', 3.5)]],
  ['it does not take the pod', keeper('k', { taints: [{ key: 'team', value: 'a', effect: 'NoSchedule' }] }), [ordinary('a', 'k', 3.5)]],
])('no room is made where %s', (_, place, pods) => {
  expect(planClearing(pinned, view([place], [pinned, ...pods]), NOW)).toBeUndefined();
});

const clearing = keeper('k', { unschedulable: true, annotations: { [KEEPER_MARK]: 'true', [CORDON_RECORD]: 'true', [CLEAR_RECORD]: JSON.stringify({ since: NOW - 5000, owed: [] }) } });

test.each<[string, PodView[], object]>([
  ['a pod that was refused is asked again', [ordinary('a', 'k', 3.5)], { kind: 'evict' }],
  ['one that leaves is waited for', [ordinary('a', 'k', 3.5, { leaving: NOW + 1000 })], { kind: 'wait', waits: ['the end of pod default/a'] }],
  ['with room there, the cordon is taken back', [ordinary('a', 'k', 2.5)], { kind: 'cleared', change: { unschedulable: false, annotations: { [CLEAR_RECORD]: null, [CORDON_RECORD]: null } } }],
])('while a node is being cleared, %s', (_, pods, expected) => {
  expect(planClearingOn(clearing, [pinned], view([clearing], [pinned, ...pods]), NOW)).toMatchObject(expected);
});

test('a clearing for nobody ends: the pod found room elsewhere', () => {
  expect(planClearingOn(clearing, [], view([clearing], [ordinary('a', 'k', 3.5)]), NOW)).toMatchObject({ kind: 'cleared' });
});

describe('node groups full of ordinary pods', () => {
  const WEB: WorkloadSpec = { name: 'web', replicas: 26, budget: 2, readySeconds: 5, cpu: 0.9 };
  const full = () => new World([{ name: 'apps', min: 5, max: 9, desired: 5 }, { name: 'system', min: 1, max: 4, desired: 2 }], [KARPENTER, WEB]);

  test('make room for Karpenter on the nodes that stay, and every pod still moves once', async () => {
    const world = full();
    let cleared = 0;
    world.between = () => { cleared += world.nodeList.filter(one => one.annotations[CLEAR_RECORD] !== undefined).length; };
    expect(await world.run(() => world.step().apply())).toMatchObject({ kind: 'done' });
    expect(cleared).toBeGreaterThan(0);
    expect(world.evicted.filter(({ lineage }) => lineage > 1)).toEqual([]);
    const homes = world.podsOf(KARPENTER).map(({ node: name }) => world.nodeList.find(one => one.name === name)?.labels['eks.amazonaws.com/nodegroup']);
    expect(homes.every(home => home !== undefined)).toBe(true);
    expect(world.nodeList.filter(one => one.unschedulable || Object.keys(one.annotations).length > 0)).toEqual([]);
  });

  test.each([3, 5, 7, 9, 11, 14, 18])('are restored exactly after %i calls', async calls => {
    const world = full();
    const before = structuredClone(world.snapshot());
    await world.run(() => world.step().apply(), calls);
    expect(await world.run(() => world.step().revert())).toMatchObject({ kind: 'done' });
    world.tick(40);
    expect(world.snapshot()).toEqual(before);
  });
});
