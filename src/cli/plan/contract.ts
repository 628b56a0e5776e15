import { PredictedDrain } from './drain';
import { ChosenRelease } from './release';
import { TimeEstimate } from './time';
import { MigrationStage } from '../../words/migration-stage';
import { PreflightCheck } from '../../words/preflight-check';
import { Unread } from '../access/readings';

/** The name of the schema of the document below; another one where a reader of this one could be misled. */
export const PLAN_SCHEMA = 'cdk-karpenter-migration/plan/v1';

/** What `plan --json` prints. What could not be read is left out, and named in `unread`. */
export interface PlanDocument {
  readonly schema: typeof PLAN_SCHEMA;
  /** Whether nothing that was found would stop a migration, and nothing that decides about it is unread. */
  readonly ready: boolean;
  readonly cluster: ClusterSummary;
  /** Left out where no release of ours serves the cluster. */
  readonly release?: ChosenRelease;
  /** Whose migration works on the cluster already. */
  readonly claim?: { readonly owner: string; readonly abandoned: boolean };
  /** Those that stop come first. */
  readonly findings: readonly StageFinding[];
  readonly install?: { readonly does: readonly string[] };
  readonly cutOver?: CutOverPlan;
  readonly scaleDown?: ScaleDownPlan;
  readonly pools?: PoolsPlan;
  readonly money?: MoneyPlan;
  readonly unread: readonly Unread[];
  /** Left out where no release of ours serves the cluster. */
  readonly snippet?: Snippet;
}

export interface ClusterSummary {
  readonly name: string;
  readonly arn: string;
  readonly region: string;
  readonly status: string;
  readonly kubernetes: string;
  readonly platform: string;
  /** `CONFIG_MAP`, `API` or `API_AND_CONFIG_MAP`. */
  readonly authenticationMode: string;
  readonly vpc: string;
  readonly nodegroups: readonly NodegroupSummary[];
}

export interface NodegroupSummary {
  readonly name: string;
  readonly status: string;
  readonly min: number;
  readonly max: number;
  readonly desired: number;
  readonly instanceTypes: readonly string[];
  /** `ON_DEMAND`, `SPOT` or `CAPACITY_BLOCK`. */
  readonly capacityType: string;
  readonly amiType: string;
  readonly subnets: readonly string[];
  readonly zones: readonly string[];
  readonly securityGroups: readonly string[];
}

/** Something that does not hold, and from which stage on it stops a deployment. */
export interface StageFinding {
  readonly check: PreflightCheck;
  /** Left out for a warning. */
  readonly stops?: MigrationStage;
  readonly message: string;
  readonly remedy: string;
  readonly runbook: string;
}

export interface CutOverPlan {
  /** `<kind> <namespace>/<name>` of the workloads that are pinned to node groups. */
  readonly pinned: readonly string[];
  /** Those that are named by default and that the cluster does not have. */
  readonly absent: readonly string[];
  /** What is scaled to zero; empty where none was found. */
  readonly autoscalers: ReadonlyArray<{ readonly name: string; readonly replicas: number }>;
  /** Why it is not clear which one it is. */
  readonly unclear?: string;
}

export interface ScaleDownPlan extends PredictedDrain {
  /** Workloads without a PodDisruptionBudget, and how many of their pods may be missing at a time. */
  readonly unprotected: ReadonlyArray<{ readonly workload: string; readonly pods: number; readonly atATime: number }>;
  readonly time: TimeEstimate;
}

/** Pools that would carry what the node groups carry. */
export interface PoolsPlan {
  readonly pools: ReadonlyArray<{ readonly name: string; readonly nodegroups: readonly string[]; readonly says: string }>;
  /** What no pool carries over, and what to do. */
  readonly notCarried: readonly string[];
}

/** A month at list prices. */
export interface MoneyPlan {
  readonly today: number;
  readonly planned: number;
  readonly currency: 'USD' | 'CNY';
  readonly assumptions: readonly string[];
}

export interface Snippet {
  readonly language: 'typescript' | 'python';
  readonly code: string;
}
