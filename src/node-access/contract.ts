/** One entry of the aws-auth ConfigMap; served by the Kubernetes function. */
export const NODE_ACCESS_TYPE = 'Custom::KarpenterNodeAccess';

/** One access entry of EKS; served by the function that needs only AWS. */
export const ACCESS_ENTRY_TYPE = 'Custom::KarpenterAccessEntry';

/** The tag of an access entry that we made; its value is whose it is. */
export const OWNER_TAG = 'cdk-karpenter-migration/owner';

/** The ways in which Karpenter's nodes get into a cluster that something is made for. */
export const MANAGED_KINDS = ['auto', 'access-entry', 'aws-auth'] as const;
export type ManagedKind = typeof MANAGED_KINDS[number];

/** All ways in which Karpenter's nodes get into a cluster: `unmanaged` is done elsewhere. */
export const NODE_ACCESS_KINDS = [...MANAGED_KINDS, 'unmanaged'] as const;
export type NodeAccessKind = typeof NODE_ACCESS_KINDS[number];

/** The types of an access entry for nodes, as EKS spells them; an entry keeps the type with which it was made. */
export const NODE_ENTRY_TYPES = { linux: 'EC2_LINUX', windows: 'EC2_WINDOWS' } as const;
export type NodeEntryType = typeof NODE_ENTRY_TYPES[keyof typeof NODE_ENTRY_TYPES];

/** Whom the mapping of a role makes its nodes. */
export const NODE_USERNAME = 'system:node:{{EC2PrivateDNSName}}';

/** What a node's role needs in order to join. */
const NODE_GROUPS = ['system:bootstrappers', 'system:nodes'];
/** Without the last one, pods on Windows reach no Service. */
const WINDOWS_GROUPS = [...NODE_GROUPS, 'eks:kube-proxy-windows'];

/** The groups that nodes of an operating system have to be in. */
export function nodeGroups(windows: boolean): readonly string[] {
  return windows ? WINDOWS_GROUPS : NODE_GROUPS;
}

/** The ARN as aws-auth knows it: the authenticator drops the path of a role before it compares. */
export function withoutPath(roleArn: string): string {
  const parts = /^(arn:[^:]+:iam::\d{12}:role\/)(?:.*\/)?([\w+=,.@-]+)$/.exec(roleArn);
  if (!parts) {
    throw new Error(`property RoleArn must be the ARN of an IAM role, got "${roleArn}"`);
  }
  return parts[1] + parts[2];
}

/** What CloudFormation sends; the names are the custom resource's property names. */
export interface NodeAccessContract {
  readonly ClusterName: string;
  readonly KubectlRoleArn: string;
  /** The role of the nodes, with its path if it has one. */
  readonly RoleArn: string;
  /** Whose the entry is: the same after the stack was destroyed and deployed again. */
  readonly Owner: string;
  /** `aws-auth` if undefined, as in deployments from before there was a choice. */
  readonly Kind?: ManagedKind;
  /** Whether the nodes run Windows. */
  readonly Windows?: boolean;
  readonly Revision?: string;
}

export interface NodeAccessProperties {
  readonly clusterName: string;
  readonly kubectlRoleArn: string;
  readonly roleArn: string;
  readonly owner: string;
  readonly kind: ManagedKind;
  readonly windows: boolean;
}

/** What CloudFormation sends for an access entry. */
export interface AccessEntryContract {
  readonly ClusterName: string;
  /** The role of the nodes, with its path if it has one. */
  readonly RoleArn: string;
  readonly Type: NodeEntryType;
  /** Whose the entry is: the same after the stack was destroyed and deployed again. */
  readonly Owner: string;
  readonly Kind: ManagedKind;
  readonly Revision?: string;
}
