import type * as k8s from '@kubernetes/client-node';
import { quantity } from './quantity';

/** What the scheduler counts: all containers together, or the hungriest start-up phase; sidecars count in both. */
export function podRequest(spec: k8s.V1PodSpec | undefined, resource: string): number {
  const of = ({ resources }: k8s.V1Container) => quantity(resources?.requests?.[resource] ?? '0');
  let sidecars = 0;
  let startup = 0;
  for (const container of spec?.initContainers ?? []) {
    const isSidecar = container.restartPolicy === 'Always';
    sidecars += isSidecar ? of(container) : 0;
    startup = Math.max(startup, isSidecar ? sidecars : sidecars + of(container));
  }
  const running = (spec?.containers ?? []).reduce((sum, container) => sum + of(container), sidecars);
  return Math.max(running, startup) + quantity(spec?.overhead?.[resource] ?? '0');
}
