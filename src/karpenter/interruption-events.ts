/**
 * Something that ends or threatens an instance, as EventBridge tells it.
 *
 * @internal
 */
export interface InterruptionEvent {
  /** The id of its rule. */
  readonly id: string;
  readonly source: string;
  readonly detailType: string;
}

/**
 * What all versions of Karpenter listen to. A rebalance recommendation makes an event of the node and nothing else.
 *
 * @internal
 */
export const INTERRUPTION_EVENTS: readonly InterruptionEvent[] = [
  { id: 'ScheduledChange', source: 'aws.health', detailType: 'AWS Health Event' },
  { id: 'SpotInterruption', source: 'aws.ec2', detailType: 'EC2 Spot Instance Interruption Warning' },
  { id: 'Rebalance', source: 'aws.ec2', detailType: 'EC2 Instance Rebalance Recommendation' },
  { id: 'InstanceStateChange', source: 'aws.ec2', detailType: 'EC2 Instance State-change Notification' },
];
