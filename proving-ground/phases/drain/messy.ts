import { CreateVolumeCommand, DeleteVolumeCommand } from '@aws-sdk/client-ec2';
import { EVIDENCE } from './evidence';
import { untilRun } from './run';
import { nodegroups } from './scale-down';
import { ALL_SHARDS, allShardsRest, oneShardIsNamed, shard } from './shards';
import { clearArchive, degrade, degradedIsSaid, nodeFlaps, populateArchive } from './troubles';
import { KubeObject } from '../../cluster/kube';
import { WAITS_FOR_VOLUMES_LABEL } from '../../cluster/kwok-stages';
import { expectEqual, until } from '../../cluster/until';
import { allPodsReady, readyPods } from '../../customer/customer';
import { onePod, onePodWithVolume } from '../../customer/one-pod';
import { VARIANT } from '../karpenter-objects';
import { Report } from '../report';
import { CLUSTER_NAME, World } from '../world';

const STEP = 'Scale node groups down';
const NODEGROUP = 'eks.amazonaws.com/nodegroup';
const ZONE = 'topology.kubernetes.io/zone';
/** The keepers of a group are chosen from the first zone on: here is none of them by chance. */
const THIRD_ZONE = 'us-east-1c';
const EBS = 'ebs.csi.aws.com';
/** An operator comes back to the cordoned node as often as it is evicted; more than this nobody tries. */
const MOST_EVICTIONS_OF_AN_OPERATOR = 3;
const OURS = /^cdk-karpenter-migration\//;

/** The group that is taken out. */
const LEAVING = 'system';
const CLAIM = 'data-registry-0';
const NAMESPACE = 'kube-system';
const RESOURCES = { requests: { cpu: '50m', memory: '64Mi' } };
const CONTEXT = { criticalStatefulSet: `${NAMESPACE}/registry` };
const APPS = `/apis/apps/v1/namespaces/${NAMESPACE}`;

/**
 * What no tidy cluster has: a pod that is bound to a group and to a volume of one zone, one that tolerates every taint, and two autoscalers.
 * Gives what takes it away again.
 */
export async function makeMess(world: World): Promise<() => Promise<void>> {
  const volume = (await world.ec2.send(new CreateVolumeCommand({
    AvailabilityZone: THIRD_ZONE, Size: 20, VolumeType: 'gp3', TagSpecifications: [{ ResourceType: 'volume', Tags: [{ Key: 'Name', Value: `${CLUSTER_NAME}-registry` }] }],
  }))).VolumeId!;
  await world.kube.create('/api/v1/persistentvolumes', zonalVolume(volume));
  await world.kube.create(`${APPS}/statefulsets`, registry());
  await world.kube.create(`${APPS}/deployments`, operator());
  await allPodsReady(world.kube, 120);
  const node = await nodeOf(world, await onlyPod(world, 'registry'));
  expectEqual('the node of registry', [node.metadata.labels[NODEGROUP], node.metadata.labels[ZONE]], ['system', THIRD_ZONE]);
  const makeOne = await shard(world);
  await allPodsReady(world.kube, 60);
  return async () => {
    await makeOne();
    await clearPods(world);
  };
}

/**
 * All of it goes down: whoever is bound to a zone keeps a node there, whoever comes back to a cordoned node is not waited for, a group that EKS finds
 * fault with goes like the others, and a node that is not Ready for a moment is not taken for dead.
 */
export async function messyDrain(world: World, report: Report): Promise<void> {
  await oneShardIsNamed(world, report, CONTEXT);
  await populateArchive(world);
  const from = world.observers.mark('SCALE_DOWN, with a mess');
  const deployment = world.cdk.deploy(VARIANT, { ...CONTEXT, variant: 'bigbatches', stage: 'SCALE_DOWN', autoscalers: ALL_SHARDS });
  await untilRun(world, 'the drain begins', 300, run => run.stage === 'SCALE_DOWN' && run.says.startsWith('Drain node groups'));
  const mendGroup = await degrade(world);
  await nodeFlaps(world, report);
  await degradedIsSaid(world, report);
  await report.check({ step: STEP, shows: 'survives', name: 'a drain arrives with a pod that tolerates every taint, and evicts it a few times at most' }, async () => {
    expectEqual('exit code', (await deployment).code, 0);
    const seen = world.observers.observe(from);
    EVIDENCE.budgets(seen);
    EVIDENCE.deletions(seen);
    const evictions = seen.audit.granted.filter(({ pod }) => pod.startsWith(`${NAMESPACE}/operator-`)).length;
    if (evictions > MOST_EVICTIONS_OF_AN_OPERATOR) {
      throw new Error(`the operator was evicted ${evictions} times`);
    }
    return `${seen.audit.granted.length} evictions in all, ${evictions} of the operator`;
  });
  await report.check({ step: STEP, shows: 'survives', name: 'a pinned pod with a volume keeps a node of its group in the zone of the volume' }, async () => {
    const pod = await onlyPod(world, 'registry');
    expectEqual('pods of registry that are Ready', (await readyPods(world.kube, [pod])).length, 1);
    const { metadata } = await nodeOf(world, pod);
    expectEqual('its node', [metadata.labels[NODEGROUP], metadata.labels[ZONE]], ['system', THIRD_ZONE]);
    await allPodsReady(world.kube, 180, world.karpenter.disruptionTaint);
    return `${pod.metadata.name} on ${metadata.name} in ${THIRD_ZONE}`;
  });
  await allShardsRest(world, report);
  await mendGroup();
  await clearArchive(world);
}

/** A node group is taken out of the migration in mid-drain: it gets back what was taken from it, and the others go on. */
export async function groupLeaves(world: World, report: Report): Promise<void> {
  await report.check({ step: STEP, shows: 'survives', name: 'a node group that is taken out of the migration in mid-drain is as before, and the others arrive' }, async () => {
    const before = await sizesOf(world, LEAVING);
    const started = await world.cdk.deploy(VARIANT, { variant: 'batches,nowait', stage: 'SCALE_DOWN' });
    expectEqual('exit code', started.code, 0);
    await until(`nodes of ${LEAVING} are cordoned`, 180, async () => (await marked(world, LEAVING)).length > 0);
    const run = await world.cdk.deploy(VARIANT, { variant: 'bigbatches', stage: 'SCALE_DOWN', nodegroups: 'apps,batch' });
    expectEqual('exit code', run.code, 0);
    expectEqual(`nodes of ${LEAVING} that are cordoned or carry a record`, await marked(world, LEAVING), []);
    expectEqual(`sizes of ${LEAVING} and what is suspended`, await sizesOf(world, LEAVING), before);
    const apps = await sizesOf(world, 'apps');
    expectEqual('sizes of apps', [apps.min, apps.max], [apps.desired, apps.desired]);
    return `${LEAVING} has ${before.desired} nodes, apps ${apps.desired}`;
  });
}

async function clearPods(world: World): Promise<void> {
  await world.kube.delete(`${APPS}/statefulsets/registry`);
  await world.kube.delete(`${APPS}/deployments/operator`);
  const volume = await world.kube.get('/api/v1/persistentvolumes/registry');
  await world.kube.delete(`/api/v1/namespaces/${NAMESPACE}/persistentvolumeclaims/${CLAIM}`);
  await world.kube.delete('/api/v1/persistentvolumes/registry');
  await until('the volume is detached', 60, async () => {
    const attachments = await world.kube.list('/apis/storage.k8s.io/v1/volumeattachments');
    return !attachments.some(({ spec }) => spec.source.persistentVolumeName === 'registry');
  });
  await world.ec2.send(new DeleteVolumeCommand({ VolumeId: volume.spec.csi.volumeHandle }));
}

async function sizesOf(world: World, name: string) {
  return (await nodegroups(world)).find(group => group.name === name)!;
}

/** Nodes of a group that are cordoned, or carry a record of ours. */
async function marked(world: World, nodegroup: string): Promise<string[]> {
  const nodes = await world.kube.list(`/api/v1/nodes?labelSelector=${encodeURIComponent(`${NODEGROUP}=${nodegroup}`)}`);
  return nodes.filter(({ metadata, spec }) => spec.unschedulable || Object.keys(metadata.annotations ?? {}).some(key => OURS.test(key)))
    .map(({ metadata }) => metadata.name);
}

async function onlyPod(world: World, app: string): Promise<KubeObject> {
  const pods = await world.kube.list(`/api/v1/namespaces/${NAMESPACE}/pods?labelSelector=${encodeURIComponent(`app=${app}`)}`);
  expectEqual(`pods of ${app}`, pods.length, 1);
  return pods[0];
}

function nodeOf(world: World, pod: KubeObject): Promise<KubeObject> {
  return world.kube.get(`/api/v1/nodes/${pod.spec.nodeName}`);
}

function zonalVolume(volumeId: string): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: 'registry', annotations: { 'pv.kubernetes.io/provisioned-by': EBS } },
    spec: {
      capacity: { storage: '20Gi' },
      accessModes: ['ReadWriteOnce'],
      persistentVolumeReclaimPolicy: 'Retain',
      storageClassName: 'gp3',
      claimRef: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace: NAMESPACE, name: CLAIM },
      csi: { driver: EBS, fsType: 'ext4', volumeHandle: volumeId },
      nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [{ key: ZONE, operator: 'In', values: [THIRD_ZONE] }] }] } },
    },
  };
}

function registry(): KubeObject {
  return onePodWithVolume({
    namespace: NAMESPACE, name: 'registry', resources: RESOURCES, labels: { [WAITS_FOR_VOLUMES_LABEL]: 'true' }, spec: { nodeSelector: { [NODEGROUP]: 'system' } },
  }, 'gp3', '20Gi');
}

function operator(): KubeObject {
  return onePod({ kind: 'Deployment', namespace: NAMESPACE, name: 'operator', resources: RESOURCES, spec: { tolerations: [{ operator: 'Exists' }] } });
}
