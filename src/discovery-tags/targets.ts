import { DiscoveryTagsProperties } from './contract';
import { selectSecurityGroupIds } from './security-group-selection';
import { effectiveSecurityGroupIds, nodegroupSubnetIds } from '../cluster/survey';
import { ClusterFacts } from '../cluster/survey-port';

/** The resources that shall carry the discovery tag. */
export interface Targets {
  readonly subnetIds: readonly string[];
  readonly securityGroupIds: readonly string[];
  /** What a user should know, though it stops nothing. */
  readonly notes: readonly string[];
}

/**
 * Finds the resources that the properties mean.
 *
 * @param marked the security groups that we have tagged: where a launch template is gone, nobody knows which of them it named, and all stay
 */
export function targets(facts: ClusterFacts, properties: DiscoveryTagsProperties, marked: readonly string[] = []): Targets {
  const subnetIds = properties.SubnetIds ?? nodegroupSubnetIds(facts);
  if (subnetIds.length === 0) {
    throw new Error(`cluster "${facts.name}" has no managed node group to take subnets from: create one, or set SubnetSource.ids(...)`);
  }
  const selected = securityGroups(facts, properties);
  const gone = facts.nodegroups.filter(({ launchTemplateGone }) => launchTemplateGone).map(({ name }) => name);
  const isGuess = gone.length > 0 && (properties.SecurityGroupSource === 'nodegroups' || properties.SecurityGroupSource === 'launchTemplates');
  return isGuess
    ? {
      subnetIds,
      securityGroupIds: [...new Set([...selected.securityGroupIds, ...marked])].sort(),
      notes: [...selected.notes, `the launch template of node group ${gone.join(', ')} was deleted: the security groups that are tagged stay so`],
    }
    : { subnetIds, ...selected };
}

function securityGroups(facts: ClusterFacts, properties: DiscoveryTagsProperties): Omit<Targets, 'subnetIds'> {
  const securityGroupIds = selectSecurityGroupIds(facts, properties);
  switch (properties.SecurityGroupSource) {
    case 'ids':
    case 'cluster':
      return { securityGroupIds, notes: [] };
    case 'launchTemplates':
      return { securityGroupIds, notes: notesOnLaunchTemplates(facts, securityGroupIds) };
    case 'nodegroups':
      return { securityGroupIds, notes: notesOnNodegroups(facts, securityGroupIds) };
  }
}

function notesOnLaunchTemplates(facts: ClusterFacts, securityGroupIds: readonly string[]): string[] {
  if (securityGroupIds.length === 0) {
    throw new Error(`no launch template of cluster "${facts.name}" names a security group: `
      + 'set SecurityGroupSource.nodegroups(), .cluster() or .ids(...)');
  }
  const without = facts.nodegroups.filter(nodegroup => nodegroup.launchTemplateSecurityGroupIds.length === 0);
  return without.map(nodegroup => `node group ${nodegroup.name} has no launch template with security groups and does not count`);
}

function notesOnNodegroups(facts: ClusterFacts, securityGroupIds: readonly string[]): string[] {
  if (securityGroupIds.length === 0) {
    throw new Error(`cluster "${facts.name}" has no managed node group to take security groups from: create one, `
      + 'or set SecurityGroupSource.cluster() or .ids(...)');
  }
  const groups = facts.nodegroups.map(nodegroup => [...effectiveSecurityGroupIds(facts, nodegroup)].sort().join(', '));
  return new Set(groups).size > 1
    ? ['node groups have different security groups and nodes of Karpenter get all of them: '
      + facts.nodegroups.map((nodegroup, i) => `${nodegroup.name} has ${groups[i]}`).join('; ')]
    : [];
}
