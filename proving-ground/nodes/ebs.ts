import { KubeObject } from '../cluster/kube';

export const EBS_DRIVER = 'ebs.csi.aws.com';

const ZONE_LABEL = 'topology.ebs.csi.aws.com/zone';
/** Of an instance of the Nitro system, without those that network interfaces take. */
const VOLUMES_PER_NODE = 25;

/** What the kubelet puts on a node on behalf of the EBS driver. */
export function csiLabels(zone: string): Record<string, string> {
  return { [ZONE_LABEL]: zone };
}

/** What the kubelet says about the drivers of its node; without it no volume of the driver is attached there. */
export function csiNode(node: KubeObject, instanceId: string): KubeObject {
  const { name, uid } = node.metadata;
  return {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'CSINode',
    metadata: { name, ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name, uid }] },
    spec: { drivers: [{ name: EBS_DRIVER, nodeID: instanceId, topologyKeys: [ZONE_LABEL], allocatable: { count: VOLUMES_PER_NODE } }] },
  };
}

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
