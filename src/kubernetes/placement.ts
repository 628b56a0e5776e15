import { NodeOffer, refusal } from './node-offer';
import { Affinity, contradict, matchesTerm, Requirement, Term, termsOf, Toleration, UNSCHEDULABLE } from './scheduling';

/** What decides whether a pod may be bound to a node. */
export interface NodeFacts extends Pick<NodeOffer, 'name' | 'taints' | 'ready' | 'unschedulable'> {
  /** Those that were asked for. */
  readonly labels: Readonly<Record<string, string>>;
}

/** The parts of a pod template that choose nodes. */
export interface Placement {
  readonly affinity: Affinity | null;
  readonly nodeSelector: Readonly<Record<string, string>>;
  readonly tolerations: readonly Toleration[];
}

/** The keys of the labels that a placement asks about. */
export function labelKeys({ affinity, nodeSelector }: Placement): string[] {
  const expressions = termsOf(affinity).flatMap(term => term.matchExpressions ?? []);
  return [...new Set([...expressions.map(one => one.key), ...Object.keys(nodeSelector)])].sort();
}

/** The first term that contradicts itself or the node selector, and so never matches a node. */
export function contradiction({ affinity, nodeSelector }: Placement): Term | undefined {
  const selected = Object.entries(nodeSelector).map(([key, value]): Requirement => ({ key, operator: 'In', values: [value] }));
  return termsOf(affinity).find(term => {
    const expressions = [...term.matchExpressions ?? [], ...selected];
    return [...new Set(expressions.map(one => one.key))].some(key => contradict(expressions.filter(one => one.key === key)))
      || contradict(term.matchFields ?? []);
  });
}

/** The first term that matches none of the nodes on which the pod may run. */
export function deadTerm(placement: Placement, nodes: readonly NodeFacts[]): Term | undefined {
  const { nodeSelector: selector, tolerations } = placement;
  const open = nodes.filter(node => node.ready && refusal(withCordon(node), { requires: { selector, terms: [] }, tolerations }) === undefined);
  return termsOf(placement.affinity).find(term => !open.some(node => matchesTerm(term, node)));
}

function withCordon(node: NodeFacts): NodeFacts {
  return node.unschedulable ? { ...node, taints: [...node.taints, UNSCHEDULABLE] } : node;
}
