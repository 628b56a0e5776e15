import { BelowBudget, Shortfall } from './below-budget';
import { Fewest, FewestReady } from './fewest-ready';
import { Lineage, Lineages } from './lineages';
import { Moment, Moments } from './moments';
import { BudgetView, Home, moves, NodeView, PodView } from './views';
import { Wait, WaitingPods } from './waiting-pods';

/** With how long it lasted, until the end of the report at most. */
export type Lasting<T> = T & { readonly until: number; readonly seconds: number };

export interface DisruptionReport {
  readonly seconds: number;
  /** The budgets that were watched. */
  readonly budgets: readonly string[];
  /** How often a workload fell below its PodDisruptionBudget. */
  readonly violations: readonly Lasting<Shortfall>[];
  readonly secondsBelow: Readonly<Record<string, number>>;
  /** The budgets that allowed nothing more at some time. */
  readonly usedUp: readonly string[];
  /** The workloads, such as `shop/Deployment/cart`, that no budget is over. */
  readonly withoutBudget: readonly string[];
  /** Of the workloads that ran when it began, such as `shop/Deployment/cart`. */
  readonly fewestReady: Readonly<Record<string, Fewest>>;
  /** Evictions of each pod and its successors, those with any. */
  readonly evicted: readonly Lineage[];
  readonly mostEvictionsOfAPod: number;
  /** Pods that were pending for longer than a minute. */
  readonly longWaits: readonly Lasting<Wait>[];
  readonly longestWaitSeconds: number;
  /** The median of all waits. */
  readonly medianWaitSeconds: number;
  /** Nodes that went. */
  readonly nodesGone: readonly NodeView[];
  readonly moments: readonly Moment[];
}

const LONG_WAIT_SECONDS = 60;

/** What disruption a series of changes was to whom. No clock and no cluster: times come with the changes. */
export class Disruption {
  private readonly pods = new Map<string, PodView>();
  private readonly nodes = new Map<string, NodeView>();
  /** Names of nodes that went and did not come back. */
  private readonly lost = new Set<string>();
  private readonly gone: { readonly node: NodeView; readonly at: number }[] = [];
  private readonly belowBudget = new BelowBudget();
  private readonly fewestReady = new FewestReady();
  private readonly lineages = new Lineages();
  private readonly waiting = new WaitingPods();
  private readonly series = new Moments();

  public pod(pod: PodView, at: number): void {
    if (!moves(pod)) {
      this.podGone(pod, at);
      return;
    }
    const before = this.pods.get(pod.uid);
    this.pods.set(pod.uid, pod);
    this.lineages.observe(pod, at);
    this.waiting.observe(pod, at);
    this.judge(at, `${pod.key} ${changeOf(before, pod)}`);
    this.addMoment(at);
  }

  public podGone(pod: PodView, at: number): void {
    this.lineages.forget(pod.uid);
    this.waiting.forget(pod.uid, at);
    if (this.pods.delete(pod.uid)) {
      this.judge(at, `${pod.key} is gone`);
      this.addMoment(at);
    }
  }

  public budget(budget: BudgetView, at: number): void {
    this.belowBudget.observe(budget);
    this.judge(at, `${budget.key} changed`);
  }

  public budgetGone(key: string, at: number): void {
    this.belowBudget.forget(key, at);
  }

  public node(node: NodeView, at: number): void {
    this.nodes.set(node.name, node);
    if (this.lost.delete(node.name)) {
      this.judge(at, `node ${node.name} is back`);
    }
    this.addMoment(at);
  }

  public nodeGone(name: string, at: number): void {
    const node = this.nodes.get(name);
    if (node) {
      this.gone.push({ node, at });
      this.nodes.delete(name);
      this.lost.add(name);
      this.judge(at, `node ${name} is gone`);
      this.addMoment(at);
    }
  }

  public report(from: number, until: number): DisruptionReport {
    const within = <T extends { readonly from: number; readonly until?: number }>(all: readonly T[]) => all
      .filter(one => one.from <= until && (one.until ?? until) > from)
      .map(one => ({ ...one, until: one.until ?? until, seconds: ((one.until ?? until) - one.from) / 1000 }));
    const violations = within(this.belowBudget.shortfalls());
    const secondsBelow: Record<string, number> = {};
    for (const { budget, seconds } of violations) {
      secondsBelow[budget] = (secondsBelow[budget] ?? 0) + seconds;
    }
    const waits = within(this.waiting.waits());
    const evicted = this.lineages.all()
      .map(lineage => ({ ...lineage, evictedAt: lineage.evictedAt.filter(at => at > from && at <= until) }))
      .filter(lineage => lineage.evictedAt.length > 0);
    return {
      seconds: (until - from) / 1000,
      budgets: this.belowBudget.watched,
      violations,
      secondsBelow,
      usedUp: this.belowBudget.usedUp(from, until),
      withoutBudget: [...new Set([...this.pods.values()].filter(pod => !this.belowBudget.isOver(pod)).map(({ namespace, controller }) => `${namespace}/${controller}`))],
      fewestReady: this.fewestReady.between(from, until),
      evicted,
      mostEvictionsOfAPod: Math.max(0, ...evicted.map(lineage => lineage.evictedAt.length)),
      longWaits: waits.filter(wait => wait.seconds > LONG_WAIT_SECONDS),
      longestWaitSeconds: Math.max(0, ...waits.map(wait => wait.seconds)),
      medianWaitSeconds: waits.map(({ seconds }) => seconds).sort((a, b) => a - b)[Math.floor(waits.length / 2)] ?? 0,
      nodesGone: this.gone.filter(({ at }) => at > from && at <= until).map(({ node }) => node),
      moments: this.series.between(from, until),
    };
  }

  /** A pod on a node that is gone looks Ready until it is collected, and runs nowhere. */
  private judge(at: number, because: string) {
    const pods = [...this.pods.values()].map(pod => pod.node !== undefined && this.lost.has(pod.node) ? { ...pod, ready: false } : pod);
    this.belowBudget.judge(pods, at, because);
    this.fewestReady.judge(pods, at);
  }

  private addMoment(at: number) {
    const pods = [...this.pods.values()];
    const on = (home: Home) => pods.filter(pod => pod.node && this.nodes.get(pod.node)?.home === home).length;
    const nodes = (home: Home) => [...this.nodes.values()].filter(node => node.home === home).length;
    this.series.add({
      at,
      onNodegroups: on('nodegroup'),
      onKarpenter: on('karpenter'),
      pending: pods.filter(pod => !pod.node).length,
      nodegroupNodes: nodes('nodegroup'),
      karpenterNodes: nodes('karpenter'),
    });
  }
}

function changeOf(before: PodView | undefined, now: PodView): string {
  if (!before) {
    return 'came';
  }
  if (now.deleting !== before.deleting) {
    return now.evicted ? 'was evicted' : 'was deleted';
  }
  return now.ready === before.ready ? 'changed' : now.ready ? 'became Ready' : 'is no longer Ready';
}
