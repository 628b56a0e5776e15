import * as k8s from '@kubernetes/client-node';
import { BudgetView, StagePod, TemplateView, VolumeView } from './views';
import { NodeDemand } from '../../karpenter/api/pool-offer';
import { AsSent } from '../../kubernetes/as-sent.kubernetes';
import { isKept, KeepAnnotation } from '../../kubernetes/kept-pods';
import { claimsOf, placementOf, PodSpec, requestsOf, volumeTerms } from '../../kubernetes/pod-needs.kubernetes';
import { podRoom } from '../../kubernetes/views.kubernetes';

/** Kubernetes adds tolerations of its own to every pod, for taints that no pool has. */
const ADDED_TOLERATIONS = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'];

export function stagePod(pod: AsSent<k8s.V1Pod>, keep: KeepAnnotation): StagePod {
  const { metadata, spec } = pod;
  const annotations = metadata?.annotations ?? {};
  const volumes = spec?.volumes ?? [];
  return {
    ...podRoom(pod),
    name: metadata!.name!,
    labels: metadata!.labels ?? {},
    controller: controllerOf(metadata),
    mirror: annotations['kubernetes.io/config.mirror'] !== undefined,
    leaving: metadata?.deletionTimestamp !== undefined,
    hostNetwork: spec?.hostNetwork ?? false,
    doNotEvict: isKept(pod, keep, Date.now()),
    notSafeToEvict: annotations['cluster-autoscaler.kubernetes.io/safe-to-evict'] === 'false',
    demand: demandOf(spec),
    claims: claimsOf(metadata!.name!, spec),
    scratch: [...volumes.some(volume => volume.emptyDir) ? ['emptyDir'] : [], ...volumes.some(volume => volume.hostPath) ? ['hostPath'] : []],
  };
}

export function templateView(
  kind: string, { metadata }: { readonly metadata?: k8s.V1ObjectMeta }, template: k8s.V1PodTemplateSpec | undefined,
): TemplateView {
  const controller = controllerOf(metadata);
  return {
    kind,
    namespace: metadata!.namespace!,
    name: metadata!.name!,
    controller: controller?.kind === 'CronJob' ? controller.name : undefined,
    labels: template?.metadata?.labels ?? {},
    demand: demandOf(template?.spec),
  };
}

export function budgetView({ metadata, spec, status }: k8s.V1PodDisruptionBudget): BudgetView {
  const counted = status !== undefined && status.observedGeneration === metadata?.generation;
  const failed = status?.conditions?.find(condition => condition.type === 'DisruptionAllowed' && condition.reason === 'SyncFailed');
  return {
    namespace: metadata!.namespace!,
    name: metadata!.name!,
    selector: spec?.selector,
    minAvailable: spec?.minAvailable,
    maxUnavailable: spec?.maxUnavailable,
    expected: counted && !failed ? status.expectedPods : undefined,
    problem: failed?.message,
  };
}

/** Undefined for a volume that no claim is bound to. */
export function volumeView(volume: k8s.V1PersistentVolume): VolumeView | undefined {
  const { spec } = volume;
  const claim = spec?.claimRef;
  if (!claim) {
    return undefined;
  }
  return {
    claim: `${claim.namespace}/${claim.name}`,
    terms: volumeTerms(volume),
    local: spec.local !== undefined || spec.hostPath !== undefined,
  };
}

function controllerOf(metadata: Pick<k8s.V1ObjectMeta, 'ownerReferences'> | undefined): { readonly kind: string; readonly name: string } | undefined {
  const owner = metadata?.ownerReferences?.find(reference => reference.controller);
  return owner && { kind: owner.kind, name: owner.name };
}

function demandOf(spec: PodSpec | undefined): NodeDemand {
  const { requires, tolerations } = placementOf(spec);
  const preferred = (spec?.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map(({ preference }) => preference);
  const wishes = preferred.flatMap(({ matchExpressions = [], matchFields = [] }) => [...matchExpressions, ...matchFields].map(({ key }) => key));
  const tolerated = tolerations?.filter(({ key }) => !key || !ADDED_TOLERATIONS.includes(key)) ?? [];
  return {
    requests: requestsOf(spec),
    ...requires && { requires },
    ...tolerated.length > 0 && { tolerations: tolerated },
    ...wishes.length > 0 && { wishes },
  };
}
