import { podsOn } from './pod-index';
import { fullName, NodeView, PodView } from '../../kubernetes/views';
import { PauseReason } from '../pause-reason';

/** Something in the way, and who. */
export interface Obstacle { readonly by: PauseReason; readonly says: string }

/** Whether a pod has to leave a node that ends: those of DaemonSets and static pods belong to the node, finished ones need none. */
export function mustMove(pod: PodView): boolean {
  return pod.controller?.kind !== 'DaemonSet' && !pod.mirror && !isFinished(pod);
}

export function isFinished(pod: PodView): boolean {
  return pod.phase === 'Succeeded' || pod.phase === 'Failed';
}

/** Whether a pod counts for its workload: it is neither finished nor on its way out. */
export function isAlive(pod: PodView): boolean {
  return !isFinished(pod) && pod.leaving === undefined;
}

/** Whether the scheduler finds no node for some pod: then an empty node is worth more to it than to the next run. */
export function someWaitForNode(pods: readonly PodView[]): boolean {
  return pods.some(pod => pod.node === undefined && pod.unschedulable !== undefined && isAlive(pod));
}

/** Why a pod may not be evicted, whatever its PodDisruptionBudget says. */
export function obstacleOf(pod: PodView): Obstacle | undefined {
  if (pod.keptBy !== undefined) {
    return {
      by: PauseReason.KEPT_POD,
      says: `pod ${fullName(pod)} on ${pod.node} carries ${pod.keptBy}: remove the annotation, or let the pod finish`,
    };
  }
  return pod.controller ? undefined : {
    by: PauseReason.BARE_POD,
    says: `pod ${fullName(pod)} on ${pod.node} has no controller that would make it again: delete it, or let it finish`,
  };
}

/** A kubelet has this long after the grace period to take a pod away. */
export const ENDING_MILLISECONDS = 5 * 60_000;

/** A kubelet that only lost its way to the API for a moment goes on with its pods; after as long as this Kubernetes itself gives them up. */
const DEAD_MILLISECONDS = 5 * 60_000;
/** A kubelet has as long as this beyond the grace period, as Karpenter gives it. */
const STUCK_MILLISECONDS = 60_000;

/** Whether nobody hears of a node any more, so that what it should still do will not be done. One sample that is not Ready says nothing. */
export function isDead({ ready, notReadySince, created }: NodeView, now: number): boolean {
  return !ready && now - (notReadySince ?? created) >= DEAD_MILLISECONDS;
}

/** Whether a pod should have ended for so long that on a dead node nobody waits for it. */
export function isStuck({ leaving }: PodView, now: number): boolean {
  return leaving !== undefined && now - leaving >= STUCK_MILLISECONDS;
}

/** The pods of a node that have to leave it and are not leaving yet. */
export function podsToMove(node: string, pods: readonly PodView[]): PodView[] {
  return podsOn(node, pods).filter(pod => mustMove(pod) && pod.leaving === undefined);
}
