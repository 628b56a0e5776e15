import { PodView } from './views';

/** A pod and those that took its place, one after the other. */
export interface Lineage {
  readonly controller: string;
  readonly pods: readonly string[];
  /** When evictions of its pods were granted. */
  readonly evictedAt: readonly number[];
}

interface Line { readonly controller: string; readonly pods: string[]; readonly evictedAt: number[]; readonly evicted: Set<string>; newest: string }

/** Follows who takes whose place: a new pod takes that of its name, or else that of the pod of its controller that left first. */
export class Lineages {
  private readonly lines: Line[] = [];
  private readonly byUid = new Map<string, Line>();
  /** Those whose newest pod left, in this order. */
  private readonly vacant: Line[] = [];

  public observe(pod: PodView, at: number): void {
    const line = this.byUid.get(pod.uid) ?? this.join(pod);
    if (pod.evicted && !line.evicted.has(pod.uid)) {
      line.evicted.add(pod.uid);
      line.evictedAt.push(at);
    }
    if (pod.deleting) {
      this.forget(pod.uid);
    }
  }

  public forget(uid: string): void {
    const line = this.byUid.get(uid);
    if (line?.newest === uid && !this.vacant.includes(line)) {
      this.vacant.push(line);
    }
  }

  public all(): Lineage[] {
    return this.lines.map(({ controller, pods, evictedAt }) => ({ controller, pods, evictedAt }));
  }

  private join(pod: PodView): Line {
    const controller = `${pod.namespace}/${pod.controller}`;
    const places = this.vacant.filter(line => line.controller === controller);
    const place = places.find(line => line.pods.at(-1) === pod.name) ?? places.at(0);
    const line = place ?? { controller, pods: [], evictedAt: [], evicted: new Set<string>(), newest: pod.uid };
    if (place) {
      this.vacant.splice(this.vacant.indexOf(place), 1);
    } else {
      this.lines.push(line);
    }
    line.pods.push(pod.name);
    line.newest = pod.uid;
    this.byUid.set(pod.uid, line);
    return line;
  }
}
