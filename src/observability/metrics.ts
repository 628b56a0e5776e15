import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { IConstruct } from 'constructs';
import { CLUSTER_DIMENSION, METRIC_NAMESPACE, MetricName } from '../workflow/metrics';

/** How the values of a period make one: what each call has done adds up, how things stand does not. */
const STATISTICS: Readonly<Record<MetricName, string>> = {
  NodesLeft: cloudwatch.Stats.MAXIMUM,
  PodsEvicted: cloudwatch.Stats.SUM,
  EvictionsRefused: cloudwatch.Stats.SUM,
  PodsPending: cloudwatch.Stats.MAXIMUM,
  KarpenterNodes: cloudwatch.Stats.MAXIMUM,
  PausedSeconds: cloudwatch.Stats.MAXIMUM,
  StoppedSafely: cloudwatch.Stats.SUM,
};

/** A metric that the runs of a migration write, of its account and region. */
export function metricOf(scope: IConstruct, clusterName: string, metricName: MetricName, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
  return new cloudwatch.Metric({
    namespace: METRIC_NAMESPACE,
    metricName,
    dimensionsMap: { [CLUSTER_DIMENSION]: clusterName },
    statistic: STATISTICS[metricName],
    ...options,
  }).attachTo(scope);
}
