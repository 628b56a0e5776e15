import type * as k8s from '@kubernetes/client-node';
import { AsSent, timeOf } from './as-sent.kubernetes';
import { isKept, KeepAnnotation } from './kept-pods';
import { claimsOf, isApart, placementOf, requestsOf, requirementsOf, resourcesOf } from './pod-needs.kubernetes';
import { Term, tolerates, UNSCHEDULABLE } from './scheduling';
import { NodeView, PodRoom, PodView } from './views';

const OURS = 'cdk-karpenter-migration/';

/** A node in the words of the port. */
export function nodeView({ metadata, spec, status }: AsSent<k8s.V1Node>): NodeView {
  return {
    name: metadata!.name!,
    version: metadata!.resourceVersion!,
    created: timeOf(metadata!.creationTimestamp) ?? 0,
    leaving: metadata!.deletionTimestamp !== undefined,
    ready: isReady(status?.conditions),
    notReadySince: notReadySince(status?.conditions),
    unschedulable: spec?.unschedulable ?? false,
    labels: metadata!.labels ?? {},
    annotations: Object.fromEntries(Object.entries(metadata!.annotations ?? {}).filter(([key]) => key.startsWith(OURS))),
    taints: (spec?.taints ?? []).map(({ key, value, effect }) => ({ key, value, effect })),
    allocatable: resourcesOf(status?.allocatable),
    instanceId: /^aws:\/\/.*\/(i-[0-9a-f]+)$/.exec(spec?.providerID ?? '')?.[1],
  };
}

/** The room that a pod takes. */
export function podRoom({ metadata, spec, status }: AsSent<k8s.V1Pod>): PodRoom {
  return {
    namespace: metadata!.namespace!,
    node: spec?.nodeName,
    phase: status?.phase ?? 'Pending',
    requests: requestsOf(spec),
  };
}

/**
 * A pod in the words of the port; what is false, empty or unknown stays undefined and costs nothing on the way.
 *
 * @param volumes the nodes that reach a volume, by `<namespace>/<name>` of its claim
 */
export function podView(pod: AsSent<k8s.V1Pod>, keep: KeepAnnotation, volumes: ReadonlyMap<string, readonly Term[]> = new Map()): PodView {
  const { metadata, spec, status } = pod;
  const controller = metadata!.ownerReferences?.find(owner => owner.controller);
  const annotations = metadata!.annotations ?? {};
  const claims = claimsOf(metadata!.name!, spec);
  return {
    ...podRoom(pod),
    name: metadata!.name!,
    uid: metadata!.uid!,
    ready: isReady(status?.conditions),
    created: timeOf(metadata!.creationTimestamp) ?? 0,
    leaving: timeOf(metadata!.deletionTimestamp),
    controller: controller && { kind: controller.kind, name: controller.name, uid: controller.uid },
    mirror: annotations['kubernetes.io/config.mirror'] !== undefined || undefined,
    keptBy: isKept(pod, keep, Date.now()) ? keep.key : undefined,
    release: metadata!.labels?.['app.kubernetes.io/instance'],
    // Whoever asks nothing of its node can run on Karpenter's: where it may go is asked of few.
    ...requirementsOf(spec) ? placementOf(spec, claims.flatMap(claim => [volumes.get(`${metadata!.namespace}/${claim}`) ?? []]).filter(terms => terms.length > 0))
      : { apart: isApart(spec) || undefined },
    toleratesCordon: tolerates(spec?.tolerations ?? [], UNSCHEDULABLE) || undefined,
    claims: claims.length > 0 ? claims : undefined,
    unschedulable: status?.conditions?.find(one => one.type === 'PodScheduled' && one.status === 'False')?.message,
    waiting: status?.containerStatuses?.find(container => container.state?.waiting)?.state?.waiting?.reason,
  };
}

function isReady(conditions: ReadonlyArray<{ readonly type: string; readonly status: string }> | undefined): boolean {
  return conditions?.some(condition => condition.type === 'Ready' && condition.status === 'True') ?? false;
}

/** A kubelet that is silent has the status Unknown. */
function notReadySince(conditions: ReadonlyArray<AsSent<k8s.V1NodeCondition>> | undefined): number | undefined {
  const ready = conditions?.find(condition => condition.type === 'Ready');
  return ready && ready.status !== 'True' ? timeOf(ready.lastTransitionTime) : undefined;
}
