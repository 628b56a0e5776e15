import { Duration } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { acceptFinding } from '../custom-resources/accepted-findings';
import { checkShape, Shape } from '../input/shape';
import { KarpenterRelease } from '../karpenter/karpenter-release';
import { RELEASE } from '../karpenter/shapes';

/** EC2 gives two minutes of notice: what is older helps nobody. */
const RETENTION = Duration.minutes(5);

/** Which interruptions the queue is told of. */
export interface KarpenterInterruptionQueueProps {
  /**
   * The version of Karpenter: from 1.10 on it also listens to interruptions of capacity reservations.
   *
   * @default KarpenterRelease.v0()
   */
  readonly release?: KarpenterRelease;
}

const SHAPE: Shape<KarpenterInterruptionQueueProps> = { release: RELEASE };

/**
 * A queue to which EventBridge sends what interrupts instances of the region: Spot interruptions, rebalance recommendations, scheduled
 * changes of AWS Health, and changes of an instance's state. Karpenter replaces and drains its own nodes among them before they end.
 *
 * It is encrypted by keys of SQS, keeps messages for 300 seconds, and refuses calls without TLS. It departs from upstream's template in
 * two things: its name is generated, because the cluster's name need not be free; and it takes messages of EventBridge from its own
 * rule only, and none of SQS itself, because upstream's takes those of any account, which could end nodes.
 *
 * The controller must be told its name (`KarpenterChart`) and be allowed to read it (`ControllerRole`).
 *
 * @see https://karpenter.sh/docs/concepts/disruption/#interruption
 */
export class KarpenterInterruptionQueue extends Construct {
  /** The queue. */
  public readonly queue: sqs.Queue;

  public constructor(scope: Construct, id: string, props: KarpenterInterruptionQueueProps = {}) {
    super(scope, id);
    checkShape('KarpenterInterruptionQueue', props, SHAPE);
    const { interruptionEvents } = (props.release ?? KarpenterRelease.v0())._generation;
    this.queue = new sqs.Queue(this, 'Queue', { encryption: sqs.QueueEncryption.SQS_MANAGED, retentionPeriod: RETENTION });
    acceptFinding(this.queue, 'AwsSolutions-SQS3', 'a notice that nobody has read within five minutes is worthless: there is nothing to try again');
    this.admit(new events.CfnRule(this, 'Rule', {
      description: 'Karpenter: what ends or threatens instances',
      // One rule for all: no detail type is of two sources.
      eventPattern: {
        'source': [...new Set(interruptionEvents.map(({ source }) => source))],
        'detail-type': interruptionEvents.map(({ detailType }) => detailType),
      },
      targets: [{ id: 'KarpenterInterruptionQueueTarget', arn: this.queue.queueArn }],
    }));
  }

  private admit(rule: events.CfnRule): void {
    const resources = [this.queue.queueArn];
    [
      new iam.PolicyStatement({
        sid: 'AllowRules',
        principals: [new iam.ServicePrincipal('events.amazonaws.com')],
        actions: ['sqs:SendMessage'],
        resources,
        conditions: { ArnEquals: { 'aws:SourceArn': rule.attrArn } },
      }),
      new iam.PolicyStatement({
        sid: 'DenyHTTP',
        effect: iam.Effect.DENY,
        principals: [new iam.AnyPrincipal()],
        actions: ['sqs:*'],
        resources,
        conditions: { Bool: { 'aws:SecureTransport': 'false' } },
      }),
    ].forEach(statement => this.queue.addToResourcePolicy(statement));
  }
}
