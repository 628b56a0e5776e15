/** What CloudWatch knows of runs: the function writes it, and whoever makes a dashboard or an alarm reads it by the same names. */

export const METRIC_NAMESPACE = 'CdkKarpenterMigration';
/** All metrics have the first dimension alone, and both. */
export const CLUSTER_DIMENSION = 'ClusterName';
export const STEP_DIMENSION = 'Step';

/** Each metric with its unit. */
export const METRICS = {
  /** Nodes that still have to go. */
  NodesLeft: 'Count',
  /** Evictions of one call. */
  PodsEvicted: 'Count',
  /** Evictions of one call that a PodDisruptionBudget refused. */
  EvictionsRefused: 'Count',
  /** New pods, made for evicted ones, that have been pending for more than a minute. */
  PodsPending: 'Count',
  /** Nodes that Karpenter has launched. */
  KarpenterNodes: 'Count',
  /** How long the run has been paused; 0 while it gets on. */
  PausedSeconds: 'Seconds',
  /** 1 in the call that stops the run safely, 0 in all others. */
  StoppedSafely: 'Count',
} as const;

export type MetricName = keyof typeof METRICS;
