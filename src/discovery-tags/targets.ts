import { DiscoveryTagsProperties } from './contract';
import { effectiveSecurityGroupIds, nodegroupSecurityGroupIds, nodegroupSubnetIds } from '../cluster/survey';
import { ClusterFacts } from '../cluster/survey-port';

/** The resources that shall carry the discovery tag. */
export interface Targets {
  readonly subnetIds: readonly string[];
  readonly securityGroupIds: readonly string[];
  /** What a user should know, though it stops nothing. */
  readonly notes: readonly string[];
}

/** Finds the resources that the properties mean. */
export function targets(facts: ClusterFacts, properties: DiscoveryTagsProperties): Targets {
  const subnetIds = properties.SubnetIds ?? nodegroupSubnetIds(facts);
  if (subnetIds.length === 0) {
    throw new Error(`cluster "${facts.name}" has no managed node group to take subnets from: create one, or set SubnetSource.ids(...)`);
  }
  return { subnetIds, ...securityGroups(facts, properties) };
}

function securityGroups(facts: ClusterFacts, properties: DiscoveryTagsProperties): Omit<Targets, 'subnetIds'> {
  switch (properties.SecurityGroupSource) {
    case 'ids':
      return { securityGroupIds: properties.SecurityGroupIds!, notes: [] };
    case 'cluster':
      return { securityGroupIds: [facts.clusterSecurityGroupId], notes: [] };
    case 'launchTemplates':
      return ofLaunchTemplates(facts);
    case 'nodegroups':
      return ofNodegroups(facts);
  }
}

function ofLaunchTemplates(facts: ClusterFacts): Omit<Targets, 'subnetIds'> {
  const securityGroupIds = unique(facts.nodegroups.flatMap(nodegroup => nodegroup.launchTemplateSecurityGroupIds));
  if (securityGroupIds.length === 0) {
    throw new Error(`no launch template of cluster "${facts.name}" names a security group: `
      + 'set SecurityGroupSource.nodegroups(), .cluster() or .ids(...)');
  }
  const without = facts.nodegroups.filter(nodegroup => nodegroup.launchTemplateSecurityGroupIds.length === 0);
  return {
    securityGroupIds,
    notes: without.map(nodegroup => `node group ${nodegroup.name} has no launch template with security groups and does not count`),
  };
}

function ofNodegroups(facts: ClusterFacts): Omit<Targets, 'subnetIds'> {
  const securityGroupIds = nodegroupSecurityGroupIds(facts);
  if (securityGroupIds.length === 0) {
    throw new Error(`cluster "${facts.name}" has no managed node group to take security groups from: create one, `
      + 'or set SecurityGroupSource.cluster() or .ids(...)');
  }
  const groups = facts.nodegroups.map(nodegroup => [...effectiveSecurityGroupIds(facts, nodegroup)].sort().join(', '));
  const differ = new Set(groups).size > 1;
  return {
    securityGroupIds,
    notes: differ
      ? ['node groups have different security groups and nodes of Karpenter get all of them: '
        + facts.nodegroups.map((nodegroup, i) => `${nodegroup.name} has ${groups[i]}`).join('; ')]
      : [],
  };
}

function unique(values: readonly string[]): string[] {
  return [...new Set(values)].sort();
}
