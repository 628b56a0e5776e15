import * as eks from 'aws-cdk-lib/aws-eks';
import { Construct } from 'constructs';
import { OBJECT_GUARD_TYPE, ObjectGuardContract } from './contract';
import { KubernetesHandlerOptions } from '../../custom-resources/kubernetes-handler-options';
import { KubernetesProvider } from '../../custom-resources/kubernetes-provider';
import { twoPhaseResource } from '../../custom-resources/two-phase-provider';
import { Kind } from '../api/karpenter-api';

/**
 * Which object is guarded.
 *
 * @internal
 */
export interface ObjectGuardProps {
  readonly cluster: eks.ICluster;
  readonly kubernetesHandler?: KubernetesHandlerOptions;
  readonly kind: Kind;
  readonly word: string;
  readonly name: string;
}

/**
 * Comes after the controller and before an object with a finalizer of its own, and so goes between them: what the controller made for the
 * object at AWS can be taken along only while controller, rights and node role are there.
 *
 * @internal
 */
export class ObjectGuard extends Construct {
  public constructor(scope: Construct, id: string, props: ObjectGuardProps) {
    super(scope, id);
    const provider = KubernetesProvider.getOrCreate(this, props.cluster, props.kubernetesHandler);
    const properties: ObjectGuardContract = {
      ClusterName: props.cluster.clusterName,
      KubectlRoleArn: provider.kubectlRoleArn,
      Group: props.kind.group,
      Version: props.kind.version,
      Plural: props.kind.plural,
      Singular: props.kind.singular,
      Word: props.word,
      Name: props.name,
    };
    twoPhaseResource(this, provider, OBJECT_GUARD_TYPE, properties);
  }
}
