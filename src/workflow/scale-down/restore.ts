import { apart, GroupMove } from './groups';
import { NodegroupState, REBALANCING } from './port';
import { ownersChange, restored, same, standingOf } from './sizes';
import { PauseReason } from '../pause-reason';
import { RESTORING_MARK, SIZES_RECORD, SIZES_SET, SUSPENDED_RECORD, TARGET_RECORD } from '../records';

/** All that we may have left at a node group. */
export const GROUP_TAGS = [SIZES_RECORD, SIZES_SET, TARGET_RECORD, SUSPENDED_RECORD, RESTORING_MARK];

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
