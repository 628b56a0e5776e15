import { SECURITY_GROUP_SOURCES, SecurityGroupSourceKind } from './contract';
import { nodegroupSecurityGroupIds } from '../cluster/survey';
import { ClusterFacts } from '../cluster/survey-port';
import { oneOf, texts } from '../custom-resources/properties';

/** Where the security groups of Karpenter's nodes come from, as properties of a resource say it. */
export interface SecurityGroupSelection {
  readonly SecurityGroupSource: SecurityGroupSourceKind;
  /** With the source `ids` only. */
  readonly SecurityGroupIds?: readonly string[];
}

export function parseSecurityGroupSelection(raw: Readonly<Record<string, unknown>>): SecurityGroupSelection {
  const source = oneOf(raw, 'SecurityGroupSource', SECURITY_GROUP_SOURCES);
  return { SecurityGroupSource: source, SecurityGroupIds: source === 'ids' ? texts(raw, 'SecurityGroupIds') : undefined };
}

/** The ids that a selection means in a cluster with these node groups, each once, in a stable order. */
export function selectSecurityGroupIds(facts: ClusterFacts, selection: SecurityGroupSelection): readonly string[] {
  switch (selection.SecurityGroupSource) {
    case 'ids':
      return selection.SecurityGroupIds!;
    case 'cluster':
      return [facts.clusterSecurityGroupId];
    case 'launchTemplates':
      return [...new Set(facts.nodegroups.flatMap(nodegroup => nodegroup.launchTemplateSecurityGroupIds))].sort();
    case 'nodegroups':
      return nodegroupSecurityGroupIds(facts);
  }
}
