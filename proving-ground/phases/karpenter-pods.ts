import { KARPENTER } from './karpenter-objects';
import { World } from './world';
import { KubeObject } from '../cluster/kube';
import { until } from '../cluster/until';
import { readyPods } from '../customer/customer';

const PODS = `/api/v1/namespaces/${KARPENTER.namespace}/pods`;

/** The pods of the controller that are not on their way out. */
export async function karpenterPods(world: World): Promise<KubeObject[]> {
  return (await world.kube.list(`${PODS}?labelSelector=${encodeURIComponent('app.kubernetes.io/name=karpenter')}`))
    .filter(pod => !pod.metadata.deletionTimestamp);
}

/** Replaces all controllers at once, so that nothing that they remember helps them. */
export async function restartKarpenter(world: World): Promise<void> {
  const old = (await karpenterPods(world)).map(pod => pod.metadata.uid);
  for (const pod of await karpenterPods(world)) {
    await world.kube.delete(`${PODS}/${pod.metadata.name}`);
  }
  await until('new pods of Karpenter exist', 60, async () => {
    const pods = await karpenterPods(world);
    return pods.length === 2 && pods.every(pod => !old.includes(pod.metadata.uid) && pod.spec.nodeName);
  });
}

export async function karpenterReady(world: World, seconds = 90): Promise<KubeObject[]> {
  return until('both replicas of Karpenter are Ready', seconds, async () => {
    const pods = await karpenterPods(world);
    return pods.length === 2 && (await readyPods(world.kube, pods)).length === 2 && pods;
  });
}
