import { FleetPort, PoolChange, PoolView } from '../../../src/karpenter/api/fleet';
import { V1_API } from '../../../src/karpenter/v1/api';
import { AttachmentView, ControllerRef, ControllerView, NodeView, PodView } from '../../../src/kubernetes/views';
import { Gate } from '../../../src/workflow/draining/gate/gate';
import { PlacedPod, PlaceholderPort, PlaceholderView } from '../../../src/workflow/draining/placeholders/port';
import { DrainingPort, Eviction, NodeChange, PodName, PodPage } from '../../../src/workflow/draining/port';
import { ScaleDownStepConfiguration } from '../../../src/workflow/scale-down/context';
import { InstanceState, NodegroupState, REBALANCING, Resizing, ScaleDownAwsPort, Sizes } from '../../../src/workflow/scale-down/port';
import { scaleDownStep } from '../../../src/workflow/scale-down/step';
import { Progress, Step } from '../../../src/workflow/step';
import { SCALE_DOWN } from '../fakes';

export interface GroupSpec {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  readonly desired: number;
  readonly zones?: readonly string[];
}

export interface WorkloadSpec {
  readonly name: string;
  readonly replicas: number;
  /** How many may be missing; undefined without a PodDisruptionBudget. */
  readonly budget?: number;
  readonly readySeconds?: number;
  readonly pinned?: boolean;
  readonly kind?: string;
  readonly cpu?: number;
  readonly doNotEvict?: boolean;
  readonly apart?: boolean;
  readonly release?: string;
  readonly namespace?: string;
  readonly toleratesCordon?: boolean;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type Node = Mutable<NodeView> & { karpenter?: boolean };
type Pod = Mutable<PodView> & { readyAt: number; evictions: number; workload?: WorkloadSpec; standsFor?: string };
type FakeInstance = Mutable<InstanceState> & { zone: string; gone?: number; joins?: number };
type Group = Mutable<Omit<NodegroupState, 'group' | 'sizes' | 'tags'>> & {
  sizes: Mutable<Sizes>;
  tags: Record<string, string>;
  group: { name: string; sizes: Mutable<Sizes>; suspended: readonly string[]; instances: FakeInstance[] };
  zones: readonly string[];
  pending?: Partial<Sizes>;
  due?: number;
};

export const CONFIGURATION: ScaleDownStepConfiguration = {
  ClusterName: 'prod',
  Api: 'karpenter.sh/v1alpha5',
  Owner: 'Stack/Migration',
  Pools: ['default'],
  Namespace: 'karpenter',
  Release: 'karpenter',
  Replicas: 2,
  Cpu: '1',
  Memory: '1Gi',
  CanaryImage: 'pause',
  ScaleDown: SCALE_DOWN,
};

const GI = 2 ** 30;
export const ZONES = ['a', 'b', 'c'];
export const KARPENTER: WorkloadSpec = {
  name: 'karpenter', namespace: 'karpenter', release: 'karpenter', replicas: 2, budget: 1, pinned: true, apart: true, cpu: 1, readySeconds: 5,
};

/** A small cluster in memory: Auto Scaling, EKS, controllers, a scheduler and a Karpenter, all of them slow enough to be waited for. */
export class World implements DrainingPort, PlaceholderPort, ScaleDownAwsPort, Pick<FleetPort, 'pools' | 'changePool'> {
  public now = 1_700_000_000_000;
  public readonly evicted: { lineage: number; from: string; pod: string }[] = [];
  public readonly ended: string[] = [];
  public readonly writes: string[] = [];
  public readonly groups: Group[] = [];
  public nodeList: Node[] = [];
  public podList: Pod[] = [];
  public attached: AttachmentView[] = [];
  public balancers = false;
  public refreshes: string[] = [];
  public maxInBatch = 0;
  /** How many of these still had pods. */
  public maxLosing = 0;
  public ownerLabel = 'karpenter.sh/provisioner-name';
  public poolList: PoolView[] = [];
  /** Called before each write, as another actor would come in between. */
  public between: (write: string) => void;
  /** What has to be waited for before nodes are begun. */
  public gate: Gate;
  private serial = 0;

  constructor(groups: readonly GroupSpec[], private readonly workloads: readonly WorkloadSpec[] = [], private readonly karpenterWorks = true) {
    this.between = () => undefined;
    this.gate = async () => undefined;
    for (const spec of groups) {
      const sizes = { min: spec.min, max: spec.max, desired: spec.desired };
      this.groups.push({
        name: spec.name,
        arn: `arn:${spec.name}`,
        status: 'ACTIVE',
        issues: [],
        sizes: { ...sizes },
        tags: {},
        zones: spec.zones ?? ZONES,
        group: { name: `eks-${spec.name}`, sizes: { ...sizes }, suspended: [], instances: [] },
      });
    }
    this.scaleGroups(true);
    this.tick(0);
    this.podList.forEach(pod => { pod.ready = true; pod.created -= 3_600_000; });
  }

  public step(configuration: Partial<ScaleDownStepConfiguration> = {}, force = false): Step {
    const quiet = async () => undefined;
    const ports = { kubernetes: this, aws: this, fleet: this, mayBegin: () => this.gate(), autoscalerIsQuiet: quiet, recheck: quiet };
    return scaleDownStep(ports, { ...CONFIGURATION, ...configuration }, { force, now: () => this.now });
  }

  /** Calls until it is done, as the runner does; gives the last answer. */
  public async run(call: () => Promise<Progress>, most = 400, until: (progress: Progress) => boolean = () => false): Promise<Progress> {
    let progress = await call();
    for (let calls = 0; calls < most && progress.kind !== 'done' && !until(progress); calls += 1) {
      this.tick(progress.kind === 'working' ? progress.waitSeconds : 10);
      progress = await call();
    }
    return progress;
  }

  public nodesOf(group: string): Node[] {
    return this.nodeList.filter(node => node.labels['eks.amazonaws.com/nodegroup'] === group);
  }

  public group(name: string): Group {
    return this.groups.find(group => group.name === name)!;
  }

  /** What must be the same after there and back. */
  public snapshot(): object {
    return {
      groups: this.groups.map(({ name, sizes, tags, group }) => ({ name, sizes, tags, asg: group.sizes, suspended: group.suspended })),
      nodes: this.nodeList.filter(node => !node.karpenter).map(node => ({
        group: node.labels['eks.amazonaws.com/nodegroup'], cordoned: node.unschedulable, annotations: node.annotations, labels: Object.keys(node.labels).length,
      })).sort((x, y) => x.group.localeCompare(y.group)),
    };
  }

  // --- time

  public tick(seconds: number): void {
    for (let passed = 0; passed <= seconds; passed += 1) {
      this.now += passed === 0 ? 0 : 1000;
      this.finishUpdates();
      this.scaleGroups(false);
      this.finishPods();
      this.schedule();
      this.consolidate();
    }
  }

  private finishUpdates(): void {
    for (const group of this.groups) {
      if (group.due !== undefined && group.due <= this.now) {
        group.group.sizes = { ...group.group.sizes, ...group.pending };
        group.sizes = { ...group.group.sizes };
        Object.assign(group, { status: 'ACTIVE', ownUpdate: undefined, due: undefined, pending: undefined });
      } else if (group.due === undefined && this.now % 7000 === 0) {
        group.sizes = { ...group.sizes, desired: group.group.sizes.desired };
      }
    }
  }

  private scaleGroups(atOnce: boolean): void {
    for (const group of this.groups) {
      const { instances, sizes } = group.group;
      for (const one of instances.filter(instance => instance.gone !== undefined && instance.gone <= this.now)) {
        instances.splice(instances.indexOf(one), 1);
        this.nodeList = this.nodeList.filter(node => node.instanceId !== one.id);
        this.podList = this.podList.filter(pod => pod.node === undefined || this.nodeList.some(node => node.name === pod.node));
      }
      for (let missing = sizes.desired - instances.filter(one => one.counts).length; missing > 0; missing -= 1) {
        const used = instances.filter(one => one.counts).map(one => one.zone);
        const zone = [...group.zones].sort((x, y) => used.filter(z => z === x).length - used.filter(z => z === y).length)[0];
        instances.push({ id: `i-${++this.serial}`, launched: this.now, counts: true, leaving: false, zone, joins: this.now + (atOnce ? 0 : 20_000) });
      }
      for (const one of instances.filter(instance => instance.joins !== undefined && instance.joins <= this.now)) {
        one.joins = undefined;
        this.join(one.id, one.zone, { 'eks.amazonaws.com/nodegroup': group.name }, !atOnce);
      }
    }
  }

  private join(instanceId: string, zone: string, labels: Record<string, string>, karpenterLike = false): void {
    this.nodeList.push({
      name: `node-${instanceId}`,
      version: `${++this.serial}`,
      created: karpenterLike ? this.now : this.now - 3_600_000,
      leaving: false,
      ready: true,
      unschedulable: false,
      labels: { 'topology.kubernetes.io/zone': zone, ...labels },
      annotations: {},
      taints: [],
      allocatable: { cpu: 4, memory: 16 * GI, pods: 58 },
      instanceId,
    });
  }

  private finishPods(): void {
    const isOnDeadNode = (pod: Pod) => this.nodeList.some(node => node.name === pod.node && !node.ready);
    this.podList = this.podList.filter(pod => pod.leaving === undefined || pod.leaving > this.now || isOnDeadNode(pod));
    for (const spec of this.workloads) {
      const alive = this.podsOf(spec).filter(pod => pod.leaving === undefined);
      for (let missing = spec.replicas - alive.length; missing > 0; missing -= 1) {
        const uid = `uid-${++this.serial}`;
        const lineage = Math.max(0, ...this.podsOf(spec).filter(pod => pod.leaving !== undefined).map(pod => pod.evictions));
        this.podList.push({
          namespace: spec.namespace ?? 'default',
          name: `${spec.name}-${this.serial}`,
          uid,
          phase: 'Pending',
          ready: false,
          created: Math.floor(this.now / 1000) * 1000,
          controller: { kind: spec.kind ?? 'ReplicaSet', name: spec.name, uid: `rs-${spec.name}` },
          requests: { cpu: spec.cpu ?? 0.5, memory: GI },
          readyAt: Infinity,
          evictions: lineage,
          workload: spec,
          keptBy: spec.doNotEvict ? 'karpenter.sh/do-not-evict' : undefined,
          apart: spec.apart,
          release: spec.release,
          toleratesCordon: spec.toleratesCordon,
          ...(spec.pinned ? {
            requires: { selector: {}, terms: [{ matchExpressions: [{ key: 'eks.amazonaws.com/nodegroup', operator: 'Exists' }] }] }, tolerations: [],
          } : {}),
        });
      }
    }
    for (const pod of this.podList.filter(one => one.node !== undefined && !one.ready && one.leaving === undefined && one.readyAt <= this.now)) {
      pod.ready = true;
    }
  }

  private schedule(): void {
    let homeless = 0;
    for (const pod of this.podList.filter(one => one.node === undefined && one.leaving === undefined)) {
      const free = this.nodeList.filter(node => node.ready && (!node.unschedulable || pod.toleratesCordon) && !node.leaving && this.hasRoom(node, pod)
        && (!pod.requires || node.labels['eks.amazonaws.com/nodegroup'] !== undefined)
        && (pod.standsFor === undefined || node.labels['eks.amazonaws.com/nodegroup'] === undefined)
        && !(pod.apart && this.podList.some(other => other.node === node.name && other.workload === pod.workload)));
      const load = (node: Node) => this.podList.filter(other => other.node === node.name).length;
      const node = free.sort((x, y) => load(x) - load(y) || x.name.localeCompare(y.name))[0];
      if (node) {
        Object.assign(pod, { node: node.name, phase: 'Running', readyAt: this.now + (pod.workload?.readySeconds ?? 5) * 1000, unschedulable: undefined });
      } else {
        pod.unschedulable = '0 nodes are available';
        homeless += pod.requires ? 0 : 1;
      }
    }
    if (homeless > 0 && this.karpenterWorks && this.now % 10_000 === 0) {
      const id = `k-${++this.serial}`;
      this.join(id, 'a', { [this.ownerLabel]: 'default' }, true);
      this.nodeList[this.nodeList.length - 1].karpenter = true;
      this.nodeList[this.nodeList.length - 1].instanceId = undefined;
    }
  }

  /** Karpenter empties its node with the fewest pods as soon as another one could take them, unless its pools hold it back. */
  private consolidate(): void {
    this.nodeList = this.nodeList.filter(node => !(node.karpenter && node.leaving && !this.podList.some(pod => pod.node === node.name)));
    const isFree = this.poolList.some(({ budgets = null }) => !V1_API.voluntaryDisruption!.isHeld(budgets));
    const load = (node: Node) => this.podList.filter(pod => pod.node === node.name).length;
    const candidates = this.nodeList.filter(node => node.karpenter && !node.leaving && load(node) > 0).sort((x, y) => load(x) - load(y));
    if (!isFree || candidates.length < 2 || this.now % 15_000 !== 0) {
      return;
    }
    const [least] = candidates;
    Object.assign(least, { leaving: true, unschedulable: true });
    for (const pod of this.podList.filter(one => one.node === least.name && one.leaving === undefined)) {
      this.remove(pod);
      pod.evictions += 1;
      this.evicted.push({ lineage: pod.evictions, from: least.name, pod: pod.name });
    }
  }

  private hasRoom(node: Node, pod: Pod): boolean {
    const used = this.podList.filter(other => other.node === node.name).reduce((sum, other) => sum + other.requests.cpu, 0);
    return used + pod.requests.cpu <= node.allocatable.cpu;
  }

  public podsOf(spec: WorkloadSpec): Pod[] {
    return this.podList.filter(pod => pod.workload === spec);
  }

  private write(what: string): void {
    this.between(what);
    this.writes.push(what);
  }

  // --- Kubernetes

  public async nodes(selector?: string): Promise<NodeView[]> {
    return structuredClone(this.nodeList.filter(node => selector === undefined || node.labels[selector] !== undefined));
  }

  public async pods(): Promise<PodPage> {
    const pods = this.podList.filter(({ standsFor }) => standsFor === undefined);
    return { pods: structuredClone(pods.map(pod => ({ ...pod, budget: this.budgetOf(pod) }))) };
  }

  private budgetOf({ workload }: Pod): PodView['budget'] {
    if (workload?.budget === undefined) {
      return undefined;
    }
    const ready = this.podsOf(workload).filter(one => one.ready && one.leaving === undefined).length;
    return { name: workload.name, allows: Math.max(0, ready - (workload.replicas - workload.budget)) };
  }

  public async controllers(wanted: readonly ControllerRef[]): Promise<ControllerView[]> {
    return wanted.flatMap(({ uid }) => this.workloads.filter(spec => `rs-${spec.name}` === uid).map(spec => ({ uid, wanted: spec.replicas })));
  }

  public async attachments(): Promise<AttachmentView[]> {
    return this.attached;
  }

  public async loadBalancers(): Promise<boolean> {
    return this.balancers;
  }

  public async patchNodes(changes: readonly NodeChange[]): Promise<string[]> {
    return changes.filter(change => {
      this.write(`patch ${change.name}`);
      const node = this.nodeList.find(one => one.name === change.name);
      if (node?.version !== change.version) {
        return true;
      }
      node.version = `${++this.serial}`;
      node.unschedulable = change.unschedulable ?? node.unschedulable;
      node.labels = merge(node.labels, change.labels);
      node.annotations = merge(node.annotations, change.annotations);
      const inBatch = this.nodeList.filter(one => one.annotations['cdk-karpenter-migration/draining'] && !this.isEnding(one));
      this.maxInBatch = Math.max(this.maxInBatch, inBatch.length);
      this.maxLosing = Math.max(this.maxLosing, inBatch.filter(({ name: on }) => this.podList.some(pod => pod.node === on)).length);
      return false;
    }).map(change => change.name);
  }

  public async evict(pods: readonly PodName[]): Promise<Eviction[]> {
    return pods.map(({ uid, name }): Eviction => {
      this.write(`evict ${name}`);
      const pod = this.podList.find(one => one.uid === uid && one.leaving === undefined);
      if (!pod) {
        return { uid, outcome: 'gone' };
      }
      const { budget, replicas } = pod.workload ?? { budget: undefined, replicas: 0 };
      const ready = pod.workload ? this.podsOf(pod.workload).filter(one => one.ready && one.leaving === undefined).length : 0;
      if (budget !== undefined && ready - 1 < replicas - budget) {
        return { uid, outcome: 'refused', message: `The disruption budget ${pod.workload!.name} needs ${replicas - budget} healthy pods and has ${ready} currently` };
      }
      this.remove(pod);
      pod.evictions += 1;
      this.evicted.push({ lineage: pod.evictions, from: pod.node!, pod: name });
      return { uid, outcome: 'evicted' };
    });
  }

  public async pools(): Promise<readonly PoolView[]> {
    return structuredClone(this.poolList);
  }

  public async changePool({ name, version, budgets, annotations }: PoolChange): Promise<boolean> {
    this.write(`change pool ${name}`);
    const pool = this.poolList.find(one => one.name === name);
    if (pool?.version !== version) {
      return false;
    }
    const changed = { ...pool, version: `${++this.serial}`, annotations: merge(pool.annotations, annotations), ...budgets === undefined ? {} : { budgets } };
    this.poolList.splice(this.poolList.indexOf(pool), 1, changed);
    return true;
  }

  public async deletePods(pods: readonly PodName[]): Promise<void> {
    pods.forEach(({ uid, name }) => {
      this.write(`delete ${name}`);
      this.remove(this.podList.find(one => one.uid === uid)!);
    });
  }

  public async placeholders(): Promise<PlaceholderView[]> {
    return this.podList.filter(({ standsFor }) => standsFor !== undefined)
      .map(({ standsFor, created, ready, node, unschedulable }) => ({ for: standsFor!, created, ready, node, unschedulable }));
  }

  public async makePlaceholders(_namespace: string, pods: readonly PlacedPod[]): Promise<void> {
    for (const { uid } of pods) {
      this.write(`make room for ${uid}`);
      const { requests } = this.podList.find(pod => pod.uid === uid)!;
      this.podList.push({
        namespace: 'kube-system', name: `room-${uid}`, uid: `room-${uid}`, standsFor: uid, phase: 'Pending', ready: false, created: this.now, requests, readyAt: Infinity, evictions: 0,
      });
    }
  }

  public async dropPlaceholders(_namespace: string, uids: readonly string[]): Promise<void> {
    this.podList = this.podList.filter(({ standsFor }) => standsFor === undefined || !uids.includes(standsFor));
  }

  public async clearPlaceholders(): Promise<void> {
    this.podList = this.podList.filter(({ standsFor }) => standsFor === undefined);
  }

  private remove(pod: Pod): void {
    Object.assign(pod, { leaving: this.now + 3000, ready: false });
  }

  // --- AWS

  public async nodegroups(): Promise<NodegroupState[]> {
    return structuredClone(this.groups);
  }

  public async tag(arn: string, tags: Readonly<Record<string, string>>): Promise<void> {
    this.write(`tag ${arn} ${Object.keys(tags).join(' ')}`);
    const group = this.groups.find(one => one.arn === arn)!;
    group.tags = { ...group.tags, ...tags };
  }

  public async untag(arn: string, keys: readonly string[]): Promise<void> {
    this.write(`untag ${arn}`);
    const group = this.groups.find(one => one.arn === arn)!;
    group.tags = Object.fromEntries(Object.entries(group.tags).filter(([key]) => !keys.includes(key)));
  }

  public async resize(name: string, sizes: Partial<Sizes>): Promise<Resizing> {
    this.write(`resize ${name} ${JSON.stringify(sizes)}`);
    const group = this.group(name);
    const next = { ...group.sizes, ...sizes };
    if (group.status === 'UPDATING') {
      throw new Error('ResourceInUseException');
    }
    if (!(next.min >= 0 && next.min <= next.desired && next.desired <= next.max && next.max >= 1)) {
      throw new Error(`InvalidParameterException ${JSON.stringify(next)}`);
    }
    Object.assign(group, { status: 'UPDATING', ownUpdate: true, pending: sizes, due: this.now + 4000 });
    return { update: `update-${this.writes.length}` };
  }

  public async suspendRebalancing(name: string): Promise<void> {
    this.write(`suspend ${name}`);
    const { group } = this.groups.find(one => one.group.name === name)!;
    group.suspended = [...group.suspended, REBALANCING];
  }

  public async resumeRebalancing(name: string): Promise<void> {
    this.write(`resume ${name}`);
    const { group } = this.groups.find(one => one.group.name === name)!;
    group.suspended = group.suspended.filter(process => process !== REBALANCING);
  }

  public async refreshing(): Promise<string[]> {
    return this.refreshes;
  }

  public async sizes(name: string): Promise<Sizes> {
    return { ...this.groups.find(one => one.group.name === name)!.group.sizes };
  }

  public async terminate(id: string): Promise<string | undefined> {
    this.write(`terminate ${id}`);
    const { group } = this.groups.find(one => one.group.instances.some(instance => instance.id === id))!;
    if (group.sizes.desired - 1 < group.sizes.min) {
      return 'desiredSize equals minSize';
    }
    group.sizes.desired -= 1;
    this.ended.push(id);
    this.end(id);
    return undefined;
  }

  public isEnding({ instanceId }: Node): boolean {
    return this.groups.some(({ group }) => group.instances.some(({ id, leaving }) => id === instanceId && leaving));
  }

  /** An instance ends, whoever ended it; where its group still wants as many, another one comes. */
  public end(id: string): void {
    const instance = this.groups.flatMap(one => one.group.instances).find(one => one.id === id)!;
    Object.assign(instance, { counts: false, leaving: true, gone: this.now + 8000 });
  }

  /** A bare pod, for whoever is in the way of a node. */
  public addPod(pod: Partial<Pod> & { readonly name: string; readonly node: string }): void {
    this.podList.push({
      namespace: 'default', uid: `uid-${++this.serial}`, phase: 'Running', ready: true, created: this.now - 60_000, requests: { cpu: 0.1, memory: GI }, readyAt: 0, evictions: 0, ...pod,
    });
  }
}

function merge(before: Readonly<Record<string, string>>, change: Readonly<Record<string, string | null>> = {}): Record<string, string> {
  return Object.fromEntries(Object.entries({ ...before, ...change }).filter((entry): entry is [string, string] => entry[1] !== null));
}
