import { isKeeper } from './fleet';
import { admits, fits, isPinned, holds, isSibling, roomBeside } from './room';
import { ControllerRef, ControllerView, fullName, NodeView, PodView } from '../../kubernetes/views';
import { some } from '../../words/short-list';
import { owedFor, parse, wholeSeconds } from '../draining/drain-record';
import { changeOf, cordon } from '../draining/node-marks';
import { Obstacle, obstacleOf, podsToMove, isAlive } from '../draining/pods';
import { NodeChange } from '../draining/port';
import { missingReplacements } from '../draining/replacements';
import { PauseReason } from '../pause-reason';
import { MOVE_RECORD, CLEAR_RECORD, CORDON_RECORD } from '../records';

/** What comes next for Karpenter's and pinned pods on nodes that go. */
export type Move =
  | { readonly kind: 'none' }
  | { readonly kind: 'wait'; readonly says: string }
  | { readonly kind: 'blocked'; readonly obstacles: readonly Obstacle[] }
  /** The last one has arrived, or there is room for it. */
  | { readonly kind: 'arrived'; readonly says: string; readonly change: NodeChange }
  /** Ordinary pods make room on a node that stays. */
  | { readonly kind: 'clear'; readonly clearing: Clearing }
  | { readonly kind: 'evict'; readonly pod: PodView; readonly change: NodeChange };

export interface MoveView {
  readonly goers: readonly NodeView[];
  /** Nodes of node groups that stay. */
  readonly places: readonly NodeView[];
  readonly pods: readonly PodView[];
  readonly controllers: readonly ControllerView[];
  readonly ownerKey: string;
  readonly force: boolean;
}

/** The controllers whose pods are on the move. */
export function movingControllers(goers: readonly NodeView[], places: readonly NodeView[]): ControllerRef[] {
  const moving = goers.flatMap(node => parse(node.annotations[MOVE_RECORD])?.owed ?? [])
    .map(({ kind, name, uid, namespace }) => ({ kind, name, uid, namespace }));
  return [...moving, ...clearedControllers(places)];
}

/** One pod at a time, and the next one when the last is Ready where it stays: there is never less than all but one of Karpenter. */
export function planMove(view: MoveView, now: number): Move {
  const moving = view.goers.find(node => node.annotations[MOVE_RECORD] !== undefined);
  if (moving) {
    const record = parse(moving.annotations[MOVE_RECORD])!;
    const { waits, late } = missingReplacements(record, { ...view, nodes: [moving] }, now);
    if (late.length > 0) {
      return { kind: 'blocked', obstacles: late.map(full) };
    }
    return waits.length > 0
      ? { kind: 'wait', says: `waits until ${some(waits)} is Ready on a node that stays` }
      : { kind: 'arrived', says: 'a pinned pod is Ready on a node that stays', change: changeOf(moving, { annotations: { [MOVE_RECORD]: null } }) };
  }
  const pinned = view.goers.flatMap(node => podsToMove(node.name, view.pods)).filter(pod => isPinned(pod, view.ownerKey) && !pod.toleratesCordon)
    .sort((a, b) => fullName(a).localeCompare(fullName(b)));
  const free = pinned.filter(pod => view.force || !obstacleOf(pod));
  const cleared = clearedPlace(view.places);
  if (cleared) {
    return goOnClearing(cleared, free, view, now);
  }
  if (pinned.length === 0) {
    return { kind: 'none' };
  }
  const pod = free.find(one => view.places.some(place => fits(place, one, view.pods)));
  if (!pod) {
    const clearing = free.map(one => planClearing(one, view, now)).find(one => one !== undefined);
    return clearing ? { kind: 'clear', clearing } : { kind: 'blocked', obstacles: pinned.map(one => (view.force ? undefined : obstacleOf(one)) ?? homeless(one, view.places)) };
  }
  const from = view.goers.find(node => node.name === pod.node)!;
  const record = { since: wholeSeconds(now), owed: owedFor(pod.ready || !from.ready ? [pod] : []) };
  return { kind: 'evict', pod, change: changeOf(from, { annotations: { [MOVE_RECORD]: JSON.stringify(record) } }) };
}

function goOnClearing(place: NodeView, pinned: readonly PodView[], view: MoveView, now: number): Move {
  const progress = planClearingOn(place, pinned, view, now);
  switch (progress.kind) {
    case 'evict':
      return { kind: 'clear', clearing: progress.clearing };
    case 'wait':
      return { kind: 'wait', says: `makes room on ${place.name}, waits for ${some(progress.waits)}` };
    case 'late':
      return { kind: 'blocked', obstacles: progress.obstacles };
    case 'cleared':
      return { kind: 'arrived', says: `there is room on ${place.name}, which stays`, change: progress.change };
  }
}

function homeless(pod: PodView, places: readonly NodeView[]): Obstacle {
  const name = `pod ${fullName(pod)} on ${pod.node}`;
  const admitting = places.filter(place => admits(place, pod));
  return admitting.length === 0
    ? { by: PauseReason.NOWHERE_TO_GO, says: `${name} can only run on node groups of which no node stays: raise their target, or change its node affinity` }
    : {
      by: PauseReason.KEEPERS_FULL,
      says: `${name} finds no room on the nodes that stay (${some(admitting.map(place => place.name))}): make room there, or raise the target of their node groups`,
    };
}

/** A pinned pod that finds no node waits for room on those that stay, not for Karpenter. */
function full(obstacle: Obstacle): Obstacle {
  return obstacle.by === PauseReason.NO_NEW_NODE ? { ...obstacle, by: PauseReason.KEEPERS_FULL } : obstacle;
}

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
  const ordinary = podsToMove(place.name, pods)
    .filter(other => !isPinned(other, ownerKey) && !other.toleratesCordon && obstacleOf(other) === undefined)
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
