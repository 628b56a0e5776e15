/** On a pod that only keeps room: the uid of the pod that it stands for. Whoever reads pods for their own sake leaves those with the label out. */
export const PLACEHOLDER_LABEL = 'cdk-karpenter-migration/placeholder-for';
