import * as k8s from '@kubernetes/client-node';
import { WebhookProbe } from './contract';
import { ControllerPort, DeploymentState, PodState, Verdict } from './plan';
import { READ_ONLY } from '../../custom-resources/fence';
import { FIELD_MANAGER } from '../../kubernetes/api.kubernetes';
import { FleetObjects } from '../api/fleet';
import { FleetKubernetes } from '../api/fleet.kubernetes';
import { KarpenterApi } from '../api/karpenter-api';

/** The controller through the Kubernetes API. */
export class KubernetesController implements ControllerPort {
  private readonly core: k8s.CoreV1Api;
  private readonly apps: k8s.AppsV1Api;
  private readonly custom: k8s.CustomObjectsApi;

  public constructor(private readonly config: k8s.KubeConfig) {
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

  public fleet(api: KarpenterApi): Promise<FleetObjects> {
    return new FleetKubernetes(this.config, api, READ_ONLY).objects();
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
