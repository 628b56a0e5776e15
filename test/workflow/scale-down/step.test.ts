import { CONFIGURATION, KARPENTER, World, WorkloadSpec } from './world';
import { V1_API } from '../../../src/karpenter/v1/api';
import { PodView } from '../../../src/kubernetes/views';
import { PauseReason } from '../../../src/workflow/pause-reason';
import { DRAIN_RECORD, MOVE_RECORD } from '../../../src/workflow/records';
import { scaleDownStep } from '../../../src/workflow/scale-down/step';
import { Counts } from '../../../src/workflow/step';

const WEB: WorkloadSpec = { name: 'web', replicas: 9, budget: 1, readySeconds: 8 };
const API: WorkloadSpec = { name: 'api', replicas: 6, readySeconds: 5 };
const DNS: WorkloadSpec = { name: 'coredns', namespace: 'kube-system', replicas: 2, budget: 1, pinned: true, cpu: 0.1, readySeconds: 5 };

const typical = () => new World([
  { name: 'apps', min: 6, max: 9, desired: 6 }, { name: 'system', min: 1, max: 4, desired: 3 }, { name: 'batch', min: 0, max: 5, desired: 0 },
], [WEB, API, DNS, KARPENTER]);

const sizes = (world: World) => Object.fromEntries(world.groups.map(({ name, group: { sizes: { min, max, desired } } }) => [name, `${min}/${max}/${desired}`]));

test('node groups are drained to the targets of the guide, every pod is evicted at most once and every budget is kept', async () => {
  const world = typical();
  const step = world.step({ HostNodegroups: ['system'] });
  expect(await step.assess()).toMatchObject({ applied: 'nothing' });
  const progress = await world.run(() => step.apply());
  expect(progress).toMatchObject({ kind: 'done' });
  expect(sizes(world)).toEqual({ apps: '1/1/1', system: '2/2/2', batch: '0/1/0' });
  expect(world.evicted.filter(({ lineage }) => lineage > 1)).toEqual([]);
  expect(world.ended).toHaveLength(6);
  expect([world.maxLosing, world.maxInBatch]).toEqual([1, 2]);
  expect(world.groups.flatMap(({ group }) => group.suspended)).toEqual([]);
  expect(world.nodeList.filter(node => node.unschedulable || Object.keys(node.annotations).length > 0)).toEqual([]);
  const homes = world.podsOf(KARPENTER).map(pod => world.nodeList.find(node => node.name === pod.node)!);
  expect(homes.filter(node => node.labels['eks.amazonaws.com/nodegroup'] === undefined)).toEqual([]);
  expect(new Set(homes).size).toBe(2);
  expect(await step.assess()).toMatchObject({ applied: 'fully' });
});

test('every call counts the nodes of Karpenter and the pods that make up for evicted ones and are pending, of what it has read anyway', async () => {
  const world = typical();
  const labels = { 'karpenter.sh/provisioner-name': 'default' };
  world.nodeList.push({ ...world.nodeList[0], name: 'launched', instanceId: 'i-launched', labels, annotations: {} });
  const counts: Counts[] = [];
  const progress = await world.run(async () => {
    const one = await world.step({ HostNodegroups: ['system'] }).apply();
    counts.push(one.counts!);
    return one;
  });
  expect(counts.every(({ karpenterNodes, podsPending }) => karpenterNodes !== undefined && podsPending !== undefined)).toBe(true);
  expect(progress.counts).toMatchObject({ nodesLeft: 0, podsPending: 0 });
  const launched = world.nodeList.filter(one => one.labels['karpenter.sh/provisioner-name'] !== undefined).length;
  expect(launched).toBeGreaterThan(0);
  expect(progress.counts!.karpenterNodes).toBe(launched);
});

test('pinned pods of several workloads move side by side, and of each workload one at a time', async () => {
  const world = typical();
  let most = 0;
  await world.run(async () => {
    const owing = world.nodeList.flatMap(({ annotations: { [MOVE_RECORD]: record } }) => record ? [JSON.parse(record).owed[0]?.uid] : []);
    expect(new Set(owing).size).toBe(owing.length);
    most = Math.max(most, owing.length);
    for (const workload of [DNS, KARPENTER]) {
      expect(world.podsOf(workload).filter(pod => pod.ready && pod.leaving === undefined).length).toBeGreaterThanOrEqual(1);
    }
    return world.step({ HostNodegroups: ['system'] }).apply();
  });
  expect(most).toBe(2);
});

test('a step that is done writes nothing when it is applied again', async () => {
  const world = typical();
  await world.run(() => world.step().apply());
  world.writes.length = 0;
  expect((await world.step().apply()).kind).toBe('done');
  expect(world.writes).toEqual([]);
});

test('the way back restores sizes, tags, processes and nodes exactly', async () => {
  const world = typical();
  world.group('system').group.suspended = ['AZRebalance'];
  const before = structuredClone(world.snapshot());
  await world.run(() => world.step().apply());
  expect(await world.run(() => world.step().revert())).toMatchObject({ kind: 'done' });
  world.tick(10);
  expect(world.snapshot()).toEqual(before);
  expect(await world.step().assess()).toMatchObject({ applied: 'nothing' });
});

test.each([1, 2, 3, 4, 5, 8, 12, 16, 22, 30, 45, 60, 90])('after %i calls of the way there, the way back restores everything', async calls => {
  const world = typical();
  const before = structuredClone(world.snapshot());
  await world.run(() => world.step({ HostNodegroups: ['system'] }).apply(), calls - 1);
  expect(await world.run(() => world.step().revert())).toMatchObject({ kind: 'done' });
  world.tick(40);
  expect(world.snapshot()).toEqual(before);
});

test('records are written before anything is changed, and never over existing ones', async () => {
  const world = typical();
  await world.step().apply();
  expect(world.writes.every(write => write.startsWith('tag'))).toBe(true);
  const { tags } = world.group('apps');
  expect(tags).toMatchObject({ 'cdk-karpenter-migration/sizes': '6/9/6' });
  await world.run(() => world.step().apply());
  expect(world.group('apps').tags['cdk-karpenter-migration/sizes']).toBe('6/9/6');
});

test('nothing is evicted before all nodes that go are cordoned', async () => {
  const world = typical();
  let checked = 0;
  world.between = write => {
    if (write.startsWith('evict')) {
      checked += 1;
      const open = world.nodesOf('apps').filter(node => !node.unschedulable);
      expect(open).toHaveLength(1);
    }
  };
  await world.run(() => world.step().apply());
  expect(checked).toBeGreaterThan(5);
});

test('an instance ends only while its group has more than its target', async () => {
  const world = typical();
  await world.run(() => world.step().apply(), 400, progress => progress.says.startsWith('ends'));
  // Somebody lowers the desired size between the moment when a node is found empty and its end.
  const loadBalancers = world.loadBalancers.bind(world);
  world.loadBalancers = () => {
    world.group('apps').group.sizes.desired = 1;
    return loadBalancers();
  };
  const apps = world.group('apps').group.instances.map(instance => instance.id);
  const ended = () => world.ended.filter(id => apps.includes(id)).length;
  const before = ended();
  await world.run(() => world.step().apply(), 60);
  expect(ended()).toBe(before);
});

test.each(['autoscalerIsQuiet', 'recheck'] as const)('%s is asked before each batch, and its objection is said as it is', async name => {
  const world = typical();
  const objection = { kind: 'blocked', by: PauseReason.AUTOSCALER_IS_BACK, says: 'argocd' } as const;
  const quiet = async () => undefined;
  const asked = { mayBegin: quiet, autoscalerIsQuiet: quiet, recheck: quiet, [name]: async () => objection };
  const ports = { kubernetes: world, aws: world, fleet: world, ...asked };
  const step = scaleDownStep(ports, CONFIGURATION, { force: false, now: () => world.now });
  expect(await world.run(() => step.apply(), 100, progress => progress.kind === 'blocked')).toMatchObject(objection);
  expect(world.ended).toEqual([]);
});

test('nodes that are begun one after the other are checked again every minute', async () => {
  const world = new World([{ name: 'apps', min: 12, max: 14, desired: 14 }], [{ ...WEB, budget: undefined, replicas: 28, readySeconds: 25 }, KARPENTER]);
  const checks: number[] = [];
  const begun: number[] = [];
  const quiet = async () => undefined;
  const autoscalerIsQuiet = async () => { checks.push(world.now); return undefined; };
  const ports = { kubernetes: world, aws: world, fleet: world, mayBegin: quiet, autoscalerIsQuiet, recheck: quiet };
  const configuration = { ...CONFIGURATION, ScaleDown: { ...CONFIGURATION.ScaleDown, BatchSize: { Count: 4 } } };
  const step = scaleDownStep(ports, configuration, { force: false, now: () => world.now });
  const before = () => new Set(world.nodeList.filter(node => node.annotations[DRAIN_RECORD] !== undefined).map(({ name }) => name));
  await world.run(async () => {
    const known = before();
    const progress = await step.apply();
    begun.push(...[...before()].filter(name => !known.has(name)).map(() => world.now));
    return progress;
  });
  const age = (time: number) => time - Math.max(...checks.filter(check => check <= time));
  expect(begun.length).toBeGreaterThan(5);
  expect(Math.max(...begun.map(age))).toBeLessThan(60_000);
  expect(checks.length).toBeLessThan(begun.length + 5);
});

test('an autoscaler that comes back after the last node was begun keeps sizes from being fixed', async () => {
  const world = typical();
  let isBack = false;
  const objection = { kind: 'blocked', by: PauseReason.AUTOSCALER_IS_BACK, says: 'argocd' } as const;
  const quiet = async () => undefined;
  const autoscalerIsQuiet = async () => isBack ? objection : undefined;
  const ports = { kubernetes: world, aws: world, fleet: world, mayBegin: quiet, autoscalerIsQuiet, recheck: quiet };
  const step = scaleDownStep(ports, CONFIGURATION, { force: false, now: () => world.now });
  const ends = world.group('apps').sizes.desired + world.group('system').sizes.desired - 3;
  await world.run(() => step.apply(), 400, () => world.ended.length === ends);
  isBack = true;
  expect(await world.run(() => step.apply(), 100, ({ kind }) => kind === 'blocked')).toMatchObject(objection);
  expect(sizes(world)).toEqual({ apps: '1/9/1', system: '1/4/1', batch: '0/5/0' });
  isBack = false;
  expect(await world.run(() => step.apply())).toMatchObject({ kind: 'done' });
});

test('a budget that allows nothing pauses the run with the names of pod and budget, and is gone on with later', async () => {
  const stuck: WorkloadSpec & { budget: number } = { name: 'db', replicas: 6, budget: 0 };
  const world = new World([{ name: 'apps', min: 1, max: 9, desired: 4 }], [stuck, KARPENTER]);
  const progress = await world.run(() => world.step().apply(), 200, ({ kind }) => kind === 'blocked');
  expect(progress).toMatchObject({ kind: 'blocked', by: PauseReason.DISRUPTION_BUDGET });
  expect(progress.says).toMatch(/pod default\/db-\d+ on node-i-\d+ may not be evicted: The disruption budget db/);
  expect(progress.counts?.evictionsRefused).toBeGreaterThan(0);
  stuck.budget = 1;
  expect(await world.run(() => world.step().apply())).toMatchObject({ kind: 'done' });
});

test('by force, and only by force, pods that may not be evicted are deleted', async () => {
  const world = new World([{ name: 'apps', min: 1, max: 9, desired: 4 }], [{ name: 'db', replicas: 6, budget: 0 }, { name: 'held', replicas: 4, doNotEvict: true }, KARPENTER]);
  await world.run(() => world.step().apply(), 60, ({ kind }) => kind === 'blocked');
  expect(world.writes.filter(write => write.startsWith('delete'))).toEqual([]);
  expect(await world.run(() => world.step({}, true).apply())).toMatchObject({ kind: 'done' });
  expect(world.writes.filter(write => write.startsWith('delete')).length).toBeGreaterThan(0);
});

test('force takes no pod of a workload whose replacements have nowhere to go', async () => {
  const db: WorkloadSpec = { name: 'db', replicas: 3, budget: 1, cpu: 3.5 };
  const world = new World([{ name: 'apps', min: 1, max: 9, desired: 5 }], [KARPENTER, db], false);
  const progress = await world.run(() => world.step({}, true).apply(), 200);
  expect(progress).toMatchObject({ kind: 'blocked', by: PauseReason.NO_NEW_NODE });
  expect(world.podsOf(db).filter(pod => pod.ready)).toHaveLength(2);
  expect(world.writes.filter(write => write.startsWith('delete'))).toEqual([]);
});

test('by force a workload whose budget allows nothing loses one pod at a time', async () => {
  const db: WorkloadSpec = { name: 'db', replicas: 6, budget: 0 };
  const world = new World([{ name: 'apps', min: 1, max: 9, desired: 4 }], [db, KARPENTER]);
  let least = 6;
  expect(await world.run(async () => {
    const progress = await world.step({}, true).apply();
    least = Math.min(least, world.podsOf(db).filter(pod => pod.ready).length);
    return progress;
  })).toMatchObject({ kind: 'done' });
  expect(least).toBe(5);
});

test.each([false, true])('pods that come back to a cordoned node do not hold the drain up, and are evicted once (pinned: %s)', async pinned => {
  const operator: WorkloadSpec = { name: 'operator', replicas: 3, budget: 1, toleratesCordon: true, pinned };
  const world = new World([{ name: 'apps', min: 1, max: 9, desired: 6 }], [{ ...WEB, replicas: 4 }, operator, KARPENTER]);
  expect(await world.run(() => world.step().apply())).toMatchObject({ kind: 'done' });
  expect(sizes(world)).toEqual({ apps: '2/2/2' });
  expect(world.evicted.filter(({ lineage }) => lineage > 1)).toEqual([]);
});

test('a node that somebody makes schedulable is drained again, and no pod of it for ever', async () => {
  const world = typical();
  await world.run(() => world.step().apply(), 60, progress => progress.says.startsWith('begins'));
  let times = 0;
  world.between = write => {
    const drained = world.nodeList.find(node => node.annotations['cdk-karpenter-migration/draining'] !== undefined);
    if (write.startsWith('evict') && drained && times++ < 2) {
      drained.unschedulable = false;
      drained.version = `theirs-${times}`;
    }
  };
  expect(await world.run(() => world.step().apply())).toMatchObject({ kind: 'done' });
  expect(world.evicted.every(({ lineage }) => lineage <= 3)).toBe(true);
});

test('nodes whose pods may not be evicted are kept or come last, and are named when nothing else is left', async () => {
  const world = new World([{ name: 'apps', min: 1, max: 9, desired: 6 }], [{ ...WEB, replicas: 4 }, KARPENTER]);
  for (const node of world.nodesOf('apps').slice(0, 3)) {
    world.addPod({ name: `bare-${node.name}`, node: node.name });
  }
  const progress = await world.run(() => world.step().apply(), 300, ({ kind }) => kind === 'blocked');
  expect(progress).toMatchObject({ kind: 'blocked', by: PauseReason.BARE_POD });
  expect(progress.says).toContain('pod default/bare-');
  expect(world.group('apps').group.sizes.desired).toBe(5);
});

/** Up to when a node is empty that load balancers have not let go yet. */
async function restingWorld(): Promise<World> {
  const world = typical();
  world.balancers = true;
  const ScaleDown = { ...CONFIGURATION.ScaleDown, DeregistrationSeconds: 300 };
  await world.run(() => world.step({ ScaleDown }).apply(), 60, progress => progress.says.includes('is empty'));
  return world;
}

test('stopping makes everything schedulable again but what is empty, and the next run goes on', async () => {
  const world = await restingWorld();
  await world.step().stop();
  const cordoned = world.nodeList.filter(node => node.unschedulable);
  expect(cordoned).not.toEqual([]);
  expect(cordoned.every(node => !world.podList.some(pod => pod.node === node.name))).toBe(true);
  expect(world.nodeList.some(node => node.annotations['cdk-karpenter-migration/draining'] !== undefined)).toBe(false);
  expect(world.group('apps').tags['cdk-karpenter-migration/sizes']).toBeDefined();
  expect(await world.run(() => world.step().apply())).toMatchObject({ kind: 'done' });
});

test('stopping makes schedulable what is empty as well where a pod finds no node', async () => {
  const world = await restingWorld();
  const empty = world.nodeList.filter(node => node.unschedulable && !node.leaving && !world.podList.some(pod => pod.node === node.name));
  expect(empty).not.toEqual([]);
  const waits = (changes: Partial<PodView>) => ({ ...world.podList[0], uid: 'waits', name: 'waits', node: undefined, ready: false, leaving: undefined, ...changes });
  world.podList.push(waits({ unschedulable: '0/14 nodes are available', leaving: world.now }));
  await world.step().stop();
  expect(empty.every(({ name }) => world.nodeList.find(node => node.name === name)!.unschedulable)).toBe(true);
  world.podList.push(waits({ unschedulable: '0/14 nodes are available' }));
  await world.step().stop();
  expect(world.nodeList.filter(node => node.unschedulable && !world.isEnding(node))).toEqual([]);
});

test('a node that the owner cordoned is never made schedulable, and none of ours keeps a cordon', async () => {
  const world = typical();
  const [theirs] = world.nodesOf('apps');
  theirs.unschedulable = true;
  await world.run(() => world.step().apply(), 12);
  await world.run(() => world.step().revert());
  expect(world.nodeList.filter(node => node.unschedulable).map(node => node.name)).toEqual([theirs.name]);
});

test('writes that somebody overtook are repeated from what is there then', async () => {
  const world = typical();
  let overtaken = 0;
  world.between = write => {
    const node = world.nodeList.find(one => write === `patch ${one.name}`);
    if (node && overtaken < 40 && ++overtaken % 2 === 0) {
      node.version = `other-${overtaken}`;
    }
  };
  expect(await world.run(() => world.step().apply())).toMatchObject({ kind: 'done' });
  expect(sizes(world).apps).toBe('1/1/1');
});

test('a keeper that is lost is replaced by another node', async () => {
  const world = typical();
  await world.run(() => world.step().apply(), 60, progress => progress.says.startsWith('ends'));
  const keeper = world.nodesOf('apps').find(node => node.annotations['cdk-karpenter-migration/keeper'])!;
  world.end(keeper.instanceId!);
  expect(await world.run(() => world.step().apply())).toMatchObject({ kind: 'done' });
  expect(sizes(world).apps).toBe('1/1/1');
});

test('a keeper that is no longer Ready goes, and another node stays', async () => {
  const world = typical();
  await world.run(() => world.step().apply(), 60, progress => progress.says.startsWith('ends'));
  const keeper = world.nodesOf('apps').find(node => node.annotations['cdk-karpenter-migration/keeper'])!;
  keeper.ready = false;
  world.podList.filter(pod => pod.node === keeper.name).forEach(pod => { pod.ready = false; });
  expect(await world.run(() => world.step().apply())).toMatchObject({ kind: 'done' });
  expect(world.nodesOf('apps').map(node => node.ready)).toEqual([true]);
});

test('an instance that never became a node ends without a drain, a young one is waited for', async () => {
  const world = typical();
  world.group('apps').group.sizes.desired = 7;
  world.tick(1);
  const [stray] = world.group('apps').group.instances.slice(-1);
  stray.joins = undefined;
  world.tick(10);
  const waits = await world.run(() => world.step().apply(), 60, progress => progress.says.includes(stray.id));
  expect(waits).toMatchObject({ kind: 'working', says: `waits until ${stray.id} is a node` });
  expect(await world.run(() => world.step().apply())).toMatchObject({ kind: 'done' });
  expect(world.ended).toContain(stray.id);
});

test('the owner\'s change of sizes during the migration is kept on the way back', async () => {
  const world = typical();
  await world.run(() => world.step().apply());
  world.group('apps').sizes.max = 20;
  world.group('apps').group.sizes.max = 20;
  const said: string[] = [];
  await world.run(async () => {
    const progress = await world.step().revert();
    said.push(progress.says);
    return progress;
  });
  expect(sizes(world).apps).toBe('6/20/6');
  expect(said.join()).toContain('the maximum that was set meanwhile stays');
  expect(world.group('apps').tags).toEqual({});
});

test('a minimum that the owner raises on the way there is respected', async () => {
  const world = typical();
  await world.run(() => world.step().apply(), 60, progress => progress.says.startsWith('ends'));
  world.group('apps').sizes.min = 3;
  world.group('apps').group.sizes.min = 3;
  expect(await world.run(() => world.step().apply())).toMatchObject({ kind: 'done' });
  expect(sizes(world).apps).toBe('3/3/3');
  await world.run(() => world.step().revert());
  expect(sizes(world).apps).toBe('3/9/6');
});

test('a target that is lowered later is gone on to, one that is asked for is taken', async () => {
  const world = typical();
  const keeping = (Size: number) => ({ HostNodegroups: ['system'], ScaleDown: { ...CONFIGURATION.ScaleDown, Targets: [{ Nodegroup: 'apps', Size }] } });
  await world.run(() => world.step(keeping(3)).apply());
  expect(sizes(world).apps).toBe('3/3/3');
  await world.run(() => world.step(keeping(0)).apply());
  expect(sizes(world).apps).toBe('0/1/0');
  await world.run(() => world.step().revert());
  expect(sizes(world).apps).toBe('6/9/6');
});

test('an update or an instance refresh of somebody else pauses the run', async () => {
  const world = typical();
  world.group('apps').status = 'UPDATING';
  expect(await world.step().apply()).toMatchObject({ kind: 'blocked', by: PauseReason.NODEGROUP_BUSY, says: 'node group apps is UPDATING' });
  world.group('apps').status = 'ACTIVE';
  world.refreshes = ['eks-apps'];
  expect(await world.run(() => world.step().apply(), 20, ({ kind }) => kind === 'blocked')).toMatchObject({ kind: 'blocked', by: PauseReason.NODEGROUP_BUSY });
  expect(world.writes.filter(write => !write.startsWith('tag') && !write.startsWith('suspend'))).toEqual([]);
});

test('an update of somebody else pauses a drain that has begun', async () => {
  const world = typical();
  await world.run(() => world.step().apply(), 60, progress => progress.says.startsWith('lowers'));
  expect(world.group('apps').tags['cdk-karpenter-migration/update']).toMatch(/^update-/);
  await world.run(() => world.step().apply(), 20, progress => !progress.says.includes('UPDATING'));
  Object.assign(world.group('apps'), { status: 'UPDATING', ownUpdate: false, due: Infinity });
  expect(await world.step().apply()).toMatchObject({ kind: 'blocked', by: PauseReason.NODEGROUP_BUSY, says: 'node group apps is UPDATING' });
});

test('without a node from Karpenter the run pauses, says so, and evicts no more', async () => {
  const world = new World([{ name: 'apps', min: 1, max: 9, desired: 5 }], [{ name: 'web', replicas: 16, cpu: 1 }, KARPENTER], false);
  const progress = await world.run(() => world.step().apply(), 200, ({ kind }) => kind === 'blocked');
  expect(progress).toMatchObject({ kind: 'blocked', by: PauseReason.NO_NEW_NODE });
  const evictions = world.evicted.length;
  await world.run(() => world.step().apply(), 10);
  expect(world.evicted).toHaveLength(evictions);
});

test('a node of EKS Auto Mode that does not become Ready is waited for by nobody', async () => {
  const world = typical();
  world.ownerLabel = 'karpenter.sh/nodepool';
  const labels = { 'karpenter.sh/nodepool': 'general-purpose', 'eks.amazonaws.com/compute-type': 'auto' };
  world.nodeList.push({ ...world.nodeList[0], name: 'auto', instanceId: 'i-auto', ready: false, labels });
  expect(await world.run(() => world.step({ Api: V1_API.name }).apply())).toMatchObject({ kind: 'done' });
});

test('load balancers let go of a node before its instance ends', async () => {
  const world = typical();
  world.balancers = true;
  const configuration = { ScaleDown: { ...CONFIGURATION.ScaleDown, DeregistrationSeconds: 300 } };
  await world.run(() => world.step(configuration).apply(), 60, progress => progress.says.startsWith('begins'));
  const began = world.now;
  const label = 'node.kubernetes.io/exclude-from-external-load-balancers';
  expect(world.nodeList.filter(node => node.labels[label] !== undefined)).toHaveLength(1);
  await world.run(() => world.step(configuration).apply(), 100, progress => progress.says.startsWith('ends'));
  expect(world.now - began).toBeGreaterThanOrEqual(299_000);
});

test('each change comes with the commands that undo it by hand', async () => {
  const world = typical();
  const undo: string[] = [];
  await world.run(async () => {
    const progress = await world.step().apply();
    undo.push(...progress.undo ?? []);
    return progress;
  });
  expect(undo).toContain('aws eks update-nodegroup-config --cluster-name prod --nodegroup-name apps --scaling-config minSize=6,maxSize=9,desiredSize=6');
  expect(undo).toContain('aws autoscaling resume-processes --auto-scaling-group-name eks-apps --scaling-processes AZRebalance');
  expect(undo.some(command => /^kubectl uncordon node-i-\d+( node-i-\d+)+$/.test(command))).toBe(true);
});

describe('an instance that nobody has drained', () => {
  const stranger = (world: World) => world.nodesOf('apps')[2];

  test.each<[string, RegExp, (world: World) => string]>([
    ['a node without the label of its node group', /\(node node-i-\d+ lacks the label eks.amazonaws.com\/nodegroup=apps\)/, world => {
      const node = stranger(world);
      node.labels = { 'topology.kubernetes.io/zone': 'a' };
      return node.instanceId!;
    }],
    ['a node that a finalizer holds', /\(node node-i-\d+ is being deleted: see its finalizers\)/, world => {
      const node = stranger(world);
      node.leaving = true;
      return node.instanceId!;
    }],
  ])('keeps EKS from choosing who ends: %s', async (_name, words, change) => {
    const world = typical();
    const id = change(world);
    const progress = await world.run(() => world.step({ HostNodegroups: ['system'] }).apply(), 300, ({ kind }) => kind === 'blocked');
    expect(progress).toMatchObject({ kind: 'blocked', by: PauseReason.UNDRAINED_INSTANCE, says: expect.stringContaining(id) });
    expect(progress.says).toMatch(words);
    expect(world.ended).not.toContain(id);
    expect(world.group('apps').group.sizes.desired).toBe(2);
    expect(world.writes.filter(write => write.startsWith('resize apps') && write.includes('desired'))).toEqual([]);
  });

  test('nor does a size that somebody raises in between let EKS choose', async () => {
    const world = typical();
    const sizesOf = world.sizes.bind(world);
    let raised = false;
    world.sizes = async name => {
      if (name === 'eks-apps' && !raised && world.group('apps').group.sizes.desired === 1 && world.ended.length === 6) {
        raised = true;
        world.group('apps').group.sizes.desired = 3;
      }
      return sizesOf(name);
    };
    const progress = await world.run(() => world.step({ HostNodegroups: ['system'] }).apply(), 300, () => raised);
    expect(progress.says).toContain('Auto Scaling group eks-apps wants 3 by now');
    expect(world.writes.filter(write => write.startsWith('resize apps') && write.includes('desired'))).toEqual([]);
    expect(await world.run(() => world.step({ HostNodegroups: ['system'] }).apply())).toMatchObject({ kind: 'done' });
  });
});

test.each([8, 20, 45, 90])('a node group that is dropped after %i calls gets everything back, and the others arrive', async calls => {
  const world = typical();
  const before = structuredClone(world.snapshot()) as { groups: { name: string }[]; nodes: { group: string }[] };
  const all = { HostNodegroups: ['system'] };
  await world.run(() => world.step(all).apply(), calls);
  expect(world.group('apps').tags).not.toEqual({});
  expect(await world.run(() => world.step({ ...all, Nodegroups: ['batch', 'system'] }).apply())).toMatchObject({ kind: 'done' });
  world.tick(40);
  const after = world.snapshot() as typeof before;
  expect(after.groups.find(({ name }) => name === 'apps')).toEqual(before.groups.find(({ name }) => name === 'apps'));
  expect(after.nodes.filter(({ group }) => group === 'apps')).toEqual(before.nodes.filter(({ group }) => group === 'apps'));
  expect(sizes(world)).toMatchObject({ apps: '6/9/6', system: '2/2/2' });
});

describe('a pinned pod', () => {
  test('that may not be evicted holds up its own node and no other', async () => {
    const held: WorkloadSpec = { name: 'held', replicas: 1, pinned: true, cpu: 0.1 };
    const world = new World([{ name: 'apps', min: 1, max: 20, desired: 12 }], [{ ...WEB, replicas: 20 }, held, KARPENTER]);
    const first = await world.run(() => world.step().apply(), 60, progress => progress.says.startsWith('cordons'));
    expect(first.kind).toBe('working');
    const [pod] = world.podsOf(held);
    const goer = world.nodeList.find(node => node.unschedulable)!;
    Object.assign(pod, { node: goer.name, keptBy: 'karpenter.sh/do-not-evict' });
    const progress = await world.run(() => world.step().apply(), 600, ({ kind }) => kind === 'blocked');
    expect(progress).toMatchObject({ kind: 'blocked', by: PauseReason.KEPT_POD, says: expect.stringContaining(goer.name) });
    expect(world.group('apps').group.sizes.desired).toBe(3);
    expect(world.podList).toContain(pod);
    pod.keptBy = undefined;
    expect(await world.run(() => world.step().apply())).toMatchObject({ kind: 'done' });
  });

  const registry: WorkloadSpec & { budget: number } = { name: 'registry', replicas: 1, pinned: true, cpu: 0.1, budget: 0 };

  /** Up to when a pinned pod is about to move from a node that goes. */
  async function aboutToMove(): Promise<World> {
    const world = new World([{ name: 'apps', min: 1, max: 9, desired: 4 }], [KARPENTER, registry]);
    await world.run(() => world.step().apply(), 60, progress => progress.says.startsWith('cordons'));
    world.podsOf(registry)[0].node = world.nodeList.find(node => node.unschedulable)!.name;
    return world;
  }

  test('whose budget allows nothing is in the way until it may go, and has not arrived in between', async () => {
    const world = await aboutToMove();
    await world.run(() => world.step().apply(), 200, ({ kind }) => kind === 'blocked');
    for (let calls = 0; calls < 5; calls += 1) {
      expect(await world.step().apply()).toMatchObject({ kind: 'blocked', by: PauseReason.DISRUPTION_BUDGET, says: expect.stringContaining('registry') });
      world.tick(10);
    }
    expect(world.evicted.filter(({ pod }) => pod.startsWith('registry'))).toEqual([]);
    expect(await world.run(() => world.step({}, true).apply())).toMatchObject({ kind: 'done' });
  });

  test('whose eviction is the end of a call is evicted by the next one, which writes nothing else before', async () => {
    const world = await aboutToMove();
    world.between = write => {
      if (write.startsWith('evict registry')) {
        throw new Error('out of memory');
      }
    };
    await expect(world.run(() => world.step().apply())).rejects.toThrow('out of memory');
    for (let calls = 0; calls < 3; calls += 1) {
      world.tick(10);
      await expect(world.step().apply()).rejects.toThrow('out of memory');
    }
    world.between = () => undefined;
    registry.budget = 1;
    expect(await world.run(() => world.step().apply())).toMatchObject({ kind: 'done' });
    expect(world.evicted.filter(({ pod }) => pod.startsWith('registry'))).toHaveLength(1);
    registry.budget = 0;
  });

  test('that never was Ready is not waited for', async () => {
    const crashing: WorkloadSpec = { name: 'crashing', replicas: 3, pinned: true, cpu: 0.1, readySeconds: Infinity };
    const world = new World([{ name: 'apps', min: 1, max: 9, desired: 6 }], [{ ...WEB, replicas: 4 }, crashing, KARPENTER]);
    world.podsOf(crashing).forEach(pod => { pod.ready = false; });
    expect(await world.run(() => world.step().apply())).toMatchObject({ kind: 'done' });
  });
});

describe('a node group that is DEGRADED', () => {
  const degraded = () => {
    const world = typical();
    Object.assign(world.group('apps'), { status: 'DEGRADED', issues: ['AsgInstanceLaunchFailures: no capacity'] });
    return world;
  };

  test('is scaled down like any other, and its issues are said', async () => {
    const world = degraded();
    const said: string[] = [];
    expect(await world.run(async () => {
      const progress = await world.step({ HostNodegroups: ['system'] }).apply();
      said.push(progress.says);
      return progress;
    })).toMatchObject({ kind: 'done' });
    expect(sizes(world).apps).toBe('1/1/1');
    expect(said.join()).toContain('node group apps is DEGRADED (AsgInstanceLaunchFailures: no capacity)');
  });

  test('is what EKS says when it refuses', async () => {
    const world = degraded();
    world.resize = async () => ({ refused: 'the launch template was deleted' });
    expect(await world.run(() => world.step().apply(), 20, ({ kind }) => kind === 'blocked')).toMatchObject({
      kind: 'blocked', by: PauseReason.NODEGROUP_BUSY, says: expect.stringContaining('eks does not change the sizes of apps: the launch template was deleted'),
    });
  });
});

describe('what is waited for has a limit', () => {
  const limitOf = async (world: World, says: RegExp, direction: 'apply' | 'revert' = 'apply') =>
    world.run(() => world.step()[direction](), 200, progress => says.test(progress.says) && progress.kind === 'working' && progress.limit !== undefined);

  test('an instance that a hook keeps', async () => {
    const world = typical();
    const end = world.end.bind(world);
    world.end = id => {
      end(id);
      world.groups.flatMap(({ group }) => group.instances).find(one => one.id === id)!.gone = Infinity;
    };
    expect(await limitOf(world, /has ended$/)).toMatchObject({ kind: 'working', limit: { by: PauseReason.INSTANCE_NOT_ENDING, minutes: 20 } });
  });

  test('a size that does not settle', async () => {
    const world = typical();
    const [one] = world.group('apps').group.instances;
    Object.assign(one, { leaving: true, counts: false, gone: Infinity });
    world.groups.splice(1);
    expect(await limitOf(world, /has settled/)).toMatchObject({ kind: 'working', limit: { by: PauseReason.NODEGROUP_BUSY } });
  });

  test('our own update', async () => {
    const world = typical();
    await world.run(() => world.step().apply(), 60, progress => progress.says.startsWith('lowers'));
    expect(await world.step().apply()).toMatchObject({ kind: 'working', says: expect.stringContaining('is UPDATING'), limit: { by: PauseReason.NODEGROUP_BUSY, minutes: 30 } });
  });

  test('nodes on the way back, also without a note of when it began', async () => {
    const world = typical();
    await world.run(() => world.step().apply());
    expect(await limitOf(world, /nodes of apps are Ready/, 'revert')).toMatchObject({ kind: 'working', limit: { by: PauseReason.NODES_NOT_READY } });
  });

  test('a node that somebody writes all the time', async () => {
    const world = typical();
    world.between = write => {
      const node = world.nodeList.find(one => write === `patch ${one.name}`);
      Object.assign(node ?? {}, { version: `theirs-${world.writes.length}` });
    };
    expect(await limitOf(world, /^chooses/)).toMatchObject({ kind: 'working', limit: { by: PauseReason.OVERTAKEN } });
  });
});

describe('where room is made first', () => {
  const PRE_PROVISIONED = { HostNodegroups: ['system'], ScaleDown: { ...CONFIGURATION.ScaleDown, PreProvision: true } };

  test('no pod is evicted before every pod of its node has room, and none of them waits for a node', async () => {
    const world = typical();
    const roomless: string[] = [];
    world.between = (write) => {
      const name = /^evict (.*)/.exec(write)?.[1];
      const pod = world.podList.find(one => one.name === name);
      if (pod && !pod.requires && !world.nodeList.some(node => node.karpenter && node.ready)) {
        roomless.push(pod.name);
      }
    };
    const step = world.step(PRE_PROVISIONED);
    let waited = 0;
    expect(await world.run(async () => {
      const isHomeless = ({ unschedulable, node }: PodView) => unschedulable !== undefined && node === undefined;
      waited += world.podList.filter(pod => pod.standsFor === undefined && isHomeless(pod)).length;
      return step.apply();
    }, 800)).toMatchObject({ kind: 'done' });
    expect(roomless).toEqual([]);
    expect(waited).toBe(0);
    expect(world.writes.some(write => write.startsWith('make room'))).toBe(true);
    expect(await world.placeholders()).toEqual([]);
    expect(world.evicted.filter(({ lineage }) => lineage > 1)).toEqual([]);
  });

  test.each([3, 6, 9, 12, 20])('after %i calls neither a stop nor the way back leaves anything of it', async (calls) => {
    for (const end of ['stop', 'revert'] as const) {
      const world = typical();
      const step = world.step(PRE_PROVISIONED);
      await world.run(() => step.apply(), calls);
      if (end === 'stop') {
        await step.stop();
      } else {
        await world.run(() => step.revert());
      }
      expect(await world.placeholders()).toEqual([]);
    }
  });

  test('where karpenter has no node for them, nothing is evicted, and the run says so', async () => {
    const world = new World([{ name: 'apps', min: 2, max: 4, desired: 4 }], [WEB], false);
    const progress = await world.run(() => world.step(PRE_PROVISIONED).apply(), 100, ({ kind }) => kind === 'blocked');
    expect(progress).toMatchObject({ kind: 'blocked', by: PauseReason.NO_NEW_NODE, says: expect.stringContaining('the pod itself is not evicted yet') });
    expect(world.evicted).toEqual([]);
  });
});
