import * as eks from 'aws-cdk-lib/aws-eks';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct, IConstruct } from 'constructs';
import { KarpenterApi } from './api/karpenter-api';
import { WebhookProbe } from './controller-ready/contract';
import { NodeNetwork } from '../provisioning/node-network';

/** The Kubernetes versions that a Karpenter release supports, both inclusive. */
export interface KubernetesRange {
  /** The oldest, as `major.minor`. */
  readonly minimum: string;
  /** The newest, as `major.minor`. */
  readonly maximum: string;
}

/**
 * One version of one generation of Karpenter's API, as synthesis must know it.
 *
 * What the functions must know of it is its `api`, of which only the name travels.
 *
 * @internal
 */
export interface Generation {
  /** The name of the static of `KarpenterRelease` that makes it. */
  readonly name: string;
  readonly api: KarpenterApi;
  /** The version without a leading `v`. */
  readonly version: string;
  /** The version as the charts in the registry carry it. */
  readonly chartVersion: string;
  readonly defaultNamespace: string;
  readonly defaultServiceAccountName: string;
  readonly crdNames: readonly string[];
  readonly kubernetesRange: KubernetesRange;
  /** How many controllers the chart runs, and what each requests and is limited to. */
  readonly replicas: number;
  readonly controllerCpu: string;
  readonly controllerMemory: string;

  /** The AWS managed policies of the node role. */
  readonly nodePolicies: readonly string[];
  /** Whether EC2 gets the node role by a profile of ours; else Karpenter makes profiles from the role. */
  readonly needsInstanceProfile: boolean;
  /** Values of the chart that users may not set. */
  readonly decidedValues: readonly DecidedValue[];
  /** By what to find out whether the webhooks answer; undefined for a generation without any, whose CRDs are enough. */
  readonly webhookProbe?: WebhookProbe;

  /** What the controller may do, as upstream gives it to it for this version. */
  scopedStatements(scope: Construct, context: ControllerContext): iam.PolicyStatement[];
  /** What the controller may do, as the migration guide says. */
  guideStatements(scope: Construct, context: ControllerContext): iam.PolicyStatement[];
  /** The chart's values that name the cluster, and what else the controller must be told. */
  settings(context: SettingsContext): Record<string, unknown>;
  /** Makes the first pool with its node class, below a scope. */
  provision(scope: Construct, context: ProvisioningContext): Provisioning;
}

/**
 * Whom and what the statements of the controller's policy are about; all may be tokens.
 *
 * @internal
 */
export interface ControllerContext {
  readonly clusterName: string;
  readonly clusterArn: string;
  readonly nodeRoleArn: string;
}

/**
 * What the chart's settings are made of.
 *
 * @internal
 */
export interface SettingsContext {
  readonly clusterName: string;
  /** Only for a generation that needs one. */
  readonly instanceProfileName?: string;
}

/**
 * A value of the chart that follows from something else.
 *
 * @internal
 */
export interface DecidedValue {
  readonly path: readonly string[];
  /** What to set instead. */
  readonly instead: string;
}

/**
 * What pools and node classes are made of, and what a migration does with each.
 *
 * @internal
 */
export interface ProvisioningContext {
  readonly cluster: eks.ICluster;
  readonly nodeRole: iam.IRole;
  readonly network: NodeNetwork;
  /** Whether the migration is being removed, and its pools with it. */
  readonly isRemoved: boolean;
  addPool(name: string, pool: IConstruct): void;
  addNodeClass(name: string, nodeClass: IConstruct): void;
}

/**
 * The pools and node classes of one migration.
 *
 * @internal
 */
export interface Provisioning {
  /** In the order in which they came: the first is the one that is tried. */
  readonly poolNames: readonly string[];
}
