import { ApiObject, Budget, VoluntaryDisruption } from '../api/karpenter-api';

interface NodePoolSpec { readonly disruption?: { readonly budgets?: readonly Budget[] } }

/** Moves pods that still run; what takes only empty nodes away moves none and goes on. */
const REASONS = ['Underutilized', 'Drifted'];
/** The API accepts no more budgets of one NodePool. */
const MOST = 50;

/** Of all budgets that are active for a reason the smallest one counts. */
const NOTHING: Budget = { nodes: '0', reasons: REASONS };

/** Consolidation and drift of a NodePool, bounded by `spec.disruption.budgets`. */
export const voluntaryDisruption: VoluntaryDisruption = {
  budgetsOf: ({ spec }: ApiObject) => (spec as NodePoolSpec | undefined)?.disruption?.budgets ?? null,
  isHeld: budgets => REASONS.every(reason => (budgets ?? []).some(budget => isAlwaysZero(budget) && concerns(budget, reason))),
  held: budgets => [NOTHING, ...mostOf(withoutOurs(budgets ?? []))],
  released: budgets => withoutOurs(budgets),
  specWith: budgets => ({ disruption: { budgets } }),
};

/** As many as there may be beside ours; what ours makes idle goes first, so that the others go on bounding what is empty. */
function mostOf(budgets: readonly Budget[]): Budget[] {
  const surplus = Math.max(0, budgets.length - (MOST - 1));
  const leaving = [...budgets.filter(isIdle), ...budgets.filter(budget => !isIdle(budget)).reverse()].slice(0, surplus);
  return budgets.filter(budget => !leaving.includes(budget));
}

/** Whether a budget is only about what ours forbids anyway. */
function isIdle({ reasons }: Budget): boolean {
  return reasons !== undefined && reasons.every(reason => REASONS.includes(reason));
}

function isAlwaysZero({ nodes, schedule }: Budget): boolean {
  return schedule === undefined && /^0+%?$/.test(nodes);
}

/** A budget without reasons is about all of them. */
function concerns({ reasons }: Budget, reason: string): boolean {
  return reasons === undefined || reasons.includes(reason);
}

function withoutOurs(budgets: readonly Budget[]): Budget[] {
  return budgets.filter(budget => !isOurs(budget));
}

function isOurs({ nodes, reasons, ...rest }: Budget): boolean {
  return nodes === NOTHING.nodes && JSON.stringify(reasons) === JSON.stringify(REASONS) && Object.keys(rest).length === 0;
}
