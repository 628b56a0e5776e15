import * as k8s from '@kubernetes/client-node';
import { Placement } from './facts';
import { BudgetView, StagePod, TemplateView, VolumeView } from './views';
import { isKept, KeepAnnotation } from '../../kubernetes/kept-pods';
import { Expression } from '../../kubernetes/scheduling';
import { podRoom } from '../../kubernetes/views.kubernetes';

const ZONE_KEYS = ['topology.kubernetes.io/zone', 'failure-domain.beta.kubernetes.io/zone', 'topology.ebs.csi.aws.com/zone'];
/** Kubernetes adds tolerations of its own to every pod, for taints that no pool has. */
const ADDED_TOLERATIONS = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'];
const ORDINARY_RESOURCES = /^(cpu|memory|ephemeral-storage|hugepages-.*)$/;

export function stagePod(pod: k8s.V1Pod, keep: KeepAnnotation): StagePod {
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
    placement: placementOf(spec),
    claims: volumes.flatMap(volume => volume.persistentVolumeClaim?.claimName ?? []),
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
    placement: placementOf(template?.spec),
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
export function volumeView({ metadata, spec }: k8s.V1PersistentVolume): VolumeView | undefined {
  const claim = spec?.claimRef;
  if (!claim) {
    return undefined;
  }
  const expressions = (spec.nodeAffinity?.required?.nodeSelectorTerms ?? []).flatMap(term => term.matchExpressions ?? []);
  const affine = expressions.filter(({ key, operator }) => ZONE_KEYS.includes(key) && operator === 'In').flatMap(({ values }) => values ?? []);
  // Volumes from before CSI have labels instead, in which "__" parts the zones.
  const labelled = ZONE_KEYS.flatMap(key => metadata?.labels?.[key]?.split('__') ?? []);
  return {
    claim: `${claim.namespace}/${claim.name}`,
    zones: [...new Set(affine.length > 0 ? affine : labelled)],
    local: spec.local !== undefined || spec.hostPath !== undefined,
  };
}

function controllerOf(metadata: k8s.V1ObjectMeta | undefined): { readonly kind: string; readonly name: string } | undefined {
  const owner = metadata?.ownerReferences?.find(reference => reference.controller);
  return owner && { kind: owner.kind, name: owner.name };
}

function placementOf(spec: k8s.V1PodSpec | undefined): Placement {
  const affinity = spec?.affinity?.nodeAffinity;
  const required = affinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  const preferred = (affinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map(({ preference }) => preference);
  const devices = [...spec?.containers ?? [], ...spec?.initContainers ?? []].flatMap(container => Object.keys(container.resources?.requests ?? {}));
  return {
    nodeSelector: spec?.nodeSelector ?? {},
    // A term without any condition matches no node.
    terms: required.filter(term => term.matchExpressions?.length).map(term => term.matchExpressions!.map(expression)),
    preferredKeys: preferred.flatMap(term => (term.matchExpressions ?? []).map(({ key }) => key)),
    fields: [...required, ...preferred].some(term => term.matchFields?.length),
    tolerations: (spec?.tolerations ?? []).filter(({ key }) => !key || !ADDED_TOLERATIONS.includes(key))
      .map(({ key, operator, value, effect }) => ({ key, operator, value, effect })),
    devices: [...new Set(devices)].filter(name => !ORDINARY_RESOURCES.test(name)).sort(),
  };
}

function expression({ key, operator, values }: k8s.V1NodeSelectorRequirement): Expression {
  return { key, operator, values: values ?? [] };
}
