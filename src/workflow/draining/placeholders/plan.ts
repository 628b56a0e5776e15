import { PlaceholderView } from './port';
import { NodeView, PodView } from '../../../kubernetes/views';
import { count } from '../../../words/short-list';
import { PauseReason } from '../../pause-reason';
import { DrainRecord, recordOf } from '../drain-record';
import { Obstacle, obstacleOf, podsToMove } from '../pods';
import { REPLACEMENT_MILLISECONDS } from '../replacements';

export interface PlaceholderPlan {
  /** The pods that get one. */
  readonly make: readonly PodView[];
  /** The uids of pods that need theirs no more: they are gone, or on a node that is drained no more. */
  readonly drop: readonly string[];
  /** Nodes whose pods have room elsewhere, from now on. */
  readonly note: ReadonlyArray<{ readonly node: NodeView; readonly record: DrainRecord; readonly says: string }>;
  /** Nodes whose pods may be evicted. */
  readonly roomy: readonly NodeView[];
  readonly waits: readonly string[];
  readonly obstacles: readonly Obstacle[];
  /** The names of the nodes that something is in the way of. */
  readonly held: readonly string[];
}

/** No pod of a node is evicted before there is room for all of them: then none of them waits for a node. */
export function planPlaceholders(
  batch: readonly NodeView[], pods: readonly PodView[], placeholders: readonly PlaceholderView[], now: number,
): PlaceholderPlan {
  const byPod = new Map(placeholders.map(one => [one.for, one]));
  const standings = batch.map(node => standingOf(node, pods, byPod, now));
  const wanted = new Set(standings.flatMap(({ wanted: own }) => own.map(({ uid }) => uid)));
  return {
    make: standings.flatMap(({ isRoomy, wanted: own }) => isRoomy ? [] : own.filter(({ uid }) => !byPod.has(uid))),
    drop: placeholders.filter(one => !wanted.has(one.for)).map(one => one.for),
    note: standings.flatMap(({ note }) => note ?? []),
    roomy: standings.filter(({ isRoomy }) => isRoomy).map(({ node }) => node),
    waits: standings.flatMap(({ waits }) => waits ?? []),
    obstacles: standings.flatMap(({ obstacle }) => obstacle ?? []),
    held: standings.filter(({ obstacle }) => obstacle !== undefined).map(({ node }) => node.name),
  };
}

interface Standing {
  readonly node: NodeView;
  /** The pods that will come again elsewhere. */
  readonly wanted: readonly PodView[];
  readonly isRoomy: boolean;
  readonly note?: PlaceholderPlan['note'][number];
  readonly waits?: string;
  readonly obstacle?: Obstacle;
}

function standingOf(node: NodeView, pods: readonly PodView[], byPod: ReadonlyMap<string, PlaceholderView>, now: number): Standing {
  const record = recordOf(node) ?? { since: now, owed: [] };
  const wanted = podsToMove(node.name, pods).filter(pod => obstacleOf(pod) === undefined && !pod.toleratesCordon);
  if (record.room !== undefined) {
    return { node, wanted, isRoomy: true };
  }
  const missing = wanted.filter(({ uid }) => !byPod.get(uid)?.ready);
  if (missing.length === 0) {
    const says = wanted.length > 0 ? `there is room for ${count(wanted.length, 'pod')} of ${node.name}` : `no pod of ${node.name} needs room elsewhere`;
    return { node, wanted, isRoomy: false, note: { node, record: { ...record, room: now }, says } };
  }
  const late = missing.flatMap(({ uid }) => byPod.get(uid) ?? []).find(({ created }) => now - created > REPLACEMENT_MILLISECONDS);
  return {
    node,
    wanted,
    isRoomy: false,
    ...late ? { obstacle: lateness(late, node) } : { waits: `waits until there is room for ${count(missing.length, 'pod')} of ${node.name}` },
  };
}

function lateness({ node, unschedulable, waiting }: PlaceholderView, from: NodeView): Obstacle {
  return node === undefined ? {
    by: PauseReason.NO_NEW_NODE,
    says: `for more than 5 minutes there is no node for a pod of ${from.name} (${unschedulable ?? 'not scheduled'}): see the log of karpenter; the pod itself is not evicted yet`,
  } : {
    by: PauseReason.REPLACEMENT_NOT_READY,
    says: `the placeholder for a pod of ${from.name} does not run on ${node} after more than 5 minutes${waiting ? `: ${waiting}` : ''}`,
  };
}
