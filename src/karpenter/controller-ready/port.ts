import { WebhookProbe } from './contract';

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
}
