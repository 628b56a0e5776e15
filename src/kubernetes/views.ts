import { Taint, Toleration } from './scheduling';

/** The parts of a node that decide what it can host. */
export interface NodeRoom {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly ready: boolean;
  readonly unschedulable: boolean;
  readonly taints: readonly Taint[];
  /** Cores, bytes and pods. */
  readonly allocatable: { readonly cpu: number; readonly memory: number; readonly pods: number };
}

/** The parts of a node that decide whether and how it is drained. */
export interface NodeView extends NodeRoom {
  /** The resourceVersion that guards a change. */
  readonly version: string;
  /** Milliseconds since the epoch, like all times here. */
  readonly created: number;
  /** Its object is being deleted. */
  readonly leaving: boolean;
  /** Only our own records and marks. */
  readonly annotations: Readonly<Record<string, string>>;
  /** Since when it is not Ready; only for a node that is not, and has been. */
  readonly notReadySince?: number;
  /** Undefined for a node that is no EC2 instance. */
  readonly instanceId?: string;
}

/** The parts of a pod that take room on its node. */
export interface PodRoom {
  readonly namespace: string;
  /** Undefined as long as it is not scheduled. */
  readonly node?: string;
  readonly phase: string;
  /** What the scheduler counts: cores and bytes. */
  readonly cpu: number;
  readonly memory: number;
}

/** The parts of a pod that decide whether it is evicted, and where it may go. What is false, empty or unknown is left out. */
export interface PodView extends PodRoom {
  readonly name: string;
  readonly uid: string;
  readonly ready: boolean;
  readonly created: number;
  /** When its grace period ends; only for a pod that is being deleted. */
  readonly leaving?: number;
  readonly controller?: ControllerName;
  /** A static pod's image in the API. */
  readonly mirror?: boolean;
  /** The annotation that it carries and by which it stays on its node. */
  readonly keptBy?: string;
  /** The Helm release that it belongs to, by its label `app.kubernetes.io/instance`. */
  readonly release?: string;
  /** What its node selector and required node affinity ask of a node. */
  readonly requires?: NodeRequirements;
  /** Only where `requires` is known. */
  readonly tolerations?: readonly Toleration[];
  /** It must not share a node with others of its kind: a required anti-affinity over hostnames. */
  readonly apart?: boolean;
  /** A cordon does not keep it away: evicted, it may come back to the very node. */
  readonly toleratesCordon?: boolean;
  /** The names of its PersistentVolumeClaims. */
  readonly claims?: readonly string[];
  /** The scheduler's words. */
  readonly unschedulable?: string;
  /** Why a container waits, for example `CrashLoopBackOff`. */
  readonly waiting?: string;
}

export interface ControllerName { readonly kind: string; readonly name: string; readonly uid: string }

export interface NodeRequirements {
  readonly selector: Readonly<Record<string, string>>;
  /** One of them has to hold; none are no requirement. */
  readonly terms: readonly NodeTerm[];
}

export interface NodeTerm {
  readonly expressions: readonly NodeExpression[];
  /** About `metadata.name`. */
  readonly fields: readonly NodeExpression[];
}

export interface NodeExpression { readonly key: string; readonly operator: string; readonly values?: readonly string[] }

export interface ControllerRef extends ControllerName { readonly namespace: string }

/** How many pods a ReplicaSet, StatefulSet or ReplicationController wants. */
export interface ControllerView { readonly uid: string; readonly wanted: number }

/** A VolumeAttachment. */
export interface AttachmentView {
  readonly node: string;
  readonly volume: string;
  /** `<namespace>/<name>` of the claim that the volume is bound to. */
  readonly claim?: string;
}

/** The label of the nodes of a managed node group. */
export const NODEGROUP_LABEL = 'eks.amazonaws.com/nodegroup';

export const ZONE_LABEL = 'topology.kubernetes.io/zone';

export function zoneOf(node: NodeView): string {
  return node.labels[ZONE_LABEL] ?? '';
}

export function fullName(pod: { readonly namespace: string; readonly name: string }): string {
  return `${pod.namespace}/${pod.name}`;
}
