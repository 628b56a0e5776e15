import { GroupMove } from './groups';
import { NodegroupState, ScaleDownAwsPort, REBALANCING } from './port';
import { PauseReason } from '../pause-reason';
import { SIZES_SET, SUSPENDED_RECORD, GROUP_TAGS } from '../records';
import { blocked, Progress, working } from '../step';

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
  for (const { state, move } of moves) {
    await actOne(aws, state, move);
  }
  const says = moves.map(({ move }) => move.says).join('; ');
  const stuck = moves.map(({ move }) => move).find(move => move.kind === 'blocked');
  if (stuck && moves.every(({ move }) => move.kind === 'blocked' || move.kind === 'wait')) {
    return blocked(stuck.by, says);
  }
  const waits = moves.some(({ move }) => move.kind === 'wait' || move.kind === 'resize');
  return working(says, waits ? 5 : 1, { undo: moves.flatMap(({ state, move }) => undoMove(move, state, clusterName)) });
}

export function isRefreshing(groups: readonly string[]): Progress {
  return blocked(PauseReason.NODEGROUP_BUSY, `an instance refresh of Auto Scaling group ${groups.join(', ')} goes on`);
}

async function actOne(aws: ScaleDownAwsPort, { name, arn, group, tags }: NodegroupState, move: GroupMove): Promise<void> {
  switch (move.kind) {
    case 'tag':
      return aws.tag(arn, move.tags);
    case 'suspend':
      return aws.suspendRebalancing(group.name);
    case 'resize':
      if (move.set !== tags[SIZES_SET]) {
        await aws.tag(arn, { [SIZES_SET]: move.set });
      }
      return aws.resize(name, move.sizes);
    case 'resume':
      await aws.resumeRebalancing(group.name);
      return aws.untag(arn, [SUSPENDED_RECORD]);
    case 'untag':
      return aws.untag(arn, move.keys);
    case 'wait': case 'blocked':
      return undefined;
  }
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
