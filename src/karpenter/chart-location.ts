import * as eks from 'aws-cdk-lib/aws-eks';

/** The Helm release of the controller, as in the guide. */
export const RELEASE_NAME = 'karpenter';

export type ChartName = 'karpenter' | 'karpenter-crd';

/** The part of a Helm chart's props that says where it comes from. */
export type ChartLocation = Pick<eks.HelmChartOptions, 'chart' | 'repository' | 'version' | 'chartAsset'>;

/** What tells one chart from another; changes whenever CloudFormation would run Helm for a new one. */
export function identityOf({ repository, version, chartAsset }: ChartLocation): Record<string, unknown> {
  return chartAsset ? { asset: chartAsset.assetHash } : { repository, version };
}

/** The Helm release of Karpenter's CRDs, which outlives Karpenter's own namespace. */
export const CRD_RELEASE = 'karpenter-crd';

export const CRD_RELEASE_NAMESPACE = 'kube-system';
