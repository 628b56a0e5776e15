import { Demand, Lot } from './demand';
import { lacking, minus, Resources } from '../../kubernetes/pod-needs';
import { NodeView } from '../../kubernetes/views';

/** How many pods of each lot, by the lot's index. */
export type Counts = ReadonlyMap<number, number>;

interface Home {
  readonly node: NodeView;
  readonly zone: string;
  readonly takes: ReadonlySet<number>;
  readonly guests: Map<number, number>;
  left: Resources;
}

/**
 * Where everything would live if only some nodes stayed. Nodes come one by one, and each takes the biggest pods that have no home yet; who has a home stays
 * there. A node is safe once the others have room for its pods; more nodes never change that, so it is asked until it is answered and not again.
 */
export class Homes {
  private readonly homes: Home[] = [];
  private readonly waiting: Map<number, number>;
  private readonly safe = new Set<Home>();
  /** By lot, the home that was the last to have room. */
  private readonly hints = new Map<number, Home>();

  private readonly counts = new Map<string, number>();

  public constructor(private readonly demand: Demand) {
    const many = demand.lots.map(({ pods }, index) => pods.length - (demand.hopeless.homeless.get(index) ?? 0));
    this.waiting = new Map([...many.entries()].filter(([, waiting]) => waiting > 0));
  }

  public get nodes(): NodeView[] {
    return this.homes.map(({ node }) => node);
  }

  /** How many nodes are in each zone. */
  public get zones(): ReadonlyMap<string, number> {
    return this.counts;
  }

  public add(node: NodeView): void {
    const { zone, takes } = this.demand.worthOf(node);
    const home: Home = { node, zone, takes, guests: new Map(), left: this.demand.roomOf(node) };
    this.homes.push(home);
    this.counts.set(zone, (this.counts.get(zone) ?? 0) + 1);
    for (const index of takes) {
      const many = this.waiting.get(index) ?? 0;
      const housed = this.house(home, index, many);
      if (housed === many) {
        this.waiting.delete(index);
      } else {
        this.waiting.set(index, many - housed);
      }
    }
  }

  /** Who has no home yet. */
  public homeless(): Counts {
    return this.waiting;
  }

  /** Nobody waits any more who has no home yet: there is none for them. */
  public giveUp(): void {
    for (const [index, many] of this.waiting) {
      this.demand.hopeless.homeless.set(index, (this.demand.hopeless.homeless.get(index) ?? 0) + many);
    }
    this.waiting.clear();
  }

  /** Who would have none after the loss of a node, of the first node that is not safe. */
  public stranded(): Counts {
    if (this.homes.length > 1) {
      for (const home of this.homes.filter(one => !this.safe.has(one))) {
        const stranded = this.strandedBy(home);
        if (stranded.size > 0) {
          return stranded;
        }
        this.safe.add(home);
      }
    }
    return new Map();
  }

  /** How many of these a node would take that is not among the homes. */
  public gain(node: NodeView, counts: Counts): number {
    const { zone, takes } = this.demand.worthOf(node);
    const home: Home = { node, zone, takes, guests: new Map(), left: this.demand.roomOf(node) };
    let gain = 0;
    for (const index of shorter(takes, counts)) {
      gain += takes.has(index) ? this.house(home, index, counts.get(index) ?? 0) : 0;
    }
    return gain;
  }

  /** How many of these a node could take one of, whatever room it has for all. */
  public wantedBy({ zone, takes }: { readonly zone: string; readonly takes: ReadonlySet<number> }, counts: Counts): number {
    let wanted = 0;
    for (const index of shorter(takes, counts)) {
      wanted += takes.has(index) && !this.isFull(zone, this.lot(index), NOBODY) ? counts.get(index) ?? 0 : 0;
    }
    return wanted;
  }

  /** Lets in as many of a lot as find a place; gives how many. */
  private house(home: Home, index: number, many: number): number {
    let housed = 0;
    for (; housed < many && this.welcomes(home, index, NOBODY) && this.hasRoom(home.left, index); housed += 1) {
      home.guests.set(index, (home.guests.get(index) ?? 0) + 1);
      home.left = minus(home.left, this.lot(index).takes);
    }
    return housed;
  }

  private strandedBy(lost: Home): Counts {
    const trial: Trial = { lost, left: new Map(), guests: new Map() };
    const stranded = new Map<number, number>();
    for (const [index, many] of lost.guests) {
      for (let moved = 0; moved < many && !this.demand.hopeless.mortal.has(index); moved += 1) {
        if (!this.rehouse(index, trial)) {
          stranded.set(index, many - moved);
          break;
        }
      }
    }
    return stranded;
  }

  /** Finds another home; who keeps off its own kind may have to wait until there is a new node. */
  private rehouse(index: number, trial: Trial): boolean {
    const hasRoom = (home: Home) => this.hasRoom(trial.left.get(home) ?? home.left, index);
    const isOpen = (home: Home) => home !== trial.lost && home.takes.has(index) && this.welcomes(home, index, trial);
    const hint = this.hints.get(index);
    const found = hint && isOpen(hint) && hasRoom(hint) ? hint : this.homes.find(home => isOpen(home) && hasRoom(home));
    if (!found) {
      return !this.homes.some(isOpen) && this.homes.some(home => home !== trial.lost && home.takes.has(index));
    }
    trial.left.set(found, minus(trial.left.get(found) ?? found.left, this.lot(index).takes));
    const guests = trial.guests.get(found) ?? new Map<number, number>();
    trial.guests.set(found, guests.set(index, (guests.get(index) ?? 0) + 1));
    this.hints.set(index, found);
    return true;
  }

  private welcomes(home: Home, index: number, trial: Trial): boolean {
    const lot = this.lot(index);
    return lot.kin === undefined
      || (lot.mostOnNode === undefined || this.kinOn(home, lot, trial) < lot.mostOnNode) && !this.isFull(home.zone, lot, trial);
  }

  private isFull(zone: string, lot: Lot, trial: Trial): boolean {
    const there = () => this.homes.filter(home => home.zone === zone && home !== trial.lost);
    return lot.mostInZone !== undefined && there().reduce((sum, home) => sum + this.kinOn(home, lot, trial), 0) >= lot.mostInZone;
  }

  private kinOn(home: Home, { kin }: Lot, trial: Trial): number {
    let sum = 0;
    for (const guests of [home.guests, trial.guests.get(home)]) {
      guests?.forEach((many, index) => { sum += this.lot(index).kin === kin ? many : 0; });
    }
    return sum;
  }

  private hasRoom(left: Resources, index: number): boolean {
    return lacking(left, this.lot(index).takes) === undefined;
  }

  private lot(index: number): Lot {
    return this.demand.lots[index];
  }
}

/** One node is lost, and its pods look for another home. */
interface Trial {
  readonly lost?: Home;
  readonly left: Map<Home, Resources>;
  readonly guests: Map<Home, Map<number, number>>;
}

const NOBODY: Trial = { left: new Map(), guests: new Map() };

/** Whoever asks what is in both goes through one of them. */
function shorter(takes: ReadonlySet<number>, counts: Counts): Iterable<number> {
  return takes.size < counts.size ? takes : counts.keys();
}
