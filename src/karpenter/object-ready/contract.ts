import { Kind } from '../api/karpenter-api';

/** Waits until Karpenter calls an object of its own ready; served by the Kubernetes function. */
export const OBJECT_READY_TYPE = 'Custom::KarpenterObjectReady';

/** What CloudFormation sends; the names are the custom resource's property names. */
export interface ObjectReadyContract {
  readonly ClusterName: string;
  readonly KubectlRoleArn: string;
  readonly Group: string;
  readonly Version: string;
  readonly Plural: string;
  /** What people call it. */
  readonly Word: string;
  readonly Name: string;
  /** Whether to wait: what keeps an object from being ready must not stand in the way of a removal. */
  readonly Wait: boolean;
  /** All that makes CloudFormation apply the object again, so that this waits for the outcome. */
  readonly Manifest: string;
  /** Reasons of conditions that Karpenter says again without looking, for so many minutes. */
  readonly RememberedReasons?: readonly string[];
  readonly RememberedMinutes?: number;
  readonly Revision?: string;
}

/** Reasons of conditions that Karpenter says again without looking, for a while. */
export interface Remembered {
  readonly reasons: readonly string[];
  readonly minutes: number;
}

export interface ObjectReadyProperties {
  readonly clusterName: string;
  readonly kubectlRoleArn: string;
  readonly kind: Omit<Kind, 'singular'>;
  readonly word: string;
  readonly name: string;
  readonly wait: boolean;
  readonly remembered?: Remembered;
}
