import { ClaimView, Departing, FleetAwsPort, FleetObjects, InstanceView, NodeClassView, PoolChange, PoolView } from '../../../src/karpenter/api/fleet';
import { V0_API } from '../../../src/karpenter/v0/api';
import { AttachmentView, ControllerRef, ControllerView, NodeView, PodView } from '../../../src/kubernetes/views';
import { Gate } from '../../../src/workflow/draining/gate/gate';
import { mustMove } from '../../../src/workflow/draining/pods';
import { DrainingPort, Eviction, NodeChange, PodName, PodPage } from '../../../src/workflow/draining/port';
import { EmptyingConfiguration, EmptyingFleet } from '../../../src/workflow/emptying/emptying';
import { removalStep } from '../../../src/workflow/removal/step';
import { Progress } from '../../../src/workflow/step';
import { SCALE_DOWN } from '../fakes';

export const OWNER_KEY = 'karpenter.sh/provisioner-name';
export const START = Date.parse('2024-05-01T10:00:00Z');
export const MINUTE = 60_000;

export const CONFIGURATION: EmptyingConfiguration = {
  Api: V0_API.name,
  Owner: 'Stack/Migration',
  Pools: ['default', 'gpu'],
  NodeClasses: ['default'],
  ScaleDown: { ...SCALE_DOWN, DeregistrationSeconds: 300 },
};

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

export function poolView(name: string, more: Partial<PoolView> = {}): PoolView {
  return { name, uid: `uid-${name}`, version: '1', limits: null, annotations: {}, ...more };
}

export function claim(name: string, more: Partial<ClaimView> = {}): ClaimView {
  return { name, uid: `uid-${name}`, pool: 'default', created: START - 60 * MINUTE, launched: true, ...more };
}

export function node(name: string, more: Partial<NodeView> = {}): NodeView {
  return {
    name,
    version: '1',
    created: START - 60 * MINUTE,
    leaving: false,
    ready: true,
    unschedulable: false,
    labels: { [OWNER_KEY]: 'default', 'topology.kubernetes.io/zone': 'a' },
    annotations: {},
    taints: [],
    allocatable: { cpu: 4, memory: 2 ** 33, pods: 50 },
    instanceId: `i-${name}`,
    ...more,
  };
}

export function pod(name: string, on: string, more: Partial<PodView> = {}): PodView {
  return {
    namespace: 'shop',
    name,
    uid: `uid-${name}`,
    node: on,
    phase: 'Running',
    ready: true,
    created: START - 30 * MINUTE,
    controller: { kind: 'ReplicaSet', name: 'web', uid: 'uid-web' },
    requests: { cpu: 0.1, memory: 1e6 },
    ...more,
  };
}

/** RFC 7396. */
export function merge(target: any, patch: any): any {
  if (patch === null || typeof patch !== 'object') {
    return patch;
  }
  const result = typeof target === 'object' && target !== null ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) {
      delete result[key];
    } else {
      result[key] = merge(result[key], value);
    }
  }
  return result;
}

export function changed(before: PoolView, { limits, budgets, annotations }: PoolChange): PoolView {
  return {
    ...before,
    ...budgets === undefined ? {} : { budgets },
    annotations: merge(before.annotations, annotations),
    ...limits === undefined ? {} : { limits: limits === null ? null : merge(before.limits ?? {}, limits) },
  };
}

/** What the API server says when nobody answers for a webhook, as it arrives from another function. */
export const WEBHOOK_ERROR = 'the kubernetes function failed: HTTP-Code: 500\nMessage: Unknown API Status Code!\nBody: '
  + JSON.stringify(JSON.stringify({ message: 'Internal error occurred: failed calling webhook "defaulting.webhook.karpenter.k8s.aws": no endpoints available' }));

/** A cluster whose Karpenter ends what is deleted; its node groups take every pod. Time goes on as a run waits. */
export class FakeWorld implements EmptyingFleet, DrainingPort, FleetAwsPort {
  public time = START;
  public pools: PoolView[] = [poolView('default', { limits: { resources: { cpu: '100', memory: '1Ti' } } }), poolView('gpu')];
  /** What refers to them is told by their names. */
  public nodeClasses_: NodeClassView[] = [];
  public claims: ClaimView[] = [];
  public nodes_: NodeView[] = [];
  public pods_: PodView[] = [];
  public instances_: InstanceView[] = [];
  /** What happened, in order. */
  public readonly events: string[] = [];
  /** The names of what somebody else writes to before our next write. */
  public overtaken: string[] = [];
  public karpenterWorks = true;
  public webhooksWork = true;
  public hasLoadBalancers = false;
  /** Uids of pods whose eviction a PodDisruptionBudget refuses. */
  public readonly refused = new Set<string>();
  public readySeconds = 7;
  private version = 1;
  private born = 0;
  private readonly leftAt = new Map<string, number>();
  /** What has to be waited for before nodes are begun. */
  public gate: Gate = async () => undefined;

  /** A node with its Machine and instance. */
  public add(name: string, more: { readonly pool?: string; readonly zone?: string; readonly pods?: readonly string[] } = {}): this {
    const owner = more.pool ?? 'default';
    this.nodes_.push(node(name, { labels: { [OWNER_KEY]: owner, 'topology.kubernetes.io/zone': more.zone ?? 'a' } }));
    this.claims.push(claim(`machine-${name}`, { pool: owner, nodeName: name, instanceId: `i-${name}` }));
    this.instances_.push({ id: `i-${name}`, pool: owner, leaving: false });
    this.pods_.push(...(more.pods ?? []).map(one => pod(one, name)));
    return this;
  }

  public step(more: { readonly force?: boolean; readonly configuration?: Partial<EmptyingConfiguration> } = {}) {
    const ports = { fleet: this, draining: this, aws: this, mayBegin: () => this.gate() };
    return removalStep(ports, { ...CONFIGURATION, ...more.configuration }, { force: more.force ?? false }, () => new Date(this.time));
  }

  /** Calls again and again, as a run does, until it is done or cannot go on. */
  public async run(call: () => Promise<Progress>, most = 200): Promise<Progress> {
    for (let calls = 0; calls < most; calls++) {
      const progress = await call();
      if (progress.kind !== 'working') {
        return progress;
      }
      this.wait(progress.waitSeconds);
    }
    throw new Error(`no end after ${most} calls: ${this.events.slice(-10).join('; ')}`);
  }

  public wait(seconds: number): void {
    this.time += seconds * 1000;
    this.pods_ = this.pods_.filter(one => one.leaving === undefined || one.leaving > this.time)
      .map(one => one.ready || one.created + this.readySeconds * 1000 > this.time ? one : { ...one, ready: true });
    if (this.karpenterWorks) {
      this.collect();
    }
  }

  public async objects(): Promise<FleetObjects> {
    return {
      pools: this.pools,
      claims: this.claims,
      nodes: this.nodes_.map(one => ({
        name: one.name, uid: `uid-${one.name}`, pool: one.labels[OWNER_KEY], leaving: one.leaving ? this.leftAt.get(one.name) : undefined,
      })),
    };
  }

  public async nodeClasses(): Promise<NodeClassView[]> {
    return this.nodeClasses_.map(one => ({ ...one, pools: one.pools.filter(name => this.pools.some(pool => pool.name === name)) }));
  }

  public async changePool(change: PoolChange): Promise<boolean> {
    if (!this.webhooksWork) {
      throw new Error(WEBHOOK_ERROR);
    }
    const before = this.pools.find(one => one.name === change.name)!;
    if (this.isOvertaken(change.name) || before.version !== change.version) {
      return false;
    }
    this.events.push(`limits ${change.name} ${JSON.stringify(change.limits)}`);
    this.replace(this.pools, { ...changed(before, change), version: String(++this.version) });
    return true;
  }

  public async remove(objects: readonly Departing[]): Promise<void> {
    for (const { kind, name, uid } of objects) {
      this.events.push(`delete ${kind === 'node' ? kind : V0_API.kinds[kind].singular} ${name}`);
      const found = [...this.claims, ...this.pools].find(one => one.uid === uid);
      if (kind === 'claim' && found) {
        this.replace(this.claims, { ...found as ClaimView, leaving: this.time });
      } else if (kind === 'node') {
        this.leave(name);
      } else if (kind === 'pool') {
        this.pools = this.pools.filter(one => one !== found);
      } else if (kind === 'nodeClass') {
        this.nodeClasses_ = this.nodeClasses_.filter(one => one.uid !== uid);
      }
    }
  }

  public async instances(): Promise<readonly InstanceView[]> {
    return this.instances_;
  }

  public async nodes(): Promise<NodeView[]> {
    return this.nodes_;
  }

  /** Pages of three. */
  public async pods(page = '0'): Promise<PodPage> {
    const end = Number(page) + 3;
    const pods = this.pods_.slice(Number(page), end);
    return end < this.pods_.length ? { pods, next: String(end) } : { pods };
  }

  public async controllers(wanted: readonly ControllerRef[]): Promise<ControllerView[]> {
    return wanted.map(({ uid }) => ({ uid, wanted: this.pods_.filter(one => one.controller?.uid === uid && one.leaving === undefined).length }));
  }

  public async attachments(): Promise<AttachmentView[]> {
    return [];
  }

  public async loadBalancers(): Promise<boolean> {
    return this.hasLoadBalancers;
  }

  public async patchNodes(changes: readonly NodeChange[]): Promise<string[]> {
    return changes.filter(change => {
      const before = this.nodes_.find(one => one.name === change.name);
      if (!before || this.isOvertaken(change.name) || before.version !== change.version) {
        return true;
      }
      this.events.push(`patch ${change.name}${change.unschedulable === undefined ? '' : change.unschedulable ? ' cordon' : ' uncordon'}`);
      this.replace(this.nodes_, {
        ...before,
        version: String(++this.version),
        unschedulable: change.unschedulable ?? before.unschedulable,
        labels: merge(before.labels, change.labels ?? {}),
        annotations: merge(before.annotations, change.annotations ?? {}),
      });
      return false;
    }).map(({ name }) => name);
  }

  public async evict(pods: readonly PodName[]): Promise<Eviction[]> {
    return pods.map(({ name, uid }): Eviction => {
      if (this.refused.has(uid)) {
        return { uid, outcome: 'refused', message: 'The disruption budget web needs 2 healthy pods and has 2 currently' };
      }
      this.end(name, uid, 'evict');
      return { uid, outcome: 'evicted' };
    });
  }

  public async deletePods(pods: readonly PodName[]): Promise<void> {
    pods.forEach(({ name, uid }) => this.end(name, uid, 'force'));
  }

  private end(name: string, uid: string, how: string): void {
    this.events.push(`${how} ${name}`);
    const before = this.pods_.find(one => one.uid === uid)!;
    this.replace(this.pods_, { ...before, leaving: this.time + 2000 }, one => one.uid === uid);
    if (before.controller) {
      const number = this.born++;
      this.pods_.push({ ...before, name: `new-${number}`, uid: `uid-new-${number}`, node: 'group-1', created: this.time, ready: false });
    }
  }

  private leave(name: string): void {
    this.leftAt.set(name, this.leftAt.get(name) ?? this.time);
    const before = this.nodes_.find(one => one.name === name);
    if (before) {
      this.replace(this.nodes_, { ...before, leaving: true, unschedulable: true });
    }
  }

  /** What Karpenter does about what is being deleted: the node, when nothing holds it up, the instance, then the Machine. */
  private collect(): void {
    for (const one of this.claims.filter(({ leaving }) => leaving !== undefined)) {
      if (one.nodeName && this.nodes_.some(({ name }) => name === one.nodeName)) {
        this.leave(one.nodeName);
      } else {
        this.claims = this.claims.filter(other => other !== one);
        this.instances_ = this.instances_.filter(({ id }) => id !== one.instanceId);
      }
    }
    for (const one of this.nodes_.filter(({ leaving }) => leaving)) {
      const left = this.pods_.filter(other => other.node === one.name && mustMove(other));
      if (left.length === 0) {
        this.events.push(`gone ${one.name}`);
        this.nodes_ = this.nodes_.filter(other => other !== one);
        this.instances_ = this.instances_.filter(({ id }) => id !== one.instanceId);
        this.pods_ = this.pods_.filter(({ node: on }) => on !== one.name);
      }
    }
  }

  private isOvertaken(name: string): boolean {
    const found = this.overtaken.includes(name);
    this.overtaken = this.overtaken.filter(one => one !== name);
    return found;
  }

  private replace<T extends { readonly name: string }>(list: T[], by: T, isIt: (one: T) => boolean = one => one.name === by.name): void {
    list.splice(list.findIndex(isIt), 1, by as Mutable<T>);
  }
}
