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
  held: budgets => [NOTHING, ...withoutOurs(budgets ?? []).slice(0, MOST - 1)],
  released: budgets => withoutOurs(budgets),
  specWith: budgets => ({ disruption: { budgets } }),
};

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
