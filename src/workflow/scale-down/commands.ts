import { GroupMove } from './groups';
import { NodegroupState, REBALANCING } from './port';
import { GROUP_TAGS } from './restore';

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
