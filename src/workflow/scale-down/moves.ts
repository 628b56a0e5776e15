import { Clearing, clearedControllers, clearedPlace, planClearing, planClearingOn } from './clearing';
import { admits, fits, isPinned } from './room';
import { owedFor, parse, wholeSeconds } from '../draining/drain-record';
import { changeOf } from '../draining/node-marks';
import { Obstacle, obstacleOf, podsToMove, some } from '../draining/pods';
import { NodeChange } from '../draining/port';
import { missingReplacements } from '../draining/replacements';
import { ControllerRef, ControllerView, fullName, NodeView, PodView } from '../draining/views';
import { PauseReason } from '../pause-reason';
import { MOVE_RECORD } from '../records';

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
  const pinned = view.goers.flatMap(node => podsToMove(node.name, view.pods)).filter(pod => isPinned(pod, view.ownerKey))
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
  const record = { since: wholeSeconds(now), owed: owedFor([pod]) };
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
