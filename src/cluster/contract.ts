import { PreflightCheck } from './preflight-check';
import { SecurityGroupSourceKind } from '../discovery-tags/contract';
import { MigrationStage } from '../workflow/migration-stage';

export const CLUSTER_SURVEY_TYPE = 'Custom::KarpenterClusterSurvey';
export const PREFLIGHT_TYPE = 'Custom::KarpenterPreflight';
export const CLAIM_TYPE = 'Custom::KarpenterClaim';

/** The question that the AWS function asks the Kubernetes function before anything is changed. */
export const PREFLIGHT_FACTS_QUERY = 'preflight-facts';

/** The ownership record of a migration: a ConfigMap in the cluster itself, where every stack can see it. */
export const CLAIM_NAMESPACE = 'kube-system';
export const CLAIM_NAME = 'karpenter-migration';

/** The Helm release of Karpenter's CRDs, which outlives Karpenter's own namespace. */
export const CRD_RELEASE = 'karpenter-crd';
export const CRD_RELEASE_NAMESPACE = 'kube-system';

/** The label of the nodes of a managed node group. */
export const NODEGROUP_LABEL = 'eks.amazonaws.com/nodegroup';

export interface ClusterSurveyProperties {
  readonly ClusterName: string;
  /** All managed node groups if undefined. */
  readonly Nodegroups?: readonly string[];
  readonly Revision?: string;
}

export interface PreflightProperties {
  readonly ClusterName: string;
  readonly KubectlRoleArn: string;
  /** The function that answers for the Kubernetes API. */
  readonly KubernetesFunctionArn: string;
  /** Whose the claim on the cluster is. */
  readonly Owner: string;
  /** The issuer of the OIDC provider that the controller role trusts, without scheme. */
  readonly Issuer: string;
  readonly MinimumVersion: string;
  readonly MaximumVersion: string;
  readonly Nodegroups?: readonly string[];
  /** The same as Nodegroups if undefined. */
  readonly HostNodegroups?: readonly string[];
  /** The tag that subnets and security groups get, with the cluster's name; nothing is tagged if undefined. */
  readonly TagKey?: string;
  /** The node groups' if undefined. */
  readonly SubnetIds?: readonly string[];
  readonly SecurityGroupSource: SecurityGroupSourceKind;
  /** With the source `ids` only. */
  readonly SecurityGroupIds?: readonly string[];
  /** Whether nodes are let in through the aws-auth ConfigMap. */
  readonly AwsAuth: boolean;
  /** Whether an abandoned migration may be taken over. */
  readonly TakeOver: boolean;
  readonly Namespace: string;
  /** The Helm release of the CRDs, as `<namespace>/<name>`. */
  readonly CrdRelease: string;
  readonly Crds: readonly string[];
  /** Objects that must not exist, as `<plural>.<version>.<group>/<name>`. */
  readonly Objects: readonly string[];
  readonly Replicas: number;
  /** What one replica requests, as Kubernetes quantities. */
  readonly Cpu: string;
  readonly Memory: string;
  readonly AcceptedRisks: readonly PreflightCheck[];
  /** The checks of a stage that moves what runs are made only where there is one. */
  readonly Stage?: MigrationStage;
  /** With a stage only: its `StagePlan` as JSON, because CloudFormation would turn all scalars into strings. */
  readonly StagePlan?: string;
  readonly Revision?: string;
}

export interface ClaimProperties {
  readonly ClusterName: string;
  readonly KubectlRoleArn: string;
  readonly Owner: string;
}
