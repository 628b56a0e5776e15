import * as k8s from '@kubernetes/client-node';
import { CANARY_LABEL, CANARY_NAME, PROOF_RECORD } from './canary';
import { looksLikeAutoscaler } from './plan';
import {
  AutoscalerChange, AutoscalerDeployment, AutoscalerKubernetesPort, AutoscalerPod, CanaryPod, CanaryTraces, DeploymentReference, NodeState,
  PodEvent, PodOnNode, TaintedNode, TimedTaint,
} from './port';
import { scalesGroups } from './scope';
import * as view from './views.kubernetes';
import { Fence } from '../../custom-resources/fence';
import { every, FIELD_MANAGER, PAGE, pagesOf, unlessAbsent, unlessOvertaken } from '../../kubernetes/api.kubernetes';
import { NODEGROUP_LABEL } from '../../kubernetes/views';
import { REPLICAS_RECORD } from '../records';

const MERGE = k8s.setHeaderOptions('Content-Type', k8s.PatchStrategy.MergePatch);

/** The Cluster Autoscaler and the canary through the Kubernetes API. */
export class ClusterAutoscalerKubernetes implements AutoscalerKubernetesPort {
  private readonly core: k8s.CoreV1Api;
  private readonly apps: k8s.AppsV1Api;
  private readonly scheduling: k8s.SchedulingV1Api;

  public constructor(config: k8s.KubeConfig, private readonly fence: Fence) {
    this.core = config.makeApiClient(k8s.CoreV1Api);
    this.apps = config.makeApiClient(k8s.AppsV1Api);
    this.scheduling = config.makeApiClient(k8s.SchedulingV1Api);
  }

  public async deployments(named: readonly DeploymentReference[] = []): Promise<AutoscalerDeployment[]> {
    const found: AutoscalerDeployment[] = [];
    // Page by page: annotations cannot be asked for, and few of a cluster's Deployments are of interest.
    for await (const page of pagesOf(_continue => this.apps.listDeploymentForAllNamespaces({ limit: PAGE, _continue }))) {
      found.push(...page.map(view.deployment).filter(each => each.record !== undefined
        || looksLikeAutoscaler(each.name, each.labels)
        || scalesGroups(each)
        || named.some(one => each.namespace === one.namespace && each.name === one.name)));
    }
    return found;
  }

  public async change({ namespace, name }: DeploymentReference, version: string, { replicas, record }: AutoscalerChange): Promise<boolean> {
    const body = {
      metadata: { resourceVersion: version, ...record !== undefined && { annotations: { [REPLICAS_RECORD]: record } } },
      ...replicas !== undefined && { spec: { replicas } },
    };
    await this.fence.check();
    return unlessOvertaken(() => this.apps.patchNamespacedDeployment({ namespace, name, body, fieldManager: FIELD_MANAGER }, MERGE));
  }

  public async pods(namespace: string, labelSelector: string): Promise<AutoscalerPod[]> {
    const pods = await every(_continue => this.core.listNamespacedPod({ namespace, labelSelector, limit: PAGE, _continue }));
    return pods.filter(pod => !view.hasEnded(pod)).map(view.autoscalerPod);
  }

  public async taintedNodes(keys: readonly string[]): Promise<TaintedNode[]> {
    const nodes = await every(_continue => this.core.listNode({ labelSelector: NODEGROUP_LABEL, limit: PAGE, _continue }));
    return nodes.filter(node => node.spec?.taints?.some(({ key }) => keys.includes(key))).map(node => view.taintedNode(node, NODEGROUP_LABEL));
  }

  public async replaceTaints(name: string, version: string, taints: readonly TimedTaint[], uncordon: boolean): Promise<boolean> {
    return this.patchNode(name, version, { taints: taints.length > 0 ? taints : null, ...uncordon && { unschedulable: null } });
  }

  public async canaryTraces(namespace: string): Promise<CanaryTraces> {
    const { items } = await this.core.listNamespacedPod({ namespace, labelSelector: `${CANARY_LABEL}=${CANARY_NAME}` });
    const priorityClass = await unlessAbsent(() => this.scheduling.readPriorityClass({ name: CANARY_NAME }));
    return { canaries: items.map(view.canary), priorityClass: priorityClass && { proven: priorityClass.metadata?.annotations?.[PROOF_RECORD] } };
  }

  public async createPriorityClass(): Promise<boolean> {
    await this.fence.check();
    return unlessOvertaken(() => this.scheduling.createPriorityClass({
      body: {
        metadata: { name: CANARY_NAME, labels: { [CANARY_LABEL]: CANARY_NAME } },
        value: 0,
        preemptionPolicy: 'Never',
        description: 'canary pods of cdk-karpenter-migration, which push nothing away',
      },
      fieldManager: FIELD_MANAGER,
    }));
  }

  public async rememberProof(node: string): Promise<boolean> {
    await this.fence.check();
    const body = { metadata: { annotations: { [PROOF_RECORD]: node } } };
    return unlessOvertaken(() => this.scheduling.patchPriorityClass({ name: CANARY_NAME, body, fieldManager: FIELD_MANAGER }, MERGE));
  }

  public async deletePriorityClass(): Promise<void> {
    await this.fence.check();
    await unlessAbsent(() => this.scheduling.deletePriorityClass({ name: CANARY_NAME }));
  }

  public async createCanary(pod: CanaryPod): Promise<boolean> {
    await this.fence.check();
    return unlessOvertaken(() => this.core.createNamespacedPod({ namespace: pod.metadata.namespace, body: pod, fieldManager: FIELD_MANAGER }));
  }

  public async deleteCanary(namespace: string, name: string, uid: string): Promise<void> {
    await this.fence.check();
    await unlessOvertaken(() => this.core.deleteNamespacedPod({ namespace, name, body: { preconditions: { uid } } }));
  }

  public async events(namespace: string, podUid: string): Promise<PodEvent[]> {
    const { items } = await this.core.listNamespacedEvent({ namespace, fieldSelector: `involvedObject.uid=${podUid}` });
    return items.sort((one, other) => view.timeOf(one) - view.timeOf(other)).map(view.event);
  }

  public async node(name: string): Promise<NodeState | undefined> {
    const found = await unlessAbsent(() => this.core.readNode({ name }));
    return found && view.node(found);
  }

  public async cordon(name: string, version: string): Promise<boolean> {
    return this.patchNode(name, version, { unschedulable: true });
  }

  public async podsOn(node: string): Promise<PodOnNode[]> {
    const pods = await every(_continue => this.core.listPodForAllNamespaces({ fieldSelector: `spec.nodeName=${node}`, limit: PAGE, _continue }));
    return pods.filter(pod => !view.hasEnded(pod)).map(view.podOnNode);
  }

  private async patchNode(name: string, resourceVersion: string, spec: object): Promise<boolean> {
    await this.fence.check();
    return unlessOvertaken(() => this.core.patchNode({ name, body: { metadata: { resourceVersion }, spec }, fieldManager: FIELD_MANAGER }, MERGE));
  }
}
