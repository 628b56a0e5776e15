import * as eks from 'aws-cdk-lib/aws-eks';
import { Construct } from 'constructs';
import { CLAIM_TYPE, ClaimProperties } from './contract';
import { assertImport } from './import-requirements';
import { ownerOf } from './owner';
import { REVISION } from './shapes';
import { KubernetesHandlerOptions } from '../custom-resources/kubernetes-handler-options';
import { KUBERNETES_HANDLER_OPTIONS, KubernetesProvider } from '../custom-resources/kubernetes-provider';
import { twoPhaseResource } from '../custom-resources/two-phase-provider';
import { CLUSTER } from '../input/cdk-kinds';
import { required, TEXT } from '../input/kinds';
import { checkShape, Shape, struct } from '../input/shape';

/** Who claims the cluster. */
export interface ClaimOptions {
  /**
   * Whose migration this is.
   *
   * Keep it for the life of the migration: under another name the claim is somebody else's.
   *
   * @default - stack name and path of the scope
   */
  readonly owner?: string;

  /**
   * Any text; change it to make the record again where somebody has deleted it, because CloudFormation does not call a resource whose
   * properties are unchanged.
   *
   * @default - made in the first deployment
   */
  readonly revision?: string;

  /**
   * Where and as whom the function that asks the Kubernetes API runs.
   *
   * @default - all of it follows from the import of the cluster
   */
  readonly kubernetesHandler?: KubernetesHandlerOptions;
}

/** The cluster to claim, and for whom. */
export interface ClaimProps extends ClaimOptions {
  /** The cluster, with kubectl role. */
  readonly cluster: eks.ICluster;
}

const SHAPE: Shape<ClaimProps> = {
  cluster: required(CLUSTER),
  owner: TEXT,
  revision: REVISION,
  kubernetesHandler: struct(KUBERNETES_HANDLER_OPTIONS),
};

/**
 * The ownership record of a migration: the ConfigMap `karpenter-migration` in `kube-system`.
 *
 * A cluster takes one migration at a time. The deployment of a second one fails with the name of the first; one that
 * was abandoned is taken over. Deleting the resource deletes the record if it is still this owner's.
 */
export class Claim extends Construct {
  /** Whose migration this is. */
  public readonly owner: string;

  constructor(scope: Construct, id: string, props: ClaimProps) {
    super(scope, id);
    checkShape('Claim', props, SHAPE);
    assertImport(this, props.cluster, { kubernetesApi: true, kubernetesHandler: props.kubernetesHandler });
    this.owner = props.owner ?? ownerOf(scope);
    const kubernetes = KubernetesProvider.getOrCreate(this, props.cluster, props.kubernetesHandler);
    const properties: ClaimProperties = {
      ClusterName: props.cluster.clusterName,
      KubectlRoleArn: kubernetes.kubectlRoleArn,
      Owner: this.owner,
      Revision: props.revision,
    };
    twoPhaseResource(this, kubernetes, CLAIM_TYPE, properties);
  }
}
