import { EBS_DRIVER, inUseByNode, PodVolumes, uniqueName } from './ebs';
import { Reconciler, ReconcilerOptions } from './reconciler';
import { Kube, KubeError, KubeObject } from '../cluster/kube';
import { VOLUMES_ATTACHED_ANNOTATION, WAITS_FOR_VOLUMES_LABEL } from '../cluster/kwok-stages';

export interface VolumeAttacherOptions extends ReconcilerOptions {
  readonly kube: Kube;
}

const POLL_MILLISECONDS = 1000;
const ATTACH_MILLISECONDS = 1500;
const DETACH_MILLISECONDS = 4000;
const UNMOUNT_MILLISECONDS = 1500;
const FINALIZER = `external-attacher/${EBS_DRIVER.replaceAll('.', '-')}`;
const ATTACHMENTS = '/apis/storage.k8s.io/v1/volumeattachments';
const PODS = `/api/v1/pods?labelSelector=${encodeURIComponent(WAITS_FOR_VOLUMES_LABEL)}`;

/**
 * Does for volumes what the EBS driver's attacher does, and what kubelets do about their pods' volumes.
 *
 * That a volume is to be attached or detached is decided by the attach-detach controller, which is the real one. A volume is detached
 * some seconds after its last pod on the node is gone, and no pod starts before its volume is attached.
 */
export class VolumeAttacher extends Reconciler {
  private readonly seen = new Map<string, number>();
  private pods: readonly PodVolumes[] = [];
  private inUse: ReadonlyMap<string, readonly string[]> = new Map();

  constructor(private readonly options: VolumeAttacherOptions) {
    super('volume attacher', POLL_MILLISECONDS, options);
  }

  protected async reconcile() {
    const { kube } = this.options;
    const [attachments, pods, volumes] = await Promise.all([kube.list(ATTACHMENTS), kube.list(PODS), kube.list('/api/v1/persistentvolumes')]);
    for (const attachment of attachments.filter(({ spec }) => spec.attacher === EBS_DRIVER)) {
      await this.reconcileAttachment(attachment);
    }
    await this.reportInUse(podVolumes(pods, volumes));
    for (const pod of pods.filter(waits)) {
      await this.startIfAttached(pod, volumes);
    }
  }

  /** The part of the driver's attacher. */
  private async reconcileAttachment({ metadata, spec, status }: KubeObject) {
    const path = `${ATTACHMENTS}/${metadata.name}`;
    const since = this.firstSeen(`${metadata.uid}${metadata.deletionTimestamp ? ' deleted' : ''}`);
    const held = (metadata.finalizers ?? []).includes(FINALIZER);
    if (metadata.deletionTimestamp) {
      if (held && since + DETACH_MILLISECONDS < Date.now()) {
        await this.options.kube.patch(path, { metadata: { finalizers: null } });
        this.options.log(`${spec.source.persistentVolumeName} is detached from ${spec.nodeName}`);
      }
    } else if (!held) {
      await this.options.kube.patch(path, { metadata: { finalizers: [FINALIZER] } });
    } else if (!status?.attached && since + ATTACH_MILLISECONDS < Date.now()) {
      await this.options.kube.patch(`${path}/status`, { status: { attached: true, attachmentMetadata: { devicePath: '/dev/xvdaa' } } });
      this.options.log(`${spec.source.persistentVolumeName} is attached to ${spec.nodeName}`);
    }
  }

  /** The part of the kubelet: a volume is in use from when its pod comes until it is unmounted after the pod is gone. */
  private async reportInUse(pods: readonly PodVolumes[]) {
    const now = Date.now();
    const uids = new Set(pods.map(pod => pod.uid));
    const leaving = this.pods.filter(pod => !uids.has(pod.uid) && this.firstSeen(`${pod.uid} gone`) + UNMOUNT_MILLISECONDS > now);
    this.pods = [...pods, ...leaving];
    const inUse = inUseByNode(this.pods);
    for (const node of new Set([...this.inUse.keys(), ...inUse.keys()])) {
      if (String(this.inUse.get(node)) !== String(inUse.get(node))) {
        await this.unlessGone(() => this.options.kube.patch(`/api/v1/nodes/${node}/status`, { status: { volumesInUse: inUse.get(node) ?? null } }));
      }
    }
    this.inUse = inUse;
  }

  /** A kubelet believes that a volume is attached when the attach-detach controller says so at the node. */
  private async startIfAttached(pod: KubeObject, volumes: readonly KubeObject[]) {
    const node = await this.options.kube.find(`/api/v1/nodes/${pod.spec.nodeName}`);
    const attached = new Set((node?.status.volumesAttached ?? []).map((volume: { name: string }) => volume.name));
    const [wanted] = podVolumes([pod], volumes);
    if (wanted.volumes.length > 0 && wanted.volumes.every(name => attached.has(name))) {
      const { namespace, name } = pod.metadata;
      await this.unlessGone(() => this.options.kube.patch(
        `/api/v1/namespaces/${namespace}/pods/${name}`, { metadata: { annotations: { [VOLUMES_ATTACHED_ANNOTATION]: 'true' } } }));
    }
  }

  private firstSeen(key: string): number {
    const at = this.seen.get(key) ?? Date.now();
    this.seen.set(key, at);
    return at;
  }

  private async unlessGone(write: () => Promise<unknown>) {
    try {
      await write();
    } catch (error) {
      if (!(error instanceof KubeError && error.status === 404)) {
        throw error;
      }
    }
  }
}

function waits(pod: KubeObject): boolean {
  return pod.spec.nodeName && !pod.metadata.deletionTimestamp && !pod.metadata.annotations?.[VOLUMES_ATTACHED_ANNOTATION];
}

function podVolumes(pods: readonly KubeObject[], volumes: readonly KubeObject[]): PodVolumes[] {
  const byClaim = new Map(volumes.filter(volume => volume.spec.csi && volume.spec.claimRef)
    .map(volume => [`${volume.spec.claimRef.namespace}/${volume.spec.claimRef.name}`, uniqueName(volume.spec.csi.driver, volume.spec.csi.volumeHandle)]));
  return pods.filter(pod => pod.spec.nodeName).map(pod => ({
    uid: pod.metadata.uid,
    node: pod.spec.nodeName,
    volumes: (pod.spec.volumes ?? []).flatMap((volume: KubeObject) =>
      byClaim.get(`${pod.metadata.namespace}/${volume.persistentVolumeClaim?.claimName}`) ?? []),
  }));
}
