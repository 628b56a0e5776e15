import { Fleet, fleetOf } from './fleet';
import { chooseAll } from './keepers';
import { NodegroupState } from './port';
import { admits, holds, isPinned, isSibling, less, Room, roomBeside } from './room';
import { standingOf, Target } from './sizes';
import { apiOf } from '../../karpenter/apis';
import { quantity } from '../../kubernetes/quantity';
import { NodeView, PodView, zoneOf } from '../../kubernetes/views';
import { WorkflowConfiguration } from '../contract';
import { mustMove } from '../draining/pods';

export type TargetConfiguration = Pick<WorkflowConfiguration,
'HostNodegroups' | 'Namespace' | 'Release' | 'Replicas' | 'Cpu' | 'Memory' | 'Api'> & {
  readonly ScaleDown: Pick<WorkflowConfiguration['ScaleDown'], 'Targets'>;
};

/** The guide: two nodes of a single node group, one each of several. */
const SINGLE = 2;
const EACH = 1;

export interface Targets {
  readonly of: ReadonlyMap<string, Target>;
  /** Why groups keep more than was wanted. */
  readonly says: readonly string[];
}

/** What the configuration, or the guide, wants a node group to keep, whatever it has. */
export function wantedOf(name: string, groups: number, { ScaleDown }: TargetConfiguration): number {
  return ScaleDown.Targets.find(({ Nodegroup }) => Nodegroup === name)?.Size ?? (groups === 1 ? SINGLE : EACH);
}

/**
 * How many nodes of each group stay. Groups that host Karpenter and pinned pods keep more than was wanted where these would not fit: each replica of
 * Karpenter needs a node of its own, one node may be lost, and where there are two zones there is a host in each of two. Room is what DaemonSets leave:
 * all other pods can go to Karpenter's nodes. What was decided before for the same wish stays.
 */
export function planTargets(
  groups: readonly NodegroupState[], nodes: readonly NodeView[], pods: readonly PodView[], configuration: TargetConfiguration,
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
  const hosts = groups.filter(({ name }) => configuration.HostNodegroups?.includes(name) ?? true);
  const decided = raise(of, open, hosts, nodes, pods, configuration, true) ?? raise(of, open, hosts, nodes, pods, configuration, false);
  const raised = [...decided?.of ?? []].filter(([name, { wanted, kept }]) => open.has(name) && kept > wanted);
  return {
    of: decided?.of ?? of,
    says: raised.length > 0 ? [`${raised.map(([name, { kept }]) => `${name} keeps ${kept}`).join(', ')}: ${decided!.why}`] : [],
  };
}

/** Raises targets of open groups, one node at a time, until nothing is short; undefined where something is short whatever stays. */
function raise(
  wanted: ReadonlyMap<string, Target>, open: ReadonlySet<string>, hosts: readonly NodegroupState[],
  nodes: readonly NodeView[], pods: readonly PodView[], configuration: TargetConfiguration, withLoss: boolean,
): { readonly of: ReadonlyMap<string, Target>; readonly why: string } | undefined {
  const of = new Map(wanted);
  let why = '';
  for (;;) {
    const fleets = hosts.map(group => fleetOf(group, of.get(group.name)!.kept, nodes));
    const lack = shortage(chooseAll(fleets, pods, apiOf(configuration.Api).ownerLabel), fleets, pods, configuration, withLoss);
    if (lack === undefined) {
      return { of, why };
    }
    const next = roomiest(fleets.filter(fleet => open.has(fleet.state.name)), of);
    if (next === undefined) {
      return undefined;
    }
    why ||= lack;
    of.set(next, { ...of.get(next)!, kept: of.get(next)!.kept + 1 });
  }
}

/** The host group with most nodes beyond its target; undefined when all keep what they have. */
function roomiest(fleets: readonly Fleet[], of: ReadonlyMap<string, Target>): string | undefined {
  const spare = (fleet: Fleet) => fleet.nodes.length - of.get(fleet.state.name)!.kept;
  const most = fleets.filter(fleet => spare(fleet) > 0)
    .sort((a, b) => spare(b) - spare(a) || a.state.name.localeCompare(b.state.name))[0];
  return most?.state.name;
}

/** What would be missing if only these nodes stayed. */
function shortage(
  kept: readonly NodeView[], fleets: readonly Fleet[], pods: readonly PodView[], configuration: TargetConfiguration, withLoss: boolean,
): string | undefined {
  const { Replicas, Api } = configuration;
  const { ownerLabel } = apiOf(Api);
  const all = fleets.flatMap(fleet => fleet.nodes);
  if (kept.length < Replicas) {
    return `each of the ${Replicas} replicas of karpenter needs a node of its own`;
  }
  if (new Set(kept.map(zoneOf)).size < Math.min(2, new Set(all.map(zoneOf)).size)) {
    return 'karpenter and critical workloads need nodes in two zones';
  }
  const pinned = pods.filter(pod => mustMove(pod) && pod.leaving === undefined && pod.node !== undefined && isPinned(pod, ownerLabel)
    && !isKarpenter(pod, configuration) && all.some(node => admits(node, pod)));
  const rooms = new Map(kept.map(node => [node.name, roomBeside(node, pods, pod => !mustMove(pod))]));
  const survives = (rest: readonly NodeView[]) => canHold(rest, rooms, pinned, configuration);
  if (withLoss && kept.length > 1) {
    return kept.every(lost => survives(kept.filter(node => node !== lost)))
      ? undefined
      : 'with one node lost, karpenter and the pods that only node groups can take would not fit on fewer';
  }
  return survives(kept) ? undefined : 'karpenter and the pods that only node groups can take would not fit on fewer';
}

/** Packs the biggest pods first; Karpenter's replicas, as many as there are nodes for, each on a node of its own. */
function canHold(
  nodes: readonly NodeView[], rooms: ReadonlyMap<string, Room>, pinned: readonly PodView[], configuration: TargetConfiguration,
): boolean {
  const left = new Map(nodes.map(node => [node.name, rooms.get(node.name)!]));
  const replica = { cpu: quantity(configuration.Cpu), memory: quantity(configuration.Memory) };
  let replicas = Math.min(configuration.Replicas, nodes.length);
  for (const node of nodes) {
    if (replicas > 0 && holds(left.get(node.name)!, replica)) {
      left.set(node.name, less(left.get(node.name)!, replica));
      replicas -= 1;
    }
  }
  const placed = new Map<string, PodView[]>();
  const homeless = [...pinned].sort((a, b) => b.cpu - a.cpu || b.memory - a.memory || (a.uid < b.uid ? -1 : 1)).some(pod => {
    const siblings = (node: NodeView) => (placed.get(node.name) ?? []).some(other => isSibling(other, pod));
    const home = nodes.find(node => admits(node, pod) && holds(left.get(node.name)!, pod) && !(pod.apart && siblings(node)));
    if (home) {
      left.set(home.name, less(left.get(home.name)!, pod));
      placed.set(home.name, [...placed.get(home.name) ?? [], pod]);
    }
    // With a node lost, a pod that keeps apart from its siblings may have to wait for the next node.
    return !home && !(pod.apart && nodes.every(node => siblings(node) || !admits(node, pod)));
  });
  return replicas === 0 && !homeless;
}

function isKarpenter(pod: PodView, { Namespace, Release }: TargetConfiguration): boolean {
  return pod.namespace === Namespace && pod.release === Release;
}
