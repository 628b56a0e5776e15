/** Where an ordinary cluster has what belongs to itself. */
export const NAMESPACE = 'kube-system';
/** The registry of EKS' own images. */
export const ACCOUNT_REGISTRY = '602401143452.dkr.ecr.us-east-1.amazonaws.com';
