import { WebhookProbe } from './contract';
import { FleetObjects } from '../api/fleet';
import { KarpenterApi } from '../api/karpenter-api';

/**
 * What is missing until all replicas of the newest template run; undefined if nothing is.
 *
 * Helm waits for all but `maxUnavailable` of them, which for two replicas is one.
 */
export function missingFromRollout(deployments: readonly DeploymentState[], pods: readonly PodState[]): string | undefined {
  if (deployments.length === 0) {
    return 'there is no Deployment of the release';
  }
  const unfinished = deployments.filter(d => !isRolledOut(d));
  if (unfinished.length === 0) {
    return undefined;
  }
  const counts = unfinished.map(d => `${d.available} of ${d.wanted} replicas of ${d.name} are available, ${d.updated} updated, ${d.existing} exist`);
  const reasons = pods.filter(pod => !pod.ready).map(pod => `pod ${pod.name}: ${reasonOf(pod)}`);
  return [...counts, ...reasons].join('; ');
}

/**
 * Claims and nodes whose pool is gone or going. Those of a pool that stays belong to somebody else, or to a pool whose deletion was not
 * asked for.
 */
export function leftOf({ pools, claims, nodes }: FleetObjects, { kinds }: KarpenterApi): string[] {
  const staying = pools.filter(({ leaving }) => leaving === undefined).map(({ name }) => name);
  const isLeft = ({ pool }: { readonly pool: string }) => !staying.includes(pool);
  return [
    ...claims.filter(isLeft).map(({ name }) => `${kinds.claim.singular}/${name}`),
    ...nodes.filter(isLeft).map(({ name }) => `node/${name}`),
  ];
}

/** What is missing until the webhooks decide about objects; undefined if nothing is. */
export function missingFromWebhooks(good: Verdict, bad: Verdict): string | undefined {
  if (!good.accepted) {
    return `the webhooks do not let a correct object in: ${good.message}`;
  }
  if (bad.accepted) {
    return 'the webhooks are not asked yet: an object that they must refuse was let in';
  }
  return isRefusalOfKarpenter(bad.message) ? undefined : `the webhooks do not answer: ${bad.message}`;
}

function isRolledOut(d: DeploymentState): boolean {
  return d.observedGeneration >= d.generation && [d.existing, d.updated, d.available].every(count => count === d.wanted);
}

function reasonOf(pod: PodState): string {
  return pod.unscheduled ?? (pod.containers.join(', ') || 'not ready yet');
}

/** The API server words it so; a webhook that cannot be reached is "failed calling webhook". */
function isRefusalOfKarpenter(message: string): boolean {
  return /admission webhook "[^"]*karpenter[^"]*" denied the request/.test(message);
}

export interface DeploymentState {
  readonly name: string;
  readonly generation: number;
  readonly observedGeneration: number;
  /** How many pods are wanted, exist, are of the newest template, and are available. */
  readonly wanted: number;
  readonly existing: number;
  readonly updated: number;
  readonly available: number;
}

export interface PodState {
  readonly name: string;
  readonly ready: boolean;
  /** What the scheduler says about a pod without a node. */
  readonly unscheduled?: string;
  /** Why containers do not run, or ended last time. */
  readonly containers: readonly string[];
}

/** What the API server says to an object that it is asked to check but not to store. */
export type Verdict = { readonly accepted: true } | { readonly accepted: false; readonly message: string };

/** The controller in one cluster. */
export interface ControllerPort {
  deployments(namespace: string, release: string): Promise<DeploymentState[]>;
  pods(namespace: string, release: string): Promise<PodState[]>;
  check(probe: WebhookProbe, manifest: WebhookProbe['accepted']): Promise<Verdict>;
  /** Everything that Karpenter has. */
  fleet(api: KarpenterApi): Promise<FleetObjects>;
}
