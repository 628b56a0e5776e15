import { matchesTerm, tolerates } from '../../kubernetes/scheduling';
import { NodeView, PodView } from '../../kubernetes/views';
import { isFinished } from '../draining/pods';

export interface Room { readonly cpu: number; readonly memory: number; readonly pods: number }

/** Whether only a node of a node group can take a pod: by a label that EKS gives to no other, or because it keeps off Karpenter's nodes. */
export function isPinned({ requires }: PodView, ownerKey: string): boolean {
  if (!requires) {
    return false;
  }
  const ofNodegroups = (key: string) => key.startsWith('eks.amazonaws.com/');
  return Object.keys(requires.selector).some(ofNodegroups) || requires.terms.length > 0 && requires.terms.every(term => term.expressions.some(
    ({ key, operator }) => ofNodegroups(key) && (operator === 'In' || operator === 'Exists') || key === ownerKey && operator === 'DoesNotExist',
  ));
}

/** Whether a pod may run on a node, were there room. */
export function admits(node: NodeView, { requires, tolerations = [] }: PodView): boolean {
  const selected = Object.entries(requires?.selector ?? {}).every(([key, value]) => node.labels[key] === value);
  const terms = (requires?.terms ?? []).map(({ expressions, fields }) => ({ matchExpressions: expressions, matchFields: fields }));
  return selected
    && (terms.length === 0 || terms.some(term => matchesTerm(term, node)))
    && node.taints.filter(taint => taint.effect !== 'PreferNoSchedule').every(taint => tolerates(tolerations, taint));
}

/** What a node has left beside some of its pods. */
export function roomBeside(node: NodeView, pods: readonly PodView[], counted: (pod: PodView) => boolean = () => true): Room {
  const own = pods.filter(pod => pod.node === node.name && !isFinished(pod) && counted(pod));
  return own.reduce((room, pod) => less(room, pod), node.allocatable as Room);
}

export function less(room: Room, pod: Pick<PodView, 'cpu' | 'memory'>): Room {
  return { cpu: room.cpu - pod.cpu, memory: room.memory - pod.memory, pods: room.pods - 1 };
}

export function holds(room: Room, pod: Pick<PodView, 'cpu' | 'memory'>): boolean {
  // Cores are fractions, and fractions do not add up exactly.
  return room.pods >= 1 && room.cpu - pod.cpu > -1e-6 && room.memory >= pod.memory;
}

/** Whether a pod would find room on a node right now. */
export function fits(node: NodeView, pod: PodView, pods: readonly PodView[]): boolean {
  const apart = pod.apart && pods.some(other => other.node === node.name && !isFinished(other) && isSibling(other, pod));
  return node.ready && !node.unschedulable && !node.leaving && !apart && admits(node, pod) && holds(roomBeside(node, pods), pod);
}

export function isSibling(one: PodView, other: PodView): boolean {
  return one.controller !== undefined && one.controller.uid === other.controller?.uid;
}
