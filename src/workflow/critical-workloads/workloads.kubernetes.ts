import * as k8s from '@kubernetes/client-node';
import { Rollout, Workload, WorkloadChange, WorkloadKind, WorkloadName, WorkloadPod, WorkloadsPort } from './port';
import { Fence } from '../../custom-resources/fence';
import { every, FIELD_MANAGER, PAGE, pagesOf, unlessAbsent, unlessOvertaken } from '../../kubernetes/api.kubernetes';
import { NodeFacts } from '../../kubernetes/placement';
import { Toleration, Affinity } from '../../kubernetes/scheduling';
import { NODEGROUP_LABEL } from '../../kubernetes/views';
import { ADDON_RECORD, AFFINITY_RECORD } from '../records';

/** EKS puts it on every pod that a Fargate profile selects. */
const FARGATE_LABEL = 'eks.amazonaws.com/fargate-profile';
const APPS = { group: 'apps', version: 'v1' };
const PLURALS: Readonly<Record<WorkloadKind, string>> = { Deployment: 'deployments', StatefulSet: 'statefulsets' };

/** The parts of a Deployment or StatefulSet as the API sends them: the typed client drops fields of an affinity that it does not know. */
interface RawWorkload {
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly resourceVersion: string;
    readonly generation: number;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly managedFields?: ReadonlyArray<{ readonly manager?: string; readonly fieldsV1?: FieldSet }>;
  };
  readonly spec: {
    readonly replicas?: number;
    readonly paused?: boolean;
    readonly selector: k8s.V1LabelSelector;
    readonly updateStrategy?: { readonly type?: string; readonly rollingUpdate?: { readonly partition?: number } };
    readonly template: {
      readonly spec: {
        readonly affinity?: Affinity;
        readonly nodeSelector?: Readonly<Record<string, string>>;
        readonly tolerations?: readonly Toleration[];
      };
    };
  };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly replicas?: number;
    readonly updatedReplicas?: number;
    readonly availableReplicas?: number;
    readonly conditions?: ReadonlyArray<{ readonly type: string; readonly status: string; readonly reason?: string; readonly message?: string }>;
  };
}

interface FieldSet { readonly [field: string]: FieldSet }

/** Deployments and StatefulSets, their pods, and the nodes of node groups. */
export class KubernetesWorkloads implements WorkloadsPort {
  private readonly objects: k8s.CustomObjectsApi;
  private readonly core: k8s.CoreV1Api;

  public constructor(config: k8s.KubeConfig, private readonly fence: Fence) {
    this.objects = config.makeApiClient(k8s.CustomObjectsApi);
    this.core = config.makeApiClient(k8s.CoreV1Api);
  }

  public async read(name: WorkloadName): Promise<Workload | undefined> {
    const found = await this.find(name);
    return found && workloadOf(name.kind, found);
  }

  public async recorded(): Promise<readonly Workload[]> {
    const found: Workload[] = [];
    for (const kind of ['Deployment', 'StatefulSet'] as const) {
      const pages = pagesOf<RawWorkload>(_continue =>
        this.objects.listCustomObjectForAllNamespaces({ ...APPS, plural: PLURALS[kind], limit: PAGE, _continue }));
      for await (const page of pages) {
        found.push(...page.map(raw => workloadOf(kind, raw)).filter(one => one.affinityRecord !== undefined || one.addonRecord !== undefined));
      }
    }
    return found;
  }

  public async pods(name: WorkloadName): Promise<readonly WorkloadPod[]> {
    const workload = await this.find(name);
    if (!workload) {
      return [];
    }
    const labelSelector = selectorText(workload.spec.selector);
    const pods = await every(_continue => this.core.listNamespacedPod({ namespace: name.namespace, labelSelector, limit: PAGE, _continue }));
    return pods.map(podOf);
  }

  public async nodes(keys: readonly string[], nodegroups?: readonly string[]): Promise<readonly NodeFacts[]> {
    const labelSelector = nodegroups ? `${NODEGROUP_LABEL} in (${nodegroups.join(',')})` : NODEGROUP_LABEL;
    const nodes = await every(_continue => this.core.listNode({ labelSelector, limit: PAGE, _continue }));
    return nodes.filter(node => node.metadata?.deletionTimestamp === undefined).map(node => nodeOf(node, keys));
  }

  public async write(name: WorkloadName, version: string, change: WorkloadChange): Promise<boolean> {
    const found = await this.find(name);
    if (found?.metadata.resourceVersion !== version) {
      return false;
    }
    await this.fence.check();
    return unlessOvertaken(() => this.objects.patchNamespacedCustomObject(
      { ...addressOf(name), body: patchOf(found, change), fieldManager: FIELD_MANAGER },
      k8s.setHeaderOptions('Content-Type', k8s.PatchStrategy.JsonPatch),
    ));
  }

  private find(name: WorkloadName): Promise<RawWorkload | undefined> {
    return unlessAbsent(() => this.objects.getNamespacedCustomObject(addressOf(name)));
  }
}

function addressOf({ kind, namespace, name }: WorkloadName) {
  return { ...APPS, namespace, plural: PLURALS[kind], name };
}

/** A merge patch would leave in an affinity what the new one lacks; this one replaces it as a whole, at this very version. */
function patchOf({ metadata, spec }: RawWorkload, { affinity, annotations, release }: WorkloadChange): object[] {
  const present = metadata.annotations ?? {};
  const operations: object[] = [{ op: 'replace', path: '/metadata/resourceVersion', value: metadata.resourceVersion }];
  if (affinity) {
    operations.push({ op: 'add', path: '/spec/template/spec/affinity', value: affinity });
  } else if (affinity === null && spec.template.spec.affinity) {
    operations.push({ op: 'remove', path: '/spec/template/spec/affinity' });
  }
  if (metadata.annotations === undefined) {
    operations.push({ op: 'add', path: '/metadata/annotations', value: {} });
  }
  for (const [key, value] of Object.entries(annotations)) {
    const path = `/metadata/annotations/${key.replace(/~/g, '~0').replace(/\//g, '~1')}`;
    if (value !== null) {
      operations.push({ op: 'add', path, value });
    } else if (key in present) {
      operations.push({ op: 'remove', path });
    }
  }
  if (release) {
    const ours = (metadata.managedFields ?? []).flatMap(({ manager }, index) => manager === FIELD_MANAGER ? [index] : []);
    operations.push(...ours.reverse().map(index => ({ op: 'remove', path: `/metadata/managedFields/${index}` })));
  }
  return operations;
}

function workloadOf(kind: WorkloadKind, { metadata, spec, status }: RawWorkload): Workload {
  const { affinity, nodeSelector, tolerations } = spec.template.spec;
  return {
    kind,
    namespace: metadata.namespace,
    name: metadata.name,
    version: metadata.resourceVersion,
    affinity: affinity ?? null,
    nodeSelector: nodeSelector ?? {},
    tolerations: tolerations ?? [],
    rollout: rolloutOf(metadata, spec, status),
    affinityRecord: metadata.annotations?.[AFFINITY_RECORD],
    addonRecord: metadata.annotations?.[ADDON_RECORD],
    affinityManagers: (metadata.managedFields ?? [])
      .filter(({ fieldsV1 }) => fieldsV1?.['f:spec']?.['f:template']?.['f:spec']?.['f:affinity'] !== undefined)
      .map(({ manager }) => manager ?? 'unknown'),
  };
}

function rolloutOf(metadata: RawWorkload['metadata'], spec: RawWorkload['spec'], status: RawWorkload['status'] = {}): Rollout {
  return {
    replicas: spec.replicas ?? 1,
    total: status.replicas ?? 0,
    updated: status.updatedReplicas ?? 0,
    available: status.availableReplicas ?? 0,
    generation: metadata.generation,
    observedGeneration: status.observedGeneration ?? 0,
    paused: spec.paused ?? false,
    byHand: spec.updateStrategy?.type === 'OnDelete' || (spec.updateStrategy?.rollingUpdate?.partition ?? 0) > 0,
    failure: status.conditions?.find(condition => condition.type === 'Progressing' && condition.status === 'False')?.message,
  };
}

function podOf({ metadata, status }: k8s.V1Pod): WorkloadPod {
  const condition = (type: string) => status?.conditions?.find(one => one.type === type);
  const ready = condition('Ready');
  const scheduled = condition('PodScheduled');
  const containers = [...status?.initContainerStatuses ?? [], ...status?.containerStatuses ?? []];
  const waiting = containers.find(container => container.state?.waiting)?.state?.waiting;
  return {
    name: metadata!.name!,
    created: metadata!.creationTimestamp!.toISOString(),
    readySince: ready?.status === 'True' ? ready.lastTransitionTime?.toISOString() ?? metadata!.creationTimestamp!.toISOString() : undefined,
    scheduling: scheduled?.status === 'False' ? scheduled.message ?? scheduled.reason : undefined,
    waiting: waiting && [waiting.reason, waiting.message].filter(text => text).join(': '),
    ...metadata!.labels?.[FARGATE_LABEL] === undefined ? {} : { onFargate: true },
  };
}

function nodeOf({ metadata, spec, status }: k8s.V1Node, keys: readonly string[]): NodeFacts {
  const labels = metadata!.labels ?? {};
  return {
    name: metadata!.name!,
    labels: Object.fromEntries(keys.filter(key => key in labels).map(key => [key, labels[key]])),
    taints: (spec?.taints ?? []).map(({ key, value, effect }) => ({ key, value, effect })),
    ready: status?.conditions?.find(condition => condition.type === 'Ready')?.status === 'True',
    unschedulable: spec?.unschedulable ?? false,
  };
}

function selectorText({ matchLabels = {}, matchExpressions = [] }: k8s.V1LabelSelector): string {
  return [
    ...Object.entries(matchLabels).map(([key, value]) => `${key}=${value}`),
    ...matchExpressions.map(({ key, operator, values = [] }) => {
      switch (operator) {
        case 'Exists': return key;
        case 'DoesNotExist': return `!${key}`;
        default: return `${key} ${operator.toLowerCase()} (${values.join(',')})`;
      }
    }),
  ].join(',');
}
