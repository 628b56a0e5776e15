import { isKeeper } from './fleet';
import { asWeLeaveIt, isPinned, Occupancy } from './room';
import { leftBeside, refusal, shortOf } from '../../kubernetes/node-offer';
import { plus, Resources, takenBy } from '../../kubernetes/pod-needs';
import { describeTerm } from '../../kubernetes/scheduling';
import { ControllerRef, ControllerView, fullName, NodeView, PodView } from '../../kubernetes/views';
import { count, some } from '../../words/short-list';
import { debtsOf, owedFor, parse, wholeSeconds } from '../draining/drain-record';
import { changeOf, cordon } from '../draining/node-marks';
import { mustMove, Obstacle, obstacleOf, podsToMove } from '../draining/pods';
import { NodeChange } from '../draining/port';
import { missingReplacements } from '../draining/replacements';
import { PauseReason } from '../pause-reason';
import { MOVE_RECORD, CLEAR_RECORD, CORDON_RECORD } from '../records';

/** What comes next for Karpenter's and pinned pods on nodes that go. */
export type Move =
  | { readonly kind: 'none' }
  | { readonly kind: 'wait'; readonly says: string }
  | { readonly kind: 'blocked'; readonly obstacles: readonly Obstacle[] }
  /** Some have arrived, or there is room for one. */
  | { readonly kind: 'arrived'; readonly says: string; readonly changes: readonly NodeChange[] }
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

/**
 * Whether a pinned pod has left a node and may not be where it stays yet. One that is still there has gone nowhere: its eviction was refused, or the call
 * ended before it, and it is asked again.
 */
export function isMoving(node: NodeView, pods: readonly PodView[]): boolean {
  const record = parse(node.annotations[MOVE_RECORD]);
  return record !== undefined && !podsToMove(node.name, pods).some(({ uid }) => uid === record.pod);
}

/** One pod of a workload at a time, and the next one when the last is Ready where it stays: there is never less than all but one of Karpenter. */
export function planMove(view: MoveView, now: number): Move {
  const moving = view.goers.filter(node => isMoving(node, view.pods)).map(node => movingOf(node, view, now));
  const late = moving.flatMap(one => one.late);
  if (late.length > 0) {
    return { kind: 'blocked', obstacles: late.map(full) };
  }
  const arrived = moving.filter(({ waits }) => waits.length === 0);
  if (arrived.length > 0) {
    const changes = arrived.map(({ node }) => changeOf(node, { annotations: { [MOVE_RECORD]: null } }));
    return { kind: 'arrived', says: `${count(arrived.length, 'pinned pod')} Ready on a node that stays`, changes };
  }
  const occupancy = occupancyOf(view);
  return moving.length > 0 ? goOnMoving(moving, occupancy, view, now) : beginMoving(occupancy, view, now);
}

/** A node that a pinned pod has left, and what it waits for. */
interface Moving {
  readonly node: NodeView;
  /** The uids of the controllers of its pods that move. */
  readonly workloads: readonly string[];
  readonly waits: readonly string[];
  readonly late: readonly Obstacle[];
}

function movingOf(node: NodeView, view: MoveView, now: number): Moving {
  const record = parse(node.annotations[MOVE_RECORD])!;
  const { waits, late } = missingReplacements(debtsOf(record), { ...view, nodes: [node] }, now);
  return { node, workloads: record.owed.map(({ uid }) => uid), waits, late };
}

/** Beside pods that are on their way, one of another workload begins where there is room for it as it is; it holds up nobody where there is none. */
function goOnMoving(moving: readonly Moving[], occupancy: Occupancy, view: MoveView, now: number): Move {
  const isBusy = ({ controller, node }: PodView) => moving.some(one => one.node.name === node || one.workloads.includes(controller?.uid ?? ''));
  const others = clearedPlace(view.places) ? [] : freeToMove(pinnedOf(occupancy, view), view).filter(pod => !isBusy(pod));
  const pod = others.find(one => view.places.some(place => occupancy.fits(place, one)));
  return pod ? moveOf(pod, view, now)
    : { kind: 'wait', says: `waits until ${some(moving.flatMap(({ waits }) => waits))} is Ready on a node that stays` };
}

function pinnedOf(occupancy: Occupancy, view: MoveView): PodView[] {
  return view.goers.flatMap(node => occupancy.on(node))
    .filter(pod => isPinned(pod, view.ownerKey) && mustMove(pod) && pod.leaving === undefined && !pod.toleratesCordon)
    .sort((a, b) => fullName(a).localeCompare(fullName(b)));
}

function freeToMove(pinned: readonly PodView[], { force }: MoveView): PodView[] {
  return pinned.filter(pod => force || !obstacleOf(pod));
}

function beginMoving(occupancy: Occupancy, view: MoveView, now: number): Move {
  const pinned = pinnedOf(occupancy, view);
  const free = freeToMove(pinned, view);
  const cleared = clearedPlace(view.places);
  if (cleared) {
    return goOnClearing(cleared, free, view, now);
  }
  if (pinned.length === 0) {
    return { kind: 'none' };
  }
  const pod = free.find(one => view.places.some(place => occupancy.fits(place, one)));
  if (!pod) {
    const clearing = firstOf(free, one => clearingFor(one, view, occupancy, now));
    return clearing ? { kind: 'clear', clearing } : { kind: 'blocked', obstacles: pinned.map(one => (view.force ? undefined : obstacleOf(one)) ?? homeless(one, view.places)) };
  }
  return moveOf(pod, view, now);
}

function moveOf(pod: PodView, { goers }: MoveView, now: number): Move {
  const from = goers.find(node => node.name === pod.node)!;
  const record = { since: wholeSeconds(now), owed: owedFor(pod.ready || !from.ready ? [pod] : []), pod: pod.uid };
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
      return { kind: 'arrived', says: `there is room on ${place.name}, which stays`, changes: [progress.change] };
  }
}

function homeless(pod: PodView, places: readonly NodeView[]): Obstacle {
  const name = `pod ${fullName(pod)} on ${pod.node}`;
  const admitting = places.filter(place => refusal(place, pod) === undefined);
  if (admitting.length > 0) {
    return {
      by: PauseReason.KEEPERS_FULL,
      says: `${name} finds no room on the nodes that stay (${some(admitting.map(place => place.name))}): make room there, or raise the target of their node groups`,
    };
  }
  const isReachedBy = places.some(place => refusal(place, { ...pod, volumes: [] }) === undefined);
  return {
    by: PauseReason.NOWHERE_TO_GO,
    says: isReachedBy
      ? `${name} has a volume that none of the nodes that stay reaches (${pod.volumes!.flat().map(describeTerm).join(' or ')}): raise the target of a node group with nodes there`
      : `${name} can only run on node groups of which no node stays: raise their target, or change its node affinity`,
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
export function planClearing(pod: PodView, view: ClearingView, now: number): Clearing | undefined {
  return clearingFor(pod, view, occupancyOf(view), now);
}

function clearingFor(pod: PodView, { places, ownerKey }: ClearingView, occupancy: Occupancy, now: number): Clearing | undefined {
  const options = places.filter(isOpen)
    .filter(place => refusal(asWeLeaveIt(place), pod) === undefined && !occupancy.isCrowded(place, pod))
    .flatMap(place => {
      const evict = leastToEvict(place, pod, occupancy.on(place), ownerKey);
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
  const own = occupancyOf(view).on(place);
  const more = pinned.map(pod => leastToEvict(place, pod, own, view.ownerKey)).filter(evict => evict !== undefined);
  const evict = more.reduce<readonly PodView[] | undefined>((least, one) => least && least.length <= one.length ? least : one, undefined) ?? [];
  const { waits, late } = missingReplacements(debtsOf(parse(place.annotations[CLEAR_RECORD])!), { ...view, nodes: [place] }, now);
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

/**
 * The fewest ordinary pods, biggest first, without which a pod would fit; empty where it fits as it is, undefined where it never would.
 *
 * @param own the pods on the node
 */
function leastToEvict(place: NodeView, pod: PodView, own: readonly PodView[], ownerKey: string): PodView[] | undefined {
  const evict: PodView[] = [];
  // What is leaving already makes room by itself.
  let left: Resources = leftBeside(place, own.filter(other => other.leaving === undefined));
  const ordinary = podsToMove(place.name, own)
    .filter(other => !isPinned(other, ownerKey) && !other.toleratesCordon && obstacleOf(other) === undefined)
    .sort((a, b) => share(b, place) - share(a, place) || a.name.localeCompare(b.name));
  for (const other of ordinary) {
    if (shortOf(left, pod) === undefined) {
      break;
    }
    evict.push(other);
    left = plus(left, takenBy(other));
  }
  return shortOf(left, pod) === undefined ? evict : undefined;
}

/** A node that stays, which nobody but us has cordoned. */
function isOpen(place: NodeView): boolean {
  return isKeeper(place) && place.ready && !place.leaving && (!place.unschedulable || place.annotations[CORDON_RECORD] !== undefined);
}

/** The biggest share that a pod has in anything of its node. */
function share({ requests }: PodView, { allocatable }: NodeView): number {
  return Math.max(0, ...Object.entries(requests).map(([resource, amount]) => amount / allocatable[resource]));
}

function occupancyOf({ places, pods, goers = [] }: Pick<ClearingView, 'places' | 'pods'> & { readonly goers?: readonly NodeView[] }): Occupancy {
  return new Occupancy([...goers, ...places], pods);
}

function firstOf<T, R>(items: readonly T[], find: (item: T) => R | undefined): R | undefined {
  for (const item of items) {
    const found = find(item);
    if (found !== undefined) {
      return found;
    }
  }
  return undefined;
}
