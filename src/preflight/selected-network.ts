import { PreflightProperties } from './contract';
import { nodegroupSubnetIds } from '../cluster/survey';
import { ClusterFacts } from '../cluster/survey-port';
import { selectSecurityGroupIds } from '../discovery-tags/security-group-selection';

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
    securityGroupIds: selectSecurityGroupIds(cluster, properties),
  };
}
