import { karpenterPods, karpenterReady } from './karpenter-pods';
import { CLUSTER_NAME, World } from './world';
import { until } from '../cluster/until';
import { isReady } from '../customer/customer';

const OUTSIDER = 'outsider';

/** A replica that finds room nowhere but outside of the node groups waits. */
export async function staysInNodeGroups(world: World): Promise<string> {
  const groupNodes = await world.kube.list(`/api/v1/nodes?labelSelector=${encodeURIComponent('eks.amazonaws.com/nodegroup')}`);
  await world.kube.create('/api/v1/nodes', outsider());
  try {
    await until('the node outside of the node groups is Ready', 30, async () => isReady(await world.kube.get(`/api/v1/nodes/${OUTSIDER}`)));
    await cordon(world, groupNodes.map(node => node.metadata.name), true);
    const [victim] = await karpenterReady(world);
    await world.kube.delete(`/api/v1/namespaces/${world.karpenter.namespace}/pods/${victim.metadata.name}`);
    const replacement = await until('the scheduler has decided about the replacement', 60, async () => (await karpenterPods(world)).find(pod =>
      pod.metadata.creationTimestamp >= victim.metadata.creationTimestamp && pod.metadata.uid !== victim.metadata.uid
      && (pod.spec.nodeName === OUTSIDER || (!pod.spec.nodeName && pod.status.conditions?.some(unschedulable)))));
    if (replacement.spec.nodeName) {
      throw new Error(`${replacement.metadata.name} was scheduled to ${replacement.spec.nodeName}, which is in no node group`);
    }
    return replacement.status.conditions.find(unschedulable).message;
  } finally {
    await cordon(world, groupNodes.map(node => node.metadata.name), false);
    await world.kube.delete(`/api/v1/nodes/${OUTSIDER}`);
    for (const pod of (await karpenterPods(world)).filter(p => p.spec.nodeName === OUTSIDER)) {
      await world.kube.delete(`/api/v1/namespaces/${world.karpenter.namespace}/pods/${pod.metadata.name}`);
    }
    // Whether they get Ready is the business of other checks.
    await until('both replicas are scheduled again', 60, async () => {
      const pods = await karpenterPods(world);
      return pods.length === 2 && pods.every(pod => pod.spec.nodeName && pod.spec.nodeName !== OUTSIDER);
    });
  }
}

const unschedulable = (condition: { type: string; status: string; reason?: string }) =>
  condition.type === 'PodScheduled' && condition.status === 'False' && condition.reason === 'Unschedulable';

/** A hybrid node: roomy, Ready, and without the label of a managed node group. */
function outsider(): object {
  const resources = { cpu: '16', memory: '64Gi', pods: '110' };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name: OUTSIDER,
      labels: { 'kubernetes.io/hostname': OUTSIDER, 'kubernetes.io/os': 'linux', 'kubernetes.io/arch': 'amd64', 'topology.kubernetes.io/zone': 'us-east-1a' },
    },
    spec: { providerID: `eks-hybrid:///us-east-1/${CLUSTER_NAME}/${OUTSIDER}` },
    status: { capacity: resources, allocatable: resources },
  };
}

/** Somebody cordons nodes, or takes that back. */
export async function cordon(world: World, nodes: readonly string[], unschedulableNow: boolean): Promise<void> {
  for (const name of nodes) {
    await world.kube.patch(`/api/v1/nodes/${name}`, { spec: { unschedulable: unschedulableNow ? true : null } });
  }
}
