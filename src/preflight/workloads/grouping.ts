import { BudgetFacts, KubernetesStageFacts, NodeLoad, WorkloadFacts } from './facts';
import { StageQuestion } from './question';
import { BudgetView, StagePod, StageViews, TemplateView } from './views';
import { KarpenterApi } from '../../karpenter/api/karpenter-api';
import { NodeDemand } from '../../karpenter/api/pool-offer';
import { canonicalKey } from '../../karpenter/api/requirements';
import { selects } from '../../kubernetes/label-selector';
import { NodeOffer } from '../../kubernetes/node-offer';
import { PodRoom } from '../../kubernetes/views';
import { grouped } from '../../words/grouped';
import { matches } from '../../workflow/cluster-autoscaler/plan';

type Mutable<T> = { -readonly [K in keyof T]: T[K] extends ReadonlyArray<infer E> ? E[] : T[K] };
type Workload = Mutable<WorkloadFacts>;

const HASH_LABEL = 'pod-template-hash';

/** What the findings need of pods and templates, by workload and without anything that they do not. */
export function groupWorkloads(views: StageViews, question: StageQuestion): Pick<KubernetesStageFacts, 'placements' | 'workloads' | 'budgets' | 'loads'> {
  const grouping = new Grouping(views, question);
  const living = views.pods.filter(pod => !pod.leaving && pod.phase !== 'Succeeded' && pod.phase !== 'Failed');
  living.forEach(pod => grouping.countForBudgets(pod));
  living.filter(isMovable).forEach(pod => grouping.addPod(pod));
  views.templates.forEach(template => grouping.addTemplate(template));
  return grouping.facts();
}

/** What the nodes that Karpenter has already could still take. */
export function freeOnKarpenter(
  nodes: readonly NodeOffer[], pods: readonly PodRoom[], { nodeSelector }: Pick<KarpenterApi, 'nodeSelector'>,
): KubernetesStageFacts['karpenter'] {
  const able = new Map(nodes.filter(node => selects(nodeSelector, node.labels) && node.ready && !node.unschedulable)
    .map(({ name, allocatable: { cpu = 0, memory = 0 } }) => [name, { cpu, memory }]));
  for (const pod of pods) {
    const free = able.get(pod.node ?? '');
    if (free && pod.phase !== 'Succeeded' && pod.phase !== 'Failed') {
      free.cpu -= pod.requests.cpu ?? 0;
      free.memory -= pod.requests.memory ?? 0;
    }
  }
  const sum = (resource: 'cpu' | 'memory') => [...able.values()].reduce((total, free) => total + Math.max(0, free[resource]), 0);
  return { nodes: able.size, cpu: Math.round(sum('cpu') * 1000) / 1000, memory: Math.floor(sum('memory')) };
}

/** DaemonSets and static pods belong to their node. */
function isMovable(pod: StagePod): boolean {
  return pod.node !== undefined && !pod.mirror && pod.controller?.kind !== 'DaemonSet' && pod.controller?.kind !== 'Node';
}

class Grouping {
  private readonly workloads = new Map<string, Workload>();
  private readonly loads = new Map<string, Mutable<NodeLoad>>();
  private readonly placements: NodeDemand[] = [];
  private readonly indexes = new Map<string, number>();
  private readonly budgets: ReadonlyMap<string, readonly BudgetView[]>;
  private readonly matched = new Map<BudgetView, number>();
  private readonly volumes: ReadonlyMap<string, StageViews['volumes'][number]>;
  private readonly jobs: ReadonlyMap<string, string>;

  constructor(private readonly views: StageViews, private readonly question: StageQuestion) {
    this.budgets = grouped(views.budgets, budget => budget.namespace);
    this.volumes = new Map(views.volumes.map(volume => [volume.claim, volume]));
    this.jobs = new Map(views.templates.flatMap(({ kind, namespace, name, controller }) =>
      kind === 'Job' && controller ? [[`${namespace}/${name}`, controller]] : []));
  }

  /** A pod counts wherever it is, and while it waits for a node as well. */
  public countForBudgets(pod: StagePod): void {
    this.budgetsOver(pod).forEach(budget => this.matched.set(budget, (this.matched.get(budget) ?? 0) + 1));
  }

  public addPod(pod: StagePod): void {
    const owner = this.ownerOf(pod);
    if (this.isAutoscaler(owner.kind, pod.namespace, owner.name, pod.labels)) {
      return;
    }
    const workload = this.workload(owner.kind, pod.namespace, owner.name, pod.labels);
    const nodegroup = this.views.nodegroups.get(pod.node!);
    if (nodegroup === undefined) {
      workload.elsewhere = workload.pods === 0;
      return;
    }
    this.count(workload, pod, nodegroup);
    if (!workload.stays) {
      this.load(pod, nodegroup);
    }
  }

  public addTemplate(template: TemplateView): void {
    const { kind, namespace, name, labels } = template;
    // What a CronJob made has the CronJob's template.
    if (!template.controller && !this.isAutoscaler(kind, namespace, name, labels)) {
      this.workload(kind, namespace, name, labels).template = this.index(template.demand);
    }
  }

  public facts(): ReturnType<typeof groupWorkloads> {
    const mayComeToRun = (workload: Workload) => workload.template !== undefined && !workload.elsewhere && !workload.stays;
    const workloads = [...this.workloads.values()].filter(workload => workload.pods > 0 || mayComeToRun(workload));
    const named = new Set(workloads.flatMap(workload => workload.budgets));
    return {
      placements: this.placements,
      workloads,
      budgets: this.views.budgets.filter(budget => named.has(budgetName(budget))).map(budget => this.budgetFacts(budget)),
      loads: [...this.loads.values()],
    };
  }

  private count(workload: Workload, pod: StagePod, nodegroup: string): void {
    const budgets = this.budgetsOver(pod);
    const name = `${pod.namespace}/${pod.name}`;
    workload.pods++;
    workload.elsewhere = false;
    add(workload.nodegroups, nodegroup);
    add(workload.placements, this.index(withImplied(pod.demand, this.views.systems.get(pod.node!))));
    budgets.forEach(budget => add(workload.budgets, budgetName(budget)));
    workload.unprotected += budgets.length === 0 ? 1 : 0;
    if (budgets.length > 1) {
      workload.coveredTwice.push(`${name} (${budgets.map(budget => budget.name).join(', ')})`);
    }
    if (pod.doNotEvict) {
      workload.doNotEvict.push(name);
    }
    if (pod.notSafeToEvict) {
      workload.notSafeToEvict.push(name);
    }
    pod.scratch.forEach(kind => add(workload.scratch, kind));
    pod.claims.forEach(claim => this.claim(workload, `${pod.namespace}/${claim}`));
  }

  private budgetsOver(pod: StagePod): readonly BudgetView[] {
    return (this.budgets.get(pod.namespace) ?? []).filter(budget => selects(budget.selector, pod.labels));
  }

  private claim(workload: Workload, claim: string): void {
    const volume = this.volumes.get(claim);
    if (volume?.local) {
      add(workload.localClaims, claim);
    } else if (volume && volume.terms.length > 0) {
      const text = JSON.stringify(volume.terms);
      const same = workload.volumes.find(({ terms }) => JSON.stringify(terms) === text);
      if (same) {
        add(same.claims as string[], claim);
      } else {
        workload.volumes.push({ terms: volume.terms, claims: [claim] });
      }
    }
  }

  private load(pod: StagePod, nodegroup: string): void {
    const load = this.loads.get(pod.node!) ?? { name: pod.node!, nodegroup, addresses: 0, cpu: 0, memory: 0 };
    load.addresses += pod.hostNetwork ? 0 : 1;
    load.cpu = Math.round((load.cpu + (pod.requests.cpu ?? 0)) * 1000) / 1000;
    load.memory += pod.requests.memory ?? 0;
    this.loads.set(load.name, load);
  }

  private workload(kind: string, namespace: string, name: string, labels: Readonly<Record<string, string>>): Workload {
    const key = `${kind}/${namespace}/${name}`;
    const existing = this.workloads.get(key);
    if (existing) {
      return existing;
    }
    const stays = this.isKarpenter(namespace, labels) || this.question.criticalWorkloads.some(one => `${one.Kind}/${one.Namespace}/${one.Name}` === key);
    const workload: Workload = {
      kind,
      namespace,
      name,
      stays,
      pods: 0,
      elsewhere: false,
      nodegroups: [],
      placements: [],
      template: undefined,
      budgets: [],
      unprotected: 0,
      coveredTwice: [],
      doNotEvict: [],
      notSafeToEvict: [],
      localClaims: [],
      scratch: [],
      volumes: [],
    };
    this.workloads.set(key, workload);
    return workload;
  }

  /** The name of a Deployment's ReplicaSet ends in the hash that its pods carry; a Job may belong to a CronJob. */
  private ownerOf(pod: StagePod): { readonly kind: string; readonly name: string } {
    const { kind, name } = pod.controller ?? { kind: 'Pod', name: pod.name };
    const end = `-${pod.labels[HASH_LABEL]}`;
    if (kind === 'ReplicaSet' && name.endsWith(end)) {
      return { kind: 'Deployment', name: name.slice(0, -end.length) };
    }
    const cronJob = kind === 'Job' ? this.jobs.get(`${pod.namespace}/${name}`) : undefined;
    return cronJob ? { kind: 'CronJob', name: cronJob } : { kind, name };
  }

  private isKarpenter(namespace: string, labels: Readonly<Record<string, string>>): boolean {
    return namespace === this.question.namespace && labels['app.kubernetes.io/name'] === 'karpenter';
  }

  /** It is scaled to zero before anything is drained. */
  private isAutoscaler(kind: string, namespace: string, name: string, labels: Readonly<Record<string, string>>): boolean {
    return kind === 'Deployment' && matches({ namespace, name, labels }, this.question.clusterAutoscaler);
  }

  private index(placement: NodeDemand): number {
    const text = JSON.stringify(placement);
    const known = this.indexes.get(text);
    if (known !== undefined) {
      return known;
    }
    this.indexes.set(text, this.placements.length);
    return this.placements.push(placement) - 1;
  }

  private budgetFacts(budget: BudgetView): BudgetFacts {
    return {
      name: budgetName(budget),
      minAvailable: budget.minAvailable,
      maxUnavailable: budget.maxUnavailable,
      expected: budget.expected ?? this.matched.get(budget) ?? 0,
      problem: budget.problem,
    };
  }
}

/** A pod whose image was built for its node has to come to one that is alike, whether or not it says so. */
function withImplied(demand: NodeDemand, system: Readonly<Record<string, string>> = {}): NodeDemand {
  const { selector = {}, terms = [] } = demand.requires ?? {};
  const named = [...Object.keys(selector), ...terms.flatMap(({ matchExpressions = [] }) => matchExpressions.map(({ key }) => key))].map(canonicalKey);
  const implied = Object.entries(system).filter(([key]) => !named.includes(key));
  return implied.length > 0 ? { ...demand, implied: Object.fromEntries(implied) } : demand;
}

function budgetName({ namespace, name }: BudgetView): string {
  return `${namespace}/${name}`;
}

function add<T>(list: T[], item: T): void {
  if (!list.includes(item)) {
    list.push(item);
  }
}
