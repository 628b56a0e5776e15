import { predictDrain } from '../../../src/cli/plan/drain';
import { chooseRelease } from '../../../src/cli/plan/release';
import { estimateTime } from '../../../src/cli/plan/time';
import { WorkflowConfiguration } from '../../../src/workflow/contract';
import { CONFIGURATION, KARPENTER, World, WorkloadSpec } from '../../workflow/scale-down/world';

const WEB: WorkloadSpec = { name: 'web', replicas: 9, budget: 1, readySeconds: 8 };
const API: WorkloadSpec = { name: 'api', replicas: 6, readySeconds: 5 };
const DNS: WorkloadSpec = { name: 'coredns', namespace: 'kube-system', replicas: 2, budget: 1, cpu: 0.1, readySeconds: 5 };
const HOME = { name: 'apps', min: 6, max: 9, desired: 6 };

const configuration = (more: Partial<WorkflowConfiguration> = {}): WorkflowConfiguration => ({
  ...CONFIGURATION,
  CriticalWorkloads: [{ Kind: 'Deployment', Namespace: 'kube-system', Name: 'coredns', Optional: true }],
  ClusterAutoscaler: { Kind: 'discovered' },
  PatienceMinutes: 60,
  AcceptedRisks: [],
  NodeClasses: [],
  KubectlRoleArn: '',
  KubernetesFunctionArn: '',
  StackId: '',
  ...more,
});

async function facts(world: World) {
  const { pods } = await world.pods();
  const controllers = pods.flatMap(pod => pod.controller
    ? [{ uid: pod.controller.uid, wanted: 1, owner: { kind: 'Deployment', name: pod.controller.name, uid: `d-${pod.controller.uid}` } }] : []);
  return { nodegroups: await world.nodegroups(), nodes: await world.nodes(), pods, controllers };
}

test.each([
  ['several node groups', [HOME, { name: 'system', min: 1, max: 4, desired: 3 }, { name: 'batch', min: 0, max: 5, desired: 0 }]],
  ['one node group', [HOME]],
])('what a plan says of %s is what the drain then does', async (_name, groups) => {
  const world = new World(groups, [WEB, API, { ...DNS, pinned: true }, KARPENTER]);
  const before = await facts(world);
  const plan = predictDrain(before, configuration(), world.now);
  const instances = new Map(before.nodes.map(node => [node.instanceId!, node.name]));
  await world.run(() => world.step().apply());
  expect([...plan.goes].map(({ name }) => name).sort()).toEqual(world.ended.map(id => instances.get(id)!).sort());
  expect(plan.stays.map(({ name }) => name).sort()).toEqual(world.nodeList.filter(node => !node.karpenter).map(({ name }) => name).sort());
  expect(plan.groups.map(({ name, keeps }) => [name, keeps])).toEqual(world.groups.map(({ name, group }) => [name, group.sizes.desired]));
  const inOrder = (ids: readonly string[]) => ids.map(id => instances.get(id)!);
  expect(plan.goes.map(({ name }) => name)).toEqual(inOrder(world.ended));
  expect(plan.evictions).toBe(world.evicted.length);
});

test('a critical workload counts as pinned, as it is by the time of the drain', async () => {
  const world = new World([HOME], [WEB, DNS, KARPENTER]);
  const all = await facts(world);
  const plan = predictDrain(all, configuration(), world.now);
  expect(plan.stays.filter(({ why }) => /pinned pods? runs? here/.test(why)).length).toBeGreaterThan(0);
  const without = predictDrain(all, configuration({ CriticalWorkloads: [] }), world.now);
  const pinnedHomes = (drain: typeof plan) => drain.stays.filter(({ why }) => why.includes('pinned')).length;
  expect(pinnedHomes(without)).toBeLessThanOrEqual(pinnedHomes(plan));
});

test('a node group that has no node too many keeps all, and the plan says why', async () => {
  const world = new World([{ name: 'apps', min: 1, max: 3, desired: 1 }, { name: 'system', min: 1, max: 3, desired: 1 }], [KARPENTER]);
  const plan = predictDrain(await facts(world), configuration(), world.now);
  expect(plan.goes).toEqual([]);
  expect(new Set(plan.stays.map(({ why }) => why))).toEqual(new Set(['its node group has no node too many']));
});

test('time is bound by nodes, or by the workload that lets the fewest pods go', async () => {
  const world = new World([{ name: 'apps', min: 9, max: 30, desired: 30 }], [{ ...API, replicas: 30 }, KARPENTER]);
  const all = await facts(world);
  const plan = predictDrain(all, configuration(), world.now);
  const byNodes = estimateTime(plan, all, { ...CONFIGURATION.ScaleDown, BatchSize: { Count: 1 }, DisruptionLimit: { Percentage: 25 } }, false);
  expect(byNodes.boundBy).toBe('28 nodes, 1 at a time');
  const byPods = estimateTime(plan, all, { ...CONFIGURATION.ScaleDown, BatchSize: { Count: 10 }, DisruptionLimit: { Count: 1 } }, false);
  expect(byPods.boundBy).toMatch(/ReplicaSet default\/api, of which \d+ pods move, 1 at a time/);
  const balanced = estimateTime(plan, all, { ...CONFIGURATION.ScaleDown, BatchSize: { Count: 1 }, DeregistrationSeconds: 300 }, true);
  expect(balanced.minutes).toBeGreaterThan(byNodes.minutes);
  expect(balanced.assumptions).toContain('load balancers have 300 s to let go of a node');
});

test.each([
  ['1.23', 'v0', true], ['1.25', 'v0', true], ['1.27', 'v1', true], ['1.34', 'v1', true], ['1.37', 'v1', false],
])('Kubernetes %s is served by %s', (kubernetes, generation, isDefault) => {
  expect(chooseRelease(kubernetes)).toMatchObject({ generation, isDefault });
});

test('a version that nobody serves has no release', () => {
  expect(chooseRelease('1.99')).toBeUndefined();
});
