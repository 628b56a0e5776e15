import { checkKind } from '../../input/kind';
import { ANY_TEXT, list, required } from '../../input/kinds';
import { Shape, struct } from '../../input/shape';
import { checkDnsName, checkNamespace } from '../../kubernetes/kubernetes-names';
import { AutoscalerReference } from '../contract';

/** A Deployment of the Cluster Autoscaler, where there are several. */
export interface ClusterAutoscalerDeployment {
  /** Its namespace. */
  readonly namespace: string;
  /** Its name. */
  readonly name: string;
}

const DEPLOYMENT: Shape<ClusterAutoscalerDeployment> = { namespace: required(ANY_TEXT), name: required(ANY_TEXT) };

/**
 * Which Deployment is the Cluster Autoscaler's.
 *
 * @see https://karpenter.sh/v0.29/getting-started/migrating-from-cas/#remove-cas
 */
export class ClusterAutoscaler {
  /**
   * The one Deployment that is called `cluster-autoscaler` or carries the labels of the usual charts, in any namespace.
   *
   * A run pauses where there is none or more than one, and where something else still scales node groups of the migration.
   */
  public static discovered(): ClusterAutoscaler {
    return new ClusterAutoscaler({ Kind: 'discovered' });
  }

  /** The Deployment of the given name; a run pauses if there is none. */
  public static deployment(namespace: string, name: string): ClusterAutoscaler {
    checkKind('namespace of the Cluster Autoscaler', namespace, required(ANY_TEXT));
    checkKind('name of the Cluster Autoscaler', name, required(ANY_TEXT));
    checkNamespace('namespace of the Cluster Autoscaler', namespace);
    checkDnsName('name of the Cluster Autoscaler', name);
    return new ClusterAutoscaler({ Kind: 'named', Namespace: namespace, Name: name });
  }

  /**
   * The Deployments of the given names, each of which scales some of the node groups; all of them are scaled to zero, and back. A run pauses if one of
   * them does not exist.
   *
   * @param deployments one or more, each once
   */
  public static deployments(deployments: ClusterAutoscalerDeployment[]): ClusterAutoscaler {
    checkKind('deployments of the Cluster Autoscaler', deployments, required(list(struct(DEPLOYMENT))));
    const [first, ...others] = deployments.map(({ namespace, name }) =>
      ClusterAutoscaler.deployment(namespace, name) && { Namespace: namespace, Name: name });
    if (!first) {
      throw new Error('deployments of the Cluster Autoscaler must be one or more, got an empty list: use ClusterAutoscaler.none() where the cluster has none');
    }
    const names = deployments.map(({ namespace, name }) => `${namespace}/${name}`);
    const twice = names.find((name, index) => names.indexOf(name) !== index);
    if (twice !== undefined) {
      throw new Error(`deployments of the Cluster Autoscaler name "${twice}" twice: keep one of them`);
    }
    return new ClusterAutoscaler(others.length === 0 ? { Kind: 'named', ...first } : { Kind: 'several', Deployments: [first, ...others] });
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
