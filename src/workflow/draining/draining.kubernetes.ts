import * as k8s from '@kubernetes/client-node';
import { ControllersKubernetes } from './controllers.kubernetes';
import { PlaceholdersKubernetes } from './placeholders/placeholders.kubernetes';
import { PlacedPod, PlaceholderPort, PlaceholderView } from './placeholders/port';
import { DrainingPort, Eviction, NodeChange, PodName, PodPage } from './port';
import { Fence, toEach } from '../../custom-resources/fence';
import { KarpenterApi } from '../../karpenter/api/karpenter-api';
import { every, FIELD_MANAGER, PAGE, pagesOf, unlessAbsent, unlessOvertaken } from '../../kubernetes/api.kubernetes';
import { AsSent, listening, nodesAsSent, podsAsSent } from '../../kubernetes/as-sent.kubernetes';
import { selects } from '../../kubernetes/label-selector';
import { claimsOf, requirementsOf } from '../../kubernetes/pod-needs.kubernetes';
import { Term } from '../../kubernetes/scheduling';
import { AttachmentView, ControllerRef, ControllerView, NodeView, PodBudget, PodView } from '../../kubernetes/views';
import { nodeView, podView } from '../../kubernetes/views.kubernetes';
import { readVolumes } from '../../kubernetes/volumes.kubernetes';
import { grouped } from '../../words/grouped';

/** Pages of pods in one answer, which must stay below the six megabytes of a function's answer. */
const PAGES_PER_ANSWER = 10;
/** What evictions may take of the time of one call: some hundred of them, or a few where webhooks are slow. */
const EVICTING_MILLISECONDS = 8000;
const TARGET_GROUP_BINDINGS = { group: 'elbv2.k8s.aws', version: 'v1beta1', plural: 'targetgroupbindings' };

/** Nodes, pods and evictions through the Kubernetes API. */
export class DrainingKubernetes implements DrainingPort, PlaceholderPort {
  private readonly core: k8s.CoreV1Api;
  private readonly owners: ControllersKubernetes;
  private readonly rooms: PlaceholdersKubernetes;
  private readonly storage: k8s.StorageV1Api;
  private readonly networking: k8s.NetworkingV1Api;
  private readonly policy: k8s.PolicyV1Api;
  private readonly custom: k8s.CustomObjectsApi;

  constructor(config: k8s.KubeConfig, private readonly api: Pick<KarpenterApi, 'keepAnnotation'>, private readonly fence: Fence) {
    this.core = config.makeApiClient(k8s.CoreV1Api);
    this.owners = new ControllersKubernetes(this.core, config.makeApiClient(k8s.AppsV1Api));
    this.rooms = new PlaceholdersKubernetes(config, fence);
    this.storage = config.makeApiClient(k8s.StorageV1Api);
    this.networking = config.makeApiClient(k8s.NetworkingV1Api);
    this.policy = config.makeApiClient(k8s.PolicyV1Api);
    this.custom = config.makeApiClient(k8s.CustomObjectsApi);
  }

  public async nodes(labelSelector?: string): Promise<NodeView[]> {
    return (await every(_continue => nodesAsSent(this.core, { labelSelector, _continue }))).map(nodeView);
  }

  public async pods(page?: string): Promise<PodPage> {
    const pods: PodView[] = [];
    const budgetOf = budgetsOver(await every(_continue => this.policy.listPodDisruptionBudgetForAllNamespaces({ limit: PAGE, _continue })));
    let volumes: ReadonlyMap<string, readonly Term[]> | undefined;
    let next = page;
    let pages = 0;
    do {
      const { items, metadata } = await podsAsSent(this.core, { _continue: next });
      // Few clusters have pods that want both a certain node and a volume.
      volumes ??= items.some(asksForVolumes) ? await readVolumes(this.core) : undefined;
      pods.push(...items.map(item => ({ ...podView(item, this.api.keepAnnotation, volumes), budget: budgetOf(item) })));
      next = metadata?.continue || undefined;
      pages += 1;
    } while (next && pages < PAGES_PER_ANSWER);
    return next ? { pods, next } : { pods };
  }

  public controllers(wanted: readonly ControllerRef[]): Promise<ControllerView[]> {
    return this.owners.find(wanted);
  }

  public async attachments(): Promise<AttachmentView[]> {
    const attachments = await every(_continue => this.storage.listVolumeAttachment({ limit: PAGE, _continue }));
    const claims = new Map<string, string>();
    // Only volumes that are somewhere attached need their claim.
    const volumes = attachments.length === 0 ? [] : await every(_continue => this.core.listPersistentVolume({ limit: PAGE, _continue }));
    for (const { metadata, spec } of volumes) {
      if (spec?.claimRef) {
        claims.set(metadata!.name!, `${spec.claimRef.namespace}/${spec.claimRef.name}`);
      }
    }
    return attachments.map(({ metadata, spec }) => ({
      node: spec.nodeName,
      volume: spec.source.persistentVolumeName ?? metadata!.name!,
      claim: claims.get(spec.source.persistentVolumeName ?? ''),
    }));
  }

  public async loadBalancers(): Promise<boolean> {
    for await (const page of pagesOf(_continue => this.core.listServiceForAllNamespaces({ limit: PAGE, _continue }))) {
      if (page.some(service => service.spec?.type === 'LoadBalancer')) {
        return true;
      }
    }
    const ingresses = await this.networking.listIngressForAllNamespaces({ limit: 1 });
    if (ingresses.items.length > 0) {
      return true;
    }
    const bindings = await unlessAbsent<{ items: object[] }>(() => this.custom.listClusterCustomObject({ ...TARGET_GROUP_BINDINGS, limit: 1 }));
    return (bindings?.items.length ?? 0) > 0;
  }

  public async patchNodes(changes: readonly NodeChange[]): Promise<string[]> {
    const overtaken: string[] = [];
    await toEach(changes, async change => {
      await this.fence.check();
      if (!await unlessOvertaken(() => this.patch(change))) {
        overtaken.push(change.name);
      }
    });
    return overtaken;
  }

  public async evict(pods: readonly PodName[]): Promise<Eviction[]> {
    const evictions: Eviction[] = [];
    const end = Date.now() + EVICTING_MILLISECONDS;
    for (const pod of pods) {
      await this.fence.check();
      const { answered, ...eviction } = await this.evictOne(pod);
      evictions.push(eviction);
      if (eviction.outcome === 'throttled' || !answered || Date.now() > end) {
        break;
      }
    }
    return evictions;
  }

  public async deletePods(pods: readonly PodName[]): Promise<void> {
    await toEach(pods, async ({ namespace, name, uid }) => {
      await this.fence.check();
      await unlessOvertaken(() => this.core.deleteNamespacedPod({ namespace, name, body: { preconditions: { uid } } }));
    });
  }

  public placeholders(namespace: string): Promise<PlaceholderView[]> {
    return this.rooms.placeholders(namespace);
  }

  public makePlaceholders(namespace: string, pods: readonly PlacedPod[], image: string): Promise<void> {
    return this.rooms.makePlaceholders(namespace, pods, image);
  }

  public dropPlaceholders(namespace: string, uids: readonly string[]): Promise<void> {
    return this.rooms.dropPlaceholders(namespace, uids);
  }

  public clearPlaceholders(namespace: string): Promise<void> {
    return this.rooms.clearPlaceholders(namespace);
  }

  private patch({ name, version, unschedulable, labels, annotations }: NodeChange): Promise<unknown> {
    return this.core.patchNode({
      name,
      fieldManager: FIELD_MANAGER,
      body: {
        metadata: { resourceVersion: version, labels, annotations },
        // As `kubectl uncordon` leaves it: absent.
        ...(unschedulable === undefined ? {} : { spec: { unschedulable: unschedulable || null } }),
      },
    }, k8s.setHeaderOptions('Content-Type', k8s.PatchStrategy.MergePatch));
  }

  private async evictOne({ namespace, name, uid }: PodName): Promise<Eviction & { readonly answered: boolean }> {
    let answer = '';
    try {
      await this.core.createNamespacedPodEviction({
        namespace,
        name,
        fieldManager: FIELD_MANAGER,
        body: { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { namespace, name }, deleteOptions: { preconditions: { uid } } },
      // The typed client drops what an eviction's answer says.
      }, listening(text => answer = text));
    } catch (error) {
      return error instanceof k8s.ApiException
        ? { ...failureOf(uid, error.code, answer), answered: true }
        : { uid, outcome: 'failed', message: `${(error as Error).name}: ${(error as Error).message}`, answered: false };
    }
    // The API answers "created" with a failure inside where two PodDisruptionBudgets cover the pod.
    const status = parsed(answer);
    return status.status === 'Failure' ? { uid, outcome: 'refused', message: status.message ?? answer, answered: true } : { uid, outcome: 'evicted', answered: true };
  }
}

function asksForVolumes({ metadata, spec }: AsSent<k8s.V1Pod>): boolean {
  return requirementsOf(spec) !== undefined && claimsOf(metadata!.name!, spec).length > 0;
}

/** The PodDisruptionBudget over a pod; of several the one that allows least. */
function budgetsOver(budgets: readonly k8s.V1PodDisruptionBudget[]): (pod: AsSent<k8s.V1Pod>) => PodBudget | undefined {
  const ofNamespace = grouped(budgets, ({ metadata }) => metadata!.namespace!);
  return ({ metadata }) => (ofNamespace.get(metadata!.namespace!) ?? [])
    .filter(({ spec }) => selects(spec?.selector, metadata!.labels ?? {}))
    .map((budget): PodBudget => ({ name: budget.metadata!.name!, allows: budget.status?.disruptionsAllowed ?? 0 }))
    .reduce<PodBudget | undefined>((least, one) => least === undefined || one.allows < least.allows ? one : least, undefined);
}

interface Status {
  readonly status?: string;
  readonly message?: string;
  readonly details?: { readonly causes?: ReadonlyArray<{ readonly reason?: string; readonly message?: string }> };
}

/** What an answer to an eviction means. */
function failureOf(uid: string, code: number, answer: string): Eviction {
  const { message = answer, details } = parsed(answer);
  const budget = details?.causes?.find(cause => cause.reason === 'DisruptionBudget')?.message;
  // A conflict: the pod of this uid is gone, or going.
  if (code === 404 || code === 409) {
    return { uid, outcome: 'gone' };
  }
  if (budget || BUDGETS.test(message)) {
    return { uid, outcome: 'refused', message: budget ?? message };
  }
  if (code === 429) {
    // Without a cause it was the server's own load, or a PodDisruptionBudget that was written at the same time.
    return { uid, outcome: 'throttled', message };
  }
  return ADMISSION.test(message)
    ? { uid, outcome: 'refused', byAdmission: true, message }
    : { uid, outcome: 'failed', message: `HTTP-Code: ${code} ${message}` };
}

/** How PodDisruptionBudgets refuse where no cause says so. */
const BUDGETS = /disruption budget|PodDisruptionBudget|disruptions allowed is negative|DisruptedPods map too big/;
/** How webhooks, policies and namespaces on their way out do. */
const ADMISSION = /admission webhook .* denied|ValidatingAdmissionPolicy|denied (the )?request|because it is being terminated/i;

function parsed(answer: string): Status {
  try {
    return JSON.parse(answer) as Status;
  } catch (error) {
    if (error instanceof SyntaxError) {
      return {};
    }
    throw error;
  }
}
