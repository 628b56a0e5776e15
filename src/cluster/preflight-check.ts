/**
 * What is checked before anything is changed; the names serve to accept a risk.
 */
export enum PreflightCheck {
  /** The cluster is ACTIVE. */
  CLUSTER_ACTIVE = 'CLUSTER_ACTIVE',

  /** The Kubernetes API answers our function. Accepting it does not help: everything that follows needs the API. */
  KUBERNETES_ACCESS = 'KUBERNETES_ACCESS',

  /** The cluster's Kubernetes version is one that the Karpenter release serves. */
  KUBERNETES_VERSION = 'KUBERNETES_VERSION',

  /** The OIDC provider of the import is the one of the cluster's issuer. */
  OIDC_ISSUER = 'OIDC_ISSUER',

  /** There is a managed node group, and those that are named exist. */
  NODEGROUPS = 'NODEGROUPS',

  /** The chosen sources give at least one subnet and one security group. */
  NETWORK_SELECTION = 'NETWORK_SELECTION',

  /** There is a node with room for each replica of Karpenter in the host node groups. */
  HOST_CAPACITY = 'HOST_CAPACITY',

  /** No subnet or security group that would be tagged carries somebody else's value of the discovery tag. */
  DISCOVERY_TAG = 'DISCOVERY_TAG',

  /** At most one selected security group carries `kubernetes.io/cluster/<name>`. */
  CLUSTER_SECURITY_GROUPS = 'CLUSTER_SECURITY_GROUPS',

  /** The aws-auth ConfigMap, where there is one, can be parsed. */
  AWS_AUTH = 'AWS_AUTH',

  /** The cluster's authentication mode knows the chosen way of node access. */
  AUTHENTICATION_MODE = 'AUTHENTICATION_MODE',

  /** No migration was abandoned in the cluster, unless `takeOver` says that this one takes it over. */
  ABANDONED_MIGRATION = 'ABANDONED_MIGRATION',

  /** No Karpenter of somebody else runs in the cluster. */
  OTHER_KARPENTER = 'OTHER_KARPENTER',

  /** No CRD of Karpenter belongs to somebody else. */
  OTHER_CRDS = 'OTHER_CRDS',

  /** No Provisioner (or other object that would be made) of the same name exists. */
  OTHER_OBJECTS = 'OTHER_OBJECTS',

  /** The selected subnets have addresses left: none left is an error, fewer than 16 a warning. */
  SUBNET_ADDRESSES = 'SUBNET_ADDRESSES',

  /** The AWS Node Termination Handler does not run: it would act on the same interruptions. Always a warning. */
  TERMINATION_HANDLER = 'TERMINATION_HANDLER',
}
