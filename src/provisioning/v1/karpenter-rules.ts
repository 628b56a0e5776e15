import { KARPENTER, KnownValues, TagRules } from '../karpenter-rules';
import { WellKnownLabel } from '../well-known-label';

const tags: TagRules = {
  restricted: /^(eks:eks-cluster-name|karpenter\.sh\/(nodepool|nodeclaim)|karpenter\.k8s\.aws\/ec2nodeclass|kubernetes\.io\/cluster.*)$/i,
  overridden: KARPENTER.overriddenTag,
  needed: 6,
};

const knownValues: KnownValues = {
  ...KARPENTER.knownValues,
  [WellKnownLabel.CAPACITY_TYPE]: ['on-demand', 'spot', 'reserved'],
  [WellKnownLabel.INSTANCE_TENANCY]: ['default', 'dedicated'],
};

/**
 * Karpenter's own rules of this generation, as they are in 1.14.3: most of them are in the definitions of its kinds.
 *
 * @see https://github.com/aws/karpenter-provider-aws/tree/v1.14.3/pkg/apis/crds
 */
export const KARPENTER_V1 = {
  tags,
  knownValues,
  requirements: 100,
  /** Of characters, one less than that of Kubernetes. */
  requirementKey: 316,
  labels: 100,
  budgets: 50,
  blockDevices: 50,
  volumeGibibytes: 59_000,
  initializationRate: { minimum: 100, maximum: 300 },
  networkInterfaces: 150,
  terms: 30,
  tagsOfTerm: 20,
};
