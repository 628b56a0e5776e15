import { Leg } from './itinerary';
import { RunState, secondsSince } from './run-state';
import { Counts, Progress } from './step';

const NAMESPACE = 'CdkKarpenterMigration';

const UNITS: Readonly<Record<string, string>> = { NodesLeft: 'Count', PodsEvicted: 'Count', EvictionsRefused: 'Count', PausedSeconds: 'Seconds' };

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
        Namespace: NAMESPACE,
        Dimensions: [['ClusterName'], ['ClusterName', 'Step']],
        Metrics: Object.keys(metrics).map(Name => ({ Name, Unit: UNITS[Name] })),
      }],
    },
    ClusterName: clusterName,
    Step: leg.step,
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

function metricsOf(counts: Counts, state: RunState, now: Date): Record<string, number> {
  const all: Record<string, number | undefined> = {
    NodesLeft: counts.nodesLeft,
    PodsEvicted: counts.podsEvicted,
    EvictionsRefused: counts.evictionsRefused,
    // Where the user wants something to be waited for, nobody has to do anything.
    PausedSeconds: state.pausedSince === undefined || state.awaitingSince !== undefined ? 0 : Math.round(secondsSince(state.pausedSince, now)),
  };
  return Object.fromEntries(Object.entries(all).filter((entry): entry is [string, number] => entry[1] !== undefined));
}
