import { Leg, nextLeg } from './itinerary';
import { PauseReason } from './pause-reason';
import { RunReport } from './run-record';
import { Progress } from './step';
import { MigrationStage } from '../words/migration-stage';

/** What one state of the state machine hands on to the next: small, and plain to read in the console. */
export interface RunState {
  readonly generation: number;
  readonly stage: MigrationStage;
  readonly outcome: 'working' | 'paused' | 'arrived' | 'stopped' | 'replaced';
  /** The state that goes on after the wait. */
  readonly next: string;
  readonly says: string;
  readonly waitSeconds: number;
  /** How many calls this execution has made; a new one goes on before its history is full. */
  readonly round: number;
  readonly pausedBy?: PauseReason;
  /** In ISO 8601. */
  readonly pausedSince?: string;
}

/** A call has just ended well, and the next has nothing to wait for. */
const AT_ONCE_SECONDS = 1;

/** The state after a call of a step. */
export function advanced(state: RunState, leg: Leg, progress: Progress, now: Date): RunState {
  const { pausedBy: _by, pausedSince, ...rest } = state;
  const base = { ...rest, says: `${leg.name}: ${progress.says}`, round: state.round + 1 };
  switch (progress.kind) {
    case 'working':
      return { ...base, outcome: 'working', next: leg.name, waitSeconds: progress.waitSeconds };
    case 'blocked': {
      const since = pausedSince ?? now.toISOString();
      return { ...base, outcome: 'paused', next: leg.name, waitSeconds: pauseSeconds(secondsSince(since, now)), pausedBy: progress.by, pausedSince: since };
    }
    case 'done': {
      const next = nextLeg(state.stage, leg);
      return next
        ? { ...base, outcome: 'working', next: next.name, waitSeconds: AT_ONCE_SECONDS }
        : { ...base, outcome: 'arrived', next: leg.name, waitSeconds: 0, says: `stage ${state.stage} is reached: ${progress.says}` };
    }
  }
}

export function isOutOfPatience(state: RunState, patienceMinutes: number, now: Date): boolean {
  return state.outcome === 'paused' && secondsSince(state.pausedSince!, now) >= patienceMinutes * 60;
}

export function stopped(state: RunState): RunState {
  return { ...state, outcome: 'stopped', waitSeconds: 0, says: `stopped safely, everything is running: ${state.says}` };
}

/** Undefined for a run that was replaced: it has nothing to say any more. */
export function reportOf(state: RunState, execution: string): RunReport | undefined {
  return state.outcome === 'replaced' ? undefined : {
    generation: state.generation,
    execution,
    outcome: state.outcome,
    says: state.says,
    by: state.pausedBy,
    pausedSince: state.pausedSince,
  };
}

export function secondsSince(iso: string, now: Date): number {
  return Math.max(0, (now.getTime() - new Date(iso).getTime()) / 1000);
}

/** Seconds between tries of a run that is blocked: soon at first, so that a short obstacle costs little, then ever more rarely. */
const INTERVALS = [10, 20, 40, 60, 120, 300];

/** The wait before the next try. */
export function pauseSeconds(pausedForSeconds: number): number {
  // The intervals before add up to about twice the last of them, so the time that has passed tells how many there were.
  const tried = INTERVALS.findIndex(interval => pausedForSeconds < 2 * interval);
  return tried < 0 ? INTERVALS[INTERVALS.length - 1] : INTERVALS[tried];
}
