import * as k8s from '@kubernetes/client-node';
import { unlessAbsent, unlessOvertaken } from './kubernetes-api';
import { WebhookProbe } from '../../karpenter/controller-ready/contract';
import { ControllerPort, DeploymentState, PodState, Verdict } from '../../karpenter/controller-ready/port';
import { FoundNamespace, Inhabitant, NamespacePort } from '../../karpenter/namespace/port';
import { ReleasePort, ReleaseRecord } from '../../karpenter/release-guard/port';

const FIELD_MANAGER = 'cdk-karpenter-migration';

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

/** The controller through the Kubernetes API. */
export class KubernetesController implements ControllerPort {
  private readonly core: k8s.CoreV1Api;
  private readonly apps: k8s.AppsV1Api;
  private readonly custom: k8s.CustomObjectsApi;

  public constructor(config: k8s.KubeConfig) {
    this.core = config.makeApiClient(k8s.CoreV1Api);
    this.apps = config.makeApiClient(k8s.AppsV1Api);
    this.custom = config.makeApiClient(k8s.CustomObjectsApi);
  }

  public async deployments(namespace: string, release: string): Promise<DeploymentState[]> {
    const { items } = await this.apps.listNamespacedDeployment({ namespace, labelSelector: selectorOf(release) });
    return items.map(({ metadata, spec, status }) => ({
      name: metadata!.name!,
      generation: metadata!.generation ?? 0,
      observedGeneration: status?.observedGeneration ?? 0,
      wanted: spec!.replicas ?? 1,
      existing: status?.replicas ?? 0,
      updated: status?.updatedReplicas ?? 0,
      available: status?.availableReplicas ?? 0,
    }));
  }

  public async pods(namespace: string, release: string): Promise<PodState[]> {
    const { items } = await this.core.listNamespacedPod({ namespace, labelSelector: selectorOf(release) });
    return items.map(({ metadata, status }) => ({
      name: metadata!.name!,
      ready: conditionOf(status, 'Ready')?.status === 'True',
      unscheduled: unscheduledReason(status),
      containers: (status?.containerStatuses ?? []).filter(container => !container.ready).flatMap(containerReasons),
    }));
  }

  public async check(probe: WebhookProbe, manifest: WebhookProbe['accepted']): Promise<Verdict> {
    const { group, version, plural } = probe;
    try {
      await this.custom.createClusterCustomObject({ group, version, plural, body: manifest, dryRun: 'All', fieldManager: FIELD_MANAGER });
      return { accepted: true };
    } catch (error) {
      if (error instanceof k8s.ApiException) {
        return { accepted: false, message: messageOf(error) };
      }
      throw error;
    }
  }
}

interface OwnableObject {
  readonly metadata?: k8s.V1ObjectMeta;
  readonly type?: string;
}

/** The chart names its objects after the release in this label, whatever the user calls the Deployment. */
function selectorOf(release: string): string {
  return `app.kubernetes.io/instance=${release}`;
}

function conditionOf(status: k8s.V1PodStatus | undefined, type: string): k8s.V1PodCondition | undefined {
  return status?.conditions?.find(condition => condition.type === type);
}

function unscheduledReason(status: k8s.V1PodStatus | undefined): string | undefined {
  const scheduled = conditionOf(status, 'PodScheduled');
  return scheduled?.status === 'False' ? `${scheduled.reason}: ${scheduled.message}` : undefined;
}

function containerReasons({ name, state, lastState }: k8s.V1ContainerStatus): string[] {
  const waiting = state?.waiting && `${name} is in ${state.waiting.reason}${state.waiting.message ? `: ${state.waiting.message}` : ''}`;
  const ended = lastState?.terminated && `${name} ended with ${lastState.terminated.exitCode} (${lastState.terminated.reason})`;
  return [waiting, ended].filter(reason => reason !== undefined);
}

function messageOf(error: k8s.ApiException<unknown>): string {
  const body = typeof error.body === 'string' ? error.body : JSON.stringify(error.body);
  return /"message":("(?:[^"\\]|\\.)*")/.exec(body)?.[1].replace(/^.*$/s, quoted => JSON.parse(quoted) as string) ?? `${error.code}: ${body}`;
}
