import * as k8s from '@kubernetes/client-node';
import { NodeView, PodView } from '../kubernetes/requests';

export function nodeView(node: k8s.V1Node): NodeView {
  return {
    name: node.metadata!.name!,
    labels: node.metadata!.labels ?? {},
    ready: node.status?.conditions?.some(condition => condition.type === 'Ready' && condition.status === 'True') ?? false,
    unschedulable: node.spec?.unschedulable ?? false,
    taints: node.spec?.taints ?? [],
    allocatable: node.status?.allocatable ?? {},
  };
}

export function podView(pod: k8s.V1Pod): PodView {
  return {
    nodeName: pod.spec?.nodeName,
    phase: pod.status?.phase,
    namespace: pod.metadata!.namespace!,
    labels: pod.metadata!.labels ?? {},
    containers: (pod.spec?.containers ?? []).map(container => container.resources?.requests ?? {}),
    initContainers: (pod.spec?.initContainers ?? []).map(container => ({
      requests: container.resources?.requests ?? {},
      sidecar: container.restartPolicy === 'Always',
    })),
    overhead: pod.spec?.overhead ?? {},
  };
}
