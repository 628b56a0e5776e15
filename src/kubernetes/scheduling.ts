/** Its effect as Kubernetes says it: `NoSchedule`. */
export interface Taint { readonly key: string; readonly value?: string; readonly effect: string }

export interface Toleration { readonly key?: string; readonly operator?: string; readonly value?: string; readonly effect?: string }

/** What a cordon comes to for the scheduler. */
export const UNSCHEDULABLE: Taint = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' };
/** Bounds that are further apart leave room for a value, whatever is excluded. */
const NARROW = 1000;

export function describeTerm(term: Term): string {
  return [...term.matchExpressions ?? [], ...term.matchFields ?? []]
    .map(({ key, operator, values }) => `${key} ${operator}${values?.length ? ` [${values.join(', ')}]` : ''}`).join(' and ');
}

export function matchesTerm(term: Term, node: { readonly name: string; readonly labels: Readonly<Record<string, string>> }): boolean {
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

/** Whether no value, nor its absence, satisfies all requirements on one key. */
export function contradict(requirements: readonly Requirement[]): boolean {
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
