/** On a placeholder: the uid of the controller of that pod. */
export const PLACEHOLDER_WORKLOAD_LABEL = 'cdk-karpenter-migration/placeholder-of';
/** Below every pod that names no class, so that any of them takes the room of a placeholder; a placeholder itself pushes nothing away. */
export const PLACEHOLDER_PRIORITY_CLASS = 'cdk-karpenter-migration-placeholder';

export function placeholderName(uid: string): string {
  return `karpenter-migration-${uid}`;
}
