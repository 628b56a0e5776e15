import * as eks from 'aws-cdk-lib/aws-eks';
import { Construct } from 'constructs';
import { NAMESPACE_TYPE, NamespaceContract } from './contract';
import { REVISION } from '../../cluster/shapes';
import { KubernetesHandlerOptions } from '../../custom-resources/kubernetes-handler-options';
import { KUBERNETES_HANDLER_OPTIONS, KubernetesProvider } from '../../custom-resources/kubernetes-provider';
import { twoPhaseResource } from '../../custom-resources/two-phase-provider';
import { CLUSTER } from '../../input/cdk-kinds';
import { ANY_TEXT, required } from '../../input/kinds';
import { checkShape, Shape, struct } from '../../input/shape';
import { checkNamespace } from '../../kubernetes/kubernetes-names';
import { RELEASE_NAME } from '../chart-location';
import { KarpenterRelease } from '../karpenter-release';
import { RELEASE } from '../shapes';

/** Which namespace `KarpenterNamespace` provides. */
export interface KarpenterNamespaceOptions {
  /**
   * The version of Karpenter.
   *
   * @default KarpenterRelease.v0()
   */
  readonly release?: KarpenterRelease;

  /**
   * The name of the namespace.
   *
   * @default - the release's
   */
  readonly namespace?: string;

  /**
   * Where and as whom the function that talks to the Kubernetes API runs.
   *
   * @default - as the import of the cluster says
   */
  readonly kubernetesHandler?: KubernetesHandlerOptions;

  /**
   * Anything; another value makes the next deployment look at the namespace again.
   *
   * @default - the namespace is looked at when its name changes
   */
  readonly revision?: string;
}

/** Props of `KarpenterNamespace`. */
export interface KarpenterNamespaceProps extends KarpenterNamespaceOptions {
  /** The cluster that gets the namespace. */
  readonly cluster: eks.ICluster;
}

const SHAPE: Shape<KarpenterNamespaceProps> = {
  cluster: required(CLUSTER),
  release: RELEASE,
  namespace: ANY_TEXT,
  kubernetesHandler: struct(KUBERNETES_HANDLER_OPTIONS),
  revision: REVISION,
};

/**
 * The namespace of the controller.
 *
 * One that exists is used as it is and never modified. One that was made here carries the annotation
 * `cdk-karpenter-migration/owner`; it is deleted on removal unless somebody else's workloads, services, volume claims,
 * service accounts, secrets or ConfigMaps are in it: then it stays, and the function's log says because of what.
 */
export class KarpenterNamespace extends Construct {
  /** The name of the namespace. */
  public readonly namespaceName: string;

  public constructor(scope: Construct, id: string, props: KarpenterNamespaceProps) {
    super(scope, id);
    checkShape('KarpenterNamespace', props, SHAPE);
    checkNamespace('namespace', props.namespace);
    const provider = KubernetesProvider.getOrCreate(this, props.cluster, props.kubernetesHandler);
    this.namespaceName = props.namespace ?? (props.release ?? KarpenterRelease.v0()).defaultNamespace;
    const properties: NamespaceContract = {
      ClusterName: props.cluster.clusterName,
      KubectlRoleArn: provider.kubectlRoleArn,
      Namespace: this.namespaceName,
      Release: RELEASE_NAME,
      Revision: props.revision,
    };
    twoPhaseResource(this, provider, NAMESPACE_TYPE, properties);
  }
}
