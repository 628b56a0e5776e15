import type { KubeObject } from '../../../proving-ground/cluster/kube';
import { READY_AFTER_ANNOTATION, STOPS_AFTER_ANNOTATION } from '../../../proving-ground/cluster/kwok-stages';
import { NODEGROUP_LABEL, ZONE_LABEL } from '../../../src/kubernetes/views';
import { BUDGET, PODS_PER_NODE, REPLICAS, Seconds } from '../cluster';
import { ZONES } from '../nodegroups';

/** A namespace of a team has so many workloads. */
const WORKLOADS_PER_NAMESPACE = 20;
/** Four in five have a budget. */
const WITHOUT_BUDGET = 5;
/** A kubelet names up to fifty. */
const IMAGES = 30;
/** kwok starts a pod so much later, on average, than it has a node. */
const STARTS_AFTER = 1;
export const POOL = 'default';
export const KARPENTER = 'karpenter';
/** On nodes that Karpenter makes there is room for so many pods and no more. */
const CPU = { nodegroup: 12, karpenter: PODS_PER_NODE / 2 };

export interface Workload { readonly namespace: string; readonly name: string; readonly hasBudget: boolean }

/** As many as it takes for so many pods a node. */
export function workloadsOf(nodes: number): Workload[] {
  return Array.from({ length: Math.ceil(nodes * PODS_PER_NODE / REPLICAS) }, (_, index) => ({
    namespace: `team-${Math.floor(index / WORKLOADS_PER_NAMESPACE)}`, name: `w-${index}`, hasBudget: index % WITHOUT_BUDGET !== 0,
  }));
}

export function namespace(name: string): KubeObject {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
}

export function deployment({ namespace: space, name }: Workload, seconds: Seconds): KubeObject {
  const labels = { 'app.kubernetes.io/name': name, 'app.kubernetes.io/part-of': space, 'app.kubernetes.io/version': '1.4.2' };
  const probe = { httpGet: { path: '/healthz', port: 8080 }, periodSeconds: 10 };
  return deploymentOf(space, name, REPLICAS, labels, seconds, {
    containers: [{
      name: 'app',
      image: 'registry.example.com/shop/app:1.4.2',
      env: Array.from({ length: 12 }, (_, index) => ({ name: `SETTING_${index}`, value: `https://service-${index}.example.com/path` })),
      ports: [{ name: 'http', containerPort: 8080 }],
      readinessProbe: probe,
      livenessProbe: probe,
      resources: { requests: { cpu: '500m', memory: '1Gi' }, limits: { memory: '1Gi' } },
    }],
  });
}

export function budget({ namespace: space, name }: Workload): KubeObject {
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { namespace: space, name },
    spec: { maxUnavailable: BUDGET, selector: { matchLabels: { 'app.kubernetes.io/name': name } } },
  };
}

/** Karpenter's two pods as its chart has them: on node groups, apart. The label by which the proving ground runs it for real is missing. */
export function karpenterDeployment(seconds: Seconds): KubeObject {
  const labels = { 'app.kubernetes.io/instance': KARPENTER };
  const expression = { key: NODEGROUP_LABEL, operator: 'Exists' };
  return deploymentOf(KARPENTER, KARPENTER, 2, labels, seconds, {
    containers: [{ name: 'controller', image: 'karpenter', resources: { requests: { cpu: '1', memory: '1Gi' } } }],
    affinity: {
      nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions: [expression] }] } },
      podAntiAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: [{ labelSelector: { matchLabels: labels }, topologyKey: 'kubernetes.io/hostname' }],
      },
    },
  });
}

function deploymentOf(
  space: string, name: string, replicas: number, labels: Readonly<Record<string, string>>, { podsReady, podsEnd }: Seconds, spec: KubeObject,
): KubeObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { namespace: space, name, labels },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels, annotations: { [READY_AFTER_ANNOTATION]: `${podsReady - STARTS_AFTER}s`, [STOPS_AFTER_ANNOTATION]: `${podsEnd}s` } },
        spec,
      },
    },
  };
}

/** A node as its kubelet registers it; kwok makes it Ready. */
export function nodeObject(name: string, labels: Readonly<Record<string, string>>, instanceId: string): KubeObject {
  const cpu = String(labels[NODEGROUP_LABEL] === undefined ? CPU.karpenter : CPU.nodegroup);
  const resources = { cpu, memory: '64Gi', pods: '110' };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: { ...labels, 'kubernetes.io/hostname': name, 'kubernetes.io/os': 'linux', 'kubernetes.io/arch': 'amd64' } },
    spec: { providerID: `aws:///${labels[ZONE_LABEL]}/${instanceId}` },
    status: {
      capacity: resources,
      allocatable: resources,
      nodeInfo: {
        architecture: 'amd64',
        operatingSystem: 'linux',
        osImage: 'Amazon Linux 2023',
        kernelVersion: '6.1.0',
        kubeletVersion: 'v1.30.4-eks-a737599',
        kubeProxyVersion: 'v1.30.4-eks-a737599',
        containerRuntimeVersion: 'containerd://1.7.0',
        machineID: instanceId,
        systemUUID: instanceId,
        bootID: instanceId,
      },
      images: Array.from({ length: IMAGES }, (_, index) => ({
        names: [`registry.example.com/shop/image-${index}@sha256:${String(index).padStart(64, '0')}`, `registry.example.com/shop/image-${index}:1.4.2`], sizeBytes: 50_000_000,
      })),
    },
  };
}

/** @param serial how many there were before */
export function karpenterNode(serial: number, ownerLabel: string): KubeObject {
  return nodeObject(`karpenter-${serial}`, { [ownerLabel]: POOL, [ZONE_LABEL]: ZONES[serial % ZONES.length] }, `i-e${serial}`);
}

export const NODE_POOL: KubeObject = {
  apiVersion: 'karpenter.sh/v1',
  kind: 'NodePool',
  metadata: { name: POOL },
  spec: {
    template: {
      spec: {
        nodeClassRef: { group: 'karpenter.k8s.aws', kind: 'EC2NodeClass', name: POOL },
        requirements: [
          { key: 'kubernetes.io/os', operator: 'In', values: ['linux'] },
          { key: 'kubernetes.io/arch', operator: 'In', values: ['amd64'] },
          { key: 'karpenter.sh/capacity-type', operator: 'In', values: ['on-demand'] },
        ],
      },
    },
    disruption: { consolidationPolicy: 'WhenEmptyOrUnderutilized', consolidateAfter: '1m', budgets: [{ nodes: '10%' }] },
  },
};

const DISCOVERED = [{ tags: { 'karpenter.sh/discovery': 'prod' } }];
export const NODE_CLASS: KubeObject = {
  apiVersion: 'karpenter.k8s.aws/v1',
  kind: 'EC2NodeClass',
  metadata: { name: POOL },
  spec: { role: 'KarpenterNodeRole', amiSelectorTerms: [{ alias: 'al2023@latest' }], subnetSelectorTerms: DISCOVERED, securityGroupSelectorTerms: DISCOVERED },
};
