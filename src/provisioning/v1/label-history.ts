import { WellKnownLabel } from '../well-known-label';

/** The oldest minor version of Karpenter that knows a label, where that is not every one of this generation. */
export const LABELS_SINCE: Readonly<Record<string, string>> = {
  [WellKnownLabel.CAPACITY_RESERVATION_TYPE]: '1.6',
  [WellKnownLabel.INSTANCE_CAPABILITY_FLEX]: '1.7',
  [WellKnownLabel.INSTANCE_TENANCY]: '1.9',
  [WellKnownLabel.CAPACITY_RESERVATION_INTERRUPTIBLE]: '1.10',
  [WellKnownLabel.PLACEMENT_GROUP_ID]: '1.11',
  [WellKnownLabel.PLACEMENT_GROUP_PARTITION]: '1.11',
};

/** The minor version that took other labels of Kubernetes' own domains for the first time. */
export const KUBERNETES_DOMAINS_SINCE = '1.9';

/** Ends of domains that were restricted before that, and what was free there. */
export const FORMERLY_RESTRICTED: readonly string[] = ['kubernetes.io', 'k8s.io'];
export const FORMERLY_FREE: readonly string[] = ['node.kubernetes.io', 'node-restriction.kubernetes.io', 'kops.k8s.io'];

/** Whether a version is older than a minor version. */
export function isOlder(version: string, minorVersion: string): boolean {
  const [major, minor] = version.split('.').map(Number);
  const [wantedMajor, wantedMinor] = minorVersion.split('.').map(Number);
  return major < wantedMajor || (major === wantedMajor && minor < wantedMinor);
}
