import { Duration } from 'aws-cdk-lib';
import { durationText } from './duration-text';

/**
 * Which nodes Karpenter takes away because the cluster can do without them, and how long it waits before it does.
 *
 * The time begins anew with every pod that comes to a node or leaves it.
 *
 * @see https://karpenter.sh/docs/concepts/disruption/#consolidation
 */
export abstract class Consolidation {
  /**
   * Takes away empty nodes, and nodes whose pods fit elsewhere or onto cheaper ones.
   *
   * Pods are moved for it, within what their disruption budgets allow.
   *
   * @param after how long no pod must have come or gone, in whole seconds; may be none
   */
  public static whenEmptyOrUnderutilized(after: Duration): Consolidation {
    return new LiteralConsolidation('WhenEmptyOrUnderutilized', durationText('`consolidation`', after));
  }

  /**
   * Takes away only nodes without pods; pods of DaemonSets do not count.
   *
   * @param after how long no pod must have come or gone, in whole seconds; may be none
   */
  public static whenEmpty(after: Duration): Consolidation {
    return new LiteralConsolidation('WhenEmpty', durationText('`consolidation`', after));
  }

  /**
   * Takes away empty nodes, and moves pods only where that saves enough for the disruption that it causes.
   *
   * Needs Karpenter 1.14.
   *
   * @param after how long no pod must have come or gone, in whole seconds; may be none
   */
  public static balanced(after: Duration): Consolidation {
    return new LiteralConsolidation('Balanced', durationText('`consolidation`', after), '1.14');
  }

  /** Takes no node away for it, not even an empty one. */
  public static never(): Consolidation {
    return new LiteralConsolidation('WhenEmptyOrUnderutilized', 'Never');
  }

  /**
   * The oldest minor version of Karpenter that knows this choice; undefined for one that all of the generation know.
   *
   * @internal
   */
  public abstract readonly _since?: string;

  /**
   * The fields of the disruption that this choice sets.
   *
   * @internal
   */
  public abstract _render(): { consolidationPolicy: string; consolidateAfter: string };
}

class LiteralConsolidation extends Consolidation {
  public constructor(private readonly policy: string, private readonly after: string, public readonly _since?: string) {
    super();
  }

  public _render() {
    return { consolidationPolicy: this.policy, consolidateAfter: this.after };
  }
}

/** The age at which Karpenter ends a node. */
export abstract class NodeExpiry {
  /**
   * Ends nodes of an age by force.
   *
   * Karpenter begins to drain such a node at once: it does not wait for a replacement, and disruption budgets do not hold it back.
   * Budgets of pods and the annotation that keeps a pod are respected while it drains; `terminationGracePeriod` limits how long.
   *
   * @see https://karpenter.sh/docs/concepts/disruption/#expiration
   * @param age in whole seconds, and more than none
   */
  public static after(age: Duration): NodeExpiry {
    const text = durationText('`expireAfter`', age);
    if (text === '0s') {
      throw new Error('`expireAfter` is 0 seconds, which would end every node as soon as it is there: set a longer time, or NodeExpiry.never()');
    }
    return new LiteralExpiry(text);
  }

  /** Keeps nodes whatever their age; they keep their image until it drifts. */
  public static never(): NodeExpiry {
    return new LiteralExpiry('Never');
  }

  /**
   * The age as the API has it.
   *
   * @internal
   */
  public abstract _render(): string;
}

class LiteralExpiry extends NodeExpiry {
  public constructor(private readonly text: string) {
    super();
  }

  public _render() {
    return this.text;
  }
}
