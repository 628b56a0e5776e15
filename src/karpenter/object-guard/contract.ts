import { Kind } from '../api/karpenter-api';

/** Makes sure that an object with a finalizer is gone before its controller goes; served by the Kubernetes function. */
export const OBJECT_GUARD_TYPE = 'Custom::KarpenterObjectGuard';

/** What CloudFormation sends; the names are the custom resource's property names. */
export interface ObjectGuardContract {
  readonly ClusterName: string;
  readonly KubectlRoleArn: string;
  readonly Group: string;
  readonly Version: string;
  readonly Plural: string;
  /** As kubectl calls one. */
  readonly Singular: string;
  /** What people call it. */
  readonly Word: string;
  readonly Name: string;
}

export interface ObjectGuardProperties {
  readonly clusterName: string;
  readonly kubectlRoleArn: string;
  readonly kind: Kind;
  readonly word: string;
  readonly name: string;
}
