/** Waits until the whole controller works; served by the Kubernetes function. */
export const CONTROLLER_READY_TYPE = 'Custom::KarpenterControllerReady';

/** What CloudFormation sends; the names are the custom resource's property names. */
export interface ControllerReadyContract {
  readonly ClusterName: string;
  readonly KubectlRoleArn: string;
  readonly Namespace: string;
  readonly Release: string;
  /** A `WebhookProbe` as JSON; undefined where Karpenter has no webhooks. */
  readonly Probe?: string;
  /** The name of Karpenter's API where the controller goes only after the nodes of pools that are gone; else undefined. */
  readonly Api?: string;
  /** All that makes CloudFormation run Helm again, so that this waits for the outcome. */
  readonly Chart: string;
  readonly Revision?: string;
}

export interface ControllerReadyProperties {
  readonly clusterName: string;
  readonly kubectlRoleArn: string;
  readonly namespace: string;
  readonly release: string;
  readonly probe?: WebhookProbe;
  readonly api?: string;
}

/** How to find out whether the webhooks answer: an object that they let in, and one that only they refuse. */
export interface WebhookProbe {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly accepted: Readonly<Record<string, unknown>>;
  readonly refused: Readonly<Record<string, unknown>>;
}
