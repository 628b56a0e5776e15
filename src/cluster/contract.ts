export const CLUSTER_SURVEY_TYPE = 'Custom::KarpenterClusterSurvey';
export const CLAIM_TYPE = 'Custom::KarpenterClaim';
/** The ownership record of a migration: a ConfigMap in the cluster itself, where every stack can see it. */
export const CLAIM_NAMESPACE = 'kube-system';
export const CLAIM_NAME = 'karpenter-migration';

/** What the AWS function asks a cluster for, whoever makes it ask: one statement of its policy. */
export const CLUSTER_READS = ['eks:DescribeCluster', 'eks:ListNodegroups'];

export interface ClusterSurveyProperties {
  readonly ClusterName: string;
  /** All managed node groups if undefined. */
  readonly Nodegroups?: readonly string[];
  readonly Revision?: string;
}

export interface ClaimProperties {
  readonly ClusterName: string;
  readonly KubectlRoleArn: string;
  readonly Owner: string;
  /** Whatever makes CloudFormation look whether the record is still there. */
  readonly Revision?: string;
}
