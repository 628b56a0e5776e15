import { KARPENTER } from './objects';
import type { PodView } from '../../../proving-ground/observe/views';
import { BUDGET, PODS_PER_NODE, REPLICAS } from '../cluster';

/** What became of the workloads. */
export interface CrowdReport {
  /** Workloads that lacked more pods than they may at some time. */
  readonly harmed: readonly string[];
  /** Pods that were on a node when it went. */
  readonly stranded: readonly string[];
}

/** All pods of a cluster by what was seen of them, and the nodes that Karpenter would make for them. */
export class Crowd {
  private readonly pods = new Map<string, PodView>();
  private readonly ready = new Map<string, number>();
  /** From when all of its pods were Ready for the first time: what is still being created lacks nothing. */
  private readonly complete = new Set<string>();
  private readonly harmed = new Set<string>();
  private readonly stranded: string[] = [];
  /** Pods that have no node. */
  private readonly waiting = new Set<string>();
  /** Free places on each of Karpenter's nodes, those to come included. */
  private readonly free = new Map<string, number>();

  public pod(pod: PodView): void {
    const before = this.pods.get(pod.uid);
    this.pods.set(pod.uid, pod);
    this.count(pod, runs(before), runs(pod));
    if (before?.node === undefined && pod.node !== undefined) {
      this.place(pod.node, -1);
    }
    this.waiting[isWaiting(pod) ? 'add' : 'delete'](pod.uid);
  }

  public gone(pod: PodView): void {
    const before = this.pods.get(pod.uid);
    this.pods.delete(pod.uid);
    this.waiting.delete(pod.uid);
    this.count(pod, runs(before), false);
    if (before?.node !== undefined) {
      this.place(before.node, 1);
    }
  }

  public launched(node: string): void {
    this.free.set(node, PODS_PER_NODE);
  }

  public nodeGone(node: string): void {
    this.stranded.push(...[...this.pods.values()].filter(pod => pod.node === node).map(({ key }) => key));
  }

  /** How many nodes it takes for those that wait, beside nodes that are there or on their way. */
  public missingNodes(): number {
    const places = [...this.free.values()].reduce((sum, one) => sum + one, 0);
    return Math.max(0, Math.ceil((this.waiting.size - places) / PODS_PER_NODE));
  }

  public report(): CrowdReport {
    return { harmed: [...this.harmed], stranded: this.stranded };
  }

  private place(node: string, change: number): void {
    const free = this.free.get(node);
    if (free !== undefined) {
      this.free.set(node, free + change);
    }
  }

  private count({ namespace, controller }: PodView, before: boolean, now: boolean): void {
    const workload = `${namespace}/${controller}`;
    const ready = (this.ready.get(workload) ?? 0) + Number(now) - Number(before);
    this.ready.set(workload, ready);
    if (ready >= REPLICAS) {
      this.complete.add(workload);
    }
    if (this.complete.has(workload) && ready < REPLICAS - BUDGET) {
      this.harmed.add(workload);
    }
  }
}

function runs(pod: PodView | undefined): boolean {
  return pod !== undefined && pod.ready && !pod.deleting;
}

/** Karpenter's own pods wait for a node group. */
function isWaiting({ node, deleting, namespace }: PodView): boolean {
  return node === undefined && !deleting && namespace !== KARPENTER;
}
