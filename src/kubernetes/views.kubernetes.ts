import type * as k8s from '@kubernetes/client-node';
import { isKept, KeepAnnotation } from './kept-pods';
import { quantity } from './quantity';
import { podRequest } from './requests.kubernetes';
import { tolerates, UNSCHEDULABLE } from './scheduling';
import { NodeRequirements, NodeTerm, NodeView, PodRoom, PodView } from './views';

const OURS = 'cdk-karpenter-migration/';

/** A node in the words of the port. */
export function nodeView({ metadata, spec, status }: k8s.V1Node): NodeView {
  return {
    name: metadata!.name!,
    version: metadata!.resourceVersion!,
    created: metadata!.creationTimestamp?.getTime() ?? 0,
    leaving: metadata!.deletionTimestamp !== undefined,
    ready: isReady(status?.conditions),
    notReadySince: notReadySince(status?.conditions),
    unschedulable: spec?.unschedulable ?? false,
    labels: metadata!.labels ?? {},
    annotations: Object.fromEntries(Object.entries(metadata!.annotations ?? {}).filter(([key]) => key.startsWith(OURS))),
    taints: (spec?.taints ?? []).map(({ key, value, effect }) => ({ key, value, effect })),
    allocatable: {
      cpu: quantity(status?.allocatable?.cpu ?? '0'),
      memory: quantity(status?.allocatable?.memory ?? '0'),
      pods: quantity(status?.allocatable?.pods ?? '0'),
    },
    instanceId: /^aws:\/\/.*\/(i-[0-9a-f]+)$/.exec(spec?.providerID ?? '')?.[1],
  };
}

/** The room that a pod takes. */
export function podRoom({ metadata, spec, status }: k8s.V1Pod): PodRoom {
  return {
    namespace: metadata!.namespace!,
    node: spec?.nodeName,
    phase: status?.phase ?? 'Pending',
    cpu: rounded(podRequest(spec, 'cpu')),
    memory: podRequest(spec, 'memory'),
  };
}

/** A pod in the words of the port; what is false, empty or unknown stays undefined and costs nothing on the way. */
export function podView(pod: k8s.V1Pod, keep: KeepAnnotation): PodView {
  const { metadata, spec, status } = pod;
  const controller = metadata!.ownerReferences?.find(owner => owner.controller);
  const annotations = metadata!.annotations ?? {};
  const requires = requirements(spec);
  return {
    ...podRoom(pod),
    name: metadata!.name!,
    uid: metadata!.uid!,
    ready: isReady(status?.conditions),
    created: metadata!.creationTimestamp?.getTime() ?? 0,
    leaving: metadata!.deletionTimestamp?.getTime(),
    controller: controller && { kind: controller.kind, name: controller.name, uid: controller.uid },
    mirror: annotations['kubernetes.io/config.mirror'] !== undefined || undefined,
    keptBy: isKept(pod, keep, Date.now()) ? keep.key : undefined,
    release: metadata!.labels?.['app.kubernetes.io/instance'],
    requires,
    tolerations: requires && spec?.tolerations?.map(({ key, operator, value, effect }) => ({ key, operator, value, effect })),
    apart: spec?.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution
      ?.some(term => term.topologyKey === 'kubernetes.io/hostname') || undefined,
    toleratesCordon: tolerates(spec?.tolerations ?? [], UNSCHEDULABLE) || undefined,
    claims: claimsOf(metadata!.name!, spec),
    unschedulable: status?.conditions?.find(one => one.type === 'PodScheduled' && one.status === 'False')?.message,
    waiting: status?.containerStatuses?.find(container => container.state?.waiting)?.state?.waiting?.reason,
  };
}

function isReady(conditions: ReadonlyArray<{ readonly type: string; readonly status: string }> | undefined): boolean {
  return conditions?.some(condition => condition.type === 'Ready' && condition.status === 'True') ?? false;
}

/** A kubelet that is silent has the status Unknown. */
function notReadySince(conditions: readonly k8s.V1NodeCondition[] | undefined): number | undefined {
  const ready = conditions?.find(condition => condition.type === 'Ready');
  return ready && ready.status !== 'True' ? ready.lastTransitionTime?.getTime() : undefined;
}

function requirements(spec: k8s.V1PodSpec | undefined): NodeRequirements | undefined {
  const terms = spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  return terms.length > 0 || spec?.nodeSelector ? { selector: spec?.nodeSelector ?? {}, terms: terms.map(termOf) } : undefined;
}

function termOf(term: k8s.V1NodeSelectorTerm): NodeTerm {
  const expressions = (list: k8s.V1NodeSelectorRequirement[] = []) => list.map(({ key, operator, values }) => ({ key, operator, values }));
  return { expressions: expressions(term.matchExpressions), fields: expressions(term.matchFields) };
}

function claimsOf(pod: string, spec: k8s.V1PodSpec | undefined): string[] | undefined {
  const claims = (spec?.volumes ?? []).map(volume => volume.persistentVolumeClaim?.claimName ?? (volume.ephemeral ? `${pod}-${volume.name}` : undefined))
    .filter(claim => claim !== undefined);
  return claims.length > 0 ? claims : undefined;
}

function rounded(cpus: number): number {
  return Math.round(cpus * 1000) / 1000;
}
