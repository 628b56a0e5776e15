import { nodeOf, Nodegroups, ZONES } from './nodegroups';
import { Timeline } from './timeline';
import { PoolChange, PoolView } from '../../src/karpenter/api/fleet';
import { V1_API } from '../../src/karpenter/v1/api';
import { AttachmentView, ControllerRef, ControllerView, NODEGROUP_LABEL, NodeView, PodView, ZONE_LABEL } from '../../src/kubernetes/views';
import { DrainingPort, Eviction, NodeChange, PodName, PodPage } from '../../src/workflow/draining/port';

/** How long things take in it. */
export const SECONDS = { podsEnd: 5, podsReady: 20, nodesReady: 45, instancesEnd: 60, updates: 5, volumesDetach: 6 };
export type Seconds = Readonly<typeof SECONDS>;
export const PODS_PER_NODE = 20;
/** Pods of one workload. */
export const REPLICAS = 10;
/** Four workloads of five have a budget that lets so many pods be missing. */
export const BUDGET = 2;
const GI = 2 ** 30;
const BEGUN = Date.parse('2026-01-01T00:00:00Z');

/** As the chart has it. */
const PINNED = {
  namespace: 'karpenter',
  release: 'karpenter',
  apart: true,
  requests: { cpu: 1, memory: GI },
  requires: { selector: {}, terms: [{ matchExpressions: [{ key: NODEGROUP_LABEL, operator: 'Exists' }] }] },
};

type Changing<T> = { -readonly [Key in keyof T]: T[Key] };
type Pod = Changing<PodView>;

export interface Workload {
  readonly name: string;
  readonly hasBudget: boolean;
  readonly pods: Set<Pod>;
  /** The smallest number of Ready pods that it ever had. */
  fewest: number;
}

/**
 * A cluster in memory: node groups, a ReplicaSet for every workload, a scheduler and a Karpenter. Time passes only when it is told to, so hours take as
 * long as what is done in them.
 */
export class SimulatedCluster implements DrainingPort {
  public readonly nodegroups: Nodegroups;
  public readonly workloads: Workload[] = [];
  /** How often pods of a uid were evicted; a uid is never used twice. */
  public readonly evictions = new Map<string, number>();
  public readonly volumes: ReadonlySet<string>;
  private readonly nodesByName = new Map<string, Changing<NodeView>>();
  private readonly podsByUid = new Map<string, Pod>();
  private readonly attached = new Map<string, AttachmentView>();
  private readonly free = new Map<string, number>();
  private readonly karpenter: Workload = { name: 'karpenter', hasBudget: false, pods: new Set(), fewest: 2 };
  private waiting: Pod[] = [];
  private launching = 0;
  private pool: PoolView = { name: 'default', uid: 'pool', version: '1', limits: null, budgets: null, annotations: {} };
  private readonly time = new Timeline(BEGUN);
  private serial = 0;

  public constructor(nodes: number, private readonly lasts: Seconds = SECONDS) {
    this.nodegroups = new Nodegroups({
      nodes, now: BEGUN, seconds: lasts, in: (seconds, event) => this.time.in(seconds, event), ended: id => this.nodesByName.delete(nodeOf(id)),
    });
    this.nodegroups.members.forEach(({ id, node, labels }) => this.join(node, labels, id));
    const names = [...this.nodesByName.keys()];
    const volumes = new Set<string>();
    for (let index = 0; index < nodes * PODS_PER_NODE / REPLICAS; index += 1) {
      const workload: Workload = { name: `w-${index}`, hasBudget: index % 5 !== 0, pods: new Set(), fewest: REPLICAS };
      this.workloads.push(workload);
      for (let each = 0; each < REPLICAS; each += 1) {
        const claim = index % 10 === 1 ? `data-${index}-${each}` : undefined;
        const pod = this.create(workload, claim);
        Object.assign(pod, { node: names[(index * REPLICAS + each * 7) % nodes], phase: 'Running', ready: true, created: BEGUN - 3_600_000 });
        if (claim) {
          volumes.add(claim);
          this.attach(pod, claim);
        }
      }
    }
    this.waiting = [];
    this.volumes = volumes;
    this.addKarpenter(names);
  }

  public get now(): number {
    return this.time.now;
  }

  public get seconds(): number {
    return (this.time.now - BEGUN) / 1000;
  }

  public get podCount(): number {
    return this.podsByUid.size;
  }

  public get nodeCount(): number {
    return this.nodesByName.size;
  }

  /** Nodes of node groups. */
  public get members(): number {
    return [...this.nodesByName.values()].filter(({ labels }) => labels[NODEGROUP_LABEL] !== undefined).length;
  }

  public pass(seconds: number): void {
    for (let passed = 0; passed < seconds; passed += 1) {
      this.time.second();
      this.schedule();
    }
  }

  // Kubernetes

  public async nodes(): Promise<NodeView[]> {
    return [...this.nodesByName.values()].map(node => ({ ...node }));
  }

  public async pods(): Promise<PodPage> {
    const allows = new Map(this.workloads.filter(({ hasBudget }) => hasBudget).map(one => [one.name, allowedBy(one)]));
    return {
      pods: [...this.podsByUid.values()].map((pod) => {
        const { name } = pod.controller!;
        return allows.has(name) ? { ...pod, budget: { name, allows: allows.get(name)! } } : { ...pod };
      }),
    };
  }

  public async controllers(wanted: readonly ControllerRef[]): Promise<ControllerView[]> {
    return wanted.map(({ uid, name }) => ({ uid, wanted: name === this.karpenter.name ? 2 : REPLICAS, owner: { kind: 'Deployment', name, uid: `deployment-${name}` } }));
  }

  public async attachments(): Promise<AttachmentView[]> {
    return [...this.attached.values()];
  }

  public async loadBalancers(): Promise<boolean> {
    return false;
  }

  public async patchNodes(changes: readonly NodeChange[]): Promise<string[]> {
    return changes.filter(({ name, version, unschedulable, labels, annotations }) => {
      const node = this.nodesByName.get(name);
      if (node?.version !== version) {
        return true;
      }
      Object.assign(node, {
        version: this.next(),
        unschedulable: unschedulable ?? node.unschedulable,
        labels: merged(node.labels, labels),
        annotations: merged(node.annotations, annotations),
      });
      return false;
    }).map(({ name }) => name);
  }

  public async evict(pods: readonly PodName[]): Promise<Eviction[]> {
    return pods.map(({ uid }): Eviction => {
      const pod = this.podsByUid.get(uid);
      if (!pod || pod.leaving !== undefined) {
        return { uid, outcome: 'gone' };
      }
      const workload = this.workloadOf(pod);
      if (workload.hasBudget && pod.ready && allowedBy(workload) < 1) {
        return { uid, outcome: 'refused', message: `The disruption budget ${workload.name} needs ${REPLICAS - BUDGET} healthy pods` };
      }
      this.evictions.set(uid, (this.evictions.get(uid) ?? 0) + 1);
      this.end(pod, workload);
      return { uid, outcome: 'evicted' };
    });
  }

  public async deletePods(): Promise<void> {
    throw new Error('nothing is drained by force here');
  }

  // Karpenter

  public async pools(): Promise<readonly PoolView[]> {
    return [this.pool];
  }

  public async changePool({ version, budgets, annotations }: PoolChange): Promise<boolean> {
    if (this.pool.version !== version) {
      return false;
    }
    this.pool = {
      ...this.pool, version: this.next(), annotations: merged(this.pool.annotations, annotations), ...budgets === undefined ? {} : { budgets },
    };
    return true;
  }

  private join(name: string, labels: Readonly<Record<string, string>>, instanceId?: string): void {
    this.nodesByName.set(name, {
      name,
      version: this.next(),
      created: this.time.now,
      leaving: false,
      ready: true,
      unschedulable: false,
      labels,
      annotations: {},
      taints: [],
      allocatable: { cpu: 16, memory: 64 * GI, pods: 110 },
      instanceId,
    });
  }

  /** Two pods that stay on node groups. */
  private addKarpenter(names: readonly string[]): void {
    names.slice(0, 2).forEach(node => Object.assign(this.create(this.karpenter), { node, phase: 'Running', ready: true }));
    this.waiting = [];
  }

  private create(workload: Workload, claim?: string): Pod {
    const uid = this.next();
    const pod: Pod = {
      namespace: 'shop',
      name: `${workload.name}-${uid}`,
      uid,
      phase: 'Pending',
      ready: false,
      created: this.time.now,
      controller: { kind: 'ReplicaSet', name: workload.name, uid: `rs-${workload.name}` },
      requests: { cpu: 0.5, memory: GI },
      claims: claim === undefined ? undefined : [claim],
      ...workload === this.karpenter ? PINNED : {},
    };
    workload.pods.add(pod);
    this.podsByUid.set(uid, pod);
    this.waiting.push(pod);
    return pod;
  }

  private workloadOf({ controller }: Pod): Workload {
    return controller!.name === this.karpenter.name ? this.karpenter : this.workloads[Number(controller!.name.slice('w-'.length))];
  }

  /** A pod ends, and its controller makes another one at once. */
  private end(pod: Pod, workload: Workload): void {
    Object.assign(pod, { leaving: this.time.now + this.lasts.podsEnd * 1000, ready: false });
    workload.fewest = Math.min(workload.fewest, readyOf(workload));
    this.create(workload, pod.claims?.[0]);
    this.time.in(this.lasts.podsEnd, () => {
      workload.pods.delete(pod);
      this.podsByUid.delete(pod.uid);
      const [claim] = pod.claims ?? [];
      if (claim) {
        this.time.in(this.lasts.volumesDetach, () => this.attached.delete(`${pod.node}/${claim}`));
      }
    });
  }

  private schedule(): void {
    this.schedulePinned();
    while (this.waiting.some(({ requires }) => !requires)) {
      const [node, room] = [...this.free][0] ?? [];
      if (node === undefined || room === undefined) {
        break;
      }
      if (room > 1) {
        this.free.set(node, room - 1);
      } else {
        this.free.delete(node);
      }
      const pod = this.waiting.find(({ requires }) => !requires)!;
      this.waiting.splice(this.waiting.indexOf(pod), 1);
      this.place(pod, node);
    }
    for (; this.waiting.length > this.launching * PODS_PER_NODE; this.launching += 1) {
      this.time.in(this.lasts.nodesReady, () => {
        this.launching -= 1;
        const name = `karpenter-${this.next()}`;
        this.join(name, { [V1_API.ownerLabel]: 'default', [ZONE_LABEL]: ZONES[this.serial % ZONES.length] });
        this.free.set(name, PODS_PER_NODE);
      });
    }
  }

  private schedulePinned(): void {
    for (const pod of this.waiting.filter(({ requires }) => requires !== undefined)) {
      const taken = [...this.karpenter.pods].map(({ node }) => node);
      const node = [...this.nodesByName.values()].find(({ name, labels, unschedulable }) =>
        labels[NODEGROUP_LABEL] !== undefined && !unschedulable && !taken.includes(name));
      if (node) {
        this.waiting.splice(this.waiting.indexOf(pod), 1);
        this.place(pod, node.name);
      }
    }
  }

  private place(pod: Pod, node: string): void {
    Object.assign(pod, { node, phase: 'Running' });
    this.time.in(this.lasts.podsReady, () => {
      pod.ready = true;
      if (pod.claims) {
        this.attach(pod, pod.claims[0]);
      }
    });
  }

  private attach({ node, namespace }: Pod, claim: string): void {
    this.attached.set(`${node}/${claim}`, { node: node!, volume: `pv-${claim}`, claim: `${namespace}/${claim}` });
  }

  private next(): string {
    this.serial += 1;
    return String(this.serial);
  }
}

function readyOf({ pods }: Workload): number {
  return [...pods].filter(({ ready }) => ready).length;
}

function allowedBy(workload: Workload): number {
  return Math.max(0, readyOf(workload) - (REPLICAS - BUDGET));
}

function merged(before: Readonly<Record<string, string>>, change: Readonly<Record<string, string | null>> = {}): Record<string, string> {
  return Object.fromEntries(Object.entries({ ...before, ...change }).filter((entry): entry is [string, string] => entry[1] !== null));
}
