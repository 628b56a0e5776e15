import { World } from './world';
import { KubeObject } from '../cluster/kube';
import { until } from '../cluster/until';
import { readyPods } from '../customer/customer';

const pods = (world: World) => `/api/v1/namespaces/${world.karpenter.namespace}/pods`;

/** The pods of the controller that are not on their way out. */
export async function karpenterPods(world: World): Promise<KubeObject[]> {
  return (await world.kube.list(`${pods(world)}?labelSelector=${encodeURIComponent('app.kubernetes.io/name=karpenter')}`))
    .filter(pod => !pod.metadata.deletionTimestamp);
}

/** Replaces all controllers at once, so that nothing that they remember helps them. */
export async function restartKarpenter(world: World): Promise<void> {
  const old = (await karpenterPods(world)).map(pod => pod.metadata.uid);
  for (const pod of await karpenterPods(world)) {
    await world.kube.delete(`${pods(world)}/${pod.metadata.name}`);
  }
  await until('new pods of Karpenter exist', 60, async () => {
    const found = await karpenterPods(world);
    return found.length === 2 && found.every(pod => !old.includes(pod.metadata.uid) && pod.spec.nodeName);
  });
}

export async function karpenterReady(world: World, seconds = 90): Promise<KubeObject[]> {
  return until('both replicas of Karpenter are Ready', seconds, async () => {
    const found = await karpenterPods(world);
    return found.length === 2 && (await readyPods(world.kube, found)).length === 2 && found;
  });
}
