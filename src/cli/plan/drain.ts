import { apiOf } from '../../karpenter/apis';
import { Requirement } from '../../kubernetes/scheduling';
import { ControllerView, NODEGROUP_LABEL, NodeView, PodView, zoneOf } from '../../kubernetes/views';
import { WorkflowConfiguration } from '../../workflow/contract';
import { nodegroupRequirement } from '../../workflow/critical-workloads/affinity';
import { nextBatch } from '../../workflow/draining/batch';
import { podsToMove } from '../../workflow/draining/pods';
import { Fleet, fleetOf, surplus } from '../../workflow/scale-down/fleet';
import { chooseAll } from '../../workflow/scale-down/keepers';
import { NodegroupState } from '../../workflow/scale-down/port';
import { isPinned } from '../../workflow/scale-down/room';
import { planTargets } from '../../workflow/scale-down/targets';

/** What the cluster has, as the step that drains node groups reads it. */
export interface DrainFacts {
  readonly nodegroups: readonly NodegroupState[];
  readonly nodes: readonly NodeView[];
  readonly pods: readonly PodView[];
  /** Of the pods, as far as they have one. */
  readonly controllers: readonly ControllerView[];
}

/** A node that a drain takes away. */
export interface GoingNode {
  readonly name: string;
  readonly nodegroup: string;
  readonly zone: string;
  /** Pods that have to leave it. */
  readonly pods: number;
}

export interface StayingNode {
  readonly name: string;
  readonly nodegroup: string;
  readonly zone: string;
  /** What makes it worth keeping. */
  readonly why: string;
}

/** What a drain would do, by the planners that do it. */
export interface PredictedDrain {
  readonly groups: ReadonlyArray<{ readonly name: string; readonly has: number; readonly keeps: number }>;
  readonly stays: readonly StayingNode[];
  /** In the order in which they would go. */
  readonly goes: readonly GoingNode[];
  readonly evictions: number;
  /** Why groups keep more than the guide says, and who does not outlive the loss of a node. */
  readonly says: readonly string[];
}

/** Predicts a drain: critical workloads count as pinned, as they are by then. */
export function predictDrain(facts: DrainFacts, configuration: WorkflowConfiguration, now: number): PredictedDrain {
  const { nodes } = facts;
  const pods = withPins(facts, configuration);
  const groups = facts.nodegroups.filter(({ name }) => configuration.Nodegroups?.includes(name) ?? true);
  const targets = planTargets(groups, nodes, pods, configuration, now);
  const fleets = groups.map(group => fleetOf(group, targets.of.get(group.name)!.kept, nodes));
  const kept = new Set(chooseAll(fleets, targets.demand).homes.nodes);
  const goers = fleets.flatMap(fleet => surplus(fleet) === 0 ? [] : fleet.nodes.filter(node => !kept.has(node)));
  return {
    groups: fleets.map(({ state: { name, group: { sizes: { desired } } }, target }) => ({ name, has: desired, keeps: Math.min(target, desired) })),
    stays: fleets.flatMap(fleet => fleet.nodes.filter(node => !goers.includes(node)).map((node): StayingNode => ({
      name: node.name,
      nodegroup: fleet.state.name,
      zone: zoneOf(node),
      why: reasonToStay(node, fleet, pods, configuration),
    }))),
    // Pinned pods have moved before the first node is begun.
    goes: inOrder(goers, pods.filter(pod => !isPinned(pod, apiOf(configuration.Api).ownerLabel))).map((node): GoingNode => ({
      name: node.name, nodegroup: node.labels[NODEGROUP_LABEL], zone: zoneOf(node), pods: podsToMove(node.name, pods).length,
    })),
    evictions: goers.reduce((sum, node) => sum + podsToMove(node.name, pods).length, 0),
    says: targets.says,
  };
}

function reasonToStay(node: NodeView, fleet: Fleet, pods: readonly PodView[], { Api }: WorkflowConfiguration): string {
  if (surplus(fleet) === 0) {
    return 'its node group has no node too many';
  }
  const pinned = podsToMove(node.name, pods).filter(pod => isPinned(pod, apiOf(Api).ownerLabel)).length;
  return pinned > 0 ? `${pinned} pinned ${pinned === 1 ? 'pod runs' : 'pods run'} here` : `the most room in ${zoneOf(node) || 'its zone'}`;
}

/** As the step begins them, one after the other. */
function inOrder(goers: readonly NodeView[], pods: readonly PodView[]): NodeView[] {
  const left = new Set(goers);
  const ordered: NodeView[] = [];
  while (left.size > 0) {
    const { nodes: [next] } = nextBatch([...left], pods, 1, false);
    // Nodes with pods that may not be evicted come last, in no order that anybody could tell.
    const one = next ?? [...left][0];
    ordered.push(one);
    left.delete(one);
  }
  return ordered;
}

/** The pods as they are once critical workloads are pinned. */
function withPins({ pods, controllers }: DrainFacts, { CriticalWorkloads, HostNodegroups }: WorkflowConfiguration): PodView[] {
  const owners = new Map(controllers.map(({ uid, owner }) => [uid, owner]));
  const requirement = nodegroupRequirement(NODEGROUP_LABEL, HostNodegroups);
  return pods.map(pod => {
    const owner = pod.controller && (owners.get(pod.controller.uid) ?? pod.controller);
    const isCritical = CriticalWorkloads.some(({ Kind, Namespace, Name }) =>
      owner?.kind === Kind && owner.name === Name && pod.namespace === Namespace);
    return isCritical ? { ...pod, requires: pinnedNeeds(pod, requirement) } : pod;
  });
}

function pinnedNeeds({ requires }: PodView, requirement: Requirement): NonNullable<PodView['requires']> {
  const terms = requires?.terms.length ? requires.terms : [{}];
  return {
    selector: requires?.selector ?? {},
    terms: terms.map(term => ({ ...term, matchExpressions: [...term.matchExpressions ?? [], requirement] })),
  };
}
