import { checkKind } from '../../input/kind';
import { ANY_TEXT, instance, integer, required } from '../../input/kinds';
import { checkDnsName, checkNamespace } from '../../kubernetes/kubernetes-names';
import { Amount, WorkloadLimit } from '../contract';

/**
 * How many pods of a workload may be missing at a time while nodes are drained: those that are evicted, and those that are not Ready for other reasons.
 *
 * It counts where a workload has no PodDisruptionBudget, which says the same and counts instead.
 *
 * @see https://kubernetes.io/docs/tasks/run-application/configure-pdb/
 */
export class DisruptionLimit {
  /** So many pods, 1 or more. */
  public static count(pods: number): DisruptionLimit {
    checkKind('the count of a DisruptionLimit', pods, required(integer(1)));
    return new DisruptionLimit({ Count: pods });
  }

  /**
   * A share of the pods that a workload wants, rounded down, and at least one pod.
   *
   * @param percentage from 1 to 100
   */
  public static percentage(percentage: number): DisruptionLimit {
    checkKind('the percentage of a DisruptionLimit', percentage, required(integer(1, 100)));
    return new DisruptionLimit({ Percentage: percentage });
  }

  /** @internal */
  public readonly _amount: Amount;

  private constructor(amount: Amount) {
    this._amount = amount;
  }
}

/** The limit of one workload. */
export class WorkloadDisruptionLimit {
  /** Of a Deployment; one that the cluster does not have is no error. */
  public static deployment(namespace: string, name: string, limit: DisruptionLimit): WorkloadDisruptionLimit {
    return WorkloadDisruptionLimit.of('Deployment', namespace, name, limit);
  }

  /** Of a StatefulSet; one that the cluster does not have is no error. */
  public static statefulSet(namespace: string, name: string, limit: DisruptionLimit): WorkloadDisruptionLimit {
    return WorkloadDisruptionLimit.of('StatefulSet', namespace, name, limit);
  }

  private static of(kind: WorkloadLimit['Kind'], namespace: string, name: string, limit: DisruptionLimit): WorkloadDisruptionLimit {
    const what = `of the ${kind} of a WorkloadDisruptionLimit`;
    checkKind(`the namespace ${what}`, namespace, required(ANY_TEXT));
    checkKind(`the name ${what}`, name, required(ANY_TEXT));
    checkNamespace(`the namespace ${what}`, namespace);
    checkDnsName(`the name ${what}`, name);
    checkKind(`the limit ${what}`, limit, required(instance(DisruptionLimit, 'DisruptionLimit.percentage(...) or DisruptionLimit.count(...)')));
    return new WorkloadDisruptionLimit({ Kind: kind, Namespace: namespace, Name: name, Limit: limit._amount });
  }

  /** @internal */
  public readonly _limit: WorkloadLimit;

  private constructor(limit: WorkloadLimit) {
    this._limit = limit;
  }
}
