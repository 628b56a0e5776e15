import { ACCOUNT_REGISTRY, NAMESPACE } from './names';
import { KubeObject } from '../cluster/kube';

const COREDNS_LABELS = { 'k8s-app': 'kube-dns', 'eks.amazonaws.com/component': 'coredns' };

/** As the add-on of EKS 1.27 has it, which prefers nodes of different names and zones. */
export const COREDNS_DEPLOYMENT: KubeObject = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'coredns', namespace: NAMESPACE, labels: COREDNS_LABELS },
  spec: {
    replicas: 2,
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1, maxSurge: '25%' } },
    selector: { matchLabels: COREDNS_LABELS },
    template: {
      metadata: { labels: COREDNS_LABELS },
      spec: {
        priorityClassName: 'system-cluster-critical',
        tolerations: [{ key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' }, { key: 'CriticalAddonsOnly', operator: 'Exists' }],
        affinity: {
          nodeAffinity: {
            requiredDuringSchedulingIgnoredDuringExecution: {
              nodeSelectorTerms: [{
                matchExpressions: [
                  { key: 'kubernetes.io/os', operator: 'In', values: ['linux'] },
                  { key: 'kubernetes.io/arch', operator: 'In', values: ['amd64', 'arm64'] },
                ],
              }],
            },
          },
          podAntiAffinity: {
            preferredDuringSchedulingIgnoredDuringExecution: [{
              weight: 100,
              podAffinityTerm: {
                topologyKey: 'kubernetes.io/hostname',
                labelSelector: { matchExpressions: [{ key: 'k8s-app', operator: 'In', values: ['kube-dns'] }] },
              },
            }],
          },
        },
        containers: [{
          name: 'coredns',
          image: `${ACCOUNT_REGISTRY}/eks/coredns:v1.10.1-eksbuild.1`,
          resources: { requests: { cpu: '100m', memory: '70Mi' }, limits: { memory: '170Mi' } },
        }],
      },
    },
  },
};

/** What serves names in the cluster. */
export const COREDNS: readonly KubeObject[] = [
  COREDNS_DEPLOYMENT,
  {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: 'coredns', namespace: NAMESPACE },
    spec: { maxUnavailable: 1, selector: { matchLabels: COREDNS_LABELS } },
  },
];
