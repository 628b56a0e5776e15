import { isDeepStrictEqual } from 'util';
import { Affinity, Term, Requirement, termsOf } from '../../kubernetes/scheduling';

/** What pinning found, what it made of it, and by which requirement. */
export interface Pin {
  readonly original: Affinity | null;
  readonly pinned: Affinity;
  readonly requirement: Requirement;
}

export const same = (one: unknown, other: unknown): boolean => isDeepStrictEqual(one, other);

/** The requirement that keeps a pod on node groups. */
export function nodegroupRequirement(key: string, nodegroups?: readonly string[]): Requirement {
  return nodegroups ? { key, operator: 'In', values: [...nodegroups] } : { key, operator: 'Exists' };
}

/** A term without any requirement matches no node; with one of ours it would match some. */
export function hasEmptyTerm(affinity: Affinity | null): boolean {
  return termsOf(affinity).some(isEmpty);
}

/** The affinity with the requirement in each of its terms; a term that has it already stays as it is. */
export function pinned(affinity: Affinity | null, requirement: Requirement): Affinity {
  const terms = termsOf(affinity);
  const merged = (terms.length > 0 ? terms : [{}]).map(term => has(term, requirement)
    ? term
    : { ...term, matchExpressions: [...term.matchExpressions ?? [], requirement] });
  return withTerms(affinity ?? {}, merged);
}

/**
 * The affinity without what pinning put in: exactly the original where it is as we left it. What its owner changed since stays,
 * and so does a requirement like ours in a term that had it before.
 */
export function unpinned(affinity: Affinity | null, { original, pinned: ours, requirement }: Pin): Affinity | null {
  if (same(affinity, ours)) {
    return original;
  }
  const terms = termsOf(affinity);
  const isOurs = (term: Term) => has(term, requirement) && !termsOf(original).some(before => same(before, term));
  if (affinity === null || !terms.some(isOurs)) {
    return affinity;
  }
  const kept = terms.map(term => isOurs(term) ? without(term, requirement) : term).filter(term => !isEmpty(term));
  return kept.length > 0 ? withTerms(affinity, kept) : withoutTerms(affinity, original);
}

function withTerms(affinity: Affinity, nodeSelectorTerms: readonly Term[]): Affinity {
  const required = { ...affinity.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution, nodeSelectorTerms };
  return { ...affinity, nodeAffinity: { ...affinity.nodeAffinity, requiredDuringSchedulingIgnoredDuringExecution: required } };
}

/** Takes the keys away that pinning made, as far as nothing else is in them by now. */
function withoutTerms(affinity: Affinity, original: Affinity | null): Affinity | null {
  const { nodeAffinity, ...others } = affinity;
  const { requiredDuringSchedulingIgnoredDuringExecution: _, ...preferences } = nodeAffinity!;
  if (Object.keys(preferences).length > 0 || original?.nodeAffinity) {
    return { ...others, nodeAffinity: preferences };
  }
  return Object.keys(others).length > 0 || original ? others : null;
}

function without(term: Term, requirement: Requirement): Term {
  const { matchExpressions, ...fields } = term;
  const left = matchExpressions!.filter(one => !isLike(one, requirement));
  return left.length > 0 ? { ...fields, matchExpressions: left } : fields;
}

function has(term: Term, requirement: Requirement): boolean {
  return (term.matchExpressions ?? []).some(one => isLike(one, requirement));
}

function isEmpty(term: Term): boolean {
  return (term.matchExpressions ?? []).length === 0 && (term.matchFields ?? []).length === 0;
}

function isLike(one: Requirement, other: Requirement): boolean {
  const values = (requirement: Requirement) => [...new Set(requirement.values)].sort();
  return one.key === other.key && one.operator === other.operator && same(values(one), values(other));
}
