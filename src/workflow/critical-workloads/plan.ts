import { hasEmptyTerm, Pin, pinned, same, unpinned } from './affinity';
import { Records } from './record';
import { contradiction, deadTerm, NodeFacts, Placement } from '../../kubernetes/placement';
import { describeTerm, Affinity, Requirement } from '../../kubernetes/scheduling';

export type PinPlan =
  | { readonly kind: 'pinned' }
  | { readonly kind: 'refuse'; readonly says: string }
  | { readonly kind: 'pin'; readonly pin: Pin };

/** The pins that the records tell of, the latest first. */
export function pinsOf({ addon, affinity }: Records): Pin[] {
  return [...addon ? [addon.pin] : [], ...affinity ? [affinity] : []];
}

/**
 * What pinning has to do. What an earlier pin of ours put in is taken out first, so that another requirement replaces the old one and
 * a record never holds our own work as the original.
 */
export function planPin(affinity: Affinity | null, records: Records, requirement: Requirement): PinPlan {
  const original = pinsOf(records).reduce(unpinned, affinity);
  if (hasEmptyTerm(original)) {
    return { kind: 'refuse', says: 'its node affinity has a term without requirements, which matches no node: take it out' };
  }
  const target = pinned(original, requirement);
  return same(target, affinity) ? { kind: 'pinned' } : { kind: 'pin', pin: { original, pinned: target, requirement } };
}

/** Why pods of a pinned template would find no node; undefined where each of its terms has one. */
export function unsatisfiable(placement: Placement, nodes: readonly NodeFacts[]): string | undefined {
  const contradictory = contradiction(placement);
  if (contradictory) {
    return `no node can ever satisfy its node selector and the term ${describeTerm(contradictory)}`;
  }
  const dead = deadTerm(placement, nodes);
  return dead && `none of the ${nodes.length} nodes of the host node groups is Ready, tolerated and satisfies its node selector and the term ${describeTerm(dead)}`;
}

/** Whether something of a pin is still in an affinity. */
export function isPinned(affinity: Affinity | null, pin: Pin): boolean {
  return !same(unpinned(affinity, pin), affinity);
}
