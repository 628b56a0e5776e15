import { obstacleOf, Obstacle, podsToMove } from './pods';
import { KarpenterApi } from '../../karpenter/api/karpenter-api';
import { NodeView, PodView, zoneOf } from '../../kubernetes/views';
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
  const chosen: NodeView[] = [];
  while (chosen.length < Math.min(batchSize, free.length)) {
    const left = free.filter(node => !chosen.includes(node));
    const inZone = (zone: string) => candidates.filter(node => zoneOf(node) === zone && !chosen.includes(node)).length;
    chosen.push(left.reduce((best, node) => compare(node, best, inZone, load) < 0 ? node : best));
  }
  return { nodes: chosen, obstacles: [] };
}

function compare(a: NodeView, b: NodeView, inZone: (zone: string) => number, load: ReadonlyMap<string, number>): number {
  return inZone(zoneOf(b)) - inZone(zoneOf(a)) || zoneOf(a).localeCompare(zoneOf(b))
    || Number(a.ready) - Number(b.ready) || load.get(a.name)! - load.get(b.name)! || a.name.localeCompare(b.name);
}

function obstaclesOf(node: NodeView, pods: readonly PodView[]): Obstacle[] {
  return podsToMove(node.name, pods).map(obstacleOf).filter(obstacle => obstacle !== undefined);
}

/** A new node that takes longer to become Ready is in trouble. */
const ARRIVAL_MILLISECONDS = 10 * 60_000;

/** What the next batch waits for among the nodes that take the pods of the last: undefined when all are Ready. */
export function arrivals(nodes: readonly NodeView[], { words }: KarpenterApi, now: number): { readonly waits: string } | Obstacle | undefined {
  const coming = nodes.filter(node => !node.ready && !node.leaving);
  if (coming.length === 0) {
    return undefined;
  }
  const names = coming.map(node => node.name).join(', ');
  return coming.every(node => now - Math.max(node.created, node.notReadySince ?? 0) < ARRIVAL_MILLISECONDS) ? { waits: `waits until ${names} is Ready` } : {
    by: PauseReason.NO_NEW_NODE,
    says: `${names} is not Ready: see the node's conditions; a node that is beyond help is replaced when its ${words.claim} is deleted`,
  };
}
