import { isKeeper } from './fleet';
import { admits, holds, isPinned, isSibling, roomBeside } from './room';
import { owedFor, parse, wholeSeconds } from '../draining/drain-record';
import { changeOf, cordon } from '../draining/node-marks';
import { isAlive, obstacleOf, podsToMove } from '../draining/pods';
import { NodeChange } from '../draining/port';
import { missingReplacements } from '../draining/replacements';
import { ControllerRef, ControllerView, NodeView, PodView } from '../draining/views';
import { CLEAR_RECORD, CORDON_RECORD } from '../records';

/** What a node that stays gives up, so that a pinned pod finds room on it. */
export interface Clearing {
  readonly place: NodeView;
  readonly evict: readonly PodView[];
  /** Its cordon and its record, where they are not there yet. */
  readonly change?: NodeChange;
}

export interface ClearingView {
  readonly places: readonly NodeView[];
  readonly pods: readonly PodView[];
  readonly controllers: readonly ControllerView[];
  readonly ownerKey: string;
}

/** The node that is being cleared, if any: one at a time. */
export function clearedPlace(places: readonly NodeView[]): NodeView | undefined {
  return places.find(place => place.annotations[CLEAR_RECORD] !== undefined);
}

/** The controllers whose pods had to make room. */
export function clearedControllers(nodes: readonly NodeView[]): ControllerRef[] {
  return nodes.flatMap(node => parse(node.annotations[CLEAR_RECORD])?.owed ?? [])
    .map(({ kind, name, uid, namespace }) => ({ kind, name, uid, namespace }));
}

/** The cheapest clearing that makes room for a pinned pod; undefined where none would. The cordon keeps others from taking the room. */
export function planClearing(pod: PodView, { places, pods, ownerKey }: ClearingView, now: number): Clearing | undefined {
  const options = places.filter(isOpen)
    .filter(place => admits(uncordoned(place), pod) && !(pod.apart && hasSibling(place, pod, pods)))
    .flatMap(place => {
      const evict = leastToEvict(place, pod, pods, ownerKey);
      return evict ? [{ place, evict }] : [];
    });
  const fewest = Math.min(...options.map(({ evict }) => evict.length));
  const best = options.find(({ evict }) => evict.length === fewest);
  if (!best) {
    return undefined;
  }
  const { place, evict } = best;
  const record = { since: wholeSeconds(now), owed: owedFor(evict.filter(({ ready }) => ready)) };
  const { annotations, unschedulable } = cordon(place) ?? changeOf(place, {});
  return { ...best, change: changeOf(place, { unschedulable, annotations: { ...annotations, [CLEAR_RECORD]: JSON.stringify(record) } }) };
}

/** How a clearing that has begun goes on. */
export type ClearingProgress =
  | { readonly kind: 'evict'; readonly clearing: Clearing }
  | { readonly kind: 'wait'; readonly waits: readonly string[] }
  | { readonly kind: 'late'; readonly obstacles: ReturnType<typeof missingReplacements>['late'] }
  /** There is room, and whoever made it runs elsewhere. */
  | { readonly kind: 'cleared'; readonly change: NodeChange };

export function planClearingOn(place: NodeView, pinned: readonly PodView[], view: ClearingView, now: number): ClearingProgress {
  const more = pinned.map(pod => leastToEvict(place, pod, view.pods, view.ownerKey)).filter(evict => evict !== undefined);
  const evict = more.reduce<readonly PodView[] | undefined>((least, one) => least && least.length <= one.length ? least : one, undefined) ?? [];
  const { waits, late } = missingReplacements(parse(place.annotations[CLEAR_RECORD])!, { ...view, nodes: [place] }, now);
  if (late.length > 0) {
    return { kind: 'late', obstacles: late };
  }
  if (evict.length > 0) {
    return { kind: 'evict', clearing: { place, evict } };
  }
  const leaving = view.pods.filter(pod => pod.node === place.name && pod.leaving !== undefined).map(pod => `the end of pod ${pod.namespace}/${pod.name}`);
  return waits.length + leaving.length > 0
    ? { kind: 'wait', waits: [...leaving, ...waits] }
    : { kind: 'cleared', change: changeOf(place, { unschedulable: false, annotations: { [CLEAR_RECORD]: null, [CORDON_RECORD]: null } }) };
}

/** The fewest ordinary pods, biggest first, without which a pod would fit; empty where it fits as it is, undefined where it never would. */
function leastToEvict(place: NodeView, pod: PodView, pods: readonly PodView[], ownerKey: string): PodView[] | undefined {
  const evict: PodView[] = [];
  // What is leaving already makes room by itself.
  const room = () => roomBeside(place, pods, other => other.leaving === undefined && !evict.includes(other));
  const ordinary = podsToMove(place.name, pods).filter(other => !isPinned(other, ownerKey) && obstacleOf(other) === undefined)
    .sort((a, b) => share(b, place) - share(a, place) || a.name.localeCompare(b.name));
  for (const other of ordinary) {
    if (holds(room(), pod)) {
      break;
    }
    evict.push(other);
  }
  return holds(room(), pod) ? evict : undefined;
}

/** A node that stays, which nobody but us has cordoned. */
function isOpen(place: NodeView): boolean {
  return isKeeper(place) && place.ready && !place.leaving && (!place.unschedulable || place.annotations[CORDON_RECORD] !== undefined);
}

function hasSibling(place: NodeView, pod: PodView, pods: readonly PodView[]): boolean {
  return pods.some(other => other.node === place.name && isAlive(other) && isSibling(other, pod));
}

function share({ cpu, memory }: PodView, { allocatable }: NodeView): number {
  return Math.max(cpu / allocatable.cpu, memory / allocatable.memory);
}

function uncordoned(place: NodeView): NodeView {
  return { ...place, unschedulable: false, taints: place.taints.filter(({ key }) => key !== 'node.kubernetes.io/unschedulable') };
}
