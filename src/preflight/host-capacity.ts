import { HostFacts } from './kubernetes-facts';
import { NodeOffer } from '../kubernetes/node-offer';
import { NODEGROUP_LABEL, PodRoom, ZONE_LABEL } from '../kubernetes/views';

/** A pod whose labels count as well. */
export interface LabelledPod extends PodRoom { readonly labels: Readonly<Record<string, string>> }

/** What one replica requests. */
export interface ReplicaNeed { readonly cpu: number; readonly memory: number }

/** The chart tolerates nothing else. */
const TOLERATED_TAINT = 'CriticalAddonsOnly';

/** Per group, this many nodes with the most room are enough to know. */
const NODES_PER_GROUP = 10;

/** What every node of a node group has left for a replica of Karpenter whose release lives in the namespace. */
export function hosts(nodes: readonly NodeOffer[], pods: readonly LabelledPod[], namespace: string): HostFacts[] {
  const taken = new Map<string, { cpu: number; memory: number; pods: number }>();
  for (const pod of pods) {
    if (!pod.node || pod.phase === 'Succeeded' || pod.phase === 'Failed' || isOurKarpenter(pod, namespace)) {
      continue;
    }
    const sum = taken.get(pod.node) ?? { cpu: 0, memory: 0, pods: 0 };
    taken.set(pod.node, { cpu: sum.cpu + (pod.requests.cpu ?? 0), memory: sum.memory + (pod.requests.memory ?? 0), pods: sum.pods + 1 });
  }
  return nodes.filter(node => node.labels[NODEGROUP_LABEL]).map(node => {
    const used = taken.get(node.name) ?? { cpu: 0, memory: 0, pods: 0 };
    const obstacle = obstacleOf(node);
    return {
      name: node.name,
      nodegroup: node.labels[NODEGROUP_LABEL],
      freeCpu: rounded(node.allocatable.cpu - used.cpu),
      freeMemory: Math.floor(node.allocatable.memory - used.memory),
      freePods: node.allocatable.pods - used.pods,
      ...(obstacle ? { obstacle } : {}),
      ...(isLinux(node) && node.labels[ZONE_LABEL] ? { zone: node.labels[ZONE_LABEL] } : {}),
    };
  });
}

/** Whether one replica fits; preemption would make more room, at somebody else's cost. */
export function canHost(host: HostFacts, need: ReplicaNeed): boolean {
  return host.obstacle === undefined && host.freePods >= 1 && host.freeCpu >= need.cpu && host.freeMemory >= need.memory;
}

/**
 * How many replicas find a node, where no zone may have more than one replica more than another.
 *
 * As the scheduler counts, a zone is one in which a node of the groups is, whether or not that can take a replica.
 *
 * @param all every node of the groups
 * @param able those that can host one replica
 */
export function spreadOverZones(all: readonly HostFacts[], able: readonly HostFacts[]): number {
  const zones = new Set(all.flatMap(({ zone }) => zone ?? []));
  const room = [...zones].map(zone => able.filter(host => host.zone === zone).length);
  const fewest = Math.min(...room);
  return room.reduce((sum, places) => sum + Math.min(places, fewest + 1), 0);
}

/**
 * The nodes that are worth knowing, so that a cluster of thousands fits into one answer: those with the most room of
 * each group, and of each of its zones. If enough of all nodes can host a replica, enough of these can.
 */
export function mostRoom(all: readonly HostFacts[], need: ReplicaNeed, replicas: number): HostFacts[] {
  const groups = new Map<string, HostFacts[]>();
  for (const host of all) {
    groups.set(host.nodegroup, [...(groups.get(host.nodegroup) ?? []), host]);
  }
  const room = (host: HostFacts) => Math.min(host.freeCpu / need.cpu, host.freeMemory / need.memory);
  const order = (a: HostFacts, b: HostFacts) =>
    Number(canHost(b, need)) - Number(canHost(a, need)) || room(b) - room(a) || a.name.localeCompare(b.name);
  return [...groups.values()].flatMap((group) => {
    const seen = new Map<string | undefined, number>();
    return group.sort(order).filter(({ zone }, rank) => {
      const ofZone = seen.get(zone) ?? 0;
      seen.set(zone, ofZone + 1);
      return rank < Math.max(NODES_PER_GROUP, replicas) || (zone !== undefined && ofZone < replicas);
    });
  });
}

function obstacleOf(node: NodeOffer): string | undefined {
  const taint = node.taints.find(t => t.effect !== 'PreferNoSchedule' && t.key !== TOLERATED_TAINT && t.key !== 'node.kubernetes.io/unschedulable');
  if (node.unschedulable) {
    return 'unschedulable';
  }
  if (!node.ready) {
    return 'not Ready';
  }
  if (!isLinux(node)) {
    return `runs ${node.labels['kubernetes.io/os']}`;
  }
  return taint && `taint ${taint.key}${taint.value ? `=${taint.value}` : ''}:${taint.effect}`;
}

function isLinux(node: NodeOffer): boolean {
  return (node.labels['kubernetes.io/os'] ?? 'linux') === 'linux';
}

/** A replica that is replaced leaves its room to the next one. */
function isOurKarpenter(pod: LabelledPod, namespace: string): boolean {
  return pod.namespace === namespace && pod.labels['app.kubernetes.io/name'] === 'karpenter';
}

function rounded(cpus: number): number {
  return Math.round(cpus * 1000) / 1000;
}
