import { KarpenterApi } from './karpenter-api';
import { Expression } from '../../kubernetes/scheduling';
import { OLD_LABEL_NAMES } from '../../provisioning/old-label-names';
import { WellKnownLabel } from '../../provisioning/well-known-label';

/** The values that a label may have: these, or (complement) all but these, and none if the label must be absent. */
interface Values {
  readonly complement: boolean;
  readonly values: readonly string[];
  readonly above?: number;
  readonly below?: number;
}

/** What is demanded of, or offered for, each label. */
export type Requirements = ReadonlyMap<string, Values>;

export const HOSTNAME = 'kubernetes.io/hostname';

/** What decides about labels of an API. */
export type LabelKnowledge = Pick<KarpenterApi, 'labels' | 'ownerLabel'>;

/** Other names of the same labels, which Karpenter translates in pods and pools. */
const TRANSLATED: Readonly<Record<string, string>> = { ...OLD_LABEL_NAMES, 'topology.ebs.csi.aws.com/zone': WellKnownLabel.ZONE };

export function canonicalKey(key: string): string {
  // A label may be called as what every object has, such as `valueOf`.
  return Object.hasOwn(TRANSLATED, key) ? TRANSLATED[key] : key;
}

/** Labels that Karpenter knows the values of without being told. */
function isWellKnown(key: string, { labels, ownerLabel }: LabelKnowledge): boolean {
  return key === ownerLabel || labels.wellKnown.includes(key);
}

/** Keys for which Karpenter provisions nothing when they stand in a node affinity, even in a preferred one. */
export function isRestrictedInAffinity(key: string, api: LabelKnowledge): boolean {
  const { restrictedDomains, freeDomains, freeSuffixes = [] } = api.labels;
  const canonical = canonicalKey(key);
  const domain = canonical.includes('/') ? canonical.split('/')[0] : '';
  const isFree = isWellKnown(canonical, api) || freeDomains.includes(domain) || freeSuffixes.some(free => domain.endsWith(free));
  return canonical === HOSTNAME || (!isFree && restrictedDomains.some(restricted => domain.endsWith(restricted)));
}

/** All expressions together; several on one key narrow each other. */
export function requirementsOf(expressions: readonly Expression[]): Requirements {
  const requirements = new Map<string, Values>();
  for (const { key, operator, values } of expressions) {
    narrow(requirements, canonicalKey(key), valuesOf(operator, values));
  }
  return requirements;
}

export function labelExpressions(labels: Readonly<Record<string, string>>): Expression[] {
  return Object.entries(labels).map(([key, value]) => ({ key, operator: 'In', values: [value] }));
}

export function together(...all: readonly Requirements[]): Requirements {
  const requirements = new Map<string, Values>();
  all.forEach(one => one.forEach((values, key) => narrow(requirements, key, values)));
  return requirements;
}

/** The first label of the demand that the offer cannot have, as Karpenter decides it; undefined where there is none. */
export function unmetKey(offer: Requirements, demand: Requirements, api: LabelKnowledge): string | undefined {
  for (const [key, wanted] of demand) {
    const offered = offer.get(key);
    const wantsAbsence = isExclusion(wanted);
    if (offered === undefined) {
      if (!isWellKnown(key, api) && !wantsAbsence) {
        return key;
      }
    } else if (isNothing(intersection(offered, wanted)) && !(wantsAbsence && isExclusion(offered))) {
      return key;
    }
  }
  return undefined;
}

/** Whether a label of this value would meet the requirements. */
export function admits(requirements: Requirements, key: string, value: string): boolean {
  const values = requirements.get(key);
  return values === undefined || !isNothing(intersection(values, valuesOf('In', [value])));
}

/** The values that are named, undefined where a label may have any but some. */
export function namedValues(requirements: Requirements, key: string): readonly string[] | undefined {
  const values = requirements.get(key);
  return values === undefined || values.complement ? undefined : values.values;
}

/** For people: `In a, b`. */
export function describeKey(requirements: Requirements, key: string): string {
  const values = requirements.get(key);
  if (values === undefined) {
    return `${key} is not set`;
  }
  const bounds = `${values.above === undefined ? '' : ` above ${values.above}`}${values.below === undefined ? '' : ` below ${values.below}`}`;
  const list = values.values.join(', ');
  const said = values.complement ? (list ? `not in ${list}` : bounds ? '' : 'exists') : (list ? `in ${list}` : 'absent');
  return `${key}${said && ` ${said}`}${bounds}`;
}

function narrow(requirements: Map<string, Values>, key: string, values: Values): void {
  const existing = requirements.get(key);
  requirements.set(key, existing ? intersection(existing, values) : values);
}

function valuesOf(operator: string, values: readonly string[]): Values {
  switch (operator) {
    case 'In':
      return { complement: false, values };
    case 'NotIn':
      return { complement: true, values };
    case 'Exists':
      return { complement: true, values: [] };
    case 'DoesNotExist':
      return { complement: false, values: [] };
    case 'Gt':
      return { complement: true, values: [], above: Number(values[0]) };
    case 'Lt':
      return { complement: true, values: [], below: Number(values[0]) };
    default:
      throw new Error(`"${operator}" is not an operator of node affinity, expected In, NotIn, Exists, DoesNotExist, Gt or Lt`);
  }
}

function intersection(a: Values, b: Values): Values {
  const above = extreme(Math.max, a.above, b.above);
  const below = extreme(Math.min, a.below, b.below);
  if (above !== undefined && below !== undefined && above >= below) {
    return { complement: false, values: [] };
  }
  if (a.complement && b.complement) {
    return { complement: true, values: [...new Set([...a.values, ...b.values])], above, below };
  }
  const [concrete, other] = a.complement ? [b, a] : [a, b];
  const within = (value: string) => (above === undefined || Number(value) > above) && (below === undefined || Number(value) < below);
  return { complement: false, values: concrete.values.filter(value => other.values.includes(value) !== other.complement && within(value)) };
}

function extreme(choose: (a: number, b: number) => number, a?: number, b?: number): number | undefined {
  return a === undefined ? b : b === undefined ? a : choose(a, b);
}

function isNothing({ complement, values }: Values): boolean {
  return !complement && values.length === 0;
}

/** NotIn and DoesNotExist hold where the label is absent. */
function isExclusion({ complement, values }: Values): boolean {
  return complement ? values.length > 0 : values.length === 0;
}
