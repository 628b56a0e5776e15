import { Duration } from 'aws-cdk-lib';
import { ClusterAutoscaler } from './cluster-autoscaler/cluster-autoscaler';
import { LONGEST_WAIT_MINUTES, ScaleDownConfiguration, WorkflowConfiguration } from './contract';
import { CriticalWorkload } from './critical-workloads/critical-workload';
import { CutOverOptions } from './cut-over-options';
import { alarmsOf } from './scale-down/alarms';
import { BatchSize } from './scale-down/batch-size';
import { DisruptionLimit } from './scale-down/disruption-limit';
import { windowOf } from './scale-down/maintenance-window';
import { ScaleDownOptions } from './scale-down/scale-down-options';

/** Upstream's guides use this image for pods that only take room. */
export const DEFAULT_CANARY_IMAGE = 'public.ecr.aws/eks-distro/kubernetes/pause:3.7';
/** What the target groups of AWS' load balancers have. */
export const DEFAULT_DEREGISTRATION_DELAY = Duration.minutes(5);
export const DEFAULT_PATIENCE = Duration.hours(1);

export const LONGEST_WAIT = Duration.minutes(LONGEST_WAIT_MINUTES);

/** How long a deployment waits for its run. */
export function waitForRun(given: Duration = LONGEST_WAIT): Duration {
  if (given.toSeconds() > LONGEST_WAIT.toSeconds()) {
    throw new Error(`waitForRun must be ${LONGEST_WAIT.toMinutes()} minutes or less, because CloudFormation gives a custom resource an hour, got ${given.toHumanString()}`);
  }
  return given;
}

/** What users say about the workflow, in the words of its functions. */
export function workflowOptions(
  cutOver: CutOverOptions = {}, scaleDown: ScaleDownOptions = {},
): Pick<WorkflowConfiguration, 'CriticalWorkloads' | 'ClusterAutoscaler' | 'CanaryImage' | 'ScaleDown' | 'PatienceMinutes'> {
  return {
    CriticalWorkloads: (cutOver.criticalWorkloads ?? CriticalWorkload.defaults()).map(workload => workload._reference),
    ClusterAutoscaler: (cutOver.clusterAutoscaler ?? ClusterAutoscaler.discovered())._reference,
    CanaryImage: cutOver.canaryImage ?? DEFAULT_CANARY_IMAGE,
    ScaleDown: scaleDownOptions(scaleDown),
    PatienceMinutes: Math.ceil((scaleDown.patience ?? DEFAULT_PATIENCE).toMinutes({ integral: false })),
  };
}

function scaleDownOptions(options: ScaleDownOptions): ScaleDownConfiguration {
  const { batchSize = BatchSize.percentage(10), disruptionLimit = DisruptionLimit.percentage(25), workloadLimits = [], targets = [] } = options;
  const names = targets.map(target => target.nodegroup);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) {
    throw new Error(`scaleDown.targets names node group "${twice}" twice: keep one of them`);
  }
  return {
    Targets: targets.map(({ nodegroup, size }) => ({ Nodegroup: nodegroup, Size: size })),
    BatchSize: batchSize._amount,
    DisruptionLimit: disruptionLimit._amount,
    WorkloadLimits: workloadLimits.length > 0 ? workloadLimits.map(({ _limit }) => _limit) : undefined,
    PreProvision: options.preProvision || undefined,
    PauseSeconds: options.pauseBetweenBatches?.toSeconds() ?? 0,
    DeregistrationSeconds: (options.deregistrationDelay ?? DEFAULT_DEREGISTRATION_DELAY).toSeconds(),
    Force: options.force ?? false,
    PauseWhile: alarmsOf(options.pauseWhile ?? []),
    MaintenanceWindows: options.maintenanceWindows?.map(windowOf),
  };
}
