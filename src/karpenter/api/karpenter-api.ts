import { Expression, TaintFacts } from '../../kubernetes/scheduling';

export interface ProvisionerFacts {
  readonly name: string;
  readonly requirements: readonly Expression[];
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly TaintFacts[];
  /** Kubernetes quantities by resource. */
  readonly limits: Readonly<Record<string, string>>;
  readonly used: Readonly<Record<string, string>>;
  readonly nodeTemplate: string;
}

export interface NodeTemplateFacts {
  readonly name: string;
  readonly subnetSelector: Readonly<Record<string, string>>;
  readonly amiFamily: string;
  /** Whether its images are selected by the user. */
  readonly ownAmi: boolean;
  /** Whether it has user data, or a launch template that may have. */
  readonly userData: boolean;
  /** Gibibytes of the biggest volume; undefined where a launch template of the user's decides. */
  readonly diskGib?: number;
}

/** How to find out whether the webhooks answer: an object that they let in, and one that only they refuse. */
export interface WebhookProbe {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly accepted: Readonly<Record<string, unknown>>;
  readonly refused: Readonly<Record<string, unknown>>;
}
