import * as k8s from '@kubernetes/client-node';
import { PLACEHOLDER_PRIORITY_CLASS, placeholderName } from './names';
import { PlacedPod, PlaceholderPort, PlaceholderView } from './port';
import { placeholderFor } from './spec.kubernetes';
import { Fence, toEach } from '../../../custom-resources/fence';
import { every, FIELD_MANAGER, PAGE, unlessAbsent, unlessOvertaken } from '../../../kubernetes/api.kubernetes';
import { AsSent, asSent, podsAsSent } from '../../../kubernetes/as-sent.kubernetes';
import { PLACEHOLDER_LABEL } from '../../../kubernetes/placeholder-label';
import { claimsOf } from '../../../kubernetes/pod-needs.kubernetes';
import { podView } from '../../../kubernetes/views.kubernetes';
import { readVolumes } from '../../../kubernetes/volumes.kubernetes';

/** Nothing keeps a placeholder. */
const KEPT_BY_NOTHING = { key: '', value: '' };
const PRIORITY = -100;

/** Placeholders in the Kubernetes API. */
export class PlaceholdersKubernetes implements PlaceholderPort {
  private readonly core: k8s.CoreV1Api;
  private readonly scheduling: k8s.SchedulingV1Api;

  public constructor(config: k8s.KubeConfig, private readonly fence: Fence) {
    this.core = config.makeApiClient(k8s.CoreV1Api);
    this.scheduling = config.makeApiClient(k8s.SchedulingV1Api);
  }

  public async placeholders(namespace: string): Promise<PlaceholderView[]> {
    const where = { namespace, labelSelector: PLACEHOLDER_LABEL, limit: PAGE };
    const pods = await every(_continue => asSent<k8s.V1Pod>(options => this.core.listNamespacedPod({ ...where, _continue }, options)));
    return pods.map((pod) => {
      const { created, ready, node, unschedulable, waiting } = podView(pod, KEPT_BY_NOTHING);
      return { for: pod.metadata!.labels![PLACEHOLDER_LABEL], created, ready, node, unschedulable, waiting };
    });
  }

  public async makePlaceholders(namespace: string, pods: readonly PlacedPod[], image: string): Promise<void> {
    const found = await this.find(pods);
    const volumes = found.some(({ metadata, spec }) => claimsOf(metadata!.name!, spec).length > 0) ? await readVolumes(this.core) : new Map();
    await this.makePriorityClass();
    await toEach(found, async (pod) => {
      await this.fence.check();
      await unlessOvertaken(() => this.core.createNamespacedPod({
        namespace, body: placeholderFor(pod, namespace, image, volumes), fieldManager: FIELD_MANAGER,
      }));
    });
  }

  public async dropPlaceholders(namespace: string, uids: readonly string[]): Promise<void> {
    await toEach(uids, async (uid) => {
      await this.fence.check();
      await unlessAbsent(() => this.core.deleteNamespacedPod({ namespace, name: placeholderName(uid) }));
    });
  }

  public async clearPlaceholders(namespace: string): Promise<void> {
    await this.dropPlaceholders(namespace, (await this.placeholders(namespace)).map(one => one.for));
    await this.fence.check();
    await unlessAbsent(() => this.scheduling.deletePriorityClass({ name: PLACEHOLDER_PRIORITY_CLASS }));
  }

  /** Those that are still there; the pods of a node are read at once. */
  private async find(pods: readonly PlacedPod[]): Promise<AsSent<k8s.V1Pod>[]> {
    const uids = new Set(pods.map(({ uid }) => uid));
    const found: AsSent<k8s.V1Pod>[] = [];
    for (const node of new Set(pods.map(pod => pod.node))) {
      const own = await every(_continue => podsAsSent(this.core, { fieldSelector: `spec.nodeName=${node}`, _continue }));
      found.push(...own.filter(({ metadata }) => uids.has(metadata!.uid!)));
    }
    return found;
  }

  private async makePriorityClass(): Promise<void> {
    await this.fence.check();
    await unlessOvertaken(() => this.scheduling.createPriorityClass({
      body: {
        metadata: { name: PLACEHOLDER_PRIORITY_CLASS },
        value: PRIORITY,
        preemptionPolicy: 'Never',
        description: 'pods of cdk-karpenter-migration that keep room for others, and push nothing away',
      },
      fieldManager: FIELD_MANAGER,
    }));
  }
}
