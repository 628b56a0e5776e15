import { act } from './act';
import { ScaleDownPorts } from './context';
import { isEnding } from './fleet';
import { busyWith, GroupMove } from './groups';
import { isTouched, restore } from './restore';
import { NODEGROUP_LABEL } from '../../cluster/contract';
import { patchAll } from '../draining/drain';
import { release } from '../draining/node-marks';
import { count } from '../draining/pods';
import { PauseReason } from '../pause-reason';
import { blocked, done, Progress, working } from '../step';

/** One call towards the recorded sizes, of whichever node groups carry a record. */
export async function revertScaleDown(ports: Pick<ScaleDownPorts, 'kubernetes' | 'aws'>, clusterName: string, now: number): Promise<Progress> {
  const groups = await ports.aws.nodegroups();
  const nodes = await ports.kubernetes.nodes(NODEGROUP_LABEL);
  const changes = nodes.filter(node => !isEnding(node, groups)).map(node => release(node, { cordon: true, keeper: true }))
    .filter(change => change !== undefined);
  const released = await patchAll(ports.kubernetes, changes, `makes ${count(changes.length, 'node')} schedulable again`);
  if (released) {
    return released;
  }
  const touched = groups.filter(isTouched);
  const busy = touched.map(busyWith).filter(one => one !== undefined);
  const foreign = busy.find(one => !one.ours);
  if (foreign) {
    return blocked(PauseReason.NODEGROUP_BUSY, foreign.says);
  }
  if (busy.length > 0) {
    return working(busy.map(one => one.says).join('; '), 5);
  }
  const moves = touched.map(state => {
    const ready = nodes.filter(node => node.ready && !node.leaving && node.labels[NODEGROUP_LABEL] === state.name).length;
    return { state, move: restore(state, ready, now) };
  });
  const planned = moves.filter((one): one is typeof one & { move: GroupMove } => one.move !== undefined);
  return await act(ports.aws, planned, clusterName) ?? done('node groups have the sizes that they had');
}
