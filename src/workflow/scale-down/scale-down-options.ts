import { Duration, Token } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { BatchSize } from './batch-size';
import { DisruptionLimit, WorkloadDisruptionLimit } from './disruption-limit';
import { MaintenanceWindow } from './maintenance-window';
import { NODEGROUP_NAME } from '../../cluster/shapes';
import { checkKind, shown } from '../../input/kind';

/** How many nodes one node group keeps. */
export class NodegroupTarget {
  /**
   * @param nodegroup the name of a managed node group of the migration; another one is an error, at synthesis where `nodegroups` are named,
   * else in the preflight
   * @param size nodes that stay, 0 or more; a group that has fewer keeps what it has
   */
  public static of(nodegroup: string, size: number): NodegroupTarget {
    checkKind('the node group of a target', nodegroup, NODEGROUP_NAME);
    if (!Token.isUnresolved(size) && (!Number.isInteger(size) || size < 0)) {
      throw new Error(`the target of node group "${nodegroup}" must be a whole number of nodes, 0 or more, got ${shown(size)}`);
    }
    return new NodegroupTarget(nodegroup, size);
  }

  private constructor(
    /** The name of the node group. */
    public readonly nodegroup: string,
    /** The nodes that stay. */
    public readonly size: number,
  ) {}
}

/**
 * What stage `SCALE_DOWN` does: node groups to their minimum, several nodes at a time.
 *
 * `batchSize`, the limits, `pauseBetweenBatches`, `deregistrationDelay` and `force` also count where Karpenter's own nodes are drained: at
 * `MigrationStage.REMOVED`, and after a pool was renamed or dropped. So do `pauseWhile` and `maintenanceWindows`. `patience` counts for every run.
 *
 * @see https://karpenter.sh/v0.29/getting-started/migrating-from-cas/#remove-cas
 */
export interface ScaleDownOptions {
  /**
   * Node groups whose size in the end is not the guide's.
   *
   * Groups that host Karpenter and critical workloads keep more where these would not fit with one node lost.
   *
   * @default - the guide's: 2 nodes where one node group takes part, else 1 each; never more than a group has
   */
  readonly targets?: NodegroupTarget[];

  /**
   * How many nodes lose their pods at a time. The next one follows as soon as all pods of one have found another node. It ends when they are Ready there and
   * load balancers have let go of it; never more nodes than a batch wait for that.
   *
   * Where several nodes are held up by what may not leave them, only one more is drained beside them.
   *
   * @default BatchSize.percentage(10)
   */
  readonly batchSize?: BatchSize;

  /**
   * How many pods of a workload may be missing at a time, where it has no PodDisruptionBudget: evicted ones whose replacement is not Ready yet, and those
   * that are not Ready for other reasons. A workload that lacks as many already holds up the nodes where its other pods are.
   *
   * @default DisruptionLimit.percentage(25)
   */
  readonly disruptionLimit?: DisruptionLimit;

  /**
   * The limits of workloads for which `disruptionLimit` is not right.
   *
   * @default - none
   */
  readonly workloadLimits?: WorkloadDisruptionLimit[];

  /**
   * Whether nodes come before pods go: every pod of a node that is drained is stood for by a pod of the same size, which does nothing, until Karpenter has
   * a node for all of them. Then a pod that is evicted waits for no node, and none is evicted that finds none.
   *
   * The pods are in Karpenter's namespace and of the lowest priority, so that whatever needs their room takes it; their image is `cutOver.canaryImage`.
   * A drain asks the Kubernetes API for about twice as much. Where Karpenter's own nodes are drained this does nothing: on the way back node groups have their nodes
   * before.
   *
   * @default false
   */
  readonly preProvision?: boolean;

  /**
   * The pause between two batches, in whole seconds, 7 days at most. With a pause no node is begun before all of the batch before have ended.
   *
   * @default Duration.seconds(0)
   */
  readonly pauseBetweenBatches?: Duration;

  /**
   * How long load balancers may take to let go of a node before its instance ends. It is waited for only where the cluster
   * has a load balancer: a Service of that type, an Ingress or a TargetGroupBinding. An hour at most, as with target groups.
   *
   * @default Duration.minutes(5)
   */
  readonly deregistrationDelay?: Duration;

  /**
   * Alarms, of which none may be in `ALARM` when a node is begun. They are read each time, and every five minutes at least while one rings. Nodes that are
   * begun already go on; where there are none, the others become schedulable again until it is over.
   *
   * Such a pause takes as long as the alarm: `patience` does not run, and a deployment does not wait for it, except to `MigrationStage.REMOVED`, which
   * must be complete. `INSUFFICIENT_DATA` does not pause, because many an alarm has no data as long as nothing is wrong. An alarm that does not exist pauses
   * the run until it does, with `patience`. A creation that rolls back waits for none.
   *
   * At most 100, metric alarms and composite ones, of the region and account of the migration; others are an error where that is known at synthesis. Our
   * function may read these alone; all alarms if one of them is composite or imported, because CloudWatch tells of composite alarms only whoever may read all.
   *
   * @default - none
   * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html
   */
  readonly pauseWhile?: cloudwatch.IAlarm[];

  /**
   * When nodes may be begun: outside of all windows none is. Nodes that are begun in a window go on beyond its end, so leave time for that; the others become
   * schedulable again until the next one opens.
   *
   * Such a pause takes as long as it takes: `patience` does not run, and a deployment does not wait for it, except to `MigrationStage.REMOVED`, which must be
   * complete and fails where no window opens in time. A creation that rolls back waits for none. At most 50; an empty list is an error, as is a token.
   *
   * @default - always
   */
  readonly maintenanceWindows?: MaintenanceWindow[];

  /**
   * How long a run may be blocked by one and the same reason, whatever it does, until it stops safely: everything is made schedulable
   * again, what is empty already only where a pod finds no other node, and all keeps running. It goes on with another `revision` or by a new execution. From a
   * minute to 30 days.
   *
   * @default Duration.hours(1)
   */
  readonly patience?: Duration;

  /**
   * Deletes pods that cannot be evicted, once a run has been blocked by them for as long as `patience`.
   *
   * This **overrides PodDisruptionBudgets, the annotation by which a pod stays (`karpenter.sh/do-not-evict`, with Karpenter v1
   * `karpenter.sh/do-not-disrupt`) and the lack of a controller**: workloads may become unavailable, and a pod without a controller does
   * not come back. One pod of a workload goes at a time, and none while a replacement is not Ready. Nothing else that blocks a run is
   * overridden.
   *
   * @default false
   */
  readonly force?: boolean;
}
