import { Token } from 'aws-cdk-lib';
import { NodegroupTarget } from './scale-down-options';
import { shown } from '../../input/kind';

/**
 * Refuses a target of a node group that does not take part: the group that was meant would get the default size instead.
 *
 * Where all node groups of the cluster take part, or names are known only in the deployment, the preflight refuses it.
 */
export function checkTargets(property: string, targets: readonly NodegroupTarget[] = [], nodegroups?: readonly string[]): void {
  if (nodegroups === undefined || Token.isUnresolved(nodegroups) || nodegroups.some(name => Token.isUnresolved(name))) {
    return;
  }
  const unknown = targets.find(({ nodegroup }) => !Token.isUnresolved(nodegroup) && !nodegroups.includes(nodegroup));
  if (unknown) {
    throw new Error(`${property} has a target for ${shown(unknown.nodegroup)}, which is none of \`nodegroups\`: `
      + `set it for one of ${nodegroups.map(shown).join(', ')}, or name the node group in \`nodegroups\``);
  }
}
