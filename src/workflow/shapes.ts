import { Duration } from 'aws-cdk-lib';
import { ClusterAutoscaler } from './cluster-autoscaler/cluster-autoscaler';
import { CriticalWorkload } from './critical-workloads/critical-workload';
import { CutOverOptions } from './cut-over-options';
import { BatchSize } from './scale-down/batch-size';
import { DisruptionLimit, WorkloadDisruptionLimit } from './scale-down/disruption-limit';
import { MaintenanceWindow } from './scale-down/maintenance-window';
import { NodegroupTarget, ScaleDownOptions } from './scale-down/scale-down-options';
import { ALARM, duration, minutes, TIME_ZONE } from '../input/cdk-kinds';
import { IMAGE } from '../input/images';
import { FLAG, instance, known, list, oneOf, required, textOf } from '../input/kinds';
import { Shape, struct } from '../input/shape';
import { MigrationStage } from '../words/migration-stage';
import { PreflightCheck } from '../words/preflight-check';
import { Weekday } from '../words/weekday';

/** What stages do, as the migration and the preflight are given it. */

export const STAGE = known(oneOf(MigrationStage));

export const ACCEPTED_RISKS = list(known(oneOf(PreflightCheck)));

export const TARGETS = list(instance(NodegroupTarget, 'NodegroupTarget.of(...)'));

export const CRITICAL_WORKLOADS = list(
  instance(CriticalWorkload, 'CriticalWorkload.deployment(...) or another CriticalWorkload'),
  { identity: ({ _reference: { Kind, Namespace, Name } }) => `${Kind} ${Namespace}/${Name}` },
);

export const CLUSTER_AUTOSCALER = instance(ClusterAutoscaler, 'ClusterAutoscaler.discovered() or another ClusterAutoscaler');

export const CUT_OVER_OPTIONS: Shape<CutOverOptions> = {
  criticalWorkloads: CRITICAL_WORKLOADS,
  clusterAutoscaler: CLUSTER_AUTOSCALER,
  canaryImage: IMAGE,
};

/** Beyond a week nobody watches a migration any more. */
const LONGEST_PAUSE = Duration.days(7);

/** A run that gives up at once could never wait for anything, and one that never does tells nobody. */
const PATIENCE = [Duration.minutes(1), Duration.days(30)] as const;

/** What target groups of load balancers have. @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-target-group-attributes.html */
const LONGEST_DEREGISTRATION = Duration.hours(1);

/** What CloudWatch tells about at a time. @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html */
const MOST_ALARMS = 100;

const MAINTENANCE_WINDOW: Shape<MaintenanceWindow> = {
  days: known(list(known(oneOf(Weekday)), { empty: 'leave it out for every day, or name some', identity: day => day })),
  start: required(known(textOf(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time of the day as HH:MM, from 00:00 to 23:59'))),
  duration: required(minutes(Duration.minutes(15), Duration.hours(24))),
  timeZone: TIME_ZONE,
};

export const SCALE_DOWN_OPTIONS: Shape<ScaleDownOptions> = {
  targets: TARGETS,
  batchSize: instance(BatchSize, 'BatchSize.percentage(...) or BatchSize.count(...)'),
  disruptionLimit: instance(DisruptionLimit, 'DisruptionLimit.percentage(...) or DisruptionLimit.count(...)'),
  workloadLimits: list(
    instance(WorkloadDisruptionLimit, 'WorkloadDisruptionLimit.deployment(...) or WorkloadDisruptionLimit.statefulSet(...)'),
    { identity: ({ _limit: { Kind, Namespace, Name } }) => `${Kind} ${Namespace}/${Name}` },
  ),
  preProvision: FLAG,
  pauseBetweenBatches: duration(Duration.seconds(0), LONGEST_PAUSE),
  deregistrationDelay: duration(Duration.seconds(0), LONGEST_DEREGISTRATION),
  pauseWhile: known(list(ALARM, { maximum: MOST_ALARMS, identity: ({ alarmArn }) => alarmArn })),
  maintenanceWindows: known(list(struct(MAINTENANCE_WINDOW), {
    maximum: 50, empty: 'leave it out where nodes may be begun at any time, or name a window',
  })),
  patience: duration(...PATIENCE),
  force: FLAG,
};
