import { ClusterFacts, NodegroupFacts } from './survey-port';
import { shortList } from '../words/short-list';

/** The subnets of all node groups, each once, in a stable order. */
export function nodegroupSubnetIds(facts: ClusterFacts): string[] {
  return unique(facts.nodegroups.flatMap(nodegroup => nodegroup.subnetIds));
}

/** The security groups that the nodes of one group carry. */
export function effectiveSecurityGroupIds(facts: ClusterFacts, nodegroup: NodegroupFacts): readonly string[] {
  return nodegroup.launchTemplateSecurityGroupIds.length > 0
    ? nodegroup.launchTemplateSecurityGroupIds
    : [facts.clusterSecurityGroupId];
}

/** The security groups that the nodes of all node groups carry, each once, in a stable order. */
export function nodegroupSecurityGroupIds(facts: ClusterFacts): string[] {
  return unique(facts.nodegroups.flatMap(nodegroup => effectiveSecurityGroupIds(facts, nodegroup)));
}

/**
 * The names asked for, out of those that exist.
 *
 * @throws when one does not exist, naming those that do
 */
export function selectNodegroups(cluster: string, existing: readonly string[], wanted?: readonly string[]): string[] {
  const missing = (wanted ?? []).filter(name => !existing.includes(name));
  if (missing.length > 0) {
    throw new Error(`cluster "${cluster}" has no managed node group ${missing.map(name => `"${name}"`).join(', ')}; `
      + `it has ${shortList([...existing].sort(), 600) || 'none'}: correct \`nodegroups\``);
  }
  return unique(wanted ?? existing);
}

/** The groups of the first network interface win over those of the template itself, as in EC2. */
export function launchTemplateSecurityGroupIds(template: {
  readonly networkInterfaces: ReadonlyArray<{ readonly groups: readonly string[] }>;
  readonly securityGroupIds: readonly string[];
}): readonly string[] {
  const ofInterface = template.networkInterfaces[0]?.groups ?? [];
  return ofInterface.length > 0 ? ofInterface : template.securityGroupIds;
}

function unique(values: readonly string[]): string[] {
  return [...new Set(values)].sort();
}
