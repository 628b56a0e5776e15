import { InstanceState, NodegroupState } from './port';
import { NODEGROUP_LABEL, NodeView } from '../../kubernetes/views';
import { KEEPER_MARK } from '../records';

/** A node group with its nodes and instances put together. */
export interface Fleet {
  readonly state: NodegroupState;
  readonly target: number;
  /** Nodes whose instances count for the group: they stay, or are still to go. */
  readonly nodes: readonly NodeView[];
  /** Instances whose end has begun. */
  readonly leaving: readonly InstanceState[];
  /** Instances that are no node of the cluster, or not yet. */
  readonly unregistered: readonly InstanceState[];
}

/** The parts of a node group; nodes that are on their way out are none of them. */
export function fleetOf(state: NodegroupState, target: number, nodes: readonly NodeView[]): Fleet {
  const { instances } = state.group;
  const serving = instances.filter(instance => instance.counts && !instance.leaving);
  const known = new Set(nodes.map(node => node.instanceId));
  return {
    state,
    target,
    nodes: nodes.filter(node => node.labels[NODEGROUP_LABEL] === state.name && !node.leaving && serving.some(one => one.id === node.instanceId)),
    leaving: instances.filter(instance => instance.leaving),
    unregistered: serving.filter(instance => !known.has(instance.id)),
  };
}

/** Whether the instance of a node is on its way out; such a node must not get pods again. */
export function isEnding(node: NodeView, groups: readonly NodegroupState[]): boolean {
  return node.leaving || groups.some(({ group }) => group.instances.some(instance => instance.id === node.instanceId && instance.leaving));
}

export function isKeeper(node: NodeView): boolean {
  return node.annotations[KEEPER_MARK] !== undefined;
}

/** How many nodes of a group may still end. */
export function surplus({ state, target }: Pick<Fleet, 'state' | 'target'>): number {
  return Math.max(0, state.group.sizes.desired - target);
}

/** The nodes that go, as soon as keepers are chosen. */
export function goers(fleets: readonly Fleet[]): NodeView[] {
  return fleets.flatMap(fleet => surplus(fleet) === 0 ? [] : fleet.nodes.filter(node => !isKeeper(node)));
}
