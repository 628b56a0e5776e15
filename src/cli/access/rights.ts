/** What reading the Kubernetes API needs, by what is read. */
export const ON_KUBERNETES = {
  nodes: 'list nodes',
  pods: 'list pods',
  configMaps: 'get configmaps in kube-system',
  services: 'list services',
  volumes: 'list persistentvolumes',
  deployments: 'get and list deployments.apps',
  statefulSets: 'get and list statefulsets.apps',
  daemonSets: 'get and list daemonsets.apps',
  replicaSets: 'get and list replicasets.apps',
  replicationControllers: 'get replicationcontrollers',
  jobs: 'list jobs.batch and cronjobs.batch',
  budgets: 'list poddisruptionbudgets.policy',
  ingresses: 'list ingresses.networking.k8s.io and targetgroupbindings.elbv2.k8s.aws',
  definitions: 'get customresourcedefinitions.apiextensions.k8s.io',
  karpenter: 'get and list the kinds of karpenter.sh and karpenter.k8s.aws',
} as const;

/** The group that the access entry of a caller names, and the ClusterRole is bound to. */
const GROUP = 'karpenter-migration-readers';

/** All that `plan` and `status` ask AWS for. */
export const AWS_ACTIONS: readonly string[] = [
  'autoscaling:DescribeAutoScalingGroups',
  'ec2:DescribeImages', 'ec2:DescribeInstances', 'ec2:DescribeInstanceTypes', 'ec2:DescribeLaunchTemplateVersions', 'ec2:DescribeSecurityGroups',
  'ec2:DescribeSubnets',
  'eks:DescribeCluster', 'eks:DescribeNodegroup', 'eks:DescribeUpdate', 'eks:ListAccessEntries', 'eks:ListAssociatedAccessPolicies', 'eks:ListNodegroups',
  'iam:GetInstanceProfile', 'iam:GetRole', 'iam:ListAttachedRolePolicies', 'iam:ListOpenIDConnectProviders', 'iam:ListRolePolicies',
  'servicequotas:GetServiceQuota',
];

export function policyDocument(): object {
  return { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: AWS_ACTIONS, Resource: '*' }] };
}

interface Rule { readonly apiGroups: readonly string[]; readonly resources: readonly string[]; readonly verbs: readonly string[] }

const rule = (group: string, resources: readonly string[], verbs: readonly string[] = ['get', 'list']): Rule => ({ apiGroups: [group], resources, verbs });

const RULES: readonly Rule[] = [
  rule('', ['nodes', 'pods', 'configmaps', 'services', 'persistentvolumes', 'replicationcontrollers']),
  rule('apps', ['deployments', 'statefulsets', 'daemonsets', 'replicasets']),
  rule('batch', ['jobs', 'cronjobs']),
  rule('policy', ['poddisruptionbudgets']),
  rule('networking.k8s.io', ['ingresses']),
  rule('elbv2.k8s.aws', ['targetgroupbindings']),
  rule('apiextensions.k8s.io', ['customresourcedefinitions']),
  rule('karpenter.sh', ['*']),
  rule('karpenter.k8s.aws', ['*']),
];

/** A role with those rights, and its binding. */
export function clusterRole(): readonly object[] {
  const metadata = { name: GROUP };
  return [
    { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata, rules: RULES },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata,
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: GROUP },
      subjects: [{ kind: 'Group', name: GROUP, apiGroup: 'rbac.authorization.k8s.io' }],
    },
  ];
}

/** What somebody who hands out rights does with them. */
export function rightsText(cluster: string): string {
  const name = cluster || 'NAME';
  return [
    '# An identity of AWS with this policy reads what AWS knows about the cluster.',
    JSON.stringify(policyDocument(), undefined, 2),
    '',
    `# It reads the Kubernetes API with this: save it as readers.json, then "kubectl apply -f readers.json", and let the identity be of the group ${GROUP}:`,
    `#   aws eks create-access-entry --cluster-name ${name} --principal-arn ARN --kubernetes-groups ${GROUP}`,
    '# or, in a cluster without access entries, name the group in its entry of the ConfigMap aws-auth.',
    JSON.stringify({ apiVersion: 'v1', kind: 'List', items: clusterRole() }, undefined, 2),
  ].join('\n');
}
