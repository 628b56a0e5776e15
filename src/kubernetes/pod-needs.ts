import { Term, Toleration } from './scheduling';

/** Amounts by resource: cores, bytes or pieces. What is not named is none. */
export type Resources = Readonly<Record<string, number>>;

/** All that decides which node takes a pod. What is empty is left out. */
export interface PodNeeds {
  /** What the scheduler counts; its own place among the pods of a node is not named. */
  readonly requests: Resources;
  /** What its node selector and required node affinity ask of a node. */
  readonly requires?: NodeRequirements;
  readonly tolerations?: readonly Toleration[];
  /** Labels of its node today by which its image was built, and that it does not ask for: architecture and operating system. */
  readonly implied?: Readonly<Record<string, string>>;
  /** The node affinity of its volumes: of each one, one of the terms has to hold. */
  readonly volumes?: ReadonlyArray<readonly Term[]>;
  /** It must not share a node with others of its kind: a required anti-affinity over hostnames. */
  readonly apart?: boolean;
  /** Topology spread that the scheduler does not give up. */
  readonly spread?: readonly Spread[];
}

export interface NodeRequirements {
  readonly selector: Readonly<Record<string, string>>;
  /** One of them has to hold; none are no requirement. */
  readonly terms: readonly Term[];
}

/** Among the nodes with different values of a label, none may have so many more pods of a kind than another. */
export interface Spread { readonly key: string; readonly maxSkew: number }

/** The resource of which a node holds a number, whatever its pods request. */
export const PODS = 'pods';

/** Cores are fractions, and fractions do not add up exactly. */
const PRECISION = 1e-6;

export function plus(one: Resources, other: Resources): Resources {
  return combined(one, other, (a, b) => a + b);
}

export function minus(one: Resources, other: Resources): Resources {
  return combined(one, other, (a, b) => a - b);
}

/** The first resource of which there is too little, undefined where all is there. */
export function lacking(there: Resources, wanted: Resources): string | undefined {
  return Object.keys(wanted).find(resource => (there[resource] ?? 0) - wanted[resource] < -PRECISION);
}

/** What a pod takes from its node, its own place included. */
export function takenBy({ requests }: Pick<PodNeeds, 'requests'>): Resources {
  return { ...requests, [PODS]: 1 };
}

function combined(one: Resources, other: Resources, combine: (a: number, b: number) => number): Resources {
  const result: Record<string, number> = { ...one };
  for (const [resource, amount] of Object.entries(other)) {
    result[resource] = combine(result[resource] ?? 0, amount);
  }
  return result;
}
