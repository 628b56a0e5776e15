import { COREDNS } from './coredns';
import { ACCOUNT_REGISTRY, NAMESPACE } from './names';
import { KubeObject } from '../cluster/kube';

export interface AwsAuthRoles {
  /** Of the node groups. */
  readonly nodeRoleArn: string;
  /** Of people; the mapping must survive whatever happens to the one of the nodes. */
  readonly administratorRoleArn: string;
}

/** The ConfigMap as people leave it after some years: comments, uneven indentation, an entry that is nobody's business. */
export function awsAuth(roles: AwsAuthRoles): KubeObject {
  const mapRoles = [
    '# managed by the platform team, ask before you edit',
    `- rolearn: ${roles.nodeRoleArn}`,
    '  username: system:node:{{EC2PrivateDNSName}}',
    '  groups:',
    '  - system:bootstrappers',
    '  - system:nodes',
    '# people',
    `- "rolearn": "${roles.administratorRoleArn}"`,
    '  "username": "platform:{{SessionName}}"',
    '  "groups": ["system:masters"] # until everybody has a role of their own',
    '',
  ].join('\n');
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'aws-auth', namespace: NAMESPACE }, data: { mapRoles, mapUsers: '[]\n' } };
}

/** What EKS itself binds. */
export const NODE_BOOTSTRAPPER: readonly KubeObject[] = [
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name: 'eks:node-bootstrapper' },
    rules: [{ apiGroups: ['certificates.k8s.io'], resources: ['certificatesigningrequests/selfnodeserver'], verbs: ['create'] }],
  },
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: 'eks:node-bootstrapper' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'eks:node-bootstrapper' },
    subjects: ['system:bootstrappers', 'system:nodes'].map(name => ({ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name })),
  },
];

const EVERYWHERE = [{ operator: 'Exists' }];
const LINUX_BUT_FARGATE = {
  nodeAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: {
      nodeSelectorTerms: [{
        matchExpressions: [
          { key: 'kubernetes.io/os', operator: 'In', values: ['linux'] },
          { key: 'kubernetes.io/arch', operator: 'In', values: ['amd64', 'arm64'] },
          { key: 'eks.amazonaws.com/compute-type', operator: 'NotIn', values: ['fargate'] },
        ],
      }],
    },
  },
};

function daemonSet(name: string, cpu: string): KubeObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name, namespace: NAMESPACE, labels: { 'k8s-app': name } },
    spec: {
      selector: { matchLabels: { 'k8s-app': name } },
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '10%' } },
      template: {
        metadata: { labels: { 'k8s-app': name } },
        spec: {
          hostNetwork: true,
          priorityClassName: 'system-node-critical',
          tolerations: EVERYWHERE,
          affinity: LINUX_BUT_FARGATE,
          containers: [{ name, image: `${ACCOUNT_REGISTRY}/${name}:v1`, resources: { requests: { cpu } } }],
        },
      },
    },
  };
}

const METRICS_SERVER: KubeObject = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'metrics-server', namespace: NAMESPACE, labels: { 'k8s-app': 'metrics-server' } },
  spec: {
    replicas: 1,
    selector: { matchLabels: { 'k8s-app': 'metrics-server' } },
    template: {
      metadata: { labels: { 'k8s-app': 'metrics-server' } },
      spec: {
        priorityClassName: 'system-cluster-critical',
        nodeSelector: { 'kubernetes.io/os': 'linux' },
        containers: [{
          name: 'metrics-server',
          image: 'registry.k8s.io/metrics-server/metrics-server:v0.6.4',
          resources: { requests: { cpu: '100m', memory: '200Mi' } },
        }],
      },
    },
  },
};

const AUTOSCALER = 'cluster-autoscaler';

/** How the autoscaler is called to scale the groups that some flags name. */
export function autoscalerCommand(...groups: readonly string[]): string[] {
  return ['./cluster-autoscaler', '--cloud-provider=aws', '--skip-nodes-with-local-storage=false', '--expander=least-waste', ...groups];
}

/** Its label `app` is its name. */
export function autoscaler(name: string, command: readonly string[]): KubeObject {
  const labels = { app: name };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: NAMESPACE, labels },
    spec: {
      replicas: 1,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          priorityClassName: 'system-cluster-critical',
          serviceAccountName: AUTOSCALER,
          containers: [{
            name: AUTOSCALER,
            image: 'registry.k8s.io/autoscaling/cluster-autoscaler:v1.27.3',
            command,
            resources: { requests: { cpu: '100m', memory: '600Mi' }, limits: { memory: '600Mi' } },
          }],
        },
      },
    },
  };
}

function clusterAutoscaler(clusterName: string): KubeObject[] {
  const discovery = `--node-group-auto-discovery=asg:tag=k8s.io/cluster-autoscaler/enabled,k8s.io/cluster-autoscaler/${clusterName}`;
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: AUTOSCALER, namespace: NAMESPACE } },
    autoscaler(AUTOSCALER, autoscalerCommand(discovery)),
  ];
}

/** What runs in kube-system of an ordinary cluster. */
export function systemObjects(clusterName: string): KubeObject[] {
  return [
    ...NODE_BOOTSTRAPPER,
    daemonSet('aws-node', '25m'),
    daemonSet('kube-proxy', '100m'),
    daemonSet('ebs-csi-node', '30m'),
    ...COREDNS,
    METRICS_SERVER,
    ...clusterAutoscaler(clusterName),
  ];
}
