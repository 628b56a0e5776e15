import { NodeView, PodView } from '../../../src/kubernetes/views';

export const NOW = 1_700_000_000_000;
export const MINUTE = 60_000;

export const node = (name: string, changes: Partial<NodeView> & { readonly zone?: string } = {}): NodeView => ({
  name,
  version: '1',
  created: NOW - 60 * MINUTE,
  leaving: false,
  ready: true,
  unschedulable: true,
  labels: { 'topology.kubernetes.io/zone': changes.zone ?? 'a' },
  annotations: {},
  taints: [],
  allocatable: { cpu: 4, memory: 2 ** 34, pods: 58 },
  instanceId: `i-${name}`,
  ...changes,
});

export const pod = (name: string, on: string | undefined, changes: Partial<PodView> = {}): PodView => ({
  namespace: 'default',
  name,
  uid: `uid-${name}`,
  node: on,
  phase: 'Running',
  ready: true,
  created: NOW - 60 * MINUTE,
  controller: { kind: 'ReplicaSet', name: 'web', uid: 'rs-web' },
  requests: { cpu: 0.1, memory: 1 },
  ...changes,
});
