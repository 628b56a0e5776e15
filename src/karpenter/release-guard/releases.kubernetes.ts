import * as k8s from '@kubernetes/client-node';
import { ReleasePort, ReleaseRecord } from './plan';
import { unlessAbsent } from '../../kubernetes/api.kubernetes';

/** Helm's records through the Kubernetes API. */
export class KubernetesReleases implements ReleasePort {
  private readonly core: k8s.CoreV1Api;

  public constructor(config: k8s.KubeConfig) {
    this.core = config.makeApiClient(k8s.CoreV1Api);
  }

  public async records(namespace: string, release: string): Promise<ReleaseRecord[]> {
    const { items } = await this.core.listNamespacedSecret({ namespace, labelSelector: `owner=helm,name=${release}` });
    return items.map(({ metadata }) => ({
      secret: metadata!.name!,
      revision: Number(metadata!.labels!.version),
      status: metadata!.labels!.status,
      // Helm writes seconds into the label when it changes a record; a fresh one has only its creation.
      writtenAt: Math.max(metadata!.creationTimestamp!.getTime(), Number(metadata!.labels!.modifiedAt ?? 0) * 1000),
    }));
  }

  public async discard(namespace: string, secret: string): Promise<void> {
    await unlessAbsent(() => this.core.deleteNamespacedSecret({ namespace, name: secret }));
  }
}
