import { MigrationStage } from '../../words/migration-stage';

/** What a run tells EventBridge, once for each transition; the value is the event's `detail-type`. */
export enum MigrationEventType {
  /** A run towards a stage has begun: by a deployment, or by a person who started an execution. */
  STAGE_STARTED = 'StageStarted',
  /** Nodes that were being drained have ended, or their end has begun; `nodesLeft` says how many still have to go. */
  BATCH_DONE = 'BatchDone',
  /** The run cannot go on and tries again by itself; sent again when the reason changes. */
  PAUSED = 'Paused',
  /** The run gets on after a pause; reason and beginning are those of the pause that has ended. */
  RESUMED = 'Resumed',
  /** One reason was in the way for as long as `patience`: the run has ended, everything is running. */
  STOPPED_SAFELY = 'StoppedSafely',
  /** The run has ended at its stage. */
  STAGE_REACHED = 'StageReached',
}

/**
 * The `detail` of an event of a migration, for whoever handles one. Its names are those of the JSON.
 *
 * The event's `source` is `cdk-karpenter-migration`, and `resources` holds the ARN of the execution.
 */
export interface MigrationEventDetail {
  readonly clusterName: string;
  /** Where the run goes. */
  readonly stage: MigrationStage;
  /** Raised by every new run, deployment and halt: events of an older generation are of a run that was replaced. */
  readonly generation: number;
  /** The ARN of the execution of the state machine; a long run goes on in another one, with the same generation. */
  readonly execution: string;
  /** What happened, in one sentence for people. */
  readonly says: string;
  /** The address of the runbook's article about it. */
  readonly runbook: string;
  /**
   * The reason of the pause, which is the name of its article.
   *
   * @default - the run was not paused
   */
  readonly pausedBy?: string;
  /**
   * When the pause began, in ISO 8601.
   *
   * @default - the run was not paused
   */
  readonly pausedSince?: string;
  /**
   * Nodes that still have to go.
   *
   * @default - no step of the run has counted them yet
   */
  readonly nodesLeft?: number;
  /**
   * Pods that the run has evicted so far.
   *
   * @default - it has evicted none yet
   */
  readonly podsEvicted?: number;
}
