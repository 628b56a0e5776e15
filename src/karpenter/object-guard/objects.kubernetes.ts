import * as k8s from '@kubernetes/client-node';
import { ObjectGuardProperties } from './contract';
import { LeftObject, ObjectsPort } from './plan';
import { unlessAbsent } from '../../kubernetes/api.kubernetes';

interface Found {
  readonly metadata: { readonly deletionTimestamp?: string };
  readonly status?: { readonly conditions?: ReadonlyArray<{ readonly type: string; readonly status: string; readonly message?: string }> };
}

/** Objects through the Kubernetes API. */
export class KubernetesGuardedObjects implements ObjectsPort {
  private readonly custom: k8s.CustomObjectsApi;

  public constructor(config: k8s.KubeConfig) {
    this.custom = config.makeApiClient(k8s.CustomObjectsApi);
  }

  public async find({ group, version, plural }: ObjectGuardProperties['kind'], name: string): Promise<LeftObject | undefined> {
    const found = await unlessAbsent<Found>(() => this.custom.getClusterCustomObject({ group, version, plural, name }));
    return found && {
      leaving: found.metadata.deletionTimestamp !== undefined,
      says: (found.status?.conditions ?? []).filter(({ status }) => status === 'False').map(({ type, message }) => message ? `${type}: ${message}` : type),
    };
  }
}
