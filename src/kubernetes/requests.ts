import { quantity } from './quantity';

/** The parts of a node that decide what it can host. */
export interface NodeView {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly ready: boolean;
  readonly unschedulable: boolean;
  readonly taints: ReadonlyArray<{ readonly key: string; readonly value?: string; readonly effect: string }>;
  readonly allocatable: Readonly<Record<string, string>>;
}

export type Requests = Readonly<Record<string, string>>;

/** The parts of a pod that take room on its node. */
export interface PodView {
  readonly nodeName?: string;
  readonly phase?: string;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly containers: readonly Requests[];
  readonly initContainers: ReadonlyArray<{ readonly requests: Requests; readonly sidecar: boolean }>;
  readonly overhead: Requests;
}

/** As the scheduler counts: all containers together, or the hungriest start-up phase; sidecars count in both. */
export function podRequest(pod: PodView, resource: string): number {
  const of = (requests: Requests) => quantity(requests[resource] ?? '0');
  let sidecars = 0;
  let startup = 0;
  for (const container of pod.initContainers) {
    sidecars += container.sidecar ? of(container.requests) : 0;
    startup = Math.max(startup, container.sidecar ? sidecars : sidecars + of(container.requests));
  }
  const running = pod.containers.reduce((sum, requests) => sum + of(requests), sidecars);
  return Math.max(running, startup) + of(pod.overhead);
}
