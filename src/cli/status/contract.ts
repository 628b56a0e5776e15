import { PauseReason } from '../../workflow/pause-reason';

/** The name of the schema of the document below; another one where a reader of this one could be misled. */
export const STATUS_SCHEMA = 'cdk-karpenter-migration/status/v1';

/** What `status --json` prints. */
export interface StatusDocument {
  readonly schema: typeof STATUS_SCHEMA;
  readonly cluster: string;
  readonly region: string;
  /**
   * `none`: no migration has the cluster; `abandoned`: its stack was destroyed and Karpenter stays; `installed`: no stage was ever steered to; `beginning`: a
   * run was asked for and has not said anything; `working`, `paused`, `stopped`, `arrived`: what the run said last.
   */
  readonly state: 'none' | 'abandoned' | 'installed' | 'beginning' | 'working' | 'paused' | 'stopped' | 'arrived';
  /** Stack and construct path of the migration. */
  readonly owner?: string;
  readonly stage?: string;
  readonly generation?: number;
  readonly says?: string;
  readonly pause?: PauseStatus;
  readonly execution?: { readonly arn: string; readonly console: string };
  /** Of the node groups, where a run drains or restores them. */
  readonly nodes?: NodesStatus;
  /** Since the run began. */
  readonly pods?: { readonly moved: number; readonly refused: number };
}

export interface PauseStatus {
  readonly by: PauseReason;
  /** In ISO 8601. */
  readonly since: string;
  readonly runbook: string;
  /** Shows who is in the way; left out where the sentence has it all. */
  readonly command?: string;
}

export interface NodesStatus {
  readonly done: number;
  readonly all: number;
  /** The names of those that are being drained. */
  readonly draining: readonly string[];
  /** Of Karpenter's, by either generation's label. */
  readonly karpenter: number;
}
