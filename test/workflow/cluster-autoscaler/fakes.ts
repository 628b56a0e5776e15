import { ClaimView, Departing } from '../../../src/karpenter/api/fleet';
import { PoolFacts } from '../../../src/karpenter/api/karpenter-api';
import { V0_API } from '../../../src/karpenter/v0/api';
import { CANARY_NAME } from '../../../src/workflow/cluster-autoscaler/canary';
import {
  AutoscalerAwsPort, AutoscalerChange, AutoscalerDeployment, AutoscalerKubernetesPort, AutoscalerPod, AutoScalingGroup, Canary, CanaryPod,
  DeploymentReference, NodeState, PodEvent, PodOnNode, TaintedNode, TimedTaint,
} from '../../../src/workflow/cluster-autoscaler/port';
import { ProofFleet } from '../../../src/workflow/cluster-autoscaler/proof';
import { ClusterAutoscalerConfiguration } from '../../../src/workflow/cluster-autoscaler/step';

export const START = new Date('2024-05-01T10:00:00Z');

export function autoscaler(more: Partial<AutoscalerDeployment> = {}): AutoscalerDeployment {
  return {
    namespace: 'kube-system',
    name: 'cluster-autoscaler',
    version: '1',
    labels: {},
    record: undefined,
    replicas: 2,
    available: 2,
    observed: true,
    selector: 'app=cluster-autoscaler',
    arguments: ['./cluster-autoscaler', '--node-group-auto-discovery=asg:tag=k8s.io/cluster-autoscaler/enabled,k8s.io/cluster-autoscaler/prod'],
    environment: {},
    ...more,
  };
}

export const CONFIGURATION: ClusterAutoscalerConfiguration = {
  ClusterName: 'prod',
  Owner: 'Stack/Migration',
  Api: 'karpenter.sh/v1alpha5',
  Namespace: 'karpenter',
  Pools: ['default', 'gpu'],
  CanaryImage: 'registry.k8s.io/pause:3.9',
  ClusterAutoscaler: { Kind: 'discovered' },
  AcceptedRisks: [],
};

/** A cluster as far as the step sees it; tests move it on. */
export class FakeCluster implements AutoscalerKubernetesPort, ProofFleet {
  public readonly all: AutoscalerDeployment[] = [autoscaler()];
  public readonly writes: string[] = [];
  public podsOfAutoscaler: AutoscalerPod[] = [];
  public nodesWithTaints: TaintedNode[] = [];
  public taints: TimedTaint[] | undefined = [{ key: 'team', value: 'a', effect: 'NoSchedule' }];
  public canaries: Canary[] = [];
  public pods_: CanaryPod[] = [];
  public priorityClass?: { proven?: string };
  public nodes: NodeState[] = [];
  public guests: Record<string, PodOnNode[]> = {};
  public allClaims: ClaimView[] = [];
  public allEvents: PodEvent[] = [];
  /** How many guarded writes from now find that somebody has written in between. */
  public overtaken = 0;
  private version = 1;

  public constructor(private readonly clock: { now: Date }) {}

  public get deployment(): AutoscalerDeployment {
    return this.all[0];
  }

  public edit(change: Partial<AutoscalerDeployment>, index = 0): void {
    this.all[index] = { ...this.all[index], ...change, version: String(++this.version) };
  }

  /** What Karpenter and the kubelet do for the last canary. */
  public launch(name: string, more: { readonly ready?: boolean; readonly createdAt?: Date } = {}): void {
    const createdAt = (more.createdAt ?? this.clock.now).toISOString();
    this.nodes.push({ name, version: '1', createdAt, unschedulable: false });
    this.allClaims.push({ name: `machine-of-${name}`, uid: name, pool: 'default', created: Date.parse(createdAt), nodeName: name, launched: true });
    this.bind(name, more.ready ?? true);
  }

  public bind(node: string, ready = true): void {
    const last = this.canaries.pop()!;
    this.canaries.push({ ...last, node, readySince: ready ? this.clock.now.toISOString() : undefined });
  }

  public async deployments(named: readonly DeploymentReference[] = []) {
    return this.all.filter(({ name, namespace, record }) => record !== undefined || name !== 'scaler' || named.some(one => one.name === name && one.namespace === namespace));
  }

  public async change({ namespace, name }: DeploymentReference, version: string, { replicas, record }: AutoscalerChange) {
    const index = this.all.findIndex(each => each.namespace === namespace && each.name === name);
    return this.guarded(`change ${JSON.stringify({ replicas, record: record && JSON.parse(record) })}`, version === this.all[index]?.version, () =>
      this.edit({
        ...replicas !== undefined && { replicas, available: 0 },
        ...record !== undefined && { record: record ?? undefined },
      }, index));
  }

  public async pods() { return this.podsOfAutoscaler; }
  public async taintedNodes(keys: readonly string[]) {
    return this.nodesWithTaints.filter(({ taints }) => taints.some(({ key }) => keys.includes(key)));
  }

  public async replaceTaints(node: string, version: string, taints: readonly TimedTaint[], uncordon: boolean) {
    const index = this.nodesWithTaints.findIndex(({ name }) => name === node);
    return this.guarded(`taints ${node} ${taints.map(({ key }) => key).join()}${uncordon ? ' uncordon' : ''}`, version === this.nodesWithTaints[index].version, () => {
      this.nodesWithTaints[index] = { ...this.nodesWithTaints[index], taints };
    });
  }

  public async canaryTraces() { return { canaries: this.canaries, priorityClass: this.priorityClass }; }
  public async pool(name: string): Promise<PoolFacts | undefined> {
    return this.taints && { ...V0_API.poolFacts({ metadata: { name, uid: name, resourceVersion: '1', creationTimestamp: '' } }), taints: this.taints };
  }

  public async createPriorityClass() { return this.guarded('create priority class', !this.priorityClass, () => { this.priorityClass = {}; }); }
  public async rememberProof(node: string) { return this.guarded('remember proof', !!this.priorityClass, () => { this.priorityClass = { proven: node }; }); }
  public async deletePriorityClass() { await this.guarded('delete priority class', true, () => { this.priorityClass = undefined; }); }

  public async createCanary(pod: CanaryPod) {
    const { name, annotations } = pod.metadata;
    return this.guarded(`create ${name}`, !this.canaries.some(canary => canary.name === name), () => {
      this.pods_.push(pod);
      this.canaries = [...this.canaries, {
        name, uid: `uid of ${name}`, createdAt: this.clock.now.toISOString(), settings: Object.values(annotations)[0], terminating: false, finished: false, problems: [],
      }];
    });
  }

  public async deleteCanary(_namespace: string, name: string) {
    await this.guarded(`delete ${name}`, true, () => { this.canaries = this.canaries.filter(canary => canary.name !== name); });
  }

  public async events() { return this.allEvents; }
  public async node(name: string) { return this.nodes.find(node => node.name === name); }
  public async cordon(name: string, version: string) {
    const index = this.nodes.findIndex(node => node.name === name);
    return this.guarded(`cordon ${name}`, version === this.nodes[index].version, () => { this.nodes[index] = { ...this.nodes[index], unschedulable: true }; });
  }

  public async podsOn(node: string) {
    const own = [{ namespace: 'kube-system', name: 'aws-node-1', ofNode: true }, { namespace: 'karpenter', name: CANARY_NAME, ofNode: false }];
    return [...own, ...this.guests[node] ?? []];
  }

  public async claims() { return this.allClaims; }
  public async remove(objects: readonly Departing[]) {
    for (const { name } of objects) {
      await this.guarded(`delete ${name}`, true, () => {
        this.allClaims = this.allClaims.map(claim => claim.name === name ? { ...claim, leaving: this.clock.now.getTime() } : claim);
      });
    }
  }

  private guarded(write: string, allowed: boolean, body: () => void): boolean {
    this.writes.push(write);
    if (this.overtaken > 0) {
      this.overtaken--;
      return false;
    }
    if (allowed) {
      body();
    }
    return allowed;
  }
}

export class FakeAws implements AutoscalerAwsPort {
  public groups: AutoScalingGroup[] = [];
  public ours: string[] = ['eks-apps'];
  public activities: string[] = [];
  public readonly asked: (readonly string[] | undefined)[] = [];

  public async autoScalingGroups() { return this.groups; }
  public async nodegroupGroups(nodegroups?: readonly string[]) {
    this.asked.push(nodegroups);
    return this.ours;
  }
  public async scalingActivitiesInProgress() { return this.activities; }
}
