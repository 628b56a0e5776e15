/** "Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances", in vCPUs. */
export const STANDARD_VCPU_QUOTA = { ServiceCode: 'ec2', QuotaCode: 'L-1216C47A' };

/** The letters before the generation, of which "im" and "is" are storage instances like "i". */
const STANDARD_FAMILY = /^(a|c|d|h|i|im|is|m|r|t|z)\d/;

/** Spot instances and other families have quotas of their own. */
export function countsAgainstStandardQuota(instance: { readonly InstanceType?: string; readonly InstanceLifecycle?: string }): boolean {
  return instance.InstanceLifecycle === undefined && STANDARD_FAMILY.test(instance.InstanceType ?? '');
}
