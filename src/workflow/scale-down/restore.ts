import { apart, GroupMove, busyWith } from './groups';
import { NodegroupState, REBALANCING } from './port';
import { GROUP_TAGS, ownersChange, restored, same, standingOf } from './sizes';
import { PauseReason } from '../pause-reason';
import { RESTORING_MARK, SIZES_SET } from '../records';
import { act } from './act';
import { giveDisruptionBack, ScaleDownPorts, ScaleDownStepConfiguration } from './context';
import { isEnding } from './fleet';
import { NODEGROUP_LABEL } from '../../kubernetes/views';
import { count } from '../../words/short-list';
import { patchAll } from '../draining/drain';
import { release } from '../draining/node-marks';
import { blocked, done, Progress, working } from '../step';

/** New nodes need a minute or two; whoever needs longer has no capacity, or does not join. */
const READY_MILLISECONDS = 10 * 60_000;

export function isTouched({ tags }: Pick<NodegroupState, 'tags'>): boolean {
  return GROUP_TAGS.some(tag => tags[tag] !== undefined);
}

/** The next thing to do on the way back; undefined for a group that has nothing of ours. */
export function restore(state: NodegroupState, readyNodes: number, now: number): GroupMove | undefined {
  if (!isTouched(state)) {
    return undefined;
  }
  const { name, sizes, group, tags } = state;
  const standing = standingOf(state);
  const goal = restored(sizes, group.sizes.desired, standing);
  if (goal && (!same(sizes, goal) || group.sizes.desired < goal.desired)) {
    if (tags[RESTORING_MARK] === undefined) {
      return { kind: 'tag', tags: { [RESTORING_MARK]: new Date(now).toISOString() }, says: `begins to restore ${name}` };
    }
    const theirs = Object.keys(ownersChange(sizes, standing)).map(field => `${field}imum`);
    const kept = theirs.length > 0 ? `; the ${theirs.join(' and ')} that was set meanwhile stays` : '';
    // What is set now is not noted: it is either as recorded, or the owner's.
    return { kind: 'resize', sizes: goal, set: tags[SIZES_SET], says: `restores ${name} to ${goal.min}/${goal.max}/${goal.desired}${kept}` };
  }
  if (goal && !same(group.sizes, goal)) {
    return apart(state);
  }
  if (goal && readyNodes < group.sizes.desired) {
    const since = Date.parse(tags[RESTORING_MARK] ?? '');
    const says = `${readyNodes} of ${group.sizes.desired} nodes of ${name} are Ready`;
    return now - since > READY_MILLISECONDS
      ? { kind: 'blocked', by: PauseReason.NODES_NOT_READY, says: `${says}: see the activity of Auto Scaling group ${group.name}, and the nodes` }
      : { kind: 'wait', says };
  }
  if (standing.suspended && group.suspended.includes(REBALANCING)) {
    return { kind: 'resume', says: `resumes ${REBALANCING} of ${name}` };
  }
  return { kind: 'untag', keys: GROUP_TAGS.filter(tag => tags[tag] !== undefined), says: `${name} is as it was` };
}

/** One call towards the recorded sizes, of whichever node groups carry a record. */
export async function revertScaleDown(
  ports: Pick<ScaleDownPorts, 'kubernetes' | 'aws' | 'fleet'>, configuration: ScaleDownStepConfiguration, now: number,
): Promise<Progress> {
  const groups = await ports.aws.nodegroups();
  const nodes = await ports.kubernetes.nodes(NODEGROUP_LABEL);
  const changes = nodes.filter(node => !isEnding(node, groups)).map(node => release(node, { cordon: true, keeper: true }))
    .filter(change => change !== undefined);
  const released = await patchAll(ports.kubernetes, changes, `makes ${count(changes.length, 'node')} schedulable again`);
  const givenBack = released ?? await giveDisruptionBack(ports, configuration);
  if (givenBack) {
    return givenBack;
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
  return await act(ports.aws, planned, configuration.ClusterName) ?? done('node groups have the sizes that they had');
}
