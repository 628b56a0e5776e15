import { BudgetView, PodView } from './views';

/** A time in which fewer pods were ready than their budget demands. */
export interface Shortfall {
  readonly budget: string;
  readonly from: number;
  /** Undefined while it lasts. */
  readonly until?: number;
  readonly fewest: number;
  readonly demanded: number;
  /** What happened just then. */
  readonly because: string;
}

interface Watched {
  view: BudgetView;
  /** From when there were enough pods for the first time: what is still being created falls short of nothing. */
  armed: boolean;
  open?: Shortfall;
}

/** Knows for every PodDisruptionBudget when fewer pods were healthy, by the definition of its controller, than it demands. */
export class BelowBudget {
  private readonly budgets = new Map<string, Watched>();
  private readonly closed: Shortfall[] = [];
  /** When each had no pod more than it demands. */
  private readonly used = new Map<string, number[]>();

  public observe(budget: BudgetView): void {
    const known = this.budgets.get(budget.key);
    if (!known || known.view.uid !== budget.uid) {
      this.budgets.set(budget.key, { view: budget, armed: false });
      return;
    }
    // A demand that rises with the workload is met by pods that are still to come.
    if ((budget.desiredHealthy ?? 0) > (known.view.desiredHealthy ?? 0)) {
      known.armed = false;
    }
    known.view = { ...budget, desiredHealthy: budget.desiredHealthy ?? known.view.desiredHealthy };
  }

  public forget(key: string, at: number): void {
    this.close(this.budgets.get(key), at);
    this.budgets.delete(key);
  }

  /** To be called after every change of a pod, a node or a budget. */
  public judge(pods: readonly PodView[], at: number, because: string): void {
    for (const watched of this.budgets.values()) {
      const { view } = watched;
      if (view.desiredHealthy === undefined) {
        continue;
      }
      const healthy = pods.filter(pod => pod.namespace === view.namespace && pod.ready && !pod.deleting && view.selects(pod.labels)).length;
      if (healthy >= view.desiredHealthy) {
        watched.armed = true;
        this.close(watched, at);
        if (healthy === view.desiredHealthy) {
          const times = this.used.get(view.key) ?? [];
          times.push(at);
          this.used.set(view.key, times);
        }
      } else if (watched.armed) {
        const open = watched.open ?? { budget: view.key, from: at, fewest: healthy, demanded: view.desiredHealthy, because };
        watched.open = { ...open, fewest: Math.min(open.fewest, healthy) };
      }
    }
  }

  /** Oldest first, those that last included. */
  public shortfalls(): Shortfall[] {
    return [...this.closed, ...[...this.budgets.values()].flatMap(watched => watched.open ?? [])].sort((a, b) => a.from - b.from);
  }

  /** The budgets that allowed nothing more at some time: these were tested. */
  public usedUp(from: number, until: number): string[] {
    return [...this.used].filter(([, times]) => times.some(at => at > from && at <= until)).map(([key]) => key).sort();
  }

  /** Whether any budget is over a pod. */
  public isOver(pod: PodView): boolean {
    return [...this.budgets.values()].some(({ view }) => view.namespace === pod.namespace && view.selects(pod.labels));
  }

  public get watched(): string[] {
    return [...this.budgets.keys()].sort();
  }

  private close(watched: Watched | undefined, until: number) {
    if (watched?.open) {
      this.closed.push({ ...watched.open, until });
      watched.open = undefined;
    }
  }
}
