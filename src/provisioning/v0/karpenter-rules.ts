import { KARPENTER, KnownValues, TagRules } from '../karpenter-rules';
import { WellKnownLabel } from '../well-known-label';

const tags: TagRules = {
  restricted: /^(kubernetes\.io\/cluster\/.*|karpenter\.sh\/provisioner-name|karpenter\.sh\/managed-by)$/,
  overridden: KARPENTER.overriddenTag,
  // A launch template has the name, the cluster, the owner and the manager, as an instance does, and the cluster once more.
  needed: 5,
};

const knownValues: KnownValues = { ...KARPENTER.knownValues, [WellKnownLabel.CAPACITY_TYPE]: ['on-demand', 'spot'] };

/**
 * Karpenter's own rules of this generation, as they are in 0.29.2.
 *
 * @see https://github.com/aws/karpenter-provider-aws/blob/v0.29.2/pkg/apis/v1alpha1/awsnodetemplate_validation.go
 * @see https://github.com/aws/karpenter-provider-aws/blob/v0.29.2/pkg/providers/launchtemplate/launchtemplate.go
 */
export const KARPENTER_V0 = { tags, knownValues };
