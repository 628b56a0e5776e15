import { Fleet, isKeeper } from './fleet';
import { asWeLeaveIt, isPinned, Occupancy } from './room';
import { CONTROLLER_TOLERATIONS } from '../../karpenter/api/karpenter-api';
import { apiOf } from '../../karpenter/apis';
import { refusal } from '../../kubernetes/node-offer';
import { lacking, PodNeeds, Resources, takenBy } from '../../kubernetes/pod-needs';
import { quantity } from '../../kubernetes/quantity';
import { fullName, HOSTNAME_LABEL, NODEGROUP_LABEL, NodeView, PodView, ZONE_LABEL, zoneOf } from '../../kubernetes/views';
import { grouped } from '../../words/grouped';
import { WorkflowConfiguration } from '../contract';
import { isDead, mustMove, obstacleOf } from '../draining/pods';
import { CORDON_RECORD, DRAIN_RECORD } from '../records';

export type DemandConfiguration = Pick<WorkflowConfiguration, 'HostNodegroups' | 'Namespace' | 'Release' | 'Replicas' | 'Cpu' | 'Memory' | 'Tolerations' | 'Api'>;

/** Pods that need the same, and that so are interchangeable. */
export interface Lot {
  readonly needs: PodNeeds;
  /** What one of them takes from its node. */
  readonly takes: Resources;
  /** `<namespace>/<name>` of each. */
  readonly pods: readonly string[];
  /** Whose they are, where pods of one owner keep off each other; it may have other lots, too. */
  readonly kin?: string;
  /** How many of their kin may be on one node, and in one zone; undefined where nobody counts. */
  readonly mostOnNode?: number;
  readonly mostInZone?: number;
}

/** What makes a node worth keeping. */
export interface NodeWorth {
  /** Nothing is wrong with it. */
  readonly whole: boolean;
  readonly marked: boolean;
  readonly zone: string;
  /** The indexes of the lots that it could take a pod of. */
  readonly takes: ReadonlySet<number>;
  readonly pinned: number;
  /** Pods that may not be evicted. */
  readonly held: number;
  /** Hundredths of a core beside all of its pods. */
  readonly room: number;
}

const OF_KARPENTER = 'a replica of karpenter';
/** The index of Karpenter's replicas among the lots. */
export const KARPENTER = 0;

/** Everything that has to live on the nodes that stay, and what each node could do for it. */
export class Demand {
  /** Karpenter's replicas, then the pinned pods, biggest first. */
  public readonly lots: readonly Lot[];
  /** What nobody can help, by lot: how many pods find no place whatever stays, and whose find none but their own. */
  public readonly hopeless = { homeless: new Map<number, number>(), mortal: new Set<number>() };
  /** A replica of Karpenter for which the scheduler finds no node: its Deployment may have changed since the targets were decided. */
  public readonly waitingReplica?: PodView;
  private readonly occupancy: Occupancy;
  private readonly worths = new Map<string, NodeWorth>();
  private readonly rooms = new Map<string, Resources>();

  /** @param fleets those whose nodes may stay */
  public constructor(
    fleets: readonly Fleet[], all: readonly NodeView[], pods: readonly PodView[], private readonly configuration: DemandConfiguration,
    private readonly now: number,
  ) {
    const nodes = fleets.flatMap(fleet => fleet.nodes);
    this.occupancy = new Occupancy(nodes, pods);
    const { Cpu, Memory, Tolerations = CONTROLLER_TOLERATIONS } = configuration;
    const needs: PodNeeds = { requests: { cpu: quantity(Cpu), memory: quantity(Memory) }, tolerations: Tolerations };
    const replicas: Lot = {
      needs,
      takes: takenBy(needs),
      pods: Array.from({ length: configuration.Replicas }, () => OF_KARPENTER),
      kin: OF_KARPENTER,
      mostOnNode: 1,
    };
    this.waitingReplica = pods.find(pod => this.isKarpenter(pod) && pod.node === undefined && pod.unschedulable !== undefined
      && pod.leaving === undefined);
    const others = new Set(all.filter(node => isOfOthers(node, fleets)).map(({ name }) => name));
    const pinned = pods.filter(pod => pod.node !== undefined && !others.has(pod.node) && mustMove(pod) && pod.leaving === undefined
      && this.isPinned(pod) && !this.isKarpenter(pod));
    this.lots = [replicas, ...lotsOf(pinned, nodes).sort(biggestFirst)];
  }

  /** Where Karpenter may live, by the configuration and by what a replica that waits asks of a node. */
  public isHost(node: NodeView): boolean {
    return (this.configuration.HostNodegroups?.includes(node.labels[NODEGROUP_LABEL]) ?? true)
      && refusal({ ...node, taints: [] }, { requires: this.waitingReplica?.requires }) === undefined;
  }

  /** What a node has for the lots: all but what belongs to the node itself. */
  public roomOf(node: NodeView): Resources {
    const room = this.rooms.get(node.name) ?? this.occupancy.left(node, pod => !mustMove(pod));
    this.rooms.set(node.name, room);
    return room;
  }

  public worthOf(node: NodeView): NodeWorth {
    const worth = this.worths.get(node.name) ?? this.judge(node);
    this.worths.set(node.name, worth);
    return worth;
  }

  private judge(node: NodeView): NodeWorth {
    const foreignCordon = node.unschedulable && node.annotations[CORDON_RECORD] === undefined;
    const own = this.occupancy.on(node).filter(pod => mustMove(pod) && pod.leaving === undefined);
    return {
      // One that was chosen stays the one, as long as it may come back.
      whole: (node.ready || isKeeper(node) && !isDead(node, this.now)) && !foreignCordon && node.annotations[DRAIN_RECORD] === undefined,
      marked: isKeeper(node),
      zone: zoneOf(node),
      takes: this.takes(node),
      pinned: own.filter(pod => this.isPinned(pod)).length,
      held: own.filter(pod => obstacleOf(pod)).length,
      room: Math.round((this.occupancy.left(node).cpu ?? 0) * 100),
    };
  }

  private takes(node: NodeView): ReadonlySet<number> {
    const open = asWeLeaveIt(node);
    const room = this.roomOf(node);
    return new Set(this.lots.flatMap(({ needs, takes }, index) =>
      (index !== KARPENTER || this.isHost(node)) && lacking(room, takes) === undefined && refusal(open, needs) === undefined ? [index] : []));
  }

  private isPinned(pod: PodView): boolean {
    return isPinned(pod, apiOf(this.configuration.Api).ownerLabel);
  }

  private isKarpenter({ namespace, release }: PodView): boolean {
    return namespace === this.configuration.Namespace && release === this.configuration.Release;
  }
}

/** Pods on other managed node groups stay where they are. */
function isOfOthers({ labels }: NodeView, fleets: readonly Fleet[]): boolean {
  const nodegroup = labels[NODEGROUP_LABEL];
  return nodegroup !== undefined && !fleets.some(({ state }) => state.name === nodegroup);
}

function lotsOf(pods: readonly PodView[], nodes: readonly NodeView[]): Lot[] {
  const alike = grouped(pods, ({ requests, requires, tolerations, volumes, apart, spread, controller, uid }) =>
    JSON.stringify([requests, requires, tolerations, volumes, apart, spread, apart || spread ? controller?.uid ?? uid : '']));
  const families = grouped(pods.filter(({ apart, spread }) => apart || spread), kinOf);
  return [...alike.values()].map((group): Lot => {
    const [first] = group;
    const { apart, spread = [] } = first;
    if (!apart && spread.length === 0) {
      return { needs: first, takes: takenBy(first), pods: group.map(fullName) };
    }
    const family = families.get(kinOf(first))!;
    const onNode = spread.find(({ key }) => key === HOSTNAME_LABEL)?.maxSkew;
    return {
      needs: first,
      takes: takenBy(first),
      pods: group.map(fullName),
      kin: kinOf(first),
      mostOnNode: apart ? 1 : onNode,
      mostInZone: mostInZone(family, nodes),
    };
  });
}

function kinOf({ controller, uid }: PodView): string {
  return controller?.uid ?? uid;
}

/** Spread evenly over the zones that the pods may select, a zone has at most so many. */
function mostInZone(family: readonly PodView[], nodes: readonly NodeView[]): number | undefined {
  const [{ spread = [], requires }] = family;
  const maxSkew = spread.find(({ key }) => key === ZONE_LABEL)?.maxSkew;
  if (maxSkew === undefined) {
    return undefined;
  }
  const reached = nodes.filter(({ name, labels }) => refusal({ name, labels, taints: [] }, { requires }) === undefined);
  const zones = new Set(reached.map(zoneOf));
  return Math.ceil(family.length / Math.max(1, zones.size)) + maxSkew - 1;
}

function biggestFirst(a: Lot, b: Lot): number {
  const of = (resource: string) => (b.needs.requests[resource] ?? 0) - (a.needs.requests[resource] ?? 0);
  return of('cpu') || of('memory') || (a.pods[0] < b.pods[0] ? -1 : 1);
}
