import { PodView } from './views';

/** How few pods of a workload were Ready at a time, and how many when it began. */
export interface Fewest { readonly before: number; readonly fewest: number }

interface Count { readonly at: number; readonly ready: number }

/** Knows of every workload how many of its pods were Ready when. */
export class FewestReady {
  private readonly counts = new Map<string, Count[]>();

  /** To be called after every change of a pod or a node. */
  public judge(pods: readonly PodView[], at: number): void {
    const now = new Map([...this.counts.keys()].map(workload => [workload, 0]));
    for (const { namespace, controller, ready, deleting } of pods) {
      const workload = `${namespace}/${controller}`;
      now.set(workload, (now.get(workload) ?? 0) + Number(ready && !deleting));
    }
    for (const [workload, ready] of now) {
      const known = this.counts.get(workload) ?? [];
      if (known.at(-1)?.ready !== ready) {
        this.counts.set(workload, [...known, { at, ready }]);
      }
    }
  }

  /** Of the workloads that had a Ready pod when it began. */
  public between(from: number, until: number): Record<string, Fewest> {
    const fewest: Record<string, Fewest> = {};
    for (const [workload, counts] of this.counts) {
      const before = counts.filter(({ at }) => at <= from).at(-1)?.ready ?? 0;
      if (before > 0) {
        fewest[workload] = { before, fewest: Math.min(before, ...counts.filter(({ at }) => at > from && at <= until).map(({ ready }) => ready)) };
      }
    }
    return fewest;
  }
}
