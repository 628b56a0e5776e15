import { parse } from './drain-record';
import { podsOf } from './pod-index';
import { isAlive } from './pods';
import { NodeView, PodView } from '../../kubernetes/views';
import { CLEAR_RECORD, DRAIN_RECORD, MOVE_RECORD } from '../records';

/** Whatever pods are evicted for, their node has a record of it. */
const RECORDS = [DRAIN_RECORD, MOVE_RECORD, CLEAR_RECORD];

/** A new pod that waits no longer than this waits for a node or an image, as all do. */
const PENDING_MILLISECONDS = 60_000;

/**
 * How many of the pods that make up for evicted ones have been pending for more than a minute. No more count than were evicted: a workload that grows
 * meanwhile has others, which are nobody's debt.
 *
 * @param nodes of which those count that pods have to leave
 */
export function pendingReplacements(nodes: readonly NodeView[], pods: readonly PodView[], now: number): number {
  const owed = new Map<string, { readonly count: number; readonly since: number }>();
  for (const record of nodes.flatMap(({ annotations }) => RECORDS.flatMap(name => parse(annotations[name]) ?? []))) {
    for (const { uid, count } of record.owed) {
      const before = owed.get(uid);
      owed.set(uid, { count: count + (before?.count ?? 0), since: Math.min(record.since, before?.since ?? record.since) });
    }
  }
  return [...owed].reduce((sum, [uid, { count, since }]) => {
    const late = podsOf(uid, pods).filter(pod => pod.phase === 'Pending' && isAlive(pod) && pod.created >= since && now - pod.created > PENDING_MILLISECONDS);
    return sum + Math.min(count, late.length);
  }, 0);
}
