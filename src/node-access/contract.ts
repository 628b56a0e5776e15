/** One entry of the aws-auth ConfigMap; served by the Kubernetes function. */
export const NODE_ACCESS_TYPE = 'Custom::KarpenterNodeAccess';

/** The ways in which Karpenter's nodes get into a cluster: an entry in the aws-auth ConfigMap, or one that is made elsewhere. */
export const NODE_ACCESS_KINDS = ['aws-auth', 'unmanaged'] as const;
export type NodeAccessKind = typeof NODE_ACCESS_KINDS[number];

/** What CloudFormation sends; the names are the custom resource's property names. */
export interface NodeAccessContract {
  readonly ClusterName: string;
  readonly KubectlRoleArn: string;
  /** The role of the nodes, with its path if it has one. */
  readonly RoleArn: string;
  /** Whose the entry is: the same after the stack was destroyed and deployed again. */
  readonly Owner: string;
  readonly Revision?: string;
}

export interface NodeAccessProperties {
  readonly clusterName: string;
  readonly kubectlRoleArn: string;
  readonly roleArn: string;
  readonly owner: string;
}
