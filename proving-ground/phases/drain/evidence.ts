import { Observation } from '../../observe';
import { expectEqual } from '../until';

/** Fewer refusals than this, and a run has not tested PodDisruptionBudgets. */
export const LEAST_REFUSALS = 20;

/** No workload fell below its budget, no pod was deleted past the Eviction API, and every pod moved once. */
export function expectUndisturbed({ disruption, audit }: Observation, most: { readonly evictionsOfAPod: number }): string {
  expectEqual('violations of PodDisruptionBudgets', disruption.violations, []);
  expectEqual('seconds of workloads below their budget', disruption.secondsBelow, {});
  expectEqual('pods deleted past the Eviction API', audit.deletedPods, []);
  expectEqual('evictions with another answer than 201 and 429', audit.failed, []);
  if (disruption.mostEvictionsOfAPod > most.evictionsOfAPod) {
    const often = disruption.evicted.filter(({ evictedAt }) => evictedAt.length > most.evictionsOfAPod);
    throw new Error(`pods evicted more than ${most.evictionsOfAPod} times: ${often.map(({ controller, pods }) => `${controller} (${pods.join(' → ')})`).join(', ')}`);
  }
  return `${audit.granted.length} evictions granted and ${audit.refused.length} refused, ${disruption.budgets.length} budgets never broken,`
    + ` at most ${disruption.mostEvictionsOfAPod} eviction of a pod, longest wait of a pod ${Math.round(disruption.longestWaitSeconds)} s`;
}

/** The figures of a drain, for the report. */
export function figures({ disruption, audit, callsPerNode }: Observation): Record<string, unknown> {
  return {
    seconds: Math.round(disruption.seconds),
    nodesDrained: disruption.nodesGone.length,
    evictionsGranted: audit.granted.length,
    evictionsRefused: audit.refused.length,
    budgetsBroken: disruption.violations.length,
    secondsBelowBudget: disruption.secondsBelow,
    podsDeletedByUs: audit.deletedPods.length,
    mostEvictionsOfAPod: disruption.mostEvictionsOfAPod,
    podsPendingOverAMinute: disruption.longWaits.length,
    longestWaitOfAPodSeconds: Math.round(disruption.longestWaitSeconds),
    kubernetesCallsPerNode: callsPerNode,
    kubernetesCalls: audit.calls,
  };
}
