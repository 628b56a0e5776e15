import { WebhookProbe } from '../api/karpenter-api';

/** Waits until the whole controller works; served by the Kubernetes function. */
export const CONTROLLER_READY_TYPE = 'Custom::KarpenterControllerReady';

/** What CloudFormation sends; the names are the custom resource's property names. */
export interface ControllerReadyContract {
  readonly ClusterName: string;
  readonly KubectlRoleArn: string;
  readonly Namespace: string;
  readonly Release: string;
  /** A `WebhookProbe` as JSON. */
  readonly Probe: string;
  /** All that makes CloudFormation run Helm again, so that this waits for the outcome. */
  readonly Chart: string;
  readonly Revision?: string;
}

export interface ControllerReadyProperties {
  readonly clusterName: string;
  readonly kubectlRoleArn: string;
  readonly namespace: string;
  readonly release: string;
  readonly probe: WebhookProbe;
}
