import { CreateNodegroupCommand, DeleteNodegroupCommand, EKSClient, ListNodegroupsCommand } from '@aws-sdk/client-eks';
import { expectAsBefore, takeWaypoint } from './drain/way-back';
import { Report } from './report';
import { CLUSTER_NAME, World } from './world';
import { clientConfig } from '../aws/client-config';
import { KubeObject } from '../cluster/kube';
import { expectEqual, until } from '../cluster/until';
import { isReady, readyPods } from '../customer/customer';
import { onePod, onePodWithVolume } from '../customer/one-pod';
import { SHOP_NAMESPACE } from '../customer/workloads';

const STEP = 'Assumptions';
const NODEGROUP = 'eks.amazonaws.com/nodegroup';
const ARM = 'arm';
const DEVICE = 'smarter-devices/fuse';
const LOCAL_KEY = 'openebs.io/nodename';
const LOCAL_DRIVER = 'local.csi.openebs.io';
const LOCAL_CLASS = 'openebs-local';
const VOLUME = 'pvc-ledger';
const CLAIM = 'data-ledger-0';
/** By their label `app`. */
const NAMES: readonly string[] = ['legacy', 'transcoder', 'ledger'];

/**
 * The customer has what no node of Karpenter will offer: pods that live on another architecture without saying so, a device of
 * somebody's plugin, and a volume that is a part of its node. The migration is refused, says so by name, and nothing has moved.
 */
export async function refusedByName(world: World, report: Report): Promise<void> {
  const client = new EKSClient(clientConfig(world.aws));
  await armNode(world, client);
  const node = await specialNode(world);
  await populate(world, node);
  const before = await takeWaypoint(world);
  const from = world.observers.mark('SCALE_DOWN, refused');
  await report.check({ step: STEP, shows: 'survives', name: 'what Karpenter cannot give is refused by name before anything moves' }, async () => {
    const { code, output } = await world.cdk.deploy(world.karpenter.example, { stage: 'SCALE_DOWN' });
    if (code === 0) {
      throw new Error('the deployment of SCALE_DOWN succeeded');
    }
    const named = [/shop\/legacy[^;\n]*arm64/, new RegExp(`shop/transcoder[^;\\n]*${DEVICE}`), new RegExp(`(${LOCAL_KEY}|${CLAIM})`)];
    for (const pattern of named) {
      if (!pattern.test(output)) {
        throw new Error(`${pattern} is not named: ${output.slice(-4000)}`);
      }
    }
    return named.map(pattern => pattern.exec(output)![0]).join('; ');
  });
  await report.check({ step: STEP, shows: 'undone', name: 'and account and cluster are as before' }, async () => {
    const { audit } = world.observers.observe(from);
    expectEqual('evictions', audit.granted.length + audit.refused.length, 0);
    return expectAsBefore(world, before);
  });
  await clear(world, client, node);
  await report.check({ step: STEP, shows: 'survives', name: 'without it the migration is let through' }, async () => {
    const cleared = await takeWaypoint(world);
    expectEqual('exit code', (await world.cdk.deploy(world.karpenter.example, { stage: 'CUT_OVER' })).code, 0);
    expectEqual('exit code of the way back', (await world.cdk.deploy(world.karpenter.example)).code, 0);
    return expectAsBefore(world, cleared);
  });
}

/** A node group of another architecture. */
async function armNode(world: World, client: EKSClient): Promise<void> {
  await client.send(new CreateNodegroupCommand({
    clusterName: CLUSTER_NAME,
    nodegroupName: ARM,
    nodeRole: world.customer.nodeRoleArn,
    subnets: [...world.customer.privateSubnetIds],
    amiType: world.karpenter.armAmiType,
    instanceTypes: ['m6g.large'],
    // One of them would go.
    scalingConfig: { minSize: 1, desiredSize: 2, maxSize: 2 },
  }));
  const joined = await until('the nodes of arm are Ready', 120, async () => {
    const nodes = await world.kube.list(`/api/v1/nodes?labelSelector=${encodeURIComponent(`${NODEGROUP}=${ARM}`)}`);
    return nodes.length === 2 && nodes.every(isReady) && nodes;
  });
  expectEqual('their architectures', joined.map(node => node.metadata.labels['kubernetes.io/arch']), ['arm64', 'arm64']);
}

/** A node on which a plugin offers a device, and another one keeps volumes. */
async function specialNode(world: World): Promise<string> {
  const nodes = await world.kube.list(`/api/v1/nodes?labelSelector=${encodeURIComponent(`${NODEGROUP}=system`)}`);
  const [name] = nodes.map(node => node.metadata.name).sort();
  await offer(world, name, { devices: '20', label: name });
  return name;
}

/** Null takes away. */
interface Offer { readonly devices: string | null; readonly label: string | null }

async function offer({ kube }: World, node: string, { devices, label }: Offer): Promise<void> {
  await kube.patch(`/api/v1/nodes/${node}`, { metadata: { labels: { [LOCAL_KEY]: label } } });
  await kube.patch(`/api/v1/nodes/${node}/status`, { status: { capacity: { [DEVICE]: devices }, allocatable: { [DEVICE]: devices } } });
}

const path = (kind: string) => `/apis/apps/v1/namespaces/${SHOP_NAMESPACE}/${kind}`;

async function populate(world: World, node: string): Promise<void> {
  await world.kube.create('/apis/storage.k8s.io/v1/csidrivers', localDriver());
  await world.kube.create('/api/v1/persistentvolumes', localVolume(node));
  await world.kube.create(path('statefulsets'), ledger());
  const device = { [DEVICE]: '1' };
  await world.kube.create(path('deployments'), deployment('transcoder', { requests: { cpu: '50m', ...device }, limits: device }));
  // It comes to the node with the most room, and does not say that it can run nowhere else.
  await world.kube.create(path('deployments'), deployment('legacy', { requests: { cpu: '50m' } }));
  await until('all of it is Ready', 120, async () => {
    const pods = await specialPods(world);
    return pods.length === NAMES.length && (await readyPods(world.kube, pods)).length === NAMES.length;
  });
  const legacy = (await specialPods(world)).find(({ metadata }) => metadata.labels.app === 'legacy')!;
  const { metadata } = await world.kube.get(`/api/v1/nodes/${legacy.spec.nodeName}`);
  expectEqual('the node group of legacy', metadata.labels[NODEGROUP], ARM);
}

async function specialPods({ kube }: World): Promise<KubeObject[]> {
  return (await kube.list(`/api/v1/namespaces/${SHOP_NAMESPACE}/pods`)).filter(pod => NAMES.includes(pod.metadata.labels?.app));
}

async function clear(world: World, client: EKSClient, node: string): Promise<void> {
  await world.kube.delete(`${path('statefulsets')}/ledger`);
  await world.kube.delete(`${path('deployments')}/transcoder`);
  await world.kube.delete(`${path('deployments')}/legacy`);
  await until('their pods are gone', 60, async () => (await specialPods(world)).length === 0);
  await world.kube.delete(`/api/v1/namespaces/${SHOP_NAMESPACE}/persistentvolumeclaims/${CLAIM}`);
  await world.kube.delete(`/api/v1/persistentvolumes/${VOLUME}`);
  await world.kube.delete(`/apis/storage.k8s.io/v1/csidrivers/${LOCAL_DRIVER}`);
  await offer(world, node, { devices: null, label: null });
  await client.send(new DeleteNodegroupCommand({ clusterName: CLUSTER_NAME, nodegroupName: ARM }));
  await until('the node group arm and its node are gone', 180, async () =>
    !(await client.send(new ListNodegroupsCommand({ clusterName: CLUSTER_NAME }))).nodegroups!.includes(ARM)
    && (await world.kube.list(`/api/v1/nodes?labelSelector=${encodeURIComponent(`${NODEGROUP}=${ARM}`)}`)).length === 0);
}

function localDriver(): KubeObject {
  return { apiVersion: 'storage.k8s.io/v1', kind: 'CSIDriver', metadata: { name: LOCAL_DRIVER }, spec: { attachRequired: false } };
}

function localVolume(node: string): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: VOLUME },
    spec: {
      capacity: { storage: '5Gi' },
      accessModes: ['ReadWriteOnce'],
      storageClassName: LOCAL_CLASS,
      claimRef: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace: SHOP_NAMESPACE, name: CLAIM },
      csi: { driver: LOCAL_DRIVER, volumeHandle: VOLUME },
      nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [{ key: LOCAL_KEY, operator: 'In', values: [node] }] }] } },
    },
  };
}

function ledger(): KubeObject {
  return onePodWithVolume({ namespace: SHOP_NAMESPACE, name: 'ledger', resources: { requests: { cpu: '50m' } } }, LOCAL_CLASS, '5Gi');
}

function deployment(name: string, resources: KubeObject): KubeObject {
  return onePod({ kind: 'Deployment', namespace: SHOP_NAMESPACE, name, resources });
}
