/** What a node needs of IAM: to join, to give pods addresses, to pull images, and to be reached by Session Manager. */
export const NODE_MANAGED_POLICIES = [
  'AmazonEKSWorkerNodePolicy',
  'AmazonEKS_CNI_Policy',
  'AmazonEC2ContainerRegistryReadOnly',
  'AmazonSSMManagedInstanceCore',
];

/** The guide's namespace and service account of the controller. */
export const CONTROLLER_NAMESPACE = 'karpenter';
export const CONTROLLER_SERVICE_ACCOUNT = 'karpenter';
