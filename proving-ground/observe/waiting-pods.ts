import { PodView } from './views';

/** A pod that did not run for a while. */
export interface Wait {
  readonly pod: string;
  readonly controller: string;
  readonly from: number;
  /** Undefined while it lasts. */
  readonly until?: number;
  /** What the scheduler said last; undefined if it was scheduled and did not start. */
  readonly because?: string;
}

/** Measures how long pods are pending: until they run, are on their way out, or are gone. */
export class WaitingPods {
  private readonly open = new Map<string, Wait>();
  private readonly closed: Wait[] = [];

  public observe(pod: PodView, at: number): void {
    const known = this.open.get(pod.uid);
    if (pod.phase === 'Pending' && !pod.deleting) {
      const begun = known ?? { pod: pod.key, controller: pod.controller, from: at };
      this.open.set(pod.uid, { ...begun, because: pod.unschedulable ?? begun.because });
    } else {
      this.forget(pod.uid, at);
    }
  }

  public forget(uid: string, at: number): void {
    const known = this.open.get(uid);
    if (known) {
      this.open.delete(uid);
      this.closed.push({ ...known, until: at });
    }
  }

  /** Oldest first, those that last included. */
  public waits(): Wait[] {
    return [...this.closed, ...this.open.values()].sort((a, b) => a.from - b.from);
  }
}
