import { giveDisruptionBack, ScaleDownPorts, ScaleDownStepConfiguration } from './context';
import { isEnding } from './fleet';
import { NODEGROUP_LABEL, NodeView, PodView } from '../../kubernetes/views';
import { allPods } from '../draining/drain';
import { release } from '../draining/node-marks';
import { mustMove, someWaitForNode } from '../draining/pods';

/** Somebody else may write the same nodes; after so many tries the caller comes again. */
const TRIES = 3;

/** Takes back what must not stay when nobody goes on. */
export async function stopScaleDown(ports: ScaleDownPorts, configuration: ScaleDownStepConfiguration): Promise<void> {
  await ports.kubernetes.clearPlaceholders(configuration.Namespace);
  await uncordon(ports);
  for (let tries = 0; tries < TRIES; tries += 1) {
    if (!await giveDisruptionBack(ports, configuration)) {
      return;
    }
  }
  throw new Error('Karpenter\'s disruption budgets are changed by somebody else all the time: they are not given back yet');
}

/**
 * Makes nodes schedulable again, except those that are empty already: pods would only have to leave them once more. Where a pod waits for a node, it
 * gets these too: whatever has kept its replacement from Karpenter's nodes is there still.
 */
async function uncordon({ kubernetes, aws }: ScaleDownPorts): Promise<void> {
  let overtaken: string[] = [];
  for (let tries = 0; tries < TRIES; tries += 1) {
    const [nodes, pods, groups] = await Promise.all([kubernetes.nodes(NODEGROUP_LABEL), allPods(kubernetes), aws.nodegroups()]);
    const changes = nodes.filter(node => !isEnding(node, groups))
      .map(node => release(node, { cordon: !isEmpty(node, pods) || someWaitForNode(pods), keeper: false }))
      .filter(change => change !== undefined);
    overtaken = changes.length > 0 ? await kubernetes.patchNodes(changes) : [];
    if (overtaken.length === 0) {
      return;
    }
  }
  throw new Error(`nodes ${overtaken.join(', ')} are changed by somebody else all the time: their cordons are not taken back yet`);
}

function isEmpty(node: NodeView, pods: readonly PodView[]): boolean {
  return !pods.some(pod => pod.node === node.name && mustMove(pod));
}
