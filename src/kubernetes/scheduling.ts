/** Its effect as Kubernetes says it: `NoSchedule`. */
export interface Taint { readonly key: string; readonly value?: string; readonly effect: string }

export interface Toleration { readonly key?: string; readonly operator?: string; readonly value?: string; readonly effect?: string }

/** What decides whether a pod may be bound to a node. */
export interface NodeFacts {
  readonly name: string;
  /** Those that were asked for. */
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly Taint[];
  readonly ready: boolean;
  readonly unschedulable: boolean;
}

/** The parts of a pod template that choose nodes. */
export interface Placement {
  readonly affinity: Affinity | null;
  readonly nodeSelector: Readonly<Record<string, string>>;
  readonly tolerations: readonly Toleration[];
}

/** What a cordon comes to for the scheduler. */
export const UNSCHEDULABLE: Taint = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' };
/** Bounds that are further apart leave room for a value, whatever is excluded. */
const NARROW = 1000;

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
  const open = nodes.filter(node => admits(node, placement));
  return termsOf(placement.affinity).find(term => !open.some(node => matchesTerm(term, node)));
}

export function describeTerm(term: Term): string {
  return [...term.matchExpressions ?? [], ...term.matchFields ?? []]
    .map(({ key, operator, values }) => `${key} ${operator}${values?.length ? ` [${values.join(', ')}]` : ''}`).join(' and ');
}

export function matchesTerm(term: Term, node: Pick<NodeFacts, 'name' | 'labels'>): boolean {
  const expressions = term.matchExpressions ?? [];
  const fields = term.matchFields ?? [];
  return expressions.length + fields.length > 0
    && expressions.every(one => matches(one, node.labels[one.key]))
    // Kubernetes knows no other field.
    && fields.every(one => one.key === 'metadata.name' && matches(one, node.name));
}

/** Whether the value of a label, undefined where the node has none, satisfies a requirement. */
export function matches({ operator, values = [] }: Requirement, value: string | undefined): boolean {
  switch (operator) {
    case 'In': return value !== undefined && values.includes(value);
    case 'NotIn': return value === undefined || !values.includes(value);
    case 'Exists': return value !== undefined;
    case 'DoesNotExist': return value === undefined;
    case 'Gt': return integer(value) > integer(values[0]);
    case 'Lt': return integer(value) < integer(values[0]);
    default: return false;
  }
}

/** Whether a pod may come to a node with the taint; some taints are only wishes. */
export function tolerates(tolerations: readonly Toleration[], taint: Taint): boolean {
  return taint.effect === 'PreferNoSchedule' || tolerations.some(one => (!one.effect || one.effect === taint.effect)
    && (one.operator === 'Exists' ? !one.key || one.key === taint.key : one.key === taint.key && (one.value ?? '') === (taint.value ?? '')));
}

function admits(node: NodeFacts, { nodeSelector, tolerations }: Placement): boolean {
  const taints = [...node.taints, ...node.unschedulable ? [UNSCHEDULABLE] : []];
  return node.ready
    && taints.every(taint => tolerates(tolerations, taint))
    && Object.entries(nodeSelector).every(([key, value]) => node.labels[key] === value);
}

/** Whether no value, nor its absence, satisfies all requirements on one key. */
function contradict(requirements: readonly Requirement[]): boolean {
  const suits = (value: string | undefined) => requirements.every(one => matches(one, value));
  if (requirements.length === 0 || suits(undefined)) {
    return false;
  }
  if (requirements.some(one => one.operator === 'DoesNotExist')) {
    return true;
  }
  const choice = requirements.find(one => one.operator === 'In');
  if (choice) {
    return !(choice.values ?? []).some(suits);
  }
  const above = Math.max(...requirements.filter(one => one.operator === 'Gt').map(one => integer(one.values?.[0])), -Infinity);
  const below = Math.min(...requirements.filter(one => one.operator === 'Lt').map(one => integer(one.values?.[0])), Infinity);
  if (below - above > NARROW) {
    return false;
  }
  return !Array.from({ length: Math.max(below - above - 1, 0) }, (_, index) => String(above + 1 + index)).some(suits);
}

/** NaN, which no comparison likes, where it is none. */
function integer(text: string | undefined): number {
  return /^[+-]?\d+$/.test(text ?? '') ? Number(text) : NaN;
}

/** One condition on a node's labels. */
export interface Expression {
  readonly key: string;
  readonly operator: string;
  readonly values: readonly string[];
}

/** A pod's affinity, exactly as the API has it: what is not named here is kept all the same. */
export interface Affinity {
  readonly nodeAffinity?: NodeAffinity;
  readonly [other: string]: unknown;
}

export interface NodeAffinity {
  readonly requiredDuringSchedulingIgnoredDuringExecution?: { readonly nodeSelectorTerms: readonly Term[] };
  readonly [other: string]: unknown;
}

/** The terms of an affinity are ORed, the requirements within one are ANDed. */
export interface Term {
  readonly matchExpressions?: readonly Requirement[];
  readonly matchFields?: readonly Requirement[];
}

export interface Requirement {
  readonly key: string;
  readonly operator: string;
  readonly values?: readonly string[];
}

export function termsOf(affinity: Affinity | null): readonly Term[] {
  return affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
}
