import { Rollout, Workload, WorkloadPod } from './port';
import { PauseReason } from '../pause-reason';
import { blocked, Progress, working } from '../step';

/** Without a new pod or a newly Ready one for so long, a rollout is stuck; Kubernetes' own default for Deployments. */
const PATIENCE = 10 * 60_000;
/** A sentence names this many pods. */
const NAMED = 3;
const WAIT_SECONDS = 10;

/** Whether all replicas have the present template and are available. */
export function isRolledOut({ replicas, total, updated, available, generation, observedGeneration }: Rollout): boolean {
  return observedGeneration >= generation && total === replicas && updated === replicas && available >= replicas;
}

/** How a rollout that is not through yet goes; `since` is when we began it, if we did. */
export function rolloutProgress(workload: Workload, pods: readonly WorkloadPod[], now: number, since?: string): Progress {
  const { rollout } = workload;
  const name = nameOf(workload);
  const state = `${name}: ${rollout.updated} of ${rollout.replicas} replicas are updated, ${rollout.available} available`;
  if (rollout.paused) {
    return blocked(PauseReason.ROLLOUT_STUCK, `${name} is paused: its pods change only when its rollout is resumed`);
  }
  const unready = pods.filter(pod => pod.readySince === undefined).map(describePod);
  const times = [...pods.flatMap(pod => [pod.created, pod.readySince ?? pod.created]), ...since ? [since] : []].map(Date.parse);
  const stuck = rollout.failure !== undefined || now - Math.max(...times, 0) > PATIENCE;
  if (!stuck) {
    return working(state, WAIT_SECONDS);
  }
  const why = [
    rollout.failure,
    ...unready.slice(0, NAMED),
    unready.length > NAMED ? `${unready.length - NAMED} more pods are not Ready` : undefined,
    rollout.byHand ? 'its update strategy leaves it to its owner to delete the old pods' : undefined,
  ].filter(text => text !== undefined);
  return blocked(PauseReason.ROLLOUT_STUCK, [state, ...why].join('; '));
}

export function nameOf({ kind, namespace, name }: Pick<Workload, 'kind' | 'namespace' | 'name'>): string {
  return `${kind} ${namespace}/${name}`;
}

function describePod({ name, scheduling, waiting }: WorkloadPod): string {
  return `pod ${name}: ${scheduling ?? waiting ?? 'not Ready'}`;
}
