import { isRaised } from './itinerary';
import { ExecutionStatus } from './port';
import { RunRecord, RunReport } from './run-record';
import { Remaining } from '../karpenter/api/fleet';
import { KarpenterApi } from '../karpenter/api/karpenter-api';
import { MigrationStage } from '../words/migration-stage';

/** What is to be done about what is left of Karpenter. */
export type Removal =
  | { readonly kind: 'gone' }
  | { readonly kind: 'wait'; readonly reason: string }
  | { readonly kind: 'refuse'; readonly reason: string };

/** A reason names this many things; the log has all. */
const NAMED = 20;

/** Waits for what is leaving already and refuses everything that would lose its controller. */
export function planRemoval(remaining: readonly Remaining[], { claim }: KarpenterApi['kinds']): Removal {
  if (remaining.length === 0) {
    return { kind: 'gone' };
  }
  const staying = remaining.filter(r => !r.leaving);
  return staying.length === 0
    ? { kind: 'wait', reason: `waiting for ${listOf(remaining)} to go` }
    : {
      kind: 'refuse',
      reason: `karpenter still has ${listOf(staying)}: move their pods away and delete the ${claim.plural}, then deploy again;`
        + ' until then everything that karpenter stands on is kept',
    };
}

/** How a deployment goes on with its run. */
export type Deployment =
  | { readonly kind: 'wait'; readonly reason: string }
  /** The stage is reached. */
  | { readonly kind: 'arrived'; readonly state: string }
  /** The run is not done and that must not fail the deployment. */
  | { readonly kind: 'leave'; readonly state: string }
  | { readonly kind: 'fail'; readonly reason: string };

/** How a deployment ends where the run has said its last word; undefined where it depends on how the execution stands. */
export function planEnd(stage: MigrationStage, record: RunRecord): Deployment | undefined {
  const report = reportOf(record);
  // Nothing of a removal may be left to later.
  if (report?.outcome === 'arrived' || report?.deployed && stage !== MigrationStage.REMOVED) {
    return { kind: 'arrived', state: report.says };
  }
  if (report?.outcome === 'stopped') {
    return stage === MigrationStage.REMOVED ? { kind: 'fail', reason: report.says } : { kind: 'leave', state: report.says };
  }
  return undefined;
}

/**
 * Whether a deployment waits for its run, succeeds or fails. Raising and lowering succeed with the run going on once its time is over;
 * a removal must be complete, because a stack whose removal succeeded may be destroyed.
 */
export function planDeployment(stage: MigrationStage, record: RunRecord, status: ExecutionStatus, isTimeOver: boolean): Deployment {
  const end = planEnd(stage, record);
  if (end) {
    return end;
  }
  const report = reportOf(record);
  const says = report?.says ?? 'the run has not said anything yet';
  if (status !== undefined && status !== 'RUNNING' && status !== 'SUCCEEDED') {
    return { kind: 'fail', reason: `the execution of the state machine is ${status}, last: ${says}; deploy with another \`revision\` to go on, everything is running` };
  }
  if (!isTimeOver) {
    return { kind: 'wait', reason: says };
  }
  const state = `${report?.outcome === 'paused' ? `paused since ${report.pausedSince}` : 'going on'}: ${says}`;
  return stage === MigrationStage.REMOVED ? { kind: 'fail', reason: `${state}; deploy again, it continues` } : { kind: 'leave', state };
}

/** What the run of the record's own generation has said. */
function reportOf({ generation, report }: RunRecord): RunReport | undefined {
  return report?.generation === generation ? report : undefined;
}

/** To where a deployment is rolled back. */
export interface RolledBackTo {
  readonly stage: MigrationStage;
  /** Whether the configuration of there has other pools or node classes: those that the run takes for former ones are needed again. */
  readonly hasOtherPools: boolean;
}

/**
 * Whether a run must end because the deployment that it belongs to is rolled back: nobody wants a drain to go on then. One that restores
 * goes on, and one that is where the rollback goes has nothing to do.
 */
export function mustHalt(record: RunRecord, { stage, hasOtherPools }: RolledBackTo): boolean {
  const outcome = reportOf(record)?.outcome;
  const isOver = outcome === 'arrived' || outcome === 'stopped';
  return !isOver && record.stage !== undefined
    && (hasOtherPools || record.stage !== stage && (record.stage === MigrationStage.REMOVED || isRaised(stage, record.stage)));
}

/** As many names as a reason takes. */
export function listOf(remaining: readonly Remaining[]): string {
  const listed = remaining.slice(0, NAMED).map(r => r.name).join(', ');
  return remaining.length > NAMED ? `${listed} and ${remaining.length - NAMED} more` : listed;
}
