/** The parts of a node that decide whether and how it is drained. */
export interface NodeView {
  readonly name: string;
  /** The resourceVersion that guards a change. */
  readonly version: string;
  /** Milliseconds since the epoch, like all times here. */
  readonly created: number;
  /** Its object is being deleted. */
  readonly leaving: boolean;
  readonly ready: boolean;
  readonly unschedulable: boolean;
  readonly labels: Readonly<Record<string, string>>;
  /** Only our own records and marks. */
  readonly annotations: Readonly<Record<string, string>>;
  readonly taints: readonly TaintView[];
  readonly allocatable: { readonly cpu: number; readonly memory: number; readonly pods: number };
  /** Undefined for a node that is no EC2 instance. */
  readonly instanceId?: string;
}

export interface TaintView { readonly key: string; readonly value?: string; readonly effect: string }

/** The parts of a pod that decide whether it is evicted, and where it may go. What is false, empty or unknown is left out. */
export interface PodView {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  /** Undefined as long as it is not scheduled. */
  readonly node?: string;
  readonly phase: string;
  readonly ready: boolean;
  readonly created: number;
  /** When its grace period ends; only for a pod that is being deleted. */
  readonly leaving?: number;
  readonly controller?: ControllerName;
  /** A static pod's image in the API. */
  readonly mirror?: boolean;
  /** The annotation that it carries and by which it stays on its node. */
  readonly keptBy?: string;
  /** What the scheduler counts: cores and bytes. */
  readonly cpu: number;
  readonly memory: number;
  /** The Helm release that it belongs to, by its label `app.kubernetes.io/instance`. */
  readonly release?: string;
  /** What its node selector and required node affinity ask of a node. */
  readonly requires?: NodeRequirements;
  /** Only where `requires` is known. */
  readonly tolerations?: readonly TolerationView[];
  /** It must not share a node with others of its kind: a required anti-affinity over hostnames. */
  readonly apart?: boolean;
  /** The names of its PersistentVolumeClaims. */
  readonly claims?: readonly string[];
  /** The scheduler's words. */
  readonly unschedulable?: string;
  /** Why a container waits, for example `CrashLoopBackOff`. */
  readonly waiting?: string;
}

export interface ControllerName { readonly kind: string; readonly name: string; readonly uid: string }

export interface TolerationView { readonly key?: string; readonly operator?: string; readonly value?: string; readonly effect?: string }

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

export const ZONE_LABEL = 'topology.kubernetes.io/zone';

export function zoneOf(node: NodeView): string {
  return node.labels[ZONE_LABEL] ?? '';
}

export function fullName(pod: { readonly namespace: string; readonly name: string }): string {
  return `${pod.namespace}/${pod.name}`;
}
