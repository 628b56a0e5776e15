import { KubeObject } from '../cluster/kube';

/** What Karpenter of the proven generation calls its objects, and where the API server has them. */
export const KARPENTER = {
  namespace: 'karpenter',
  /** On its nodes a label, at its instances a tag; the value is the pool's name. */
  ownerLabel: 'karpenter.sh/provisioner-name',
  discoveryTag: 'karpenter.sh/discovery',
  kinds: { pool: 'Provisioner', nodeClass: 'AWSNodeTemplate', claim: 'Machine' },
  /** The default pool and its node class. */
  pool: '/apis/karpenter.sh/v1alpha5/provisioners/default',
  nodeClass: '/apis/karpenter.k8s.aws/v1alpha1/awsnodetemplates/default',
  claims: '/apis/karpenter.sh/v1alpha5/machines',
} as const;

/** What the default pool asks of nodes, once the webhooks defaulted it. */
export const POOL_REQUIREMENTS: Readonly<Record<string, string>> = {
  'karpenter.k8s.aws/instance-category': 'In c,m,r',
  'karpenter.k8s.aws/instance-generation': 'Gt 2',
  'karpenter.sh/capacity-type': 'In on-demand',
  'kubernetes.io/arch': 'In amd64',
  'kubernetes.io/os': 'In linux',
};
export const POOL_DEFAULTS = 'linux, amd64 and on-demand were added to categories c, m and r of a generation above 2';

/** What of a node class selects tags. */
export function networkSelectors({ spec }: KubeObject): Record<'subnets' | 'securityGroups', Readonly<Record<string, string>>> {
  return { subnets: spec.subnetSelector, securityGroups: spec.securityGroupSelector };
}

/** What may stay in the cluster after a removal, by name: the definitions and their release, and nothing else. */
export const MAY_STAY = [
  /^CustomResourceDefinition \/(provisioners\.karpenter\.sh|machines\.karpenter\.sh|awsnodetemplates\.karpenter\.k8s\.aws)$/,
  /^Secret kube-system\/sh\.helm\.release\.v1\.karpenter-crd\.v\d+$/,
  // What the API server itself serves for a definition, and rolls the definitions up in.
  /^APIService \/v1alpha[15]\.karpenter\.(sh|k8s\.aws)$/,
];
