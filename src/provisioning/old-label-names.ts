import { WellKnownLabel } from './well-known-label';

/** Old names of labels, each with its name of today: Karpenter translates them in requirements and in pods. */
export const OLD_LABEL_NAMES: Readonly<Record<string, string>> = {
  'failure-domain.beta.kubernetes.io/zone': WellKnownLabel.ZONE,
  'failure-domain.beta.kubernetes.io/region': WellKnownLabel.REGION,
  'beta.kubernetes.io/arch': WellKnownLabel.ARCH,
  'beta.kubernetes.io/os': WellKnownLabel.OS,
  'beta.kubernetes.io/instance-type': WellKnownLabel.INSTANCE_TYPE,
};

/** The key by which Karpenter knows what a requirement is about. */
export function translatedKey(key: string): string {
  return OLD_LABEL_NAMES[key] ?? key;
}
