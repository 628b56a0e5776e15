import { NodegroupState, REBALANCING, Sizes } from './port';
import { Bounds, fixed, ownersChange, same, setText, sizesText, standingOf, Target, targetText } from './sizes';
import { Targets } from './targets';
import { Obstacle } from '../draining/pods';
import { PauseReason } from '../pause-reason';
import { RESTORING_MARK, SIZES_RECORD, SIZES_SET, SUSPENDED_RECORD, TARGET_RECORD } from '../records';

/** The next thing to do to a node group, one at a time; what is read again afterwards decides about the one after. */
export type GroupMove =
  | { readonly kind: 'tag'; readonly tags: Readonly<Record<string, string>>; readonly says: string }
  | { readonly kind: 'suspend'; readonly says: string }
  | { readonly kind: 'resize'; readonly sizes: Partial<Sizes>; readonly set: string; readonly says: string }
  | { readonly kind: 'resume'; readonly says: string }
  | { readonly kind: 'untag'; readonly keys: readonly string[]; readonly says: string }
  /** For somebody else; what it comes to when it takes too long is no business of the group's where nothing is said. */
  | { readonly kind: 'wait'; readonly says: string; readonly by?: PauseReason }
  | { readonly kind: 'blocked' } & Obstacle;

/** Why nothing may be done to a node group now. */
export interface Busy { readonly says: string; readonly ours: boolean }

/** EKS changes the sizes of these, and refuses itself what it cannot do: an old launch failure, or a role that was changed, does not keep nodes from going. */
const CHANGEABLE = ['ACTIVE', 'DEGRADED'];

/** An update that we began is waited for, everything else that goes on in a group is somebody else's. */
export function busyWith({ name, status, issues, ownUpdate = false }: NodegroupState): Busy | undefined {
  return CHANGEABLE.includes(status)
    ? undefined
    : { says: `node group ${name} is ${status}${inBrackets(issues)}`, ours: ownUpdate };
}

/** What EKS finds wrong with groups that are changed all the same. */
export function troublesOf(groups: readonly NodegroupState[]): string[] {
  return groups.filter(({ status }) => status === 'DEGRADED').map(({ name, status, issues }) => `node group ${name} is ${status}${inBrackets(issues)}`);
}

function inBrackets(issues: readonly string[]): string {
  return issues.length > 0 ? ` (${issues.join('; ')})` : '';
}

/** Whether the guide's sizes are in force. */
export function isFinished(state: NodegroupState): boolean {
  const { set, target, suspended } = standingOf(state);
  return target !== undefined && !suspended && set.length > 0 && same(set[0], fixed(target.kept)) && same(state.sizes, set[0])
    && same(state.group.sizes, set[0]);
}

/** What has to be done before nodes go: records, then no rebalancing of zones, then the minimum. Undefined when all of it is in force. */
export function prepare(state: NodegroupState, targets: Targets): GroupMove | undefined {
  const { name, sizes, group } = state;
  const standing = standingOf(state);
  const target = targets.of.get(name)!;
  if (!standing.recorded) {
    return record(state, target);
  }
  const theirs = ownersChange(sizes, standing);
  if (Object.keys(theirs).length > 0) {
    return adopt(state, { ...standing.recorded, ...theirs }, target);
  }
  if (targetText(standing.target ?? { wanted: -1, kept: -1 }) !== targetText(target)) {
    return { kind: 'tag', tags: { [TARGET_RECORD]: targetText(target) }, says: `${name} is to keep ${target.kept}` };
  }
  if (state.tags[RESTORING_MARK] !== undefined) {
    return { kind: 'untag', keys: [RESTORING_MARK], says: `${name} is no longer being restored` };
  }
  if (group.sizes.desired > target.kept && !group.suspended.includes(REBALANCING)) {
    const says = `suspends ${REBALANCING} of ${name}`;
    // What the owner suspended is nothing of ours, and has no record.
    return standing.suspended ? { kind: 'suspend', says } : { kind: 'tag', tags: { [SUSPENDED_RECORD]: REBALANCING }, says };
  }
  if (sizes.min !== target.kept && target.kept <= group.sizes.desired) {
    // A maximum that is fixed already must not stand in the way of a target that was raised.
    const max = Math.max(sizes.max, target.kept);
    return {
      kind: 'resize',
      sizes: { min: target.kept, ...(max === sizes.max ? {} : { max }) },
      set: setText({ min: target.kept, max }, standing.set),
      says: `lowers the minimum of ${name} from ${sizes.min} to ${target.kept}`,
    };
  }
  if (standing.set.length === 0 && group.sizes.desired > target.kept) {
    // The minimum is right already; that nodes go from now on is ours all the same, and is taken back.
    return { kind: 'tag', tags: { [SIZES_SET]: setText(sizes, []) }, says: `the minimum of ${name} is ${sizes.min} already` };
  }
  return group.sizes.min > target.kept ? apart(state) : undefined;
}

/**
 * What has to be done once all nodes have gone: the guide's sizes, then rebalancing as it was. Undefined when all of it is in force. As long as the group has
 * more than it is to keep nothing is fixed: EKS would choose who ends, and nobody has drained those.
 *
 * @param others instances of the group that are none of the nodes that stay, in words
 */
export function finish(state: NodegroupState, target: number, others: readonly string[]): GroupMove | undefined {
  const { name, sizes, group } = state;
  const { set, suspended } = standingOf(state);
  if (group.sizes.desired > target) {
    return {
      kind: 'blocked',
      by: PauseReason.UNDRAINED_INSTANCE,
      says: `node group ${name} is to keep ${target}, and Auto Scaling group ${group.name} wants ${group.sizes.desired}: ${others.length > 0
        ? `${others.join(', ')} was not drained; drain it and end its instance, or let it be a node of the group`
        : `there is no instance to end; see its activity, and set its desired size to ${target} yourself`}`,
    };
  }
  const goal = fixed(target);
  const inForce = (bounds: Bounds) => same(bounds, goal);
  if (set.length === 0 || !same(set[0], goal) || !inForce(sizes)) {
    // EKS compares new bounds with the desired size that it knows.
    return sizes.desired === group.sizes.desired
      ? { kind: 'resize', sizes: { ...goal, desired: target }, set: setText(goal, set), says: `fixes ${name} at ${target}` }
      : { kind: 'wait', says: `waits until EKS knows that ${name} has ${group.sizes.desired}` };
  }
  if (!inForce(group.sizes)) {
    return apart(state);
  }
  return suspended ? { kind: 'resume', says: `resumes ${REBALANCING} of ${name}` } : undefined;
}

/** A record is taken from a settled group only. */
function record({ name, sizes, group }: NodegroupState, target: Target): GroupMove {
  if (sizes.desired !== group.sizes.desired || group.instances.some(instance => instance.leaving)) {
    return { kind: 'wait', says: `waits until the size of ${name} has settled` };
  }
  return {
    kind: 'tag',
    tags: { [SIZES_RECORD]: sizesText(sizes), [TARGET_RECORD]: targetText(target) },
    says: `${name} is to keep ${target.kept} of ${sizes.desired}`,
  };
}

/** EKS has brought its sizes to Auto Scaling before it is ACTIVE; who set others there has to decide. */
export function apart({ name, sizes, group }: NodegroupState): GroupMove {
  return {
    kind: 'blocked',
    by: PauseReason.NODEGROUP_BUSY,
    says: `node group ${name} has ${sizes.min}/${sizes.max}, but Auto Scaling group ${group.name} has ${group.sizes.min}/${group.sizes.max}:`
      + ' set its minimum and maximum as EKS has them',
  };
}

/** The owner's new sizes are what to go back to, and no fewer nodes than their minimum stay. */
function adopt({ name, sizes }: NodegroupState, recorded: Sizes, target: Target): GroupMove {
  const kept = Math.max(target.kept, Math.min(sizes.min, sizes.desired));
  return {
    kind: 'tag',
    tags: {
      [SIZES_RECORD]: sizesText({ ...recorded, max: Math.max(recorded.max, recorded.min), desired: Math.max(recorded.desired, recorded.min) }),
      [SIZES_SET]: setText(sizes, []),
      [TARGET_RECORD]: targetText({ ...target, kept }),
    },
    says: `the sizes of ${name} were changed to ${sizes.min}/${sizes.max}: it keeps ${kept}, and they are what the way back restores`,
  };
}
