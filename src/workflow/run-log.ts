import { Leg } from './itinerary';
import { CLUSTER_DIMENSION, METRIC_NAMESPACE, MetricName, METRICS, STEP_DIMENSION } from './metrics';
import { RunState, secondsSince } from './run-state';
import { Counts, Progress } from './step';

/**
 * One line of the log for a call of a step, which CloudWatch turns into metrics by itself.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function logLine(clusterName: string, leg: Leg, state: RunState, progress: Pick<Progress, 'counts' | 'undo'>, now: Date): Record<string, unknown> {
  const metrics = metricsOf(progress.counts ?? {}, state, now);
  return {
    _aws: {
      Timestamp: now.getTime(),
      CloudWatchMetrics: [{
        Namespace: METRIC_NAMESPACE,
        Dimensions: [[CLUSTER_DIMENSION], [CLUSTER_DIMENSION, STEP_DIMENSION]],
        Metrics: Object.keys(metrics).map(Name => ({ Name, Unit: METRICS[Name as MetricName] })),
      }],
    },
    [CLUSTER_DIMENSION]: clusterName,
    [STEP_DIMENSION]: leg.step,
    ...metrics,
    level: state.outcome === 'paused' && state.awaitingSince === undefined || state.outcome === 'stopped' ? 'warn' : 'info',
    message: state.says,
    stage: state.stage,
    direction: leg.direction,
    generation: state.generation,
    outcome: state.outcome,
    pausedBy: state.pausedBy,
    pausedSince: state.pausedSince,
    undoByHand: progress.undo,
  };
}

function metricsOf(counts: Counts, state: RunState, now: Date): Partial<Record<MetricName, number>> {
  const all: Record<MetricName, number | undefined> = {
    NodesLeft: counts.nodesLeft,
    PodsEvicted: counts.podsEvicted,
    EvictionsRefused: counts.evictionsRefused,
    PodsPending: counts.podsPending,
    KarpenterNodes: counts.karpenterNodes,
    // Where the user wants something to be waited for, nobody has to do anything.
    PausedSeconds: state.pausedSince === undefined || state.awaitingSince !== undefined ? 0 : Math.round(secondsSince(state.pausedSince, now)),
    StoppedSafely: state.outcome === 'stopped' ? 1 : 0,
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}
