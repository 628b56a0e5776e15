import { BudgetFacts } from './facts';
import { StageCheck, workloadName } from './scope';
import { tolerates, UNSCHEDULABLE } from '../../kubernetes/scheduling';
import { PreflightCheck } from '../../words/preflight-check';
import { error, named, warning } from '../verdict';

const missingBudgets: StageCheck = ({ moving }) => {
  const unprotected = moving.filter(workload => workload.unprotected > 0 && workload.kind !== 'Pod');
  return unprotected.length === 0 ? [] : [warning(
    PreflightCheck.DISRUPTION_BUDGETS,
    `${unprotected.length} ${unprotected.length === 1 ? 'workload has' : 'workloads have'} no PodDisruptionBudget: ${named(unprotected.map(workloadName))}`,
    'give each one a PodDisruptionBudget: without one this drain keeps to disruptionLimit, and nobody else does',
  )];
};

const blockingBudgets: StageCheck = ({ facts, moving }) => {
  const over = new Set(moving.flatMap(workload => workload.budgets));
  const never = facts.budgets.filter(budget => over.has(budget.name)).flatMap((budget) => {
    const why = whyNever(budget);
    return why ? [`${budget.name} (${why})`] : [];
  });
  const twice = moving.flatMap(workload => workload.coveredTwice);
  return [
    ...never.length === 0 ? [] : [error(
      PreflightCheck.BLOCKING_BUDGETS,
      `PodDisruptionBudgets that never allow a disruption: ${named(never)}`,
      'let each one allow one disruption at least, or run one replica more than it demands',
    )],
    ...twice.length === 0 ? [] : [error(
      PreflightCheck.BLOCKING_BUDGETS,
      `pods under more than one PodDisruptionBudget, which the Eviction API refuses: ${named(twice)}`,
      'make the selectors of the PodDisruptionBudgets disjoint',
    )],
  ];
};

const barePods: StageCheck = ({ moving }) => {
  const bare = moving.filter(workload => workload.kind === 'Pod').map(({ namespace, name }) => `${namespace}/${name}`);
  return bare.length === 0 ? [] : [error(
    PreflightCheck.BARE_PODS,
    `pods without a controller, which nothing makes again: ${named(bare)}`,
    'put each one under a Deployment, StatefulSet or Job, or delete it',
  )];
};

const doNotEvict: StageCheck = ({ moving, api: { keepAnnotation: keep } }) => {
  const held = moving.flatMap(workload => workload.doNotEvict);
  const unsafe = moving.flatMap(workload => workload.notSafeToEvict);
  return [
    ...held.length === 0 ? [] : [error(
      PreflightCheck.KEPT_PODS,
      `pods with the annotation ${keep.key}: ${named(held)}`,
      'take the annotation off when they may move, or wait until they are done',
    )],
    ...unsafe.length === 0 ? [] : [warning(
      PreflightCheck.KEPT_PODS,
      `pods with the annotation cluster-autoscaler.kubernetes.io/safe-to-evict: "false", which is the Cluster Autoscaler's and does not hold this drain up: ${named(unsafe)}`,
      `annotate those that must not move with ${keep.key}: "${keep.value}" too, which does`,
    )],
  ];
};

const cordonTolerations: StageCheck = ({ facts, moving }) => {
  const back = moving.filter(({ placements }) => placements.some(index => tolerates(facts.placements[index].tolerations ?? [], UNSCHEDULABLE)));
  return back.length === 0 ? [] : [warning(
    PreflightCheck.CORDON_TOLERATIONS,
    `pods that tolerate ${UNSCHEDULABLE.key} may come back to their node after they were evicted from it, and end with the node then: ${named(back.map(workloadName))}`,
    'take the toleration out of the workload, most often `operator: Exists` without a key; operators of network plugins need it, and come back by themselves',
  )];
};

export const EVICTION_CHECKS: readonly StageCheck[] = [blockingBudgets, barePods, doNotEvict, missingBudgets, cordonTolerations];

/** By its own arithmetic, whatever state its pods are in; undefined where all of them being healthy allows one to go. */
export function whyNever({ minAvailable, maxUnavailable, expected, problem }: BudgetFacts): string | undefined {
  if (problem) {
    return problem;
  }
  const [text, healthy] = maxUnavailable === undefined
    ? [`minAvailable ${minAvailable}`, scaled(minAvailable ?? 1, expected)]
    : [`maxUnavailable ${maxUnavailable}`, expected - scaled(maxUnavailable, expected)];
  return expected > 0 && healthy >= expected ? `${text} of ${expected}` : undefined;
}

/** Percentages are rounded up, as Kubernetes does for both kinds. */
function scaled(value: string | number, of: number): number {
  const percent = typeof value === 'string' ? /^(\d+)%$/.exec(value)?.[1] : undefined;
  return percent === undefined ? Number(value) : Math.ceil(Number(percent) * of / 100);
}
