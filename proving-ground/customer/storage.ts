import { KubeObject } from '../cluster/kube';
import { EBS_DRIVER } from '../nodes/ebs';

const STORAGE_CLASS = 'gp3';
const SIZE = '20Gi';

/** An EBS volume, which can be attached in its zone only. */
export interface CustomerVolume {
  readonly volumeId: string;
  readonly zone: string;
}

/** What the add-on of the EBS driver brings, and a volume for each claim that a StatefulSet is going to make. */
export function storageObjects(namespace: string, claims: readonly string[], volumes: readonly CustomerVolume[]): KubeObject[] {
  if (volumes.length < claims.length) {
    throw new Error(`${claims.length} claims (${claims.join(', ')}) need as many volumes, not ${volumes.length}`);
  }
  return [
    {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'CSIDriver',
      metadata: { name: EBS_DRIVER },
      spec: { attachRequired: true, podInfoOnMount: false, fsGroupPolicy: 'ReadWriteOnceWithFSType', volumeLifecycleModes: ['Persistent'] },
    },
    {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'StorageClass',
      metadata: { name: STORAGE_CLASS, annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
      provisioner: EBS_DRIVER,
      parameters: { type: 'gp3' },
      volumeBindingMode: 'WaitForFirstConsumer',
      reclaimPolicy: 'Delete',
    },
    ...claims.map((claim, i) => persistentVolume(namespace, claim, volumes[i])),
  ];
}

/** Provisioned long ago: bound to its claim by name. */
function persistentVolume(namespace: string, claim: string, volume: CustomerVolume): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: `pvc-${volume.volumeId}`, annotations: { 'pv.kubernetes.io/provisioned-by': EBS_DRIVER } },
    spec: {
      capacity: { storage: SIZE },
      accessModes: ['ReadWriteOnce'],
      persistentVolumeReclaimPolicy: 'Delete',
      storageClassName: STORAGE_CLASS,
      claimRef: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace, name: claim },
      csi: { driver: EBS_DRIVER, fsType: 'ext4', volumeHandle: volume.volumeId },
      nodeAffinity: {
        required: { nodeSelectorTerms: [{ matchExpressions: [{ key: 'topology.kubernetes.io/zone', operator: 'In', values: [volume.zone] }] }] },
      },
    },
  };
}

export function claimTemplate(): KubeObject {
  return {
    metadata: { name: 'data' },
    spec: { accessModes: ['ReadWriteOnce'], storageClassName: STORAGE_CLASS, resources: { requests: { storage: SIZE } } },
  };
}
