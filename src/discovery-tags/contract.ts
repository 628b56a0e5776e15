export const DISCOVERY_TAGS_RESOURCE_TYPE = 'Custom::KarpenterDiscoveryTags';

/** Karpenter's convention, and the guide's. */
export const DISCOVERY_TAG_KEY = 'karpenter.sh/discovery';

const MARKER_PREFIX = 'cdk-karpenter-migration/';

/** EC2 takes 256 characters in a value, where the marker holds at most two keys and a space while one follows the other. */
export const MAXIMUM_TAG_KEY = 127;

/**
 * The tag that remembers what we added, next to it and written in the same call; its value names our keys, with spaces
 * between them.
 */
export function markerKey(clusterName: string): string {
  return `${MARKER_PREFIX}${clusterName}`;
}

/** Why a key cannot be a discovery tag, undefined if it can. */
export function tagKeyProblem(key: string): string | undefined {
  if (key.length < 1 || key.length > MAXIMUM_TAG_KEY) {
    return `it must have 1 to ${MAXIMUM_TAG_KEY} characters`;
  }
  if (!/^[\p{L}\p{N}_.:/=+@-]+$/u.test(key)) {
    return 'it may hold letters, digits and _ . : / = + - @';
  }
  if (/^aws:/i.test(key) || key === 'aws-ids') {
    return 'AWS and Karpenter reserve aws: and aws-ids';
  }
  return key.startsWith(MARKER_PREFIX) ? `${MARKER_PREFIX} is what we remember our tags by` : undefined;
}

/**
 * What a key means to others, undefined for a key that means nothing to them. Only new keys are held against it: what was deployed before
 * must be removable.
 */
export function tagKeyMeaning(key: string): string | undefined {
  if (key.startsWith('kubernetes.io/')) {
    return 'load balancers and EKS find their own subnets and security groups by keys that begin with kubernetes.io/, and take the value for something else';
  }
  return key === 'Name' ? 'it is the name that people see' : undefined;
}

export const SECURITY_GROUP_SOURCES = ['nodegroups', 'cluster', 'launchTemplates', 'ids'] as const;
export type SecurityGroupSourceKind = typeof SECURITY_GROUP_SOURCES[number];

/** What CloudFormation carries. */
export interface DiscoveryTagsProperties {
  readonly ClusterName: string;
  /** All managed node groups if undefined. */
  readonly NodegroupNames?: string[];
  /** The subnets of the node groups if undefined. */
  readonly SubnetIds?: string[];
  readonly SecurityGroupSource: SecurityGroupSourceKind;
  /** With the source `ids` only. */
  readonly SecurityGroupIds?: readonly string[];
  readonly TagKey: string;
  /** Whether more than one selected security group may carry the cluster's tag. */
  readonly SeveralClusterSecurityGroups: boolean;
  /** Whether only tags of a former deployment are taken away, with the resource; none are put on then. Not if undefined. */
  readonly Retired?: boolean;
  readonly Revision?: string;
}
