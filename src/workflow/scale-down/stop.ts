import { ScaleDownPorts } from './context';
import { isEnding } from './fleet';
import { NODEGROUP_LABEL } from '../../cluster/contract';
import { allPods } from '../draining/drain';
import { release } from '../draining/node-marks';
import { mustMove } from '../draining/pods';
import { NodeView, PodView } from '../draining/views';

/** Somebody else may write the same nodes; after so many tries the caller comes again. */
const TRIES = 3;

/** Makes nodes schedulable again, except those that are empty already: pods would only have to leave them once more. */
export async function stopScaleDown({ kubernetes, aws }: Pick<ScaleDownPorts, 'kubernetes' | 'aws'>): Promise<void> {
  let overtaken: string[] = [];
  for (let tries = 0; tries < TRIES; tries += 1) {
    const nodes = await kubernetes.nodes(NODEGROUP_LABEL);
    const pods = await allPods(kubernetes);
    const groups = await aws.nodegroups();
    const changes = nodes.filter(node => !isEnding(node, groups))
      .map(node => release(node, { cordon: !isEmpty(node, pods), keeper: false }))
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
