import { HostFacts } from './kubernetes-facts';
import { CONTROLLER_TOLERATIONS } from '../karpenter/api/karpenter-api';
import { leftBeside, misfit, NodeOffer, shortOf } from '../kubernetes/node-offer';
import { PODS } from '../kubernetes/pod-needs';
import { Toleration } from '../kubernetes/scheduling';
import { NODEGROUP_LABEL, podsByNode, PodRoom, ZONE_LABEL } from '../kubernetes/views';

/** A pod whose labels count as well. */
export interface LabelledPod extends PodRoom { readonly labels: Readonly<Record<string, string>> }

/** What one replica requests. */
export interface ReplicaNeed { readonly cpu: number; readonly memory: number }

/** Per group, this many nodes with the most room are enough to know. */
const NODES_PER_GROUP = 10;

/** What every node of a node group has left for a replica of Karpenter whose release lives in the namespace. */
export function hosts(
  nodes: readonly NodeOffer[], pods: readonly LabelledPod[], namespace: string, tolerations: readonly Toleration[] = CONTROLLER_TOLERATIONS,
): HostFacts[] {
  const byNode = podsByNode(pods.filter(pod => !isOurKarpenter(pod, namespace)));
  return nodes.filter(node => node.labels[NODEGROUP_LABEL]).map(node => {
    const { cpu = 0, memory = 0, [PODS]: free = 0 } = leftBeside(node, byNode.get(node.name) ?? []);
    const obstacle = obstacleOf(node, tolerations);
    return {
      name: node.name,
      nodegroup: node.labels[NODEGROUP_LABEL],
      freeCpu: rounded(cpu),
      freeMemory: Math.floor(memory),
      freePods: free,
      ...(obstacle ? { obstacle } : {}),
      ...(isLinux(node) && node.labels[ZONE_LABEL] ? { zone: node.labels[ZONE_LABEL] } : {}),
    };
  });
}

/** Whether one replica fits; preemption would make more room, at somebody else's cost. */
export function canHost({ obstacle, freeCpu: cpu, freeMemory: memory, freePods }: HostFacts, need: ReplicaNeed): boolean {
  return obstacle === undefined && shortOf({ cpu, memory, [PODS]: freePods }, { requests: { ...need } }) === undefined;
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

/** Why no replica can run on a node, whatever is free there. */
function obstacleOf(node: NodeOffer, tolerations: readonly Toleration[]): string | undefined {
  const why = misfit(node, { [PODS]: 1 }, { requests: {}, tolerations });
  return node.ready && !node.unschedulable && !isLinux(node) ? `runs ${node.labels['kubernetes.io/os']}` : why;
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
