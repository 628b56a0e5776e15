import { Placement } from './facts';
import { LabelSelector } from '../../kubernetes/label-selector';
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
  readonly placement: Placement;
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
  readonly placement: Placement;
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
  /** Empty where any will do. */
  readonly zones: readonly string[];
  /** It is the disk, or a directory, of a node. */
  readonly local: boolean;
}

export interface StageViews {
  /** The node groups of the migration's nodes, by name of the node. */
  readonly nodegroups: ReadonlyMap<string, string>;
  readonly pods: readonly StagePod[];
  readonly templates: readonly TemplateView[];
  readonly budgets: readonly BudgetView[];
  readonly volumes: readonly VolumeView[];
}
