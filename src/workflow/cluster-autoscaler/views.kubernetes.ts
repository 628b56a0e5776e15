import * as k8s from '@kubernetes/client-node';
import { CANARY_SETTINGS } from './canary';
import {
  AutoscalerDeployment, AutoscalerPod, Canary, NodeState, PodEvent, PodOnNode, TaintedNode, TimedTaint,
} from './port';
import { REPLICAS_RECORD } from '../records';

export function deployment({ metadata, spec, status }: k8s.V1Deployment): AutoscalerDeployment {
  const containers = spec!.template.spec?.containers ?? [];
  const variables = containers.flatMap(({ env }) => env ?? []).filter(({ value }) => value !== undefined);
  const failure = status?.conditions?.find(condition => condition.type === 'ReplicaFailure' && condition.status === 'True');
  return {
    namespace: metadata!.namespace!,
    name: metadata!.name!,
    version: metadata!.resourceVersion!,
    labels: metadata!.labels ?? {},
    record: metadata!.annotations?.[REPLICAS_RECORD],
    replicas: spec!.replicas ?? 1,
    available: status?.availableReplicas ?? 0,
    observed: (status?.observedGeneration ?? 0) >= (metadata!.generation ?? 0),
    problem: failure && `${failure.reason}: ${failure.message}`,
    selector: selectorOf(spec!.selector),
    arguments: containers.flatMap(({ command, args }) => [...command ?? [], ...args ?? []]),
    environment: Object.fromEntries(variables.map(({ name, value }) => [name, value!])),
    replicasManager: replicasManager(metadata!.managedFields ?? []),
  };
}

/** Who has set the replicas last. */
function replicasManager(entries: readonly k8s.V1ManagedFieldsEntry[]): string | undefined {
  return entries
    .filter(({ fieldsV1 }) => (fieldsV1 as { 'f:spec'?: object } | undefined)?.['f:spec']?.hasOwnProperty('f:replicas'))
    .sort((one, other) => (other.time?.getTime() ?? 0) - (one.time?.getTime() ?? 0))[0]?.manager;
}

function selectorOf({ matchLabels, matchExpressions }: k8s.V1LabelSelector): string {
  const set = (values: readonly string[] | undefined) => `(${(values ?? []).join(',')})`;
  return [
    ...Object.entries(matchLabels ?? {}).map(([key, value]) => `${key}=${value}`),
    ...(matchExpressions ?? []).map(({ key, operator, values }) => {
      switch (operator) {
        case 'In':
          return `${key} in ${set(values)}`;
        case 'NotIn':
          return `${key} notin ${set(values)}`;
        default:
          return operator === 'Exists' ? key : `!${key}`;
      }
    }),
  ].join(',');
}

export function autoscalerPod({ metadata, status }: k8s.V1Pod): AutoscalerPod {
  return {
    name: metadata!.name!,
    createdAt: metadata!.creationTimestamp!.toISOString(),
    ready: conditionOf(status, 'Ready')?.status === 'True',
    problems: problems(status),
  };
}

export function canary({ metadata, spec, status }: k8s.V1Pod): Canary {
  const ready = conditionOf(status, 'Ready');
  return {
    name: metadata!.name!,
    uid: metadata!.uid!,
    createdAt: metadata!.creationTimestamp!.toISOString(),
    settings: metadata!.annotations?.[CANARY_SETTINGS],
    terminating: metadata!.deletionTimestamp !== undefined,
    finished: status?.phase === 'Succeeded' || status?.phase === 'Failed',
    readySince: ready?.status === 'True' ? (ready.lastTransitionTime ?? metadata!.creationTimestamp!).toISOString() : undefined,
    node: spec?.nodeName,
    problems: problems(status),
  };
}

/** Pods that have ended stay as objects and hold nothing. */
export function hasEnded({ status }: k8s.V1Pod): boolean {
  return status?.phase === 'Succeeded' || status?.phase === 'Failed';
}

export function podOnNode({ metadata }: k8s.V1Pod): PodOnNode {
  const ofNode = metadata!.ownerReferences?.some(({ kind }) => kind === 'DaemonSet' || kind === 'Node') ?? false;
  return { namespace: metadata!.namespace!, name: metadata!.name!, ofNode };
}

export function node({ metadata, spec }: k8s.V1Node): NodeState {
  return {
    name: metadata!.name!,
    version: metadata!.resourceVersion!,
    createdAt: metadata!.creationTimestamp!.toISOString(),
    unschedulable: spec?.unschedulable ?? false,
  };
}

export function taintedNode({ metadata, spec }: k8s.V1Node, nodegroupLabel: string): TaintedNode {
  return {
    name: metadata!.name!,
    version: metadata!.resourceVersion!,
    nodegroup: metadata!.labels![nodegroupLabel],
    taints: spec!.taints!.map(taint),
  };
}

export function taint({ key, value, effect, timeAdded }: k8s.V1Taint): TimedTaint {
  return { key, value, effect, timeAdded: timeAdded && new Date(timeAdded).toISOString() };
}

export function event({ source, reportingComponent, reason, message }: k8s.CoreV1Event): PodEvent {
  return { from: reportingComponent || source?.component || 'somebody', reason: reason ?? '', message: message ?? '' };
}

export function timeOf({ lastTimestamp, eventTime, metadata }: k8s.CoreV1Event): number {
  // The client leaves a time with microseconds as text, whatever its type says.
  return new Date((lastTimestamp ?? eventTime ?? metadata.creationTimestamp ?? 0) as Date | string | number).getTime();
}

function problems(status: k8s.V1PodStatus | undefined): string[] {
  const scheduled = conditionOf(status, 'PodScheduled');
  const containers = (status?.containerStatuses ?? []).flatMap(({ name, state }) =>
    state?.waiting ? [`container ${name}: ${state.waiting.reason}${state.waiting.message ? `: ${state.waiting.message}` : ''}`] : []);
  return [...scheduled?.status === 'False' ? [`scheduler: ${scheduled.reason}: ${scheduled.message}`] : [], ...containers];
}

function conditionOf(status: k8s.V1PodStatus | undefined, type: string): k8s.V1PodCondition | undefined {
  return status?.conditions?.find(condition => condition.type === type);
}
