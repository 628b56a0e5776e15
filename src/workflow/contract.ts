import { Toleration } from '../kubernetes/scheduling';
import { MigrationStage } from '../words/migration-stage';
import { PreflightCheck } from '../words/preflight-check';
import { Weekday } from '../words/weekday';

export const MIGRATION_STAGE_TYPE = 'Custom::KarpenterMigrationStage';
/** What the AWS function tells the Kubernetes function when a stack is deleted and Karpenter stays. */
export const ABANDON_QUERY = 'abandon-claim';

/** The longest that a deployment waits for its run: CloudFormation gives a custom resource an hour. */
export const LONGEST_WAIT_MINUTES = 50;

/** Everything that the steps must know; it stands in the definition of the state machine. */
export interface WorkflowConfiguration {
  readonly ClusterName: string;
  readonly KubectlRoleArn: string;
  /** The function that answers for the Kubernetes API. */
  readonly KubernetesFunctionArn: string;
  /** Whose the claim on the cluster is. */
  readonly Owner: string;
  /** The name of Karpenter's API. */
  readonly Api: string;
  /** Without a leading `v`; only where it decides about what the API of Karpenter takes. */
  readonly KarpenterVersion?: string;
  /** The node groups of the migration; all managed ones if undefined. */
  readonly Nodegroups?: readonly string[];
  /** Where Karpenter and critical workloads live; the same as Nodegroups if undefined. */
  readonly HostNodegroups?: readonly string[];
  /** Karpenter's namespace, and the Helm release in it. */
  readonly Namespace: string;
  readonly Release: string;
  /** Karpenter's replicas, and what one requests. */
  readonly Replicas: number;
  readonly Cpu: string;
  readonly Memory: string;
  /** What it tolerates, where that is not what the chart says. */
  readonly Tolerations?: readonly Toleration[];
  /** The pools of the migration; the first one launches the canary. */
  readonly Pools: readonly string[];
  /** Its node classes. */
  readonly NodeClasses: readonly string[];
  /** The ARN of the stack whose deployments decide; the outermost one of nested ones. */
  readonly StackId: string;
  readonly CriticalWorkloads: readonly WorkloadReference[];
  readonly ClusterAutoscaler: AutoscalerReference;
  readonly CanaryImage: string;
  readonly ScaleDown: ScaleDownConfiguration;
  /** Minutes that a run may be blocked before it stops safely. */
  readonly PatienceMinutes: number;
  readonly AcceptedRisks: readonly PreflightCheck[];
  /** Resources of which nodes have some number by Karpenter's settings, or `*` for all extended ones; only where there are any. */
  readonly Uncounted?: readonly string[];
}

/** A workload that is pinned to node groups. */
export interface WorkloadReference {
  readonly Kind: 'Deployment' | 'StatefulSet';
  readonly Namespace: string;
  readonly Name: string;
  /** One of the defaults may be missing, one that the user named may not. */
  readonly Optional: boolean;
}

/** Which Deployments are the Cluster Autoscaler's: found by the usual names, named, or none at all. */
export type AutoscalerReference =
  | { readonly Kind: 'discovered' }
  | { readonly Kind: 'named'; readonly Namespace: string; readonly Name: string }
  /** Each serves some of the node groups. */
  | { readonly Kind: 'several'; readonly Deployments: ReadonlyArray<{ readonly Namespace: string; readonly Name: string }> }
  | { readonly Kind: 'absent' };

/** A number, or a share of something. */
export type Amount = { readonly Count: number } | { readonly Percentage: number };

export interface WorkloadLimit {
  readonly Kind: 'Deployment' | 'StatefulSet';
  readonly Namespace: string;
  readonly Name: string;
  readonly Limit: Amount;
}

export interface ScaleDownConfiguration {
  /** Node groups whose target is not the guide's. */
  readonly Targets: ReadonlyArray<{ readonly Nodegroup: string; readonly Size: number }>;
  /** Nodes at a time, of all that the cluster has. */
  readonly BatchSize: Amount;
  /** Pods of a workload that may be missing at a time, where no PodDisruptionBudget says so. */
  readonly DisruptionLimit: Amount;
  /** Of workloads for which that is not so; only where there are any. */
  readonly WorkloadLimits?: readonly WorkloadLimit[];
  /** Room for pods is made before they are evicted; not if undefined. */
  readonly PreProvision?: boolean;
  readonly PauseSeconds: number;
  /** Between the exclusion from load balancers and the end of an instance, where the cluster has any load balancer. */
  readonly DeregistrationSeconds: number;
  /** Delete pods that cannot be evicted once patience is over. */
  readonly Force: boolean;
  /** Alarms, of which none may ring when a node is begun; only where there are any. */
  readonly PauseWhile?: AlarmsConfiguration;
  /** Outside of all of them no node is begun; always if undefined. */
  readonly MaintenanceWindows?: readonly WindowConfiguration[];
}

/** As CloudWatch calls them. */
export type AlarmType = 'CompositeAlarm' | 'MetricAlarm';

export interface AlarmsConfiguration {
  readonly AlarmArns: readonly string[];
  /** What is asked for: composite alarms may only be read by whoever may read all alarms. */
  readonly AlarmTypes: readonly AlarmType[];
}

export interface WindowConfiguration {
  /** On which it begins. */
  readonly Days: readonly Weekday[];
  /** As `HH:MM`. */
  readonly Start: string;
  readonly Minutes: number;
  /** By the name that it has in the database of IANA. */
  readonly TimeZone: string;
}

export interface MigrationStageProperties {
  readonly ClusterName: string;
  readonly KubectlRoleArn: string;
  /** The function that answers for the Kubernetes API. */
  readonly KubernetesFunctionArn: string;
  readonly StateMachineArn: string;
  readonly Stage: MigrationStage;
  /** Whose the claim on the cluster is. */
  readonly Owner: string;
  /** The name of Karpenter's API. */
  readonly Api: string;
  /** The configuration as JSON: a change of it must reach a run. */
  readonly Configuration: string;
  /** How long a deployment waits for a run that raises or lowers the stage. */
  readonly WaitSeconds: number;
  /** Whether even a creation that rolls back leaves everything, because it took over what was there; not if undefined. */
  readonly TakesOver?: boolean;
  readonly Revision?: string;
}
