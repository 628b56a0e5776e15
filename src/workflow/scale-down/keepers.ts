import { Demand, NodeWorth } from './demand';
import { Fleet, isKeeper, surplus } from './fleet';
import { Homes } from './homes';
import { NodeView } from '../../kubernetes/views';
import { changeOf, release } from '../draining/node-marks';
import { NodeChange } from '../draining/port';
import { CLEAR_RECORD, CORDON_RECORD, KEEPER_MARK } from '../records';

/** Nodes of a group that are worth the same but for what runs on them, the best first. */
interface Alike extends Pick<NodeWorth, 'whole' | 'marked' | 'zone' | 'takes'> { readonly nodes: NodeView[] }

interface Ranked { readonly one: Alike; readonly rank: readonly number[] }

/**
 * The nodes of one group that may stay, and those that do: whole ones first, those that are marked already, where pinned pods find a place that they have
 * nowhere else, in a second zone, where pinned pods find a place after the loss of another node, one from each zone, then where pinned pods are, then
 * where pods are that may not be evicted, then where most room is.
 */
export class Candidates {
  public readonly chosen: NodeView[] = [];
  private readonly zones = new Map<string, number>();
  private readonly left: Alike[];

  public constructor(nodes: readonly NodeView[], private readonly demand: Demand) {
    const alike = new Map<string, Alike>();
    for (const node of nodes) {
      const { whole, marked, zone, takes } = demand.worthOf(node);
      const key = JSON.stringify([whole, marked, zone, [...takes]]);
      const one = alike.get(key) ?? { whole, marked, zone, takes, nodes: [] };
      one.nodes.push(node);
      alike.set(key, one);
    }
    this.left = [...alike.values()];
    this.left.forEach(one => one.nodes.sort((a, b) => compare(this.within(a), this.within(b)) || (a.name < b.name ? -1 : 1)));
  }

  public get spare(): number {
    return this.left.reduce((sum, { nodes }) => sum + nodes.length, 0);
  }

  /** The next node that would stay, of those that are good. */
  public best(homes: Homes, isGood: (node: NodeView) => boolean = () => true): NodeView | undefined {
    return this.bestOf(homes, one => isGood(one.nodes[0]))?.nodes[0];
  }

  /** Lets one more stay. */
  public choose(homes: Homes): NodeView | undefined {
    const node = this.bestOf(homes)?.nodes.shift();
    if (node) {
      const { zone } = this.demand.worthOf(node);
      this.chosen.push(node);
      this.zones.set(zone, (this.zones.get(zone) ?? 0) + 1);
      homes.add(node);
    }
    return node;
  }

  private bestOf(homes: Homes, isGood: (one: Alike) => boolean = () => true): Alike | undefined {
    const homeless = homes.homeless();
    const stranded = homeless.size > 0 ? homeless : homes.stranded();
    const rank = (one: Alike) => [
      -Number(one.whole), -Number(one.marked), -homes.wantedBy(one, homeless), -Number(homes.zones.size < 2 && !homes.zones.has(one.zone)),
      -homes.wantedBy(one, stranded), this.zones.get(one.zone) ?? 0, homes.zones.get(one.zone) ?? 0, ...this.within(one.nodes[0]),
    ];
    const isBefore = (a: Ranked, b: Ranked) => (compare(a.rank, b.rank) || (a.one.nodes[0].name < b.one.nodes[0].name ? -1 : 1)) < 0;
    return this.left.filter(one => one.nodes.length > 0 && isGood(one)).map((one): Ranked => ({ one, rank: rank(one) }))
      .reduce<Ranked | undefined>((best, next) => best === undefined || isBefore(next, best) ? next : best, undefined)?.one;
  }

  private within(node: NodeView): number[] {
    const { pinned, held, room } = this.demand.worthOf(node);
    return [-pinned, -held, -room];
  }
}

/** What stays of all groups, in the order of their names. */
export interface Kept { readonly groups: ReadonlyMap<string, Candidates>; readonly homes: Homes }

export function chooseAll(fleets: readonly Fleet[], demand: Demand, targetOf: (fleet: Fleet) => number = ({ target }) => target): Kept {
  const homes = new Homes(demand);
  const groups = new Map(fleets.map(fleet => [fleet.state.name, new Candidates(fleet.nodes, demand)]));
  for (const fleet of fleets) {
    const candidates = groups.get(fleet.state.name)!;
    for (let left = Math.min(targetOf(fleet), fleet.nodes.length); left > 0; left -= 1) {
      candidates.choose(homes);
    }
  }
  return { groups, homes };
}

/**
 * The same where each group has as many marked nodes as it is to keep, and nothing is wrong with them: these come first, so no other has to be looked
 * at. Undefined where that is not so.
 */
export function chooseMarked(
  fleets: readonly Fleet[], demand: Demand, targetOf: (fleet: Fleet) => number = ({ target }) => target,
): Kept | undefined {
  const marked = fleets.map(fleet => ({ ...fleet, nodes: fleet.nodes.filter(node => isKeeper(node) && demand.worthOf(node).whole) }));
  const isEnough = marked.every((fleet, index) => fleet.nodes.length >= Math.min(targetOf(fleet), fleets[index].nodes.length));
  return isEnough ? chooseAll(marked, demand, targetOf) : undefined;
}

/** The changes that make the marks of keepers as they should be: new ones are schedulable and out of the batch, former ones lose their mark. */
export function keeperChanges(fleets: readonly Fleet[], demand: Demand): NodeChange[] {
  const kept = (chooseMarked(fleets, demand) ?? chooseAll(fleets, demand)).homes.nodes;
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

/** Below zero where the first one comes first. */
function compare(one: readonly number[], other: readonly number[]): number {
  const index = one.findIndex((value, at) => value !== other[at]);
  return index < 0 ? 0 : one[index] - other[index];
}
