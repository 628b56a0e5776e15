import { KeepAnnotation } from '../../kubernetes/kept-pods';
import { LabelSelector } from '../../kubernetes/label-selector';
import { Expression, Taint, Toleration } from '../../kubernetes/scheduling';

/** What Karpenter's controllers tolerate where the values of their chart say nothing. */
export const CONTROLLER_TOLERATIONS: readonly Toleration[] = [{ key: 'CriticalAddonsOnly', operator: 'Exists' }];

/**
 * One generation of Karpenter's API, as far as the functions of a migration must know it. What is the same in all generations is not here.
 *
 * The functions speak of pools, node classes and claims; people read the generation's own words for them.
 */
export interface KarpenterApi {
  /** Group and version of its pools; this name is all that travels in contracts. */
  readonly name: string;
  readonly words: Words;
  readonly kinds: { readonly pool: Kind; readonly nodeClass: Kind; readonly claim: Kind };
  /** The label of every node, and the tag of every instance, that Karpenter launched; its value is the pool's name. */
  readonly ownerLabel: string;
  /** Selects the nodes that Karpenter launched; others may carry its label. */
  readonly nodeSelector: LabelSelector;
  /** The annotation by which a pod stays on its node. */
  readonly keepAnnotation: KeepAnnotation;
  /** The tag of Karpenter's launch templates; its value is the cluster's name. */
  readonly launchTemplateTag: string;
  readonly conditions: ClaimConditions;
  readonly labels: LabelRules;
  /** The API as a version of Karpenter, without a leading `v`, has it; undefined where all versions of a generation have the same one. */
  readonly ofVersion?: (version: string) => KarpenterApi;
  readonly resources: ResourceRules;
  /** Where the instance profile stands of node classes that name none; undefined where each names one. */
  readonly defaultInstanceProfile?: { readonly configMap: string; readonly key: string };
  /** The capacity types that a pool launches which does not name any. */
  readonly defaultCapacityTypes: readonly string[];
  /** How Karpenter is kept from moving pods of its own accord; undefined where a pool cannot say it. */
  readonly voluntaryDisruption?: VoluntaryDisruption;

  /** The tags of the instances that Karpenter launched for a cluster. */
  instanceTags(clusterName: string): readonly RequiredTag[];
  /** The tags of the launch templates that Karpenter made for a cluster. */
  launchTemplateTags(clusterName: string): readonly RequiredTag[];
  /** Whether a pool or claim is Karpenter's own: another controller may serve the same kinds. */
  isOfKarpenter(object: ApiObject): boolean;
  poolFacts(pool: ApiObject): PoolFacts;
  /** The node classes, and what pools say themselves in their place. */
  nodeClassFacts(nodeClasses: readonly ApiObject[], pools: readonly ApiObject[]): NodeClassFacts[];
  /** The provider id of a claim's instance; undefined before EC2 has given it one. */
  providerIdOf(claim: ApiObject): string | undefined;
  /** The claim that an event of a pod names. */
  claimNamedBy(message: string): string | undefined;
  /** The resource whose limit of zero stops the launches of a pool. */
  limitedBy(pool: ApiObject): string;
  /** The amounts in the limits of a pool. */
  amountsOf(limits: Limits | null): Amounts | undefined;
  /** Limits with these amounts; whatever else is in them stays. */
  limitsWith(limits: Limits | null, amounts: Amounts): Limits;
}

/** What people call the kinds. */
export interface Words {
  readonly pool: string;
  readonly pools: string;
  readonly nodeClass: string;
  /** In the middle of a sentence about what it can do. */
  readonly plainNodeClass: string;
  readonly claim: string;
  readonly claims: string;
  /** The fields of a node class that decide about image, disk and start of a node. */
  readonly nodeClassFields: string;
}

/** A cluster-wide kind, and how kubectl names one object of it. */
export interface Kind {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly singular: string;
}

/** All resources with the tag; without a value, whatever its value is. */
export interface RequiredTag { readonly key: string; readonly value?: string }

/** The types of a claim's conditions, which lead to a node in this order. */
export interface ClaimConditions {
  readonly launched: string;
  readonly registered: string;
  readonly initialized: string;
  /** What it means that one of them does not hold, and where to look. */
  readonly missing?: { readonly launched: string; readonly registered: string; readonly initialized: string };
}

/** A bound for how many nodes of a pool Karpenter may disrupt at once, in the generation's own form. */
export interface Budget {
  readonly nodes: string;
  readonly reasons?: readonly string[];
  readonly schedule?: string;
  readonly duration?: string;
}

/** The budgets of a pool; null where it says none, which is not the same as an empty list. */
export type Budgets = readonly Budget[] | null;

/** The disruption that Karpenter begins of its own accord and that moves pods. */
export interface VoluntaryDisruption {
  budgetsOf(pool: ApiObject): Budgets;
  /** Whether these budgets allow none, whoever wrote them. */
  isHeld(budgets: Budgets): boolean;
  /** The budgets with ours, which allows none. */
  held(budgets: Budgets): readonly Budget[];
  /** The budgets without ours. */
  released(budgets: readonly Budget[]): readonly Budget[];
  /** The merge patch of a pool's spec that sets its budgets. */
  specWith(budgets: Budgets): object;
}

export interface LabelRules {
  /** Labels that Karpenter knows the values of without being told. */
  readonly wellKnown: readonly string[];
  /** Domains of labels for which Karpenter makes no node when they stand in a node affinity. */
  readonly restrictedDomains: readonly string[];
  /** Domains that are free all the same. */
  readonly freeDomains: readonly string[];
  /** Ends of domains that are free all the same. */
  readonly freeSuffixes?: readonly string[];
}

/** The extended resources of which Karpenter knows before it launches a node; of all others it knows none. */
export interface ResourceRules {
  /** As many as EC2 says of the instance type. */
  readonly ofTypes: readonly string[];
  /** As many as tables of its own say. */
  readonly uncounted: readonly string[];
}

/** An object of Karpenter's as the API sends it. */
export interface ApiObject {
  readonly metadata: {
    readonly name: string;
    readonly uid: string;
    readonly resourceVersion: string;
    readonly creationTimestamp: string;
    readonly deletionTimestamp?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec?: unknown;
  readonly status?: unknown;
}

/** `spec.limits` of a pool, in the generation's own form. */
export type Limits = Readonly<Record<string, unknown>>;

/** Kubernetes quantities by resource. */
export type Amounts = Readonly<Record<string, string | number>>;

export interface PoolFacts {
  readonly name: string;
  readonly requirements: readonly Expression[];
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly Taint[];
  /** Taints that somebody takes away once the node has started; left out where there are none. */
  readonly startupTaints?: readonly Taint[];
  /** Kubernetes quantities by resource. */
  readonly limits: Readonly<Record<string, string>>;
  readonly used: Readonly<Record<string, string>>;
  readonly nodeClass: string;
  /** A pool that keeps so many nodes launches none for pods. */
  readonly replicas?: number;
}

export interface NodeClassFacts {
  readonly name: string;
  /** Selects its subnets: those for which any of the terms holds. */
  readonly subnets: readonly SubnetTerm[];
  readonly amiFamily: string;
  /** Whether its images are selected by the user. */
  readonly ownAmi: boolean;
  /** Whether it has user data, or a launch template that may have. */
  readonly userData: boolean;
  /** Who its instances are; left out where Karpenter's settings say it, null where a launch template of the user's does. */
  readonly identity?: NodeIdentity | null;
  /** Gibibytes of the biggest volume; undefined where a launch template of the user's decides. */
  readonly diskGib?: number;
}

/** Whose rights an instance has, by name. */
export type NodeIdentity = { readonly role: string } | { readonly instanceProfile: string };

/** Filters in the words of EC2, which must all hold. */
export type SubnetTerm = ReadonlyArray<{ readonly name: string; readonly values: readonly string[] }>;
