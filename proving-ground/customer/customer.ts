import { awsAuth, AwsAuthRoles, systemObjects } from './system';
import { ShopOptions, shopObjects } from './workloads';
import { apply } from '../cluster/apply';
import { Kube, KubeObject } from '../cluster/kube';
import { eventually } from '../cluster/processes';

export { SHOP_NAMESPACE, VOLUME_CLAIMS } from './workloads';

export interface CustomerClusterOptions extends AwsAuthRoles, ShopOptions {
  readonly clusterName: string;
}

/** Lets nodes of the node groups in. Without it no instance can join. */
export async function letNodesIn(kube: Kube, roles: AwsAuthRoles): Promise<void> {
  await apply(kube, [awsAuth(roles)]);
}

/** Makes of an empty cluster one that looks like a customer's. */
export async function populate(kube: Kube, options: CustomerClusterOptions): Promise<void> {
  await letNodesIn(kube, options);
  await apply(kube, [...systemObjects(options.clusterName), ...shopObjects(options)]);
}

/** Waits until every pod of the cluster is Ready, but those that are done. */
export async function allPodsReady(kube: Kube, seconds: number): Promise<KubeObject[]> {
  return eventually('all pods are Ready', seconds, async () => {
    const pods = (await kube.list('/api/v1/pods')).filter(pod => pod.status.phase !== 'Succeeded');
    return pods.length > 0 && pods.every(isReady) ? pods : undefined;
  });
}

export function isReady(object: KubeObject): boolean {
  return (object.status?.conditions ?? []).some((condition: KubeObject) => condition.type === 'Ready' && condition.status === 'True');
}
