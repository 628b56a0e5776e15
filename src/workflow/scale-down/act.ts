import { GroupMove } from './groups';
import { NodegroupState, ScaleDownAwsPort, REBALANCING } from './port';
import { GROUP_TAGS } from './sizes';
import { toEach } from '../../custom-resources/fence';
import { PauseReason } from '../pause-reason';
import { SIZES_SET, SUSPENDED_RECORD, UPDATE_RECORD } from '../records';
import { blocked, Progress, waiting, working } from '../step';

/** Does what was planned for node groups, one move each; undefined where nothing was. */
export async function act(
  aws: ScaleDownAwsPort, moves: ReadonlyArray<{ readonly state: NodegroupState; readonly move: GroupMove }>, clusterName: string,
): Promise<Progress | undefined> {
  if (moves.length === 0) {
    return undefined;
  }
  const resized = moves.filter(({ move }) => move.kind === 'resize').map(({ state }) => state);
  const refreshing = resized.length > 0 ? await aws.refreshing(resized.map(({ group }) => group.name)) : [];
  if (refreshing.length > 0) {
    return isRefreshing(refreshing);
  }
  const refusals = new Map<string, string>();
  await toEach(moves, async ({ state, move }) => {
    const refused = await actOne(aws, state, move);
    if (refused) {
      refusals.set(state.name, refused);
    }
  });
  const says = moves.map(({ state, move }) => refusals.get(state.name) ?? move.says).join('; ');
  const still = moves.filter(({ state, move }) => refusals.has(state.name) || move.kind === 'blocked' || move.kind === 'wait');
  if (still.length === moves.length) {
    return stillness(still.map(({ state, move }) => refusals.has(state.name) ? REFUSED : move), says);
  }
  const waits = moves.some(({ move }) => move.kind === 'wait' || move.kind === 'resize');
  const done = moves.filter(one => !still.includes(one));
  return working(says, waits ? 5 : 1, { undo: done.flatMap(({ state, move }) => undoMove(move, state, clusterName)) });
}

/** EKS needs a minute or two for most things, and ten for some. */
const WAITING_MINUTES = 15;
const REFUSED = { kind: 'blocked', by: PauseReason.NODEGROUP_BUSY } as const;

/** Nothing was changed: somebody is in the way, or something is waited for. */
function stillness(moves: ReadonlyArray<{ readonly kind: GroupMove['kind']; readonly by?: PauseReason }>, says: string): Progress {
  const stuck = moves.find(({ kind }) => kind === 'blocked');
  return stuck ? blocked(stuck.by!, says) : waiting(says, 5, { by: moves[0].by ?? PauseReason.NODEGROUP_BUSY, minutes: WAITING_MINUTES });
}

export function isRefreshing(groups: readonly string[]): Progress {
  return blocked(PauseReason.NODEGROUP_BUSY, `an instance refresh of Auto Scaling group ${groups.join(', ')} goes on`);
}

/** Gives the reason where it is refused. */
async function actOne(aws: ScaleDownAwsPort, state: NodegroupState, move: GroupMove): Promise<string | undefined> {
  const { arn, group } = state;
  switch (move.kind) {
    case 'tag':
      await aws.tag(arn, move.tags);
      return undefined;
    case 'suspend':
      await aws.suspendRebalancing(group.name);
      return undefined;
    case 'resize':
      return resize(aws, state, move);
    case 'resume':
      await aws.resumeRebalancing(group.name);
      await aws.untag(arn, [SUSPENDED_RECORD]);
      return undefined;
    case 'untag':
      await aws.untag(arn, move.keys);
      return undefined;
    case 'wait': case 'blocked':
      return undefined;
  }
}

/** A desired size below what a group wants at this very moment would let EKS end nodes that nobody has drained. */
async function resize(
  aws: ScaleDownAwsPort, { name, arn, group, tags }: NodegroupState, { sizes, set }: GroupMove & { kind: 'resize' },
): Promise<string | undefined> {
  const { desired } = sizes.desired === undefined ? group.sizes : await aws.sizes(group.name);
  if (sizes.desired !== undefined && desired > sizes.desired) {
    return `${name} is not set to ${sizes.desired}: Auto Scaling group ${group.name} wants ${desired} by now`;
  }
  if (set !== tags[SIZES_SET]) {
    await aws.tag(arn, { [SIZES_SET]: set });
  }
  const resizing = await aws.resize(name, sizes);
  if ('refused' in resizing) {
    return `eks does not change the sizes of ${name}: ${resizing.refused}`;
  }
  await aws.tag(arn, { [UPDATE_RECORD]: resizing.update });
  return undefined;
}

/** The commands that undo by hand what was done to a node group. */
export function undoMove(move: GroupMove, state: NodegroupState, clusterName: string): string[] {
  const { name, sizes: { min, max, desired }, group, arn } = state;
  switch (move.kind) {
    case 'resize':
      return [`aws eks update-nodegroup-config --cluster-name ${clusterName} --nodegroup-name ${name}`
        + ` --scaling-config minSize=${min},maxSize=${max},desiredSize=${Math.max(min, Math.min(max, desired))}`];
    case 'suspend':
      return [`aws autoscaling resume-processes --auto-scaling-group-name ${group.name} --scaling-processes ${REBALANCING}`];
    case 'resume':
      return [`aws autoscaling suspend-processes --auto-scaling-group-name ${group.name} --scaling-processes ${REBALANCING}`];
    case 'tag':
      return [`aws eks untag-resource --resource-arn ${arn} --tag-keys ${Object.keys(move.tags).filter(key => GROUP_TAGS.includes(key)).join(' ')}`];
    default:
      return [];
  }
}

/** An instance that has ended comes back as another one. */
export function undoEnd({ name, group }: NodegroupState, clusterName: string): string {
  return `aws eks update-nodegroup-config --cluster-name ${clusterName} --nodegroup-name ${name} --scaling-config desiredSize=${group.sizes.desired}`;
}
