import { ManagedKind, NodeAccessKind } from './contract';

/**
 * What the authentication mode of a cluster means for each way of letting nodes in.
 *
 * The modes are EKS' own words: `CONFIG_MAP`, `API_AND_CONFIG_MAP` and `API`. A cluster goes this way only, from left to right.
 */

/** Whether EKS takes access entries. */
export function takesEntries(mode: string): boolean {
  return mode !== 'CONFIG_MAP';
}

/** Whether nodes are let in by the aws-auth ConfigMap; what was put there before stays in any case. */
export function isMapped(kind: NodeAccessKind, mode: string): boolean {
  return kind === 'aws-auth' || (kind === 'auto' && !takesEntries(mode));
}

/** Whether nodes are let in by an access entry; one that was made before stays in any case. */
export function isEntered(kind: ManagedKind, mode: string): boolean {
  return kind === 'access-entry' || (kind === 'auto' && takesEntries(mode));
}

/** Why nodes would never join with a mode, and what to set; undefined where they would. */
export function contradiction(kind: NodeAccessKind, mode: string, clusterName: string): { message: string; remedy: string } | undefined {
  if (kind === 'aws-auth' && mode === 'API') {
    return {
      message: 'the cluster\'s authentication mode is API: it ignores the aws-auth ConfigMap, nodes would never join',
      remedy: 'set `nodeAccess` to NodeAccess.auto() or NodeAccess.accessEntry(): both make an access entry for the node role',
    };
  }
  if (kind === 'access-entry' && !takesEntries(mode)) {
    return {
      message: `the cluster's authentication mode is ${mode}: it takes no access entries, nodes would never join`,
      remedy: 'set `nodeAccess` to NodeAccess.auto() or NodeAccess.awsAuth(), or let the cluster take entries as well, which cannot be undone: '
        + `aws eks update-cluster-config --name ${clusterName} --access-config authenticationMode=API_AND_CONFIG_MAP`,
    };
  }
  return undefined;
}
