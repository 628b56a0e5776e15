import { EBS_DRIVER } from './customer-storage';
import { KubeObject } from './kube';

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
