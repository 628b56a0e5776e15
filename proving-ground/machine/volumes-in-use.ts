/** A pod that is on a node, with the volumes that it has there. */
export interface PodVolumes {
  readonly uid: string;
  readonly node: string;
  readonly volumes: readonly string[];
}

/** The name under which nodes and the attach-detach controller speak of a volume. */
export function uniqueName(driver: string, handle: string): string {
  return `kubernetes.io/csi/${driver}^${handle}`;
}

/** What the kubelet of each node would report; a node without volumes is not in it. */
export function inUseByNode(pods: readonly PodVolumes[]): Map<string, readonly string[]> {
  const nodes = new Map<string, readonly string[]>();
  for (const { node, volumes } of pods.filter(pod => pod.volumes.length > 0)) {
    nodes.set(node, [...new Set([...nodes.get(node) ?? [], ...volumes])].sort());
  }
  return nodes;
}
