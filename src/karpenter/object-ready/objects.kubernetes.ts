import * as k8s from '@kubernetes/client-node';
import { ObjectReadyProperties } from './contract';
import { Condition, ObjectState, ObjectStatePort } from './plan';
import { unlessAbsent } from '../../kubernetes/api.kubernetes';

interface ObjectWithConditions {
  readonly metadata: { readonly generation?: number };
  readonly status?: { readonly conditions?: readonly Condition[] };
}

/** The state of cluster-wide objects through the Kubernetes API. */
export class KubernetesObjects implements ObjectStatePort {
  private readonly custom: k8s.CustomObjectsApi;

  public constructor(config: k8s.KubeConfig) {
    this.custom = config.makeApiClient(k8s.CustomObjectsApi);
  }

  public async state(kind: ObjectReadyProperties['kind'], name: string): Promise<ObjectState | undefined> {
    const found = await unlessAbsent<ObjectWithConditions>(() => this.custom.getClusterCustomObject({ ...kind, name }));
    return found && { generation: found.metadata.generation ?? 0, conditions: found.status?.conditions ?? [] };
  }
}
