import { checkKind } from '../../input/kind';
import { integer, required } from '../../input/kinds';
import { Amount } from '../contract';

/** How many nodes lose their pods at the same time. */
export class BatchSize {
  /** So many nodes, 1 or more. */
  public static count(nodes: number): BatchSize {
    checkKind('the count of a BatchSize', nodes, required(integer(1)));
    return new BatchSize({ Count: nodes });
  }

  /**
   * A share of the nodes that the cluster has at the time, rounded down, and at least one node.
   *
   * @param percentage from 1 to 100
   */
  public static percentage(percentage: number): BatchSize {
    checkKind('the percentage of a BatchSize', percentage, required(integer(1, 100)));
    return new BatchSize({ Percentage: percentage });
  }

  /** @internal */
  public readonly _amount: Amount;

  private constructor(amount: Amount) {
    this._amount = amount;
  }
}
