import { NodegroupDetails, PoolFacts } from './contract';
import { Finding, finding } from './findings';

/** Where nodes are; what is undefined is as the migration's discovery has it: all subnets and security groups of its node groups. */
export interface NetworkChoice {
  readonly zones?: readonly string[];
  readonly subnetIds?: readonly string[];
  readonly securityGroupIds?: readonly string[];
  readonly findings: readonly Finding[];
}

export function chooseNetwork(nodegroups: readonly NodegroupDetails[], facts: PoolFacts): NetworkChoice {
  const { zones, subnetIds } = chooseSubnets(nodegroups, facts.nodegroups);
  const all = facts.nodegroups.map(nodegroup => securityGroupsOf(nodegroup, facts));
  const own = unique(nodegroups.flatMap(nodegroup => securityGroupsOf(nodegroup, facts) ?? []));
  const isSame = all.every(ids => ids !== undefined && ids.length === own.length && ids.every(id => own.includes(id)));
  const isKnown = nodegroups.every(nodegroup => securityGroupsOf(nodegroup, facts) !== undefined);
  return {
    zones,
    subnetIds,
    securityGroupIds: isSame || !isKnown || own.length === 0 ? undefined : own,
    findings: isKnown ? [] : [finding('security groups', 'they could not be read, so nodes get those that the migration tags: set `securityGroupSelectorTerms` if they need others')],
  };
}

/** Zones where they say it all; subnets by id where a node group leaves out some of a zone, or zones are not known. */
function chooseSubnets(nodegroups: readonly NodegroupDetails[], all: readonly NodegroupDetails[]): Pick<NetworkChoice, 'zones' | 'subnetIds'> {
  const subnets = all.flatMap(nodegroup => nodegroup.subnets);
  const own = unique(nodegroups.flatMap(nodegroup => nodegroup.subnets.map(({ id }) => id)));
  if (own.length === 0 || subnets.every(({ id }) => own.includes(id))) {
    return {};
  }
  const zones = unique(subnets.filter(({ id }) => own.includes(id)).map(({ zone }) => zone ?? ''));
  const isWhole = !zones.includes('') && subnets.every(({ id, zone }) => own.includes(id) || (zone !== undefined && !zones.includes(zone)));
  return isWhole ? { zones } : { subnetIds: own };
}

/** Undefined where they are not known. */
function securityGroupsOf(nodegroup: NodegroupDetails, { clusterSecurityGroupId }: PoolFacts): readonly string[] | undefined {
  const { launchTemplate, launchTemplateUnread } = nodegroup;
  if (launchTemplateUnread) {
    return undefined;
  }
  const ids = launchTemplate?.securityGroupIds ?? [];
  return ids.length > 0 ? unique(ids) : clusterSecurityGroupId === undefined ? undefined : [clusterSecurityGroupId];
}

function unique(values: readonly string[]): string[] {
  return [...new Set(values)].sort();
}
