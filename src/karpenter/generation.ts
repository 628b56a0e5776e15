import * as eks from 'aws-cdk-lib/aws-eks';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct, IConstruct } from 'constructs';
import { KarpenterApi } from './api/karpenter-api';
import { WebhookProbe } from './controller-ready/contract';
import { InterruptionEvent } from './interruption-events';
import { KubernetesRange } from './versions';
import { KubernetesHandlerOptions } from '../custom-resources/kubernetes-handler-options';
import { NodeNetwork } from '../provisioning/node-network';

/** Values of a chart; free-form, as charts are. */
export type Values = { [key: string]: any };

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
  /** Whether, as the chart has it, the scheduler keeps a replica pending rather than put two of them into one zone. */
  readonly spreadsOverZones: boolean;
  /** Whether a migration makes an interruption queue unless it is told otherwise. */
  readonly queueByDefault: boolean;
  /** What EventBridge has to send to the queue. */
  readonly interruptionEvents: readonly InterruptionEvent[];
  /** By what to find out whether the webhooks answer; undefined for a generation without any, whose CRDs are enough. */
  readonly webhookProbe?: WebhookProbe;

  /** What the controller may do, as upstream gives it to it for this version. */
  scopedPolicies(scope: Construct, context: ControllerContext): PolicyPart[];
  /** What the controller may do, as the migration guide says. */
  guidePolicies(scope: Construct, context: ControllerContext): PolicyPart[];
  /** Extended resources of which nodes have some number where the chart's values say so; `*` for all of them. */
  uncountedResources(values: Values): readonly string[];
  /** Values of the chart that users may not set. */
  decidedValues(context: SettingsContext): DecidedValue[];
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
  /** The interruption queue, if there is one. */
  readonly queueArn?: string;
}

/**
 * One policy of the controller.
 *
 * @internal
 */
export interface PolicyPart {
  /** What a managed policy is about, in PascalCase: a part of its id. Undefined for the one inline policy of the role. */
  readonly name?: string;
  readonly statements: iam.PolicyStatement[];
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
  /** The interruption queue, if there is one. */
  readonly queueName?: string;
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
  /** Whose the objects are. */
  readonly owner: string;
  readonly nodeRole: iam.IRole;
  /** Whether the migration makes the node role, so that nothing else can have it yet. */
  readonly ownsNodeRole: boolean;
  readonly network: NodeNetwork;
  /** Whether the migration is being removed, and its pools with it. */
  readonly isRemoved: boolean;
  readonly kubernetesHandler?: KubernetesHandlerOptions;
  readonly revision?: string;
  addPool(name: string, pool: IConstruct): void;
  /** @param hasAl2Images whether its images are EKS' of Amazon Linux 2, which some Kubernetes versions do not have that the release serves */
  addNodeClass(name: string, nodeClass: IConstruct, hasAl2Images?: boolean): void;
  /**
   * Makes sure that nodes with the node role may run Windows.
   *
   * @param nodeClass whose nodes they are, for the error that refuses them where they would be let in as Linux
   */
  allowWindows(nodeClass: string): void;
  /** Makes sure, before the pool is there, that the account may launch Spot instances. */
  allowSpot(pool: IConstruct): void;
}

/**
 * The pools and node classes of one migration.
 *
 * @internal
 */
export interface Provisioning {
  /** In the order in which they came: the first is the one that is tried. */
  readonly poolNames: readonly string[];
  readonly nodeClassNames: readonly string[];
}
