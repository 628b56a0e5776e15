/** A namespace that is ours only if we made it; served by the Kubernetes function. */
export const NAMESPACE_TYPE = 'Custom::KarpenterNamespace';

/** What CloudFormation sends; the names are the custom resource's property names. */
export interface NamespaceContract {
  readonly ClusterName: string;
  readonly KubectlRoleArn: string;
  readonly Namespace: string;
  /** The Helm release whose objects may go with the namespace. */
  readonly Release: string;
  readonly Revision?: string;
}

export interface NamespaceProperties {
  readonly clusterName: string;
  readonly kubectlRoleArn: string;
  readonly namespace: string;
  readonly release: string;
}
