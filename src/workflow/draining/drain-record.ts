import { isDead, podsToMove } from './pods';
import { ControllerRef, NodeView, PodView } from '../../kubernetes/views';
import { DRAIN_RECORD } from '../records';

/** What stands at a node of the current batch. */
export interface DrainRecord {
  readonly since: number;
  /** The controllers that owe new pods, because theirs had to leave. */
  readonly owed: readonly Owed[];
  /** When pods had come to the node in spite of its cordon: those of before are evicted once more, later ones are not. */
  readonly again?: number;
  /** Since when the node is empty and all replacements are Ready. */
  readonly empty?: number;
  /** The uid of the one pod that a record of a move is about. */
  readonly pod?: string;
}

export interface Owed extends ControllerRef { readonly count: number }

export function recordOf(node: NodeView): DrainRecord | undefined {
  return parse(node.annotations[DRAIN_RECORD]);
}

/** A record that somebody spoiled counts as a batch that begins anew: nothing is owed that is not live in the cluster. */
export function parse(text: string | undefined): DrainRecord | undefined {
  if (text === undefined) {
    return undefined;
  }
  try {
    const { since, owed, again, empty, pod } = JSON.parse(text) as Partial<DrainRecord>;
    return {
      since: Number(since) || 0,
      owed: Array.isArray(owed) ? owed : [],
      ...(typeof again === 'number' ? { again } : {}),
      ...(typeof empty === 'number' ? { empty } : {}),
      ...(typeof pod === 'string' ? { pod } : {}),
    };
  } catch (error) {
    if (error instanceof SyntaxError) {
      return { since: 0, owed: [] };
    }
    throw error;
  }
}

/**
 * What is recorded before the first eviction. Pods that were not Ready owe nothing: theirs was the trouble before. On a node that is not Ready no pod
 * is, so there the node is to blame; but the pod of a StatefulSet on a dead one comes back only after the node is gone.
 */
export function newRecord(node: NodeView, pods: readonly PodView[], now: number): DrainRecord {
  const owes = (pod: PodView) => node.ready ? pod.ready : !isDead(node, now) || pod.controller?.kind !== 'StatefulSet';
  return { since: wholeSeconds(now), owed: owedFor(podsToMove(node.name, pods).filter(owes)) };
}

export function owedFor(pods: readonly PodView[]): Owed[] {
  const owed = new Map<string, Owed>();
  for (const { namespace, controller } of pods) {
    // A Job makes up for a lost pod in its own time.
    if (controller && controller.kind !== 'Job') {
      owed.set(controller.uid, { ...controller, namespace, count: (owed.get(controller.uid)?.count ?? 0) + 1 });
    }
  }
  return [...owed.values()];
}

/** The records of a batch as one. */
export function merged(records: readonly DrainRecord[]): DrainRecord {
  const owed = new Map<string, Owed>();
  for (const one of records.flatMap(record => record.owed)) {
    owed.set(one.uid, { ...one, count: one.count + (owed.get(one.uid)?.count ?? 0) });
  }
  return { since: Math.min(...records.map(record => record.since)), owed: [...owed.values()] };
}

/** Kubernetes tells the age of a pod in whole seconds. */
export function wholeSeconds(now: number): number {
  return Math.floor(now / 1000) * 1000;
}
