import { NodeDemand } from '../../karpenter/api/pool-offer';
import { LabelSelector } from '../../kubernetes/label-selector';
import { Term } from '../../kubernetes/scheduling';
import { LabelledPod } from '../host-capacity';

/** The parts of a pod that decide whether it can move. */
export interface StagePod extends LabelledPod {
  readonly name: string;
  readonly controller?: { readonly kind: string; readonly name: string };
  /** A static pod's image in the API. */
  readonly mirror: boolean;
  readonly leaving: boolean;
  readonly hostNetwork: boolean;
  readonly doNotEvict: boolean;
  readonly notSafeToEvict: boolean;
  /** What it needs, without its volumes and what it has from its node. */
  readonly demand: NodeDemand;
  /** The names of its PersistentVolumeClaims. */
  readonly claims: readonly string[];
  /** What it writes on its node: `emptyDir`, `hostPath`. */
  readonly scratch: readonly string[];
}

/** A workload that makes pods. */
export interface TemplateView {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  /** The CronJob that made a Job. */
  readonly controller?: string;
  /** Of its pods. */
  readonly labels: Readonly<Record<string, string>>;
  readonly demand: NodeDemand;
}

export interface BudgetView {
  readonly namespace: string;
  readonly name: string;
  readonly selector?: LabelSelector;
  readonly minAvailable?: string | number;
  readonly maxUnavailable?: string | number;
  /** As Kubernetes counts them; undefined as long as it has not. */
  readonly expected?: number;
  readonly problem?: string;
}

/** A volume that a claim is bound to. */
export interface VolumeView {
  /** `<namespace>/<name>` of the claim. */
  readonly claim: string;
  /** The nodes that reach it; empty where all do. */
  readonly terms: readonly Term[];
  /** It is the disk, or a directory, of a node. */
  readonly local: boolean;
}

export interface StageViews {
  /** The node groups of the migration's nodes, by name of the node. */
  readonly nodegroups: ReadonlyMap<string, string>;
  /** The labels by which images are built for nodes, by name of the node. */
  readonly systems: ReadonlyMap<string, Readonly<Record<string, string>>>;
  readonly pods: readonly StagePod[];
  readonly templates: readonly TemplateView[];
  readonly budgets: readonly BudgetView[];
  readonly volumes: readonly VolumeView[];
}
