export interface Sizes { readonly min: number; readonly max: number; readonly desired: number }

/** A managed node group of the cluster, as EKS and Auto Scaling see it. */
export interface NodegroupState {
  readonly name: string;
  readonly arn: string;
  /** As EKS says it; groups in deletion are left out. */
  readonly status: string;
  /** What EKS finds wrong with it. */
  readonly issues: readonly string[];
  /** As EKS says it; its desired size follows Auto Scaling's with a delay. */
  readonly sizes: Sizes;
  readonly tags: Readonly<Record<string, string>>;
  /** The update that goes on is the one that we began last; left out where none goes on. */
  readonly ownUpdate?: boolean;
  readonly group: AutoScalingGroupState;
}

export interface AutoScalingGroupState {
  readonly name: string;
  readonly sizes: Sizes;
  /** The names of the processes that are suspended. */
  readonly suspended: readonly string[];
  /** With those that have left the group and are not terminated yet. */
  readonly instances: readonly InstanceState[];
}

export interface InstanceState {
  readonly id: string;
  readonly launched: number;
  /** It counts for the group's desired capacity. */
  readonly counts: boolean;
  /** Its end has begun, whoever began it. */
  readonly leaving: boolean;
}

/** The id of the update that has begun, or why EKS refuses it. */
export type Resizing = { readonly update: string } | { readonly refused: string };

/** What the scale-down needs of EKS, Auto Scaling and EC2. */
export interface ScaleDownAwsPort {
  /** All managed node groups of the cluster. */
  nodegroups(): Promise<NodegroupState[]>;
  tag(arn: string, tags: Readonly<Record<string, string>>): Promise<void>;
  untag(arn: string, keys: readonly string[]): Promise<void>;
  /** What is left out stays. */
  resize(nodegroup: string, sizes: Partial<Sizes>): Promise<Resizing>;
  suspendRebalancing(autoScalingGroup: string): Promise<void>;
  resumeRebalancing(autoScalingGroup: string): Promise<void>;
  /** Those of the Auto Scaling groups whose instances are being refreshed. */
  refreshing(autoScalingGroups: readonly string[]): Promise<string[]>;
  /** The sizes of an Auto Scaling group at this very moment. */
  sizes(autoScalingGroup: string): Promise<Sizes>;
  /** Ends one instance of a group and lowers its desired capacity by one; gives the reason where Auto Scaling refuses. */
  terminate(instanceId: string): Promise<string | undefined>;
}

export const REBALANCING = 'AZRebalance';
