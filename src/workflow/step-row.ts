import { KarpenterApi } from '../karpenter/api/karpenter-api';
import { MigrationStage } from '../words/migration-stage';

/**
 * One step of the workflow, as all must know it who do not carry it out: the ways between stages, the order of stopping, the function's grants, the
 * ports that it serves and the preflight's rights follow from these rows. What a step does is its `Step`, which only the function brings along.
 */
export interface StepRow {
  readonly name: string;
  /** Where it is applied; on the way to every other stage it is reverted. */
  readonly stages: readonly MigrationStage[];
  /** The names of its two directions in the console. */
  readonly apply: string;
  readonly revert: string;
  /** What it asks the function for that may reach the Kubernetes API; left out where it works through ports of other steps alone. */
  readonly port?: { readonly name: string; readonly methods: readonly string[] };
  /** What the adapter of the port does there. */
  readonly rights: readonly StepRight[];
  /** What its other adapters ask AWS for. */
  readonly grants: readonly Grant[];
}

type Verb = 'get' | 'list' | 'create' | 'update' | 'patch' | 'delete';

export interface StepRight {
  readonly verbs: readonly Verb[];
  /** As kubectl writes it: `nodes`, `deployments.apps`, `pods/eviction`. Karpenter's own kinds have the generation's names. */
  readonly of: { readonly resource: string } | { readonly kind: keyof KarpenterApi['kinds'] };
  /** Everywhere if undefined. */
  readonly namespace?: 'karpenter' | 'kube-system';
}

/** Which of AWS' things an action is about. */
export type GrantTarget = 'cluster' | 'nodegroups' | 'tags of nodegroups' | 'addons' | 'everything' | 'groups of the cluster' | 'alarms';

export interface Grant {
  readonly on: GrantTarget;
  readonly actions: readonly string[];
}

/** What whoever drains nodes asks before one is begun. */
export const GATE_GRANT = { on: 'alarms', actions: ['cloudwatch:DescribeAlarms'] } as const satisfies Grant;

export const may = (verbs: string, resource: string, namespace?: StepRight['namespace']): StepRight =>
  ({ verbs: verbs.split(' ') as Verb[], of: { resource }, namespace });

export const mayOf = (verbs: string, kind: keyof KarpenterApi['kinds']): StepRight => ({ verbs: verbs.split(' ') as Verb[], of: { kind } });
