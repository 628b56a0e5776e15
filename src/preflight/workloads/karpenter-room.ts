import { KubernetesStageFacts } from './facts';
import { quantity } from '../../kubernetes/quantity';
import { NodeView, PodView, podRequest } from '../../kubernetes/requests';

/** What the nodes that Karpenter has already could still take. */
export function freeOnKarpenter(nodes: readonly NodeView[], pods: readonly PodView[], ownerLabel: string): KubernetesStageFacts['karpenter'] {
  const able = new Map(nodes.filter(node => node.labels[ownerLabel] !== undefined && node.ready && !node.unschedulable)
    .map(node => [node.name, { cpu: quantity(node.allocatable.cpu ?? '0'), memory: quantity(node.allocatable.memory ?? '0') }]));
  for (const pod of pods) {
    const free = able.get(pod.nodeName ?? '');
    if (free && pod.phase !== 'Succeeded' && pod.phase !== 'Failed') {
      free.cpu -= podRequest(pod, 'cpu');
      free.memory -= podRequest(pod, 'memory');
    }
  }
  const sum = (resource: 'cpu' | 'memory') => [...able.values()].reduce((total, free) => total + Math.max(0, free[resource]), 0);
  return { nodes: able.size, cpu: Math.round(sum('cpu') * 1000) / 1000, memory: Math.floor(sum('memory')) };
}
