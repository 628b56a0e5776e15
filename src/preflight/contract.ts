import { SecurityGroupSourceKind } from '../discovery-tags/contract';
import { NodeAccessKind } from '../node-access/contract';
import { MigrationStage } from '../words/migration-stage';
import { PreflightCheck } from '../words/preflight-check';

export const PREFLIGHT_TYPE = 'Custom::KarpenterPreflight';

/** The question that the AWS function asks the Kubernetes function before anything is changed. */
export const PREFLIGHT_FACTS_QUERY = 'preflight-facts';

export interface PreflightProperties {
  readonly ClusterName: string;
  readonly KubectlRoleArn: string;
  /** The function that answers for the Kubernetes API. */
  readonly KubernetesFunctionArn: string;
  /** Whose the claim on the cluster is. */
  readonly Owner: string;
  /** The name of Karpenter's API. */
  readonly Api: string;
  /** The issuer of the OIDC provider that the controller role trusts, without scheme. */
  readonly Issuer: string;
  readonly MinimumVersion: string;
  readonly MaximumVersion: string;
  readonly Nodegroups?: readonly string[];
  /** The same as Nodegroups if undefined. */
  readonly HostNodegroups?: readonly string[];
  /** The node groups with a target of their own. */
  readonly TargetNodegroups?: readonly string[];
  /** The tag that subnets and security groups get, with the cluster's name; nothing is tagged if undefined. */
  readonly TagKey?: string;
  /** The node groups' if undefined. */
  readonly SubnetIds?: readonly string[];
  readonly SecurityGroupSource: SecurityGroupSourceKind;
  /** With the source `ids` only. */
  readonly SecurityGroupIds?: readonly string[];
  /** How nodes are let in. */
  readonly NodeAccess: NodeAccessKind;
  /** Whether the app that makes the cluster lists the node role in its aws-auth; undefined where it does not. */
  readonly ListsNodeRole?: boolean;
  /** Whether an abandoned migration may be taken over. */
  readonly TakeOver: boolean;
  readonly Namespace: string;
  /** The Helm release of the CRDs, as `<namespace>/<name>`. */
  readonly CrdRelease: string;
  readonly Crds: readonly string[];
  /** Objects that must not exist, as `<plural>.<version>.<group>/<name>`. */
  readonly Objects: readonly string[];
  /** The node classes whose images are EKS' of Amazon Linux 2. */
  readonly Al2NodeClasses?: readonly string[];
  readonly Replicas: number;
  /** What one replica requests, as Kubernetes quantities. */
  readonly Cpu: string;
  readonly Memory: string;
  /** What it tolerates, as JSON; only where that is not what the chart says. */
  readonly Tolerations?: string;
  /** Only where the scheduler must spread the replicas over zones. */
  readonly SpreadOverZones?: boolean;
  readonly AcceptedRisks: readonly PreflightCheck[];
  /** `INSTALL` if undefined; the checks of a stage that moves what runs are made only where it is one. */
  readonly Stage?: MigrationStage;
  /** Whether the stage is that of a migration, which begins with INSTALL; undefined with INSTALL itself. */
  readonly Migrates?: boolean;
  /** With a stage that moves what runs only: its `StagePlan` as JSON, because CloudFormation would turn all scalars into strings. */
  readonly StagePlan?: string;
  readonly Revision?: string;
}
