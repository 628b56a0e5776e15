import { awsAuth, AwsAuthRoles, systemObjects } from './system';
import { SHOP_NAMESPACE, ShopOptions, shopObjects } from './workloads';
import { apply } from '../cluster/apply';
import { Kube, KubeObject } from '../cluster/kube';
import { until } from '../cluster/until';

export { SHOP_NAMESPACE, VOLUME_CLAIMS } from './workloads';

export interface CustomerClusterOptions {
  readonly clusterName: string;
  /** Undefined where its namespace is empty. */
  readonly shop?: ShopOptions;
}

/** Lets nodes of the node groups in, where the cluster believes aws-auth. Without it no instance can join. */
export async function letNodesIn(kube: Kube, roles: AwsAuthRoles): Promise<void> {
  await apply(kube, [awsAuth(roles)]);
}

/** Makes of an empty cluster one that looks like a customer's. */
export async function populate(kube: Kube, options: CustomerClusterOptions): Promise<void> {
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: SHOP_NAMESPACE } };
  await apply(kube, [...systemObjects(options.clusterName), namespace, ...options.shop ? shopObjects(options.shop) : []]);
}

/**
 * Waits until every pod of the cluster is Ready, but those that are done, and those of DaemonSets whose node is gone: nobody misses them, and they are
 * collected half a minute later.
 *
 * @param leaving the taint of nodes that somebody takes away all the time: their pods, and those of nodes that are gone, do not count
 */
export async function allPodsReady(kube: Kube, seconds: number, leaving?: string): Promise<KubeObject[]> {
  return until('all pods are Ready', seconds, async () => {
    const staying = await onStayingNodes(kube, leaving);
    const pods = (await kube.list('/api/v1/pods')).filter(pod => pod.status.phase !== 'Succeeded' && staying(pod));
    const ready = await readyPods(kube, pods);
    if (ready.length < pods.length) {
      throw new Error(`not Ready are ${pods.filter(pod => !ready.includes(pod)).map(pod => pod.metadata.name).join(', ')}`);
    }
    return pods.length > 0 && pods;
  });
}

async function onStayingNodes(kube: Kube, leaving: string | undefined): Promise<(pod: KubeObject) => boolean> {
  const nodes = (await kube.list('/api/v1/nodes')).filter(({ spec }) => !(spec.taints ?? []).some(({ key }: KubeObject) => key === leaving));
  const names = new Set(nodes.map(({ metadata }) => metadata.name));
  const isAgent = ({ metadata }: KubeObject) => (metadata.ownerReferences ?? []).some(({ kind }: KubeObject) => kind === 'DaemonSet');
  return (pod) => pod.spec.nodeName === undefined || names.has(pod.spec.nodeName) || leaving === undefined && !isAgent(pod);
}

/** Those that are Ready and stay. A pod whose node is gone says that it is Ready until it is collected, which takes the better part of a minute. */
export async function readyPods(kube: Kube, pods: readonly KubeObject[]): Promise<KubeObject[]> {
  const nodes = new Set((await kube.list('/api/v1/nodes')).map(node => node.metadata.name));
  return pods.filter(pod => isReady(pod) && !pod.metadata.deletionTimestamp && nodes.has(pod.spec.nodeName));
}

/** Whether an object says so of itself: of pods see `readyPods`. */
export function isReady(object: KubeObject): boolean {
  return (object.status?.conditions ?? []).some((condition: KubeObject) => condition.type === 'Ready' && condition.status === 'True');
}
