import { NodeOffer } from './node-offer';
import { PodNeeds } from './pod-needs';

/** The parts of a node that decide whether and how it is drained. */
export interface NodeView extends NodeOffer {
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
export interface PodRoom extends Pick<PodNeeds, 'requests'> {
  readonly namespace: string;
  /** Undefined as long as it is not scheduled. */
  readonly node?: string;
  readonly phase: string;
}

/**
 * The parts of a pod that decide whether it is evicted, and where it may go. What is false, empty or unknown is left out; what it tolerates and where its
 * volumes are is only known of a pod that asks something of its node.
 */
export interface PodView extends PodRoom, PodNeeds {
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
  /** The PodDisruptionBudget that it is under; of several the one that allows least. */
  readonly budget?: PodBudget;
  /** The Helm release that it belongs to, by its label `app.kubernetes.io/instance`. */
  readonly release?: string;
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

export interface ControllerRef extends ControllerName { readonly namespace: string }

/** How many evictions a PodDisruptionBudget allows now. */
export interface PodBudget { readonly name: string; readonly allows: number }

/** How many pods a ReplicaSet, StatefulSet or ReplicationController wants, and whose it is. */
export interface ControllerView { readonly uid: string; readonly wanted: number; readonly owner?: ControllerName }

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
export const HOSTNAME_LABEL = 'kubernetes.io/hostname';

export function zoneOf(node: NodeView): string {
  return node.labels[ZONE_LABEL] ?? '';
}

export function fullName(pod: { readonly namespace: string; readonly name: string }): string {
  return `${pod.namespace}/${pod.name}`;
}

/** The pods of each node that take room there: those that have ended take none. */
export function podsByNode<P extends PodRoom>(pods: readonly P[]): ReadonlyMap<string, readonly P[]> {
  const byNode = new Map<string, P[]>();
  for (const pod of pods) {
    if (pod.node !== undefined && pod.phase !== 'Succeeded' && pod.phase !== 'Failed') {
      const own = byNode.get(pod.node);
      if (own) {
        own.push(pod);
      } else {
        byNode.set(pod.node, [pod]);
      }
    }
  }
  return byNode;
}
