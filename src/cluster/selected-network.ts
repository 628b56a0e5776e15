import { PreflightProperties } from './contract';
import { nodegroupSecurityGroupIds, nodegroupSubnetIds } from './survey';
import { ClusterFacts } from './survey-port';

/** The node groups of the migration, without those that do not exist. */
export function migrationNodegroups(cluster: ClusterFacts, wanted?: readonly string[]): ClusterFacts {
  return { ...cluster, nodegroups: cluster.nodegroups.filter(nodegroup => wanted?.includes(nodegroup.name) ?? true) };
}

export interface SelectedNetwork {
  readonly subnetIds: readonly string[];
  readonly securityGroupIds: readonly string[];
}

/** The subnets and security groups that Karpenter's nodes will get. */
export function selectedNetwork(all: ClusterFacts, properties: PreflightProperties): SelectedNetwork {
  const cluster = migrationNodegroups(all, properties.Nodegroups);
  return {
    subnetIds: properties.SubnetIds ?? nodegroupSubnetIds(cluster),
    securityGroupIds: securityGroups(cluster, properties),
  };
}

function securityGroups(cluster: ClusterFacts, properties: PreflightProperties): readonly string[] {
  switch (properties.SecurityGroupSource) {
    case 'ids':
      return properties.SecurityGroupIds!;
    case 'cluster':
      return [cluster.clusterSecurityGroupId];
    case 'launchTemplates':
      return [...new Set(cluster.nodegroups.flatMap(nodegroup => nodegroup.launchTemplateSecurityGroupIds))].sort();
    case 'nodegroups':
      return nodegroupSecurityGroupIds(cluster);
  }
}
