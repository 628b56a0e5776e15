import { Stack, Token } from 'aws-cdk-lib';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { KarpenterInterruptionQueue } from './karpenter-interruption-queue';
import { QUEUE } from '../input/cdk-kinds';
import { checkKind } from '../input/kind';
import { required } from '../input/kinds';
import { KarpenterRelease } from '../karpenter/karpenter-release';

/**
 * How Karpenter learns that instances will be interrupted.
 *
 * The AWS Node Termination Handler answers to the same events: where there is a queue, it must not act on Karpenter's nodes.
 *
 * @see https://karpenter.sh/docs/concepts/disruption/#interruption
 */
export abstract class InterruptionQueue {
  /** A new queue with the rules that fill it, see `KarpenterInterruptionQueue`. */
  public static managed(): InterruptionQueue {
    return new ManagedQueue();
  }

  /**
   * A queue of your own, which is used as it is: your rules fill it, and its policy lets them.
   *
   * Karpenter looks it up by its name, so one of another account or region is an error. With a KMS key of your own, the key's policy must
   * let the controller's role decrypt.
   */
  public static existing(queue: sqs.IQueue): InterruptionQueue {
    checkKind('the queue that InterruptionQueue.existing is given', queue, required(QUEUE));
    return new ExistingQueue(queue);
  }

  /** None: Karpenter does not see interruptions coming, and a Spot node that ends takes its pods with it. */
  public static none(): InterruptionQueue {
    return new NoQueue();
  }

  /**
   * Makes below the scope what is needed.
   *
   * @internal
   */
  public abstract _bind(scope: Construct, release: KarpenterRelease): BoundQueue | undefined;
}

/**
 * The queue, and what must be there before the controller reads it.
 *
 * @internal
 */
export interface BoundQueue {
  readonly queue: sqs.IQueue;
  readonly construct: Construct | sqs.IQueue;
  /** Whether it was made here. */
  readonly isOurs: boolean;
}

class ManagedQueue extends InterruptionQueue {
  public _bind(scope: Construct, release: KarpenterRelease): BoundQueue {
    const construct = new KarpenterInterruptionQueue(scope, 'InterruptionQueue', { release });
    return { queue: construct.queue, construct, isOurs: true };
  }
}

class ExistingQueue extends InterruptionQueue {
  public constructor(private readonly queue: sqs.IQueue) {
    super();
  }

  public _bind(scope: Construct): BoundQueue {
    const { account, region } = Stack.of(scope);
    const elsewhere = [[this.queue.env.account, account], [this.queue.env.region, region]]
      .some(([its, ours]) => !Token.isUnresolved(its) && !Token.isUnresolved(ours) && its !== ours);
    if (elsewhere) {
      throw new Error(`the interruption queue "${this.queue.queueName}" is in account ${this.queue.env.account}, region ${this.queue.env.region}, and Karpenter `
        + `looks for it in its own, ${account}, ${region}: give one of these to InterruptionQueue.existing(...), or use InterruptionQueue.managed()`);
    }
    return { queue: this.queue, construct: this.queue, isOurs: false };
  }
}

class NoQueue extends InterruptionQueue {
  public _bind(): undefined {
    return undefined;
  }
}
