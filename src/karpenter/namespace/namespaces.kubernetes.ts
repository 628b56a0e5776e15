import * as k8s from '@kubernetes/client-node';
import { FoundNamespace, Inhabitant, NamespacePort } from './plan';
import { unlessAbsent, unlessOvertaken } from '../../kubernetes/api.kubernetes';
import { FIELD_MANAGER } from '../controller-ready/controller.kubernetes';

/** Namespaces through the Kubernetes API. */
export class KubernetesNamespaces implements NamespacePort {
  private readonly core: k8s.CoreV1Api;
  private readonly apps: k8s.AppsV1Api;
  private readonly batch: k8s.BatchV1Api;

  public constructor(config: k8s.KubeConfig) {
    this.core = config.makeApiClient(k8s.CoreV1Api);
    this.apps = config.makeApiClient(k8s.AppsV1Api);
    this.batch = config.makeApiClient(k8s.BatchV1Api);
  }

  public async read(name: string): Promise<FoundNamespace | undefined> {
    const found = await this.find(name);
    return found && {
      annotations: found.metadata!.annotations ?? {},
      terminating: found.metadata!.deletionTimestamp !== undefined,
      version: found.metadata!.resourceVersion!,
    };
  }

  public async inhabitants(namespace: string): Promise<Inhabitant[]> {
    const lists: [string, Promise<{ items: OwnableObject[] }>][] = [
      ['Deployment', this.apps.listNamespacedDeployment({ namespace })],
      ['StatefulSet', this.apps.listNamespacedStatefulSet({ namespace })],
      ['DaemonSet', this.apps.listNamespacedDaemonSet({ namespace })],
      ['ReplicaSet', this.apps.listNamespacedReplicaSet({ namespace })],
      ['Job', this.batch.listNamespacedJob({ namespace })],
      ['CronJob', this.batch.listNamespacedCronJob({ namespace })],
      ['Pod', this.core.listNamespacedPod({ namespace })],
      ['Service', this.core.listNamespacedService({ namespace })],
      ['PersistentVolumeClaim', this.core.listNamespacedPersistentVolumeClaim({ namespace })],
      ['ServiceAccount', this.core.listNamespacedServiceAccount({ namespace })],
      ['Secret', this.core.listNamespacedSecret({ namespace })],
      ['ConfigMap', this.core.listNamespacedConfigMap({ namespace })],
    ];
    const found = await Promise.all(lists.map(async ([kind, list]) => (await list).items
      .filter(item => !item.metadata!.ownerReferences?.length)
      .map(item => ({
        kind,
        name: item.metadata!.name!,
        type: item.type,
        labels: item.metadata!.labels ?? {},
        annotations: item.metadata!.annotations ?? {},
      }))));
    return found.flat();
  }

  public create(name: string, annotations: Readonly<Record<string, string>>): Promise<boolean> {
    return unlessOvertaken(() => this.core.createNamespace({ body: { metadata: { name, annotations } }, fieldManager: FIELD_MANAGER }));
  }

  public async annotate(name: string, annotations: Readonly<Record<string, string>>, version: string): Promise<boolean> {
    const found = await this.find(name);
    if (found?.metadata?.resourceVersion !== version) {
      return false;
    }
    return unlessOvertaken(() => this.core.replaceNamespace({
      name,
      body: { ...found, metadata: { ...found.metadata, annotations } },
      fieldManager: FIELD_MANAGER,
    }));
  }

  public discard(name: string, version: string): Promise<boolean> {
    return unlessOvertaken(() => this.core.deleteNamespace({ name, body: { preconditions: { resourceVersion: version } } }));
  }

  private find(name: string): Promise<k8s.V1Namespace | undefined> {
    return unlessAbsent(() => this.core.readNamespace({ name }));
  }
}

interface OwnableObject {
  readonly metadata?: k8s.V1ObjectMeta;
  readonly type?: string;
}
