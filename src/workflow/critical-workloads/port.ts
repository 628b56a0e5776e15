import { NodeFacts } from '../../kubernetes/placement';
import { Toleration, Affinity } from '../../kubernetes/scheduling';

export type WorkloadKind = 'Deployment' | 'StatefulSet';

export interface WorkloadName {
  readonly kind: WorkloadKind;
  readonly namespace: string;
  readonly name: string;
}

/** How far the pods of a workload are as its template says. */
export interface Rollout {
  /** Replicas that are wanted, exist, have the present template, are available. */
  readonly replicas: number;
  readonly total: number;
  readonly updated: number;
  readonly available: number;
  readonly generation: number;
  readonly observedGeneration: number;
  readonly paused: boolean;
  /** The update strategy leaves pods as they are until somebody deletes them. */
  readonly byHand: boolean;
  /** The words of the controller that gave up. */
  readonly failure?: string;
}

/** A Deployment or StatefulSet as far as pinning is concerned. */
export interface Workload extends WorkloadName {
  /** Its resourceVersion. */
  readonly version: string;
  readonly affinity: Affinity | null;
  readonly nodeSelector: Readonly<Record<string, string>>;
  readonly tolerations: readonly Toleration[];
  readonly rollout: Rollout;
  readonly affinityRecord?: string;
  readonly addonRecord?: string;
  /** Who has a hand in its affinity, by the names of field managers. */
  readonly affinityManagers: readonly string[];
}

export interface WorkloadPod {
  readonly name: string;
  /** ISO 8601. */
  readonly created: string;
  readonly readySince?: string;
  /** Why it has no node, in the words of the scheduler. */
  readonly scheduling?: string;
  /** What a container waits for. */
  readonly waiting?: string;
  /** A Fargate profile has taken it; left out where none has. */
  readonly onFargate?: boolean;
}

export interface WorkloadChange {
  /** Null takes it away, undefined leaves it as it is. */
  readonly affinity?: Affinity | null;
  /** Null takes one away. */
  readonly annotations: Readonly<Record<string, string | null>>;
  /** Gives up the ownership of all fields, so that nobody's server-side apply conflicts with what we no longer want. */
  readonly release?: boolean;
}

/** Workloads, their pods and the nodes, through the Kubernetes API. */
export interface WorkloadsPort {
  read(workload: WorkloadName): Promise<Workload | undefined>;
  /** All Deployments and StatefulSets that carry a record of ours. */
  recorded(): Promise<readonly Workload[]>;
  pods(workload: WorkloadName): Promise<readonly WorkloadPod[]>;
  /** Nodes of these node groups, or of all, with the labels of these keys only: clusters are large, answers are not. */
  nodes(keys: readonly string[], nodegroups?: readonly string[]): Promise<readonly NodeFacts[]>;
  /** False where somebody else wrote since that version. */
  write(workload: WorkloadName, version: string, change: WorkloadChange): Promise<boolean>;
}

export const WORKLOADS_METHODS = ['read', 'recorded', 'pods', 'nodes', 'write'] as const satisfies readonly (keyof WorkloadsPort)[];

/** A managed add-on of EKS. */
export interface Addon {
  readonly name: string;
  readonly version: string;
  readonly status: string;
  readonly configuration?: string;
  readonly serviceAccountRoleArn?: string;
  /** What EKS finds wrong with it. */
  readonly issues: readonly string[];
}

export type AddonUpdate =
  | { readonly kind: 'started' }
  /** Another update goes on. */
  | { readonly kind: 'busy' }
  | { readonly kind: 'refused'; readonly says: string };

export interface AddonsPort {
  /** Undefined where EKS does not manage it. */
  read(name: string): Promise<Addon | undefined>;
  /** The JSON schema of the configuration of a version, if it can be configured. */
  schema(name: string, version: string): Promise<string | undefined>;
  /** Sets the configuration and leaves all else of the add-on as it is. */
  configure(addon: Addon, configuration: string): Promise<AddonUpdate>;
}
