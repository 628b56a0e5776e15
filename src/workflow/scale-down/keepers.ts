import { Fleet, isKeeper, surplus } from './fleet';
import { isPinned, roomBeside } from './room';
import { NodeView, PodView, zoneOf } from '../../kubernetes/views';
import { changeOf, release } from '../draining/node-marks';
import { obstacleOf, podsToMove } from '../draining/pods';
import { NodeChange } from '../draining/port';
import { CLEAR_RECORD, CORDON_RECORD, DRAIN_RECORD, KEEPER_MARK } from '../records';

/**
 * Chooses the nodes of a group that stay: whole ones first, those that are marked already, one from each zone, then where pinned pods are, then where pods
 * are that may not be evicted, then where most room is.
 *
 * @param kept what other groups keep, for their zones
 */
export function chooseKeepers(
  nodes: readonly NodeView[], many: number, kept: readonly NodeView[], pods: readonly PodView[], ownerKey: string,
): NodeView[] {
  const chosen: NodeView[] = [];
  const facts = new Map(nodes.map(node => [node.name, factsOf(node, pods, ownerKey)]));
  while (chosen.length < Math.min(many, nodes.length)) {
    const rank = (node: NodeView) => {
      const { whole, pinned, held, room } = facts.get(node.name)!;
      const inZone = (others: readonly NodeView[]) => others.filter(other => zoneOf(other) === zoneOf(node)).length;
      return [-Number(whole), -Number(isKeeper(node)), inZone(chosen), inZone(kept), -pinned, -held, -room];
    };
    const left = nodes.filter(node => !chosen.includes(node));
    chosen.push(left.reduce((best, node) => isBefore(rank(node), rank(best), node.name < best.name) ? node : best));
  }
  return chosen;
}

/** Keepers of all groups, in the order of their names. */
export function chooseAll(fleets: readonly Fleet[], pods: readonly PodView[], ownerKey: string): NodeView[] {
  return fleets.reduce<NodeView[]>((kept, fleet) => [...kept, ...chooseKeepers(fleet.nodes, fleet.target, kept, pods, ownerKey)], []);
}

/** The changes that make the marks of keepers as they should be: new ones are schedulable and out of the batch, former ones lose their mark. */
export function keeperChanges(fleets: readonly Fleet[], pods: readonly PodView[], ownerKey: string): NodeChange[] {
  const kept = chooseAll(fleets, pods, ownerKey);
  return fleets.filter(needsKeepers).flatMap(fleet => fleet.nodes).flatMap((node): NodeChange[] => {
    // What is being cleared keeps its cordon until there is room.
    if (kept.includes(node) && isKeeper(node) && node.annotations[CLEAR_RECORD] !== undefined) {
      return [];
    }
    if (kept.includes(node)) {
      const { name: _name, version: _version, ...freed } = release(node, { cordon: true, keeper: false }) ?? changeOf(node, {});
      const complete = isKeeper(node) && Object.keys(freed).length === 0;
      return complete ? [] : [changeOf(node, { ...freed, annotations: { ...freed.annotations, [KEEPER_MARK]: 'true' } })];
    }
    return isKeeper(node) ? [changeOf(node, { annotations: { [KEEPER_MARK]: null } })] : [];
  });
}

/** Groups where something has to go, or a mark is left to choose by. */
function needsKeepers(fleet: Fleet): boolean {
  return surplus(fleet) > 0 || fleet.nodes.some(node => isKeeper(node) || node.annotations[CORDON_RECORD] !== undefined);
}

function factsOf(node: NodeView, pods: readonly PodView[], ownerKey: string) {
  const foreignCordon = node.unschedulable && node.annotations[CORDON_RECORD] === undefined;
  const own = podsToMove(node.name, pods);
  return {
    whole: node.ready && !foreignCordon && node.annotations[DRAIN_RECORD] === undefined,
    pinned: own.filter(pod => isPinned(pod, ownerKey)).length,
    held: own.filter(pod => obstacleOf(pod)).length,
    room: Math.round(roomBeside(node, pods).cpu * 100),
  };
}

function isBefore(one: readonly number[], other: readonly number[], otherwise: boolean): boolean {
  const index = one.findIndex((value, at) => value !== other[at]);
  return index < 0 ? otherwise : one[index] < other[index];
}
