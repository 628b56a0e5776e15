import { World } from './world';
import { NOT_READY_ANNOTATION } from '../cluster/kwok-stages';
import { until } from '../cluster/until';
import { isReady } from '../customer/customer';

/** A node says that it is not Ready, until `mend`. */
export async function breakNode(world: World, node: string): Promise<void> {
  await annotate(world, node, 'true');
  await until(`${node} is not Ready`, 30, async () => !await isNodeReady(world, node));
}

export async function mendNode(world: World, node: string): Promise<void> {
  await annotate(world, node, null);
  await until(`${node} is Ready again`, 60, () => isNodeReady(world, node));
}

export async function isNodeReady({ kube }: World, node: string): Promise<boolean> {
  return isReady(await kube.get(`/api/v1/nodes/${node}`));
}

async function annotate({ kube }: World, node: string, value: string | null): Promise<void> {
  await kube.patch(`/api/v1/nodes/${node}`, { metadata: { annotations: { [NOT_READY_ANNOTATION]: value } } });
}
