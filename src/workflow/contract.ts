import { MigrationStage } from './migration-stage';

export const MIGRATION_STAGE_TYPE = 'Custom::KarpenterMigrationStage';

/** The question that the AWS function asks the Kubernetes function: what is left of Karpenter's nodes. */
export const REMAINING_QUERY = 'karpenter-remaining';

/** What the AWS function tells the Kubernetes function when a stack is deleted and Karpenter stays. */
export const ABANDON_QUERY = 'abandon-claim';

export interface MigrationStageProperties {
  readonly ClusterName: string;
  readonly KubectlRoleArn: string;
  /** The function that answers for the Kubernetes API. */
  readonly KubernetesFunctionArn: string;
  readonly Stage: MigrationStage;
  /** Whose the claim on the cluster is. */
  readonly Owner: string;
  /** The label of nodes, and the tag of instances, that Karpenter launched. */
  readonly OwnerKey: string;
  readonly Revision?: string;
}
