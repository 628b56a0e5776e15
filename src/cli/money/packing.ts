import { lacking, minus, plus, PodNeeds, Resources, takenBy } from '../../kubernetes/pod-needs';

/** An instance type that a pool may launch, with what is left on an empty node of it for pods. */
export interface Offer { readonly type: string; readonly hourly: number; readonly room: Resources }

/** A pod, and whose it is where none of its kind may share its node. */
export interface Load extends Pick<PodNeeds, 'requests'> { readonly apart?: string }

/** Nodes of one type. */
export interface PackedNodes { readonly type: string; readonly hourly: number; readonly count: number }

export interface Packing { readonly nodes: readonly PackedNodes[]; readonly unpacked: readonly Load[] }

interface Node { readonly left: Resources; readonly loads: readonly Load[] }

/**
 * The cheapest nodes that are found for some pods: first fit, largest first, on each type alone; then each node becomes the cheapest type that still
 * holds its pods. Karpenter mixes types from the beginning, so it may do better and hardly worse.
 */
export function pack(loads: readonly Load[], offers: readonly Offer[]): Packing {
  const useful = withoutWorse(offers);
  const fitting = loads.filter(load => useful.some(({ room }) => fits(room, load)));
  const sorted = [...fitting].sort((one, other) => sizeOf(other, useful) - sizeOf(one, useful));
  const plans = useful.map(offer => packOn(offer, sorted, useful));
  const best = plans.reduce<readonly PackedNodes[]>((least, plan) => costOf(plan) < costOf(least) || least.length === 0 ? plan : least, []);
  return { nodes: best, unpacked: loads.filter(load => !fitting.includes(load)) };
}

/** For an hour. */
export function costOf(nodes: readonly PackedNodes[]): number {
  return nodes.reduce((sum, { hourly, count }) => sum + hourly * count, 0);
}

/** What does not fit on the one type comes to the cheapest that it fits on. */
function packOn(offer: Offer, loads: readonly Load[], offers: readonly Offer[]): PackedNodes[] {
  const large = loads.filter(load => !fits(offer.room, load));
  const nodes = firstFit(offer, loads.filter(load => !large.includes(load)));
  const others = large.map((load): Node => ({ left: {}, loads: [load] }));
  const counts = new Map<Offer, number>();
  for (const { loads: own } of [...nodes, ...others]) {
    const cheapest = cheapestFor(own, offers);
    counts.set(cheapest, (counts.get(cheapest) ?? 0) + 1);
  }
  return [...counts].map(([{ type, hourly }, count]) => ({ type, hourly, count })).sort((one, other) => one.type < other.type ? -1 : 1);
}

function firstFit({ room }: Offer, loads: readonly Load[]): Node[] {
  const nodes: Node[] = [];
  for (const load of loads) {
    const mayShare = ({ loads: others }: Node) => load.apart === undefined || others.every(({ apart }) => apart !== load.apart);
    const index = nodes.findIndex(node => fits(node.left, load) && mayShare(node));
    const { left, loads: others } = nodes[index] ?? { left: room, loads: [] };
    nodes[index < 0 ? nodes.length : index] = { left: minus(left, takenBy(load)), loads: [...others, load] };
  }
  return nodes;
}

/** One is always there: the one that the loads were packed on. */
function cheapestFor(loads: readonly Load[], offers: readonly Offer[]): Offer {
  const taken = loads.map(takenBy).reduce(plus, {});
  return offers.find(({ room }) => lacking(room, taken) === undefined)!;
}

function fits(room: Resources, load: Load): boolean {
  return lacking(room, takenBy(load)) === undefined;
}

/** By price; types that cost as much as another one and have less of everything are never the best. */
function withoutWorse(offers: readonly Offer[]): Offer[] {
  const sorted = [...offers].sort((one, other) => one.hourly - other.hourly || (one.type < other.type ? -1 : 1));
  const hasAsMuch = (one: Offer, other: Offer) => Object.entries(other.room).every(([name, amount]) => (one.room[name] ?? 0) >= amount);
  return sorted.filter((offer, index) => !sorted.slice(0, index).some(cheaper => hasAsMuch(cheaper, offer)));
}

/** The largest share of what a node has of anything. */
function sizeOf(load: Load, offers: readonly Offer[]): number {
  const [{ room }] = offers;
  return Math.max(...Object.entries(takenBy(load)).map(([name, amount]) => room[name] ? amount / room[name] : 0));
}
