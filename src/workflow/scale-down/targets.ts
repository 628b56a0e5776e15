import { Demand, DemandConfiguration, KARPENTER } from './demand';
import { Fleet, fleetOf } from './fleet';
import { Candidates, chooseAll, chooseMarked, Kept } from './keepers';
import { NodegroupState } from './port';
import { standingOf, Target } from './sizes';
import { NodeView, PodView } from '../../kubernetes/views';
import { some } from '../../words/short-list';
import { WorkflowConfiguration } from '../contract';

export type TargetConfiguration = DemandConfiguration & {
  readonly ScaleDown: Pick<WorkflowConfiguration['ScaleDown'], 'Targets'>;
};

/** The guide: two nodes of a single node group, one each of several. */
const SINGLE = 2;
const EACH = 1;

export interface Targets {
  readonly of: ReadonlyMap<string, Target>;
  /** Why groups keep more than was wanted, and who does not outlive the loss of a node all the same. */
  readonly says: readonly string[];
  /** What has to live on the nodes that stay, and which of it nobody can help. */
  readonly demand: Demand;
}

/** What the configuration, or the guide, wants a node group to keep, whatever it has. */
export function wantedOf(name: string, groups: number, { ScaleDown }: Pick<TargetConfiguration, 'ScaleDown'>): number {
  return ScaleDown.Targets.find(({ Nodegroup }) => Nodegroup === name)?.Size ?? (groups === 1 ? SINGLE : EACH);
}

/**
 * How many nodes of each group stay. Groups keep more than was wanted where Karpenter and pinned pods would not fit: each replica of Karpenter needs a node
 * of its own, one node may be lost, and where there are two zones there is a host in each of two. What runs on a node that is lost must find room on the
 * others; a pod that has no second node, whatever stays, is said and holds up nobody. Room is what DaemonSets leave: all other pods can go to Karpenter's
 * nodes. What was decided before for the same wish stays, unless a replica of Karpenter waits for a node: then one more of those that it may live on does.
 */
export function planTargets(
  groups: readonly NodegroupState[], nodes: readonly NodeView[], pods: readonly PodView[], configuration: TargetConfiguration, now: number,
): Targets {
  const of = new Map<string, Target>();
  const open = new Set<string>();
  for (const group of groups) {
    const wanted = wantedOf(group.name, groups.length, configuration);
    const before = standingOf(group).target;
    of.set(group.name, before?.wanted === wanted ? before : { wanted, kept: Math.min(wanted, group.group.sizes.desired) });
    if (before?.wanted !== wanted) {
      open.add(group.name);
    }
  }
  const fleets = groups.map(group => fleetOf(group, of.get(group.name)!.kept, nodes));
  const demand = new Demand(fleets, nodes, pods, configuration, now);
  if (demand.waitingReplica) {
    groups.forEach(({ name }) => open.add(name));
  }
  const plan = new Plan(fleets, open, demand);
  plan.raise();
  plan.trim();
  return {
    of: new Map([...of].map(([name, target]) => [name, { ...target, kept: plan.kept.get(name)! }])),
    says: open.size > 0 ? [...plan.raised(), ...plan.mortals()] : [],
    demand,
  };
}

const NO_ROOM = 'karpenter and the pods that only node groups can take would not fit on fewer';

/** Something that is missing among the nodes that stay. */
interface Lack {
  readonly why: string;
  /** What a node has to do about it. */
  readonly gain: (node: NodeView) => number;
  /** Nobody can do anything about it. */
  readonly giveUp: () => void;
}

/** Raises targets one node at a time, each time of the group whose next node removes most of what is missing. */
class Plan {
  public readonly kept: Map<string, number>;
  /** The last thing that was missing: why a group keeps so many and not one fewer. */
  private readonly why = new Map<string, string>();
  private acceptsOneZone = false;

  public constructor(private readonly fleets: readonly Fleet[], private readonly open: ReadonlySet<string>, private readonly demand: Demand) {
    this.kept = new Map(fleets.map(({ state, target }) => [state.name, target]));
  }

  /** The order in which nodes are chosen may change with the targets, so it is looked at again until nothing is missing. */
  public raise(): void {
    while (this.grow()) { /* until nothing is raised any more */ }
  }

  /** Takes back what was raised for something that another node has removed as well. */
  public trim(): void {
    for (const { state: { name }, target } of this.fleets) {
      while (this.kept.get(name)! > target && !this.lackWith(new Map([...this.kept, [name, this.kept.get(name)! - 1]]))) {
        this.kept.set(name, this.kept.get(name)! - 1);
      }
    }
  }

  public raised(): string[] {
    const byReason = new Map<string, string[]>();
    for (const { state: { name } } of this.fleets.filter(fleet => this.kept.get(fleet.state.name)! > fleet.target)) {
      const why = this.why.get(name)!;
      byReason.set(why, [...byReason.get(why) ?? [], `${name} keeps ${this.kept.get(name)}`]);
    }
    return [...byReason].map(([why, names]) => `${names.join(', ')}: ${why}`);
  }

  public mortals(): string[] {
    const pods = [...this.demand.hopeless.mortal].flatMap(index => this.demand.lots[index].pods.map(name => index === KARPENTER ? name : `pod ${name}`));
    return pods.length > 0 ? [`${some([...new Set(pods)])} would find no other node after the loss of its own, whatever stays`] : [];
  }

  private grow(): boolean {
    const targetOf = ({ state }: Fleet) => this.kept.get(state.name)!;
    const marked = chooseMarked(this.fleets, this.demand, targetOf);
    if (marked && !this.lackOf(marked)) {
      return false;
    }
    const kept = chooseAll(this.fleets, this.demand, targetOf);
    let lack = this.lackOf(kept);
    const isShort = lack !== undefined;
    for (; lack; lack = this.lackOf(kept)) {
      const name = this.helper(kept, lack);
      if (name === undefined) {
        lack.giveUp();
      } else {
        kept.groups.get(name)!.choose(kept.homes);
        this.kept.set(name, this.kept.get(name)! + 1);
        this.why.set(name, lack.why);
      }
    }
    return isShort;
  }

  private lackWith(targets: ReadonlyMap<string, number>): Lack | undefined {
    return this.lackOf(chooseAll(this.fleets, this.demand, ({ state }) => targets.get(state.name)!));
  }

  /** The open group whose next node helps most; among equals the one with most nodes to spare. */
  private helper({ groups, homes }: Kept, { gain }: Lack): string | undefined {
    const helpers = [...groups].filter(([name]) => this.open.has(name)).flatMap(([name, candidates]: [string, Candidates]) => {
      const node = candidates.best(homes, one => this.demand.worthOf(one).whole && gain(one) > 0);
      return node ? [{ name, spare: candidates.spare, gain: gain(node) }] : [];
    });
    return helpers.sort((a, b) => b.gain - a.gain || b.spare - a.spare || a.name.localeCompare(b.name))[0]?.name;
  }

  private lackOf({ homes }: Kept): Lack | undefined {
    const { hopeless, lots } = this.demand;
    const hosts = homes.nodes.filter(node => this.demand.isHost(node));
    const zones = this.zonesOf(hosts);
    const homeless = homes.homeless();
    if (homeless.size > 0) {
      const alone = homeless.has(KARPENTER) && hosts.length < lots[KARPENTER].pods.length;
      return {
        why: alone ? `each of the ${lots[KARPENTER].pods.length} replicas of karpenter needs a node of its own` : NO_ROOM,
        gain: node => homes.gain(node, homeless),
        giveUp: () => homes.giveUp(),
      };
    }
    if (!this.acceptsOneZone && zones.size < 2) {
      return {
        why: 'karpenter and critical workloads need nodes in two zones',
        gain: node => Number(this.demand.isHost(node) && !zones.has(this.demand.worthOf(node).zone)),
        giveUp: () => { this.acceptsOneZone = true; },
      };
    }
    const stranded = homes.stranded();
    return stranded.size === 0 ? undefined : {
      why: `with one node lost, ${NO_ROOM}`,
      gain: node => homes.gain(node, stranded),
      giveUp: () => stranded.forEach((_, index) => hopeless.mortal.add(index)),
    };
  }

  private zonesOf(nodes: readonly NodeView[]): ReadonlySet<string> {
    return new Set(nodes.map(node => this.demand.worthOf(node).zone));
  }
}
