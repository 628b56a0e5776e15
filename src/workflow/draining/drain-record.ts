import { isDead, podsToMove } from './pods';
import { ControllerRef, NodeView, PodView } from '../../kubernetes/views';
import { DRAIN_RECORD } from '../records';

/** What stands at a node of the current batch. */
export interface DrainRecord {
  readonly since: number;
  /** When the conditions for beginning a node were last checked, for this node or for one before it. */
  readonly checked?: number;
  /** The controllers that owe new pods, because theirs had to leave. */
  readonly owed: readonly Owed[];
  /** When pods had come to the node in spite of its cordon: those of before are evicted once more, later ones are not. */
  readonly again?: number;
  /** Since when the node is empty and all replacements are Ready. */
  readonly empty?: number;
  /** Since when there is room elsewhere for its pods; only where they wait for that. */
  readonly room?: number;
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
    const { since, checked, owed, again, empty, room, pod } = JSON.parse(text) as Partial<DrainRecord>;
    return {
      since: Number(since) || 0,
      owed: Array.isArray(owed) ? owed : [],
      ...(typeof checked === 'number' ? { checked } : {}),
      ...(typeof again === 'number' ? { again } : {}),
      ...(typeof empty === 'number' ? { empty } : {}),
      ...(typeof room === 'number' ? { room } : {}),
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
export function newRecord(node: NodeView, pods: readonly PodView[], now: number, checked = now): DrainRecord {
  const owes = (pod: PodView) => node.ready ? pod.ready : !isDead(node, now) || pod.controller?.kind !== 'StatefulSet';
  return { since: wholeSeconds(now), checked, owed: owedFor(podsToMove(node.name, pods).filter(owes)) };
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

/** New pods that a controller owes since pods of it had to leave. */
export interface Debt extends Owed { readonly since: number }

/** What one record says is owed. */
export function debtsOf({ since, owed }: DrainRecord): Debt[] {
  return owed.map(one => ({ ...one, since }));
}

/**
 * What is owed for each node of the batch: where others lost pods of the same controller before, the first new pods make up for theirs. So a node that
 * was begun later takes none of them for its own.
 *
 * @param records of all nodes of the batch, those that were begun first before the others
 */
export function debtsInOrder(records: readonly DrainRecord[]): Debt[][] {
  const soFar = new Map<string, { readonly count: number; readonly since: number }>();
  let counted = 0;
  return records.map((record) => {
    // Those that were begun in the same second share what comes.
    for (; counted < records.length && records[counted].since <= record.since; counted += 1) {
      for (const { uid, count, since } of debtsOf(records[counted])) {
        const before = soFar.get(uid);
        soFar.set(uid, { count: (before?.count ?? 0) + count, since: before?.since ?? since });
      }
    }
    return record.owed.map((owed): Debt => ({ ...owed, ...soFar.get(owed.uid)! }));
  });
}

/** Kubernetes tells the age of a pod in whole seconds. */
export function wholeSeconds(now: number): number {
  return Math.floor(now / 1000) * 1000;
}
