import { checkDnsName, checkNamespace } from '../../kubernetes/kubernetes-names';
import { AutoscalerReference } from '../contract';

/**
 * Which Deployment is the Cluster Autoscaler's.
 *
 * @see https://karpenter.sh/v0.29/getting-started/migrating-from-cas/#remove-cas
 */
export class ClusterAutoscaler {
  /**
   * The one Deployment that is called `cluster-autoscaler` or carries the labels of the usual charts, in any namespace.
   *
   * A run pauses where there is none or more than one.
   */
  public static discovered(): ClusterAutoscaler {
    return new ClusterAutoscaler({ Kind: 'discovered' });
  }

  /** The Deployment of the given name; a run pauses if there is none. */
  public static deployment(namespace: string, name: string): ClusterAutoscaler {
    checkNamespace('namespace of the Cluster Autoscaler', namespace);
    checkDnsName('name of the Cluster Autoscaler', name);
    return new ClusterAutoscaler({ Kind: 'named', Namespace: namespace, Name: name });
  }

  /** The cluster has none: nothing is searched and nothing is scaled. Karpenter has to prove that it can launch all the same. */
  public static none(): ClusterAutoscaler {
    return new ClusterAutoscaler({ Kind: 'absent' });
  }

  /** @internal */
  public readonly _reference: AutoscalerReference;

  private constructor(reference: AutoscalerReference) {
    this._reference = reference;
  }
}
