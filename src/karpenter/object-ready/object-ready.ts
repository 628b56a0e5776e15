import * as eks from 'aws-cdk-lib/aws-eks';
import { Construct } from 'constructs';
import { OBJECT_READY_TYPE, ObjectReadyContract, Remembered } from './contract';
import { identityOfValue } from '../../custom-resources/identity';
import { KubernetesHandlerOptions } from '../../custom-resources/kubernetes-handler-options';
import { KubernetesProvider } from '../../custom-resources/kubernetes-provider';
import { twoPhaseResource } from '../../custom-resources/two-phase-provider';
import { Kind } from '../api/karpenter-api';

/**
 * Which object to wait for.
 *
 * @internal
 */
export interface ObjectReadyProps {
  readonly cluster: eks.ICluster;
  readonly kubernetesHandler?: KubernetesHandlerOptions;
  readonly revision?: string;
  readonly kind: Kind;
  readonly word: string;
  readonly name: string;
  readonly wait: boolean;
  readonly manifest: object;
  readonly remembered?: Remembered;
}

/**
 * Comes after an object of Karpenter's: the controller has tried what it says, and calls it ready.
 *
 * @internal
 */
export class ObjectReady extends Construct {
  public constructor(scope: Construct, id: string, props: ObjectReadyProps) {
    super(scope, id);
    const provider = KubernetesProvider.getOrCreate(this, props.cluster, props.kubernetesHandler);
    const properties: ObjectReadyContract = {
      ClusterName: props.cluster.clusterName,
      KubectlRoleArn: provider.kubectlRoleArn,
      Group: props.kind.group,
      Version: props.kind.version,
      Plural: props.kind.plural,
      Word: props.word,
      Name: props.name,
      Wait: props.wait,
      Manifest: identityOfValue(this, props.manifest),
      RememberedReasons: props.remembered?.reasons,
      RememberedMinutes: props.remembered?.minutes,
      Revision: props.revision,
    };
    twoPhaseResource(this, provider, OBJECT_READY_TYPE, properties);
  }
}
