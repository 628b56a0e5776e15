import { Duration } from 'aws-cdk-lib';
import { Consolidation, NodeExpiry } from './disruption';
import { DisruptionBudget } from './disruption-budget';
import { EC2NodeClass } from './ec2-node-class';
import { PoolLimits } from '../pool-limits';
import { Requirement } from '../requirement';
import { Taint } from '../taint';

/**
 * Which nodes Karpenter launches, and when it takes them away.
 *
 * All fields of karpenter.sh/v1 are here but `replicas`, which needs the feature gate StaticCapacity: such a pool keeps a fixed number
 * of nodes, whether pods need them or not.
 *
 * @see https://karpenter.sh/docs/concepts/nodepools/
 */
export interface NodePoolOptions {
  /**
   * The name of the object: a DNS name of at most 63 characters, as Karpenter makes a label of it.
   *
   * With another name it is another NodePool: a new one is made, then the old one is deleted and its nodes end with it. In a
   * migration the old one is kept until the deployment is over, then its nodes are drained one batch after the other, and it is deleted.
   *
   * @default 'default'
   */
  readonly name?: string;

  /**
   * How the nodes are launched; the NodePool is applied after it, and deleted before it.
   *
   * Excludes `nodeClassName`.
   *
   * @default - the EC2NodeClass with `nodeClassName`
   */
  readonly nodeClass?: EC2NodeClass;

  /**
   * The name of an EC2NodeClass that something else makes.
   *
   * Excludes `nodeClass`.
   *
   * @default 'default'
   */
  readonly nodeClassName?: string;

  /**
   * What every node must have; all must hold, at most 100 with the defaults.
   *
   * Karpenter itself adds nothing here. So these defaults are added, each only where neither a requirement nor a label has its key:
   * the operating system of `nodeClass` (Linux where it is not known), amd64, on-demand; and, where nothing is said about instance
   * types, families, categories and generations, the categories c, m and r of a generation above 2.
   *
   * Fails on requirements that contradict each other or a label, as no node could be launched.
   *
   * @default - only what is added
   */
  readonly requirements?: Requirement[];

  /**
   * Labels of every node, at most 100; Karpenter also takes them for requirements.
   *
   * Fails on labels that Karpenter keeps for itself.
   *
   * @default - those that follow from the requirements
   */
  readonly labels?: { [key: string]: string };

  /**
   * Annotations of every node.
   *
   * @default - none
   */
  readonly annotations?: { [key: string]: string };

  /**
   * Labels of the NodePool itself, for those who look for it; nodes do not get them.
   *
   * @default - none
   */
  readonly objectLabels?: { [key: string]: string };

  /**
   * Annotations of the NodePool itself; nodes do not get them.
   *
   * @default - none
   */
  readonly objectAnnotations?: { [key: string]: string };

  /**
   * Taints of every node; nodes are launched only for pods that tolerate them.
   *
   * @default - none
   */
  readonly taints?: Taint[];

  /**
   * Taints that every node has at first and something else, such as a DaemonSet, takes away; pods need not tolerate them.
   *
   * A key has each effect at most once over both lists of taints.
   *
   * @default - none
   */
  readonly startupTaints?: Taint[];

  /**
   * When nodes that the cluster can do without are taken away.
   *
   * @default Consolidation.whenEmptyOrUnderutilized(Duration.minutes(1))
   */
  readonly consolidation?: Consolidation;

  /**
   * How many nodes Karpenter may disrupt at the same time of its own accord, at most 50 budgets; an empty list is no limit.
   *
   * @default - one of 10 percent, as Karpenter's own
   */
  readonly disruptionBudgets?: DisruptionBudget[];

  /**
   * The age at which a node is ended, by force: no replacement is waited for and no disruption budget holds it back.
   *
   * @default - NodeExpiry.after(Duration.hours(720))
   */
  readonly expireAfter?: NodeExpiry;

  /**
   * How long a node that goes may take to drain, in whole seconds; then its pods are deleted, whatever their budgets say.
   *
   * With it, drift also begins on nodes whose pods must not be moved.
   *
   * @default - as long as it takes
   */
  readonly terminationGracePeriod?: Duration;

  /**
   * How much all nodes together may have; what is given here takes the place of the default as a whole.
   *
   * @default - 1000 vCPUs
   */
  readonly limits?: PoolLimits;

  /**
   * The priority among NodePools that fit a pod, from 1 to 100; higher ones come first.
   *
   * @default - after all that have a weight
   */
  readonly weight?: number;
}
