import { manyOf } from './amount';
import { recordOf } from './drain-record';
import { DrainOptions } from './plan';
import { obstacleOf, Obstacle, podsToMove } from './pods';
import { KarpenterApi } from '../../karpenter/api/karpenter-api';
import { NodeView, PodView, zoneOf } from '../../kubernetes/views';
import { grouped } from '../../words/grouped';
import { some } from '../../words/short-list';
import { ScaleDownConfiguration } from '../contract';
import { PauseReason } from '../pause-reason';

/** The nodes of the next batch, or who is in the way on every one of them. */
export interface NextBatch { readonly nodes: readonly NodeView[]; readonly obstacles: readonly Obstacle[] }

/**
 * Chooses the next batch: from the zone with the most candidates left, and there what is not Ready or empty first, then what has the fewest pods. Nodes
 * with a pod that may not be evicted come last of all: as long as there are others, they hold up nobody.
 */
export function nextBatch(candidates: readonly NodeView[], pods: readonly PodView[], batchSize: number, force: boolean): NextBatch {
  const free = candidates.filter(node => force || obstaclesOf(node, pods).length === 0);
  if (free.length === 0) {
    return { nodes: [], obstacles: candidates.flatMap(node => obstaclesOf(node, pods)) };
  }
  const load = new Map(candidates.map(node => [node.name, podsToMove(node.name, pods).length]));
  const inZones = new Map([...grouped(candidates, zoneOf)].map(([zone, { length }]) => [zone, length]));
  const left = new Set(free);
  const chosen: NodeView[] = [];
  while (chosen.length < batchSize && left.size > 0) {
    const next = [...left].reduce((best, node) => compare(node, best, inZones, load) < 0 ? node : best);
    chosen.push(next);
    left.delete(next);
    inZones.set(zoneOf(next), inZones.get(zoneOf(next))! - 1);
  }
  return { nodes: chosen, obstacles: [] };
}

function compare(a: NodeView, b: NodeView, inZones: ReadonlyMap<string, number>, load: ReadonlyMap<string, number>): number {
  return inZones.get(zoneOf(b))! - inZones.get(zoneOf(a))! || zoneOf(a).localeCompare(zoneOf(b))
    || Number(a.ready) - Number(b.ready) || load.get(a.name)! - load.get(b.name)! || a.name.localeCompare(b.name);
}

function obstaclesOf(node: NodeView, pods: readonly PodView[]): Obstacle[] {
  return podsToMove(node.name, pods).map(obstacleOf).filter(obstacle => obstacle !== undefined);
}

/** What was checked before a node was begun holds for so long for the nodes that are begun after it. */
const CHECKED_MILLISECONDS = 60_000;

/** When the conditions for beginning a node were last checked; undefined where that is too long ago. */
export function lastChecked(batch: readonly NodeView[], now: number): number | undefined {
  const last = Math.max(0, ...batch.map(node => recordOf(node)?.checked ?? 0));
  return now - last < CHECKED_MILLISECONDS ? last : undefined;
}

export function drainOptions(scaleDown: ScaleDownConfiguration, force: boolean): DrainOptions {
  const { PauseSeconds, DeregistrationSeconds, DisruptionLimit, WorkloadLimits = [] } = scaleDown;
  return { pauseSeconds: PauseSeconds, deregistrationSeconds: DeregistrationSeconds, limits: { all: DisruptionLimit, some: WorkloadLimits }, force };
}

/** So many nodes that are held up are no accident any more. */
const TROUBLE = 2;

/** How many nodes may be begun beside those of the batch, and why not more. */
export interface Room { readonly nodes: number; readonly says?: string }

/** How far the nodes of the batch are. */
export interface BatchStanding {
  /** How many of them are left. */
  readonly nodes: number;
  /** How many of these something is in the way of. */
  readonly held: number;
  /** How many of these have lost their pods, and need nothing but time: new pods start on their nodes, load balancers let go. */
  readonly settling: number;
}

/**
 * A node that has lost its pods makes room for the next one as soon as the new ones have nodes: what they still need is time, and budgets and limits say how
 * many of a workload may be on their way. But there is no more than a batch of such nodes: should new pods never become Ready, not many wait for them. Where
 * several nodes are held up, only one more is drained beside them. With a pause between batches all nodes of a batch end before the next one begins.
 *
 * @param all how many nodes the cluster has
 */
export function roomFor(
  { nodes, held, settling }: BatchStanding, { BatchSize, PauseSeconds }: Pick<ScaleDownConfiguration, 'BatchSize' | 'PauseSeconds'>, all: number,
): Room {
  const size = manyOf(BatchSize, all);
  if (PauseSeconds > 0 && nodes > 0) {
    return { nodes: 0 };
  }
  return held >= TROUBLE && held + 1 < size
    ? { nodes: Math.max(0, held + 1 - nodes), says: `one at a time, because ${held} nodes are held up` }
    : { nodes: Math.max(0, size + Math.min(settling, size) - nodes) };
}

/** A new node that takes longer to become Ready is in trouble. */
const ARRIVAL_MILLISECONDS = 10 * 60_000;

/** Nodes of Karpenter's that should be Ready by now; as long as there are any, no other node loses its pods. */
export function lateArrivals(nodes: readonly NodeView[], { words }: KarpenterApi, now: number): Obstacle | undefined {
  const late = nodes.filter(node => !node.ready && !node.leaving && now - Math.max(node.created, node.notReadySince ?? 0) >= ARRIVAL_MILLISECONDS);
  return late.length === 0 ? undefined : {
    by: PauseReason.NO_NEW_NODE,
    says: `${some(late.map(node => node.name))} is not Ready: see the node's conditions; a node that is beyond help is replaced when its ${words.claim} is deleted`,
  };
}
