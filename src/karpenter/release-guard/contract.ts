/** Clears the way for a Helm release; served by the Kubernetes function, and needed before each run of Helm. */
export const RELEASE_GUARD_TYPE = 'Custom::KarpenterReleaseGuard';

/** What CloudFormation sends; the names are the custom resource's property names. */
export interface ReleaseGuardContract {
  readonly ClusterName: string;
  readonly KubectlRoleArn: string;
  readonly Namespace: string;
  readonly Release: string;
  /** All that makes CloudFormation run Helm again, so that this runs before it. */
  readonly Chart: string;
  /** Whether the release stays when the stack goes; else its removal is verified. */
  readonly Kept: boolean;
  readonly Revision?: string;
}

export interface ReleaseGuardProperties {
  readonly clusterName: string;
  readonly kubectlRoleArn: string;
  readonly namespace: string;
  readonly release: string;
  readonly kept: boolean;
}
