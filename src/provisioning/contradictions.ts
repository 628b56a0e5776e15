import { Token } from 'aws-cdk-lib';
import { KnownValues } from './karpenter-rules';
import { translatedKey } from './old-label-names';
import { Requirement } from './requirement';

type Rendered = ReturnType<Requirement['_render']>;

/** Labels and requirements are one thing for Karpenter. */
type Labels = { readonly [key: string]: string };

/** Refuses values that no node can have, such as `x86_64` for an architecture. */
export function checkKnownValues(requirements: readonly Requirement[], labels: Labels, knownValues: KnownValues): void {
  for (const { key, operator, values } of together(requirements, labels)) {
    const known = knownValues[translatedKey(key)];
    const unknown = operator === 'In' || operator === 'NotIn' ? values?.find((value) => known && !known.includes(value)) : undefined;
    if (unknown !== undefined) {
      throw new Error(`requirement or label "${key}" has the value "${unknown}", which no node has: use ${known.join(', ')}`);
    }
  }
}

/** Refuses requirements and labels that no value of a key can satisfy together. */
export function checkContradictions(requirements: readonly Requirement[], labels: Labels): void {
  const contradiction = findContradiction(requirements, labels);
  if (contradiction) {
    throw new Error(`requirements and labels on "${contradiction.key}" contradict each other (${contradiction.all.map(describe).join('; ')}), so that no node can be `
      + 'launched: change or remove one of them');
  }
}

/** The first key that has no value for all that is asked of it. */
export function findContradiction(requirements: readonly Requirement[], labels: Labels): { key: string; all: readonly Rendered[] } | undefined {
  const all = together(requirements, labels);
  return [...new Set(all.map(({ key }) => translatedKey(key)))]
    .map((key) => ({ key, all: all.filter((each) => translatedKey(each.key) === key) }))
    .find((each) => !canBeSatisfied(each.all));
}

/** All that is known at synthesis: what holds a token is left out. */
function together(requirements: readonly Requirement[], labels: Labels): Rendered[] {
  const asRequirements = Object.entries(labels).map(([key, value]): Rendered => ({ key, operator: 'In', values: [value], minValues: undefined }));
  return [...requirements.map((each) => each._render()), ...asRequirements].filter(isKnown);
}

function canBeSatisfied(requirements: readonly Rendered[]): boolean {
  if (requirements.some(({ operator }) => operator === 'DoesNotExist')) {
    return requirements.every(({ operator }) => operator === 'DoesNotExist' || operator === 'NotIn');
  }
  const bounds = requirements.map(boundsOf);
  const low = Math.max(...bounds.map((each) => each.low));
  const high = Math.min(...bounds.map((each) => each.high));
  const lists = requirements.filter(({ operator }) => operator === 'In').map(({ values }) => values ?? []);
  const excluded = requirements.filter(({ operator }) => operator === 'NotIn').flatMap(({ values }) => values ?? []);
  if (lists.length === 0) {
    return low <= high;
  }
  const isBounded = Number.isFinite(low) || Number.isFinite(high);
  return lists[0].some((value) => lists.every((list) => list.includes(value)) && !excluded.includes(value)
    && (!isBounded || (Number(value) >= low && Number(value) <= high)));
}

function boundsOf({ operator, values }: Rendered): { low: number; high: number } {
  const bound = Number(values?.[0]);
  switch (operator) {
    case 'Gt': return { low: bound + 1, high: Infinity };
    case 'Gte': return { low: bound, high: Infinity };
    case 'Lt': return { low: -Infinity, high: bound - 1 };
    case 'Lte': return { low: -Infinity, high: bound };
    default: return { low: -Infinity, high: Infinity };
  }
}

function isKnown({ key, values }: Rendered): boolean {
  return !Token.isUnresolved(key) && !Token.isUnresolved(values) && !values?.some((value) => Token.isUnresolved(value));
}

function describe({ operator, values }: Rendered): string {
  return values ? `${operator} ${values.join(', ')}` : operator;
}
