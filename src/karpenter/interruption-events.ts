/**
 * Something that ends or threatens an instance, as EventBridge tells it.
 *
 * @internal
 */
export interface InterruptionEvent {
  readonly source: string;
  readonly detailType: string;
}

/**
 * What all versions of Karpenter listen to. A rebalance recommendation makes an event of the node and nothing else.
 *
 * @internal
 */
export const INTERRUPTION_EVENTS: readonly InterruptionEvent[] = [
  { source: 'aws.health', detailType: 'AWS Health Event' },
  { source: 'aws.ec2', detailType: 'EC2 Spot Instance Interruption Warning' },
  { source: 'aws.ec2', detailType: 'EC2 Instance Rebalance Recommendation' },
  { source: 'aws.ec2', detailType: 'EC2 Instance State-change Notification' },
];
