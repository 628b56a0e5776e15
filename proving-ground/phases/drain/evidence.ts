import { expectEqual } from '../../cluster/until';
import { Observation } from '../../observe';

/** Fewer refusals than this, and a run has not tested PodDisruptionBudgets. */
export const LEAST_REFUSALS = 20;

/** What must hold of every drain and of every way back; each throws with what it saw instead. */
export const EVIDENCE = {
  budgets: ({ disruption }: Observation) => {
    expectEqual('violations of PodDisruptionBudgets', disruption.violations, []);
    expectEqual('seconds of workloads below their budget', disruption.secondsBelow, {});
  },
  deletions: ({ audit }: Observation) => expectEqual('pods deleted past the Eviction API', audit.deletedPods, []),
  answers: ({ audit }: Observation) => expectEqual('evictions with another answer than 201 and 429', audit.failed, []),
  once: ({ disruption }: Observation, evictionsOfAPod = 1) => {
    const often = disruption.evicted.filter(({ evictedAt }) => evictedAt.length > evictionsOfAPod);
    if (often.length > 0) {
      throw new Error(`pods evicted more than ${evictionsOfAPod} times: ${often.map(({ controller, pods }) => `${controller} (${pods.join(' → ')})`).join(', ')}`);
    }
  },
} satisfies Record<string, (seen: Observation, evictionsOfAPod?: number) => void>;

/** No workload fell below its budget, no pod was deleted past the Eviction API, and no pod moved more often than it had to. */
export function expectUndisturbed(seen: Observation, most: { readonly evictionsOfAPod: number }): string {
  Object.values(EVIDENCE).forEach(holds => holds(seen, most.evictionsOfAPod));
  const { disruption, audit } = seen;
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
