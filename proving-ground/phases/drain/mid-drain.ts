import { AutoScalingClient, TerminateInstanceInAutoScalingGroupCommand } from '@aws-sdk/client-auto-scaling';
import { EKSClient, UpdateNodegroupConfigCommand } from '@aws-sdk/client-eks';
import { untilRun } from './run';
import { nodegroups } from './scale-down';
import { expectAsBefore, takeWaypoint, Waypoint } from './way-back';
import { clientConfig } from '../../aws/client-config';
import { sleep } from '../../cluster/processes';
import { expectEqual, until } from '../../cluster/until';
import { clusterDifferences, ClusterSnapshot, clusterSnapshot } from '../cluster-snapshot';
import { VARIANT } from '../karpenter-objects';
import { karpenterPods, karpenterReady } from '../karpenter-pods';
import { Report } from '../report';
import { CLUSTER_NAME, World } from '../world';

const CLAIM = '/api/v1/namespaces/kube-system/configmaps/karpenter-migration';
/** How long a function sleeps in the middle of an eviction. */
const SLEEP_SECONDS = 120;
/** Lambda ends it after five minutes. */
const LONGEST_SLEEP_SECONDS = 240;

/** The owner gives `apps` more room to grow, or less: the next migration starts from that, and goes back to it. */
export async function ownerChangesSizes(world: World, more: number): Promise<void> {
  const apps = (await nodegroups(world)).find(({ name }) => name === 'apps')!;
  await new EKSClient(clientConfig(world.aws)).send(new UpdateNodegroupConfigCommand({
    clusterName: CLUSTER_NAME, nodegroupName: 'apps', scalingConfig: { minSize: apps.min, maxSize: apps.max + more },
  }));
  await until('the sizes of apps are changed', 60, async () => (await nodegroups(world)).some(({ name, max, status }) =>
    name === 'apps' && max === apps.max + more && status === 'ACTIVE'));
}

/** A drain is lowered while a function sleeps in the middle of an eviction; and the lowering fails at its end. */
export async function failedLowering(world: World, report: Report, waypoint: Waypoint): Promise<void> {
  const from = await startDrain(world, 'SCALE_DOWN, lowered on its way', {});
  const sleeping = new Gate();
  await world.aws.hold(call => call.service === 'lambda' && call.body.includes('"Method":"evict"'), sleeping.opened);
  const heldAt = Date.now();
  const lowering = world.cdk.deploy(VARIANT, { variant: 'batches,failure', stage: 'INSTALL' });
  await report.check({ step: 'Scale node groups down', shows: 'survives', name: `a function that sleeps for ${SLEEP_SECONDS} s in an eviction evicts nothing any more when the stage was lowered meanwhile` }, async () => {
    const waiting = await untilRun(world, 'the lowering waits for the call that sleeps', LONGEST_SLEEP_SECONDS, run => run.stage === 'INSTALL');
    await sleep(Math.max(0, heldAt + SLEEP_SECONDS * 1000 - Date.now()));
    expectEqual('the run as long as it sleeps', (await untilRun(world, 'the run waits', 5, () => true)).outcome, 'beginning');
    sleeping.open();
    await untilRun(world, 'the way back is gone to its end', 400, run => run.stage === 'INSTALL' && run.outcome === 'arrived');
    expectEqual('evictions after the lowering', world.observers.observe(heldAt).audit.granted, []);
    return `generation ${waiting.generation} waited; 0 of ${world.observers.observe(from).audit.granted.length} evictions came after it`;
  });
  sleeping.open();
  await report.check({ step: 'Scale node groups down', shows: 'survives', name: 'a lowering that fails is rolled back, and the rollback drains nothing' }, async () => {
    const run = await lowering;
    if (run.code === 0) {
      throw new Error('the deployment succeeded, although a resource of it cannot be created');
    }
    await sleep(15_000);
    expectEqual('evictions after the lowering', world.observers.observe(heldAt).audit.granted, []);
    // The stack itself is that of the stage which it was rolled back to.
    return expectAsBefore(world, waypoint, true);
  });
}

/** The stack is destroyed in the middle of a drain: the run ends, everything works, and who takes over finds all records. */
export async function destroyedAndTakenOver(world: World, report: Report, before: ClusterSnapshot): Promise<void> {
  const waypoint = await takeWaypoint(world);
  await report.check({ step: 'Scale node groups down', shows: 'survives', name: 'a stack that is destroyed in mid-drain leaves a cluster that works, and nobody drains on' }, async () => {
    const from = await startDrain(world, 'SCALE_DOWN, destroyed on its way', {});
    const destroyed = await world.cdk.destroy(VARIANT, { variant: 'batches,nowait', stage: 'SCALE_DOWN' });
    expectEqual('exit code of destroy', destroyed.code, 0);
    expectEqual('abandoned', (await world.kube.get(CLAIM)).data.abandoned, 'true');
    const at = Date.now();
    await sleep(20_000);
    expectEqual('evictions after it', world.observers.observe(at).audit.granted, []);
    await karpenterReady(world);
    return `${world.observers.observe(from).audit.granted.length} evictions before, none after, and Karpenter works`;
  });
  await report.check({ step: 'Deploy Karpenter', shows: 'survives', name: 'a later deployment that says so takes over, and brings back what the abandoned run had changed' }, async () => {
    const refused = await world.cdk.deploy(VARIANT);
    if (refused.code === 0 || !refused.output.includes('takeOver: true')) {
      throw new Error(`a deployment that does not say that it takes over was not refused: ${refused.output.slice(-1000)}`);
    }
    expectEqual('exit code of deploy', (await world.cdk.deploy(VARIANT, { variant: 'takeover' })).code, 0);
    expectEqual('abandoned', (await world.kube.get(CLAIM)).data.abandoned, 'false');
    return expectAsBefore(world, waypoint, true);
  });
  await report.check({ step: 'Deploy Karpenter', shows: 'undone', name: 'what was taken over can be removed' }, async () => {
    expectEqual('exit code of REMOVED', (await world.cdk.deploy(world.karpenter.example, { stage: 'REMOVED' })).code, 0);
    expectEqual('exit code of destroy', (await world.cdk.destroy(world.karpenter.example, { stage: 'REMOVED' })).code, 0);
    expectEqual('differences in the cluster', clusterDifferences(before, await clusterSnapshot(world.kube), world.karpenter.mayStay), []);
    return 'the cluster is as before';
  });
}

/** Karpenter stops, Auto Scaling takes the node of a Karpenter, and the stack is deployed again: a drain that arrives nevertheless. */
export async function stormyDrain(world: World, report: Report): Promise<void> {
  const from = await startDrain(world, 'SCALE_DOWN, in a storm', { revision: '2' });
  await report.check({ step: 'Scale node groups down', shows: 'survives', name: 'a drain waits while Karpenter is stopped, with no budget violated' }, async () => {
    await world.kube.patch(controllerOf(world), { spec: { replicas: 0 } });
    await until('no Karpenter runs', 90, async () => (await karpenterPods(world)).length === 0);
    await sleep(45_000);
    const { disruption, audit } = world.observers.observe(from);
    expectEqual('violations', disruption.violations.filter(({ budget }) => budget !== `${world.karpenter.namespace}/karpenter`), []);
    await world.kube.patch(controllerOf(world), { spec: { replicas: 2 } });
    await karpenterReady(world, 120);
    return `${audit.granted.length} evictions until then`;
  });
  await report.check({ step: 'Scale node groups down', shows: 'survives', name: 'a drain goes on when Auto Scaling takes the node of a Karpenter' }, async () => {
    const [pod] = await karpenterReady(world);
    const node = await world.kube.get(`/api/v1/nodes/${pod.spec.nodeName}`);
    await new AutoScalingClient(clientConfig(world.aws)).send(new TerminateInstanceInAutoScalingGroupCommand({
      InstanceId: node.spec.providerID.split('/').pop(), ShouldDecrementDesiredCapacity: false,
    }));
    await until('its node is gone', 120, async () => (await world.kube.find(`/api/v1/nodes/${node.metadata.name}`)) === undefined);
    await karpenterReady(world, 240);
    return `${node.metadata.name} was taken, both replicas are Ready again`;
  });
  await report.check({ step: 'Scale node groups down', shows: 'survives', name: 'a stack that is deployed again in mid-drain continues, and arrives' }, async () => {
    const again = await world.cdk.deploy(VARIANT, { variant: 'batches', stage: 'SCALE_DOWN', revision: '3' });
    expectEqual('exit code', again.code, 0);
    const { audit, disruption } = world.observers.observe(from);
    expectEqual('pods deleted by us', audit.deletedPods, []);
    return `${audit.granted.length} evictions in all, ${disruption.nodesGone.length} nodes went`;
  });
}

/** Deploys without waiting for the run, and waits until it has evicted the first pods; gives when it began. */
async function startDrain(world: World, label: string, context: Readonly<Record<string, string>>): Promise<number> {
  const from = world.observers.mark(label);
  const run = await world.cdk.deploy(VARIANT, { variant: 'batches,nowait', stage: 'SCALE_DOWN', ...context });
  expectEqual('exit code', run.code, 0);
  await until('the drain has evicted pods', 300, async () => world.observers.observe(from).audit.granted.length >= 3);
  return from;
}

function controllerOf(world: World): string {
  return `/apis/apps/v1/namespaces/${world.karpenter.namespace}/deployments/karpenter`;
}

/** Something that is waited for until somebody says so; more than once is as good. */
class Gate {
  public open!: () => void;
  public readonly opened = new Promise<void>(resolve => { this.open = resolve; });
}
