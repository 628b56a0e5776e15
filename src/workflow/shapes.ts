import { Duration } from 'aws-cdk-lib';
import { ClusterAutoscaler } from './cluster-autoscaler/cluster-autoscaler';
import { CriticalWorkload } from './critical-workloads/critical-workload';
import { CutOverOptions } from './cut-over-options';
import { BatchSize } from './scale-down/batch-size';
import { DisruptionLimit, WorkloadDisruptionLimit } from './scale-down/disruption-limit';
import { NodegroupTarget, ScaleDownOptions } from './scale-down/scale-down-options';
import { duration } from '../input/cdk-kinds';
import { IMAGE } from '../input/images';
import { FLAG, instance, known, list, oneOf } from '../input/kinds';
import { Shape } from '../input/shape';
import { MigrationStage } from '../words/migration-stage';
import { PreflightCheck } from '../words/preflight-check';

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
  patience: duration(...PATIENCE),
  force: FLAG,
};
