import { expectEqual } from '../../cluster/until';
import { Observation } from '../../observe';
import { Lineage } from '../../observe/lineages';

/** Fewer budgets than this at their limit, and a run has not tested them. */
export const LEAST_USED_UP = 3;
/** Of the pods of a workload without a budget as many stay Ready, but for one. */
const STAYING = 0.75;

/** How often a pod and its successors may be evicted. */
export interface Most {
  readonly evictionsOfAPod: number;
  /**
   * Only those of ours count: Karpenter goes on with its own.
   * @default - anybody's count
   */
  readonly byUs?: boolean;
  /**
   * Nobody but us takes pods, so that workloads without a budget keep to our limit.
   * @default false
   */
  readonly limits?: boolean;
}

/** What must hold of every drain and of every way back; each throws with what it saw instead. */
export const EVIDENCE = {
  budgets: ({ disruption }: Observation) => {
    expectEqual('violations of PodDisruptionBudgets', disruption.violations, []);
    expectEqual('seconds of workloads below their budget', disruption.secondsBelow, {});
  },
  /** What the migration takes of workloads that no budget is over. */
  limits: ({ disruption: { evicted, fewestReady, withoutBudget } }: Observation) => {
    const ours = new Set(evicted.map(({ controller }) => controller).filter(controller => withoutBudget.includes(controller)));
    const least = (before: number) => before - Math.max(1, Math.floor(before * (1 - STAYING)));
    const below = Object.entries(fewestReady).filter(([workload, { before, fewest }]) => ours.has(workload) && fewest < least(before));
    expectEqual('workloads without a budget below three quarters of their pods', below.map(([workload, { before, fewest }]) => `${workload}: ${fewest} of ${before}`), []);
  },
  deletions: ({ audit }: Observation) => expectEqual('pods deleted past the Eviction API', audit.deletedPods, []),
  answers: ({ audit }: Observation) => expectEqual('evictions with another answer than 201 and 429', audit.failed, []),
  once: (seen: Observation, { evictionsOfAPod, byUs = false }: Most = { evictionsOfAPod: 1 }) => {
    const often = seen.disruption.evicted.filter(line => (byUs ? evictionsByUs(line, seen) : line.evictedAt.length) > evictionsOfAPod);
    if (often.length > 0) {
      throw new Error(`pods evicted more than ${evictionsOfAPod} times${byUs ? ' by us' : ''}: ${often.map(({ controller, pods }) => `${controller} (${pods.join(' → ')})`).join(', ')}`);
    }
  },
} satisfies Record<string, (seen: Observation, most?: Most) => void>;

function evictionsByUs({ controller, pods }: Lineage, { audit }: Observation): number {
  const names = new Set(pods.map(name => `${controller.split('/')[0]}/${name}`));
  return audit.granted.filter(({ pod }) => names.has(pod)).length;
}

/** No workload fell below its budget, no pod was deleted past the Eviction API, and no pod moved more often than it had to. */
export function expectUndisturbed(seen: Observation, most: Most): string {
  const { limits, ...always } = EVIDENCE;
  Object.values(always).forEach(holds => holds(seen, most));
  if (most.limits) {
    limits(seen);
  }
  const { disruption, audit } = seen;
  const all = disruption.evicted.reduce((sum, { evictedAt }) => sum + evictedAt.length, 0);
  return `${audit.granted.length} evictions granted and ${audit.refused.length} refused, ${disruption.budgets.length} budgets never broken,`
    + ` at most ${disruption.mostEvictionsOfAPod} eviction of a pod, longest wait of a pod ${Math.round(disruption.longestWaitSeconds)} s${all > audit.granted.length ? `; ${all - audit.granted.length} evictions by others` : ''}`;
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
