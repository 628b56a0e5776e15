import { Duration } from 'aws-cdk-lib';
import { duration } from '../../input/cdk-kinds';
import { checkKind } from '../../input/kind';
import { required } from '../../input/kinds';

/**
 * When Karpenter takes nodes away that are not needed.
 *
 * Karpenter knows two ways and refuses both at once, hence one choice.
 *
 * @see https://karpenter.sh/v0.29/concepts/deprovisioning/
 */
export abstract class Deprovisioning {
  /**
   * Removes nodes whose pods fit elsewhere, and replaces nodes by cheaper ones.
   *
   * Pods are moved for it, within what their disruption budgets allow.
   */
  public static consolidation(): Deprovisioning {
    return new Consolidation();
  }

  /**
   * Removes nodes that have been empty for some time; pods of DaemonSets do not count.
   *
   * @param after how long a node must have been empty, in whole seconds
   */
  public static whenEmpty(after: Duration): Deprovisioning {
    checkKind('how long a node must have been empty', after, required(duration()));
    return new WhenEmpty(after.toSeconds());
  }

  /**
   * The fields of the spec that this choice sets.
   *
   * @internal
   */
  public abstract _render(): { [field: string]: any };
}

class Consolidation extends Deprovisioning {
  public _render() {
    return { consolidation: { enabled: true } };
  }
}

class WhenEmpty extends Deprovisioning {
  public constructor(private readonly seconds: number) {
    super();
  }

  public _render() {
    return { ttlSecondsAfterEmpty: this.seconds };
  }
}
