import { Taint } from '../../kubernetes/scheduling';

/** A Deployment that may be the Cluster Autoscaler's. */
export interface AutoscalerDeployment {
  readonly namespace: string;
  readonly name: string;
  readonly version: string;
  readonly labels: Readonly<Record<string, string>>;
  /** The record of its replicas, where it carries one. */
  readonly record?: string;
  readonly replicas: number;
  readonly available: number;
  /** The status is about the present spec. */
  readonly observed: boolean;
  /** Why its controller makes no pods. */
  readonly problem?: string;
  /** Selects its pods. */
  readonly selector: string;
  /** Commands and arguments of all containers. */
  readonly arguments: readonly string[];
  /** Plain variables of all containers, which arguments may refer to. */
  readonly environment: Readonly<Record<string, string>>;
  /** Who set the replicas last, by its field manager. */
  readonly replicasManager?: string;
}

export interface DeploymentReference {
  readonly namespace: string;
  readonly name: string;
}

/** A change of a Deployment that was read. */
export interface AutoscalerChange {
  readonly replicas?: number;
  /** The record to keep with it; null drops it. */
  readonly record?: string | null;
}

/** A pod that runs, or is to run. */
export interface AutoscalerPod {
  readonly name: string;
  readonly createdAt: string;
  readonly ready: boolean;
  readonly problems: readonly string[];
}

export interface TimedTaint extends Taint { readonly timeAdded?: string }

/** A node of a node group that carries some of the taints asked for. */
export interface TaintedNode {
  readonly name: string;
  readonly version: string;
  readonly nodegroup: string;
  /** All of its taints. */
  readonly taints: readonly TimedTaint[];
}

export interface Canary {
  readonly name: string;
  readonly uid: string;
  readonly createdAt: string;
  /** What it was made with. */
  readonly settings?: string;
  readonly terminating: boolean;
  /** It has run, and does not any more. */
  readonly finished: boolean;
  /** Since when it is Ready. */
  readonly readySince?: string;
  /** The node that it is bound to. */
  readonly node?: string;
  /** The scheduler's words, and those of its container. */
  readonly problems: readonly string[];
}

/** A canary that is to be made, as the API takes it. */
export interface CanaryPod {
  readonly metadata: { readonly name: string; readonly namespace: string; readonly annotations: Readonly<Record<string, string>> };
  readonly spec: {
    readonly affinity: object;
    readonly tolerations: object[];
    readonly containers: Array<{ readonly name: string; readonly image: string }>;
  };
}

/** What canaries leave in the cluster. */
export interface CanaryTraces {
  readonly canaries: readonly Canary[];
  readonly priorityClass?: {
    /** The node that has proven that Karpenter can launch, where no Deployment remembers it. */
    readonly proven?: string;
  };
}

export interface NodeState {
  readonly name: string;
  readonly version: string;
  readonly createdAt: string;
  readonly unschedulable: boolean;
}

export interface PodOnNode {
  readonly namespace: string;
  readonly name: string;
  /** It belongs to the node: a DaemonSet's, or one of the kubelet's own. */
  readonly ofNode: boolean;
}

export interface PodEvent {
  readonly from: string;
  readonly reason: string;
  readonly message: string;
}

/** The Kubernetes API as far as the step needs it; false where somebody wrote in between. */
export interface AutoscalerKubernetesPort {
  /** Deployments that carry a record, are called like an autoscaler's, run one, or are named. */
  deployments(named?: readonly DeploymentReference[]): Promise<readonly AutoscalerDeployment[]>;
  change(deployment: DeploymentReference, version: string, change: AutoscalerChange): Promise<boolean>;
  pods(namespace: string, selector: string): Promise<readonly AutoscalerPod[]>;
  taintedNodes(keys: readonly string[]): Promise<readonly TaintedNode[]>;
  replaceTaints(node: string, version: string, taints: readonly TimedTaint[], uncordon: boolean): Promise<boolean>;

  canaryTraces(namespace: string): Promise<CanaryTraces>;
  createPriorityClass(): Promise<boolean>;
  /** Remembers, at the priority class, the node that was launched. */
  rememberProof(node: string): Promise<boolean>;
  deletePriorityClass(): Promise<void>;
  createCanary(pod: CanaryPod): Promise<boolean>;
  deleteCanary(namespace: string, name: string, uid: string): Promise<void>;
  events(namespace: string, podUid: string): Promise<readonly PodEvent[]>;
  node(name: string): Promise<NodeState | undefined>;
  cordon(node: string, version: string): Promise<boolean>;
  podsOn(node: string): Promise<readonly PodOnNode[]>;
}

export const AUTOSCALER_METHODS = [
  'deployments', 'change', 'pods', 'taintedNodes', 'replaceTaints', 'canaryTraces', 'createPriorityClass', 'rememberProof',
  'deletePriorityClass', 'createCanary', 'deleteCanary', 'events', 'node', 'cordon', 'podsOn',
] as const satisfies readonly (keyof AutoscalerKubernetesPort)[];

export interface AutoScalingGroup {
  readonly name: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** Auto Scaling and EKS as far as the step needs them. */
export interface AutoscalerAwsPort {
  /** All Auto Scaling groups of account and region. */
  autoScalingGroups(): Promise<readonly AutoScalingGroup[]>;
  /** The names of the Auto Scaling groups of these node groups, or of all managed ones of the cluster. */
  nodegroupGroups(nodegroups?: readonly string[]): Promise<readonly string[]>;
  /** What these Auto Scaling groups are doing now, in words. */
  scalingActivitiesInProgress(groups: readonly string[]): Promise<readonly string[]>;
}
