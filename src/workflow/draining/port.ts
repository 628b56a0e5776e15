import { AttachmentView, ControllerRef, ControllerView, NodeView, PodView } from '../../kubernetes/views';

/**
 * What draining needs of the Kubernetes API. It is implemented in the function that may reach it, so everything here is JSON.
 */
export interface DrainingPort {
  /** Nodes with these labels, all without a selector. */
  nodes(labelSelector?: string): Promise<NodeView[]>;
  /** The pods of all namespaces, some thousands at a time: call again with `next` until there is none. */
  pods(page?: string): Promise<PodPage>;
  /** Those of the ReplicaSets, StatefulSets and ReplicationControllers that still exist; other kinds are left out. */
  controllers(wanted: readonly ControllerRef[]): Promise<ControllerView[]>;
  attachments(): Promise<AttachmentView[]>;
  /** Whether any Service, Ingress or TargetGroupBinding may have registered nodes at a load balancer. */
  loadBalancers(): Promise<boolean>;
  /** One guarded write for each node; gives the names of those that somebody else changed, or that went, meanwhile. */
  patchNodes(changes: readonly NodeChange[]): Promise<string[]>;
  /** Asks the Eviction API for one pod after the other; ends early when the server has too much to do, does not answer, or takes too long. */
  evict(pods: readonly PodName[]): Promise<Eviction[]>;
  /** Deletes pods past every PodDisruptionBudget, with their grace period; all of them, whatever one of them throws. */
  deletePods(pods: readonly PodName[]): Promise<void>;
}

export const DRAINING_METHODS = [
  'nodes', 'pods', 'controllers', 'attachments', 'loadBalancers', 'patchNodes', 'evict', 'deletePods',
] as const satisfies readonly (keyof DrainingPort)[];

export interface PodPage { readonly pods: PodView[]; readonly next?: string }

/** The uid tells a pod from a later one of the same name. */
export interface PodName { readonly namespace: string; readonly name: string; readonly uid: string }

export interface Eviction {
  readonly uid: string;
  /**
   * `gone`: there is no such pod any more. `throttled`: the server refused because of its own load, not because of the pod. `failed`: anything else,
   * which says nothing about the next pod.
   */
  readonly outcome: 'evicted' | 'gone' | 'refused' | 'throttled' | 'failed';
  /** A refusal that no PodDisruptionBudget has to do with. */
  readonly byAdmission?: boolean;
  /** Why it was refused; names the PodDisruptionBudget. */
  readonly message?: string;
}

/** A change of one node; what is not mentioned stays, null removes. */
export interface NodeChange {
  readonly name: string;
  readonly version: string;
  readonly unschedulable?: boolean;
  readonly labels?: Readonly<Record<string, string | null>>;
  readonly annotations?: Readonly<Record<string, string | null>>;
}
