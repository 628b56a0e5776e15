import { Leg, nextLeg } from './itinerary';
import { isAwaited, PauseReason } from './pause-reason';
import { RunReport } from './run-record';
import { blocked, Counts, Progress } from './step';
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
  /** Since when each reason has been in the way without any progress in between, in ISO 8601: patience is counted for each. */
  readonly blockedSince?: Readonly<Partial<Record<PauseReason, string>>>;
  /** What is waited for, by the reason that it comes to when it takes too long, and since when. */
  readonly wait?: { readonly by: PauseReason; readonly since: string };
  /** Since when the run waits for what the user wants to be waited for, in ISO 8601: no patience runs meanwhile. */
  readonly awaitingSince?: string;
  /** The deployment does not wait for what is left. */
  readonly deployed?: boolean;
  /** How many calls have ended in the middle, one after the other. */
  readonly lost?: number;
  /** The tokens of calls that have ended and could not give their lease back, because nobody answered. */
  readonly open?: readonly string[];
  /** Nodes that still have to go, as they were counted last. */
  readonly nodesLeft?: number;
  /** Evictions of the whole run. */
  readonly podsEvicted?: number;
  /** Evictions of the whole run that were refused. */
  readonly evictionsRefused?: number;
}

/** A call has just ended well, and the next has nothing to wait for. */
const AT_ONCE_SECONDS = 1;

/** What patience has an end with: the rest is somebody's to mend, and a pod that has nowhere to go is no safer when it is deleted. */
const FORCED: readonly PauseReason[] = [PauseReason.DISRUPTION_BUDGET, PauseReason.KEPT_POD, PauseReason.BARE_POD];

/** Every sentence begins with the name of its leg. */
const LEG = /^[^:]+: /;

/** The state after a call of a step. */
export function advanced(before: RunState, leg: Leg, progress: Progress, now: Date): RunState {
  const awaits = progress.kind === 'blocked' && isAwaited(progress.by);
  const state = awaits ? before : afterAwaiting(before, now);
  const { pausedBy: _by, pausedSince: _since, blockedSince, wait: _wait, lost: _lost, deployed: _deployed, awaitingSince: _all, ...rest } = state;
  const base = { ...rest, says: `${leg.name}: ${progress.says}`, round: state.round + 1, next: leg.name };
  switch (progress.kind) {
    case 'working': {
      const wait = progress.limit && { by: progress.limit.by, since: state.wait?.by === progress.limit.by ? state.wait.since : now.toISOString() };
      if (progress.limit && secondsSince(wait!.since, now) >= progress.limit.minutes * 60) {
        const late = blocked(progress.limit.by, `${progress.says}, for more than ${progress.limit.minutes} minutes`);
        return { ...paused(state, { ...base, says: `${leg.name}: ${late.says}` }, progress.limit.by, now), wait };
      }
      const patience = (progress.limit || progress.forced || progress.prepares) && blockedSince ? { blockedSince } : {};
      return { ...base, ...patience, ...wait && { wait }, ...progress.deployed && { deployed: true }, outcome: 'working', waitSeconds: progress.waitSeconds };
    }
    case 'blocked':
      return awaits ? awaiting(state, base, progress, now) : paused(state, base, progress.by, now);
    case 'done': {
      const next = nextLeg(state.stage, leg);
      return next
        ? { ...base, outcome: 'working', next: next.name, waitSeconds: AT_ONCE_SECONDS }
        : { ...base, outcome: 'arrived', waitSeconds: 0, says: `stage ${state.stage} is reached: ${progress.silent ? state.says.replace(LEG, '') : progress.says}` };
    }
  }
}

/** A pause keeps its beginning whatever blocks next, and so does each reason in it. */
function paused({ pausedSince, blockedSince }: RunState, base: Omit<RunState, 'outcome' | 'waitSeconds'>, by: PauseReason, now: Date): RunState {
  const since = pausedSince ?? now.toISOString();
  return {
    ...base,
    outcome: 'paused',
    waitSeconds: pauseSeconds(secondsSince(since, now)),
    pausedBy: by,
    pausedSince: since,
    blockedSince: { ...blockedSince, [by]: blockedSince?.[by] ?? now.toISOString() },
  };
}

/** All that has a time keeps it, until the wait is over. */
function awaiting(
  { pausedSince, blockedSince, wait, awaitingSince }: RunState, base: Omit<RunState, 'outcome' | 'waitSeconds'>,
  { by, waitSeconds }: Progress & { kind: 'blocked' }, now: Date,
): RunState {
  const since = awaitingSince ?? now.toISOString();
  return {
    ...base,
    outcome: 'paused',
    waitSeconds: Math.min(waitSeconds ?? pauseSeconds(secondsSince(since, now)), LONGEST_PAUSE_SECONDS),
    pausedBy: by,
    pausedSince: pausedSince ?? since,
    ...blockedSince && { blockedSince },
    ...wait && { wait },
    awaitingSince: since,
    // Nobody knows how long it takes, and all of it may be in order for days.
    deployed: true,
  };
}

/** The state with all its times moved on by what was awaited: it counts for nobody. */
function afterAwaiting({ awaitingSince, pausedSince, blockedSince, wait, ...state }: RunState, now: Date): RunState {
  const seconds = awaitingSince === undefined ? 0 : secondsSince(awaitingSince, now);
  const moved = (time: string) => new Date(Date.parse(time) + seconds * 1000).toISOString();
  return {
    ...state,
    ...pausedSince === undefined ? {} : { pausedSince: moved(pausedSince) },
    ...blockedSince && { blockedSince: Object.fromEntries(Object.entries(blockedSince).map(([by, since]) => [by, moved(since)])) },
    ...wait && { wait: { ...wait, since: moved(wait.since) } },
  };
}

/** The state while another call may still be changing something: what was in the way before still is, and its time goes on. */
export function held(state: RunState, leg: Leg, seconds: number): RunState {
  return { ...state, says: `${leg.name}: waits until a call before has ended`, waitSeconds: seconds, round: state.round + 1 };
}

/** The state after so many calls have ended in the middle. */
export function lost(state: RunState, leg: Leg, calls: number, now: Date): RunState {
  const says = `the last ${calls} calls of our function ended in the middle, out of time or of memory: see the end of its log; it is tried again`;
  return { ...advanced(state, leg, blocked(PauseReason.CALL_LOST, says), now), lost: calls };
}

/** Whether the reason of the present pause has been in the way for as long as patience. */
export function isOutOfPatience(state: RunState, patienceMinutes: number, now: Date): boolean {
  const { outcome, pausedBy, pausedSince, blockedSince, awaitingSince } = state;
  return outcome === 'paused' && awaitingSince === undefined && secondsSince(blockedSince?.[pausedBy!] ?? pausedSince!, now) >= patienceMinutes * 60;
}

/** Whether what is in the way is of a kind that may be overridden, if the user wants that. */
export function mayBeForced({ pausedBy }: RunState): boolean {
  return pausedBy !== undefined && FORCED.includes(pausedBy);
}

export function stopped(state: RunState): RunState {
  return { ...state, outcome: 'stopped', waitSeconds: 0, says: `stopped safely, everything is running: ${state.says}` };
}

/** The state with what a call has counted. */
export function counted(state: RunState, { nodesLeft, podsEvicted, evictionsRefused }: Counts = {}): RunState {
  return {
    ...state,
    ...nodesLeft !== undefined && { nodesLeft },
    ...podsEvicted !== undefined && { podsEvicted: (state.podsEvicted ?? 0) + podsEvicted },
    ...evictionsRefused !== undefined && { evictionsRefused: (state.evictionsRefused ?? 0) + evictionsRefused },
  };
}

/** What a run knows that goes on in a new execution: its pause began before. */
export function handedOn({ outcome, by, pausedSince, nodesLeft, podsEvicted, evictionsRefused }: RunReport): Partial<RunState> {
  return { ...outcome === 'paused' && { pausedBy: by, pausedSince }, nodesLeft, podsEvicted, evictionsRefused };
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
    ...state.deployed && { deployed: true },
    ...state.nodesLeft !== undefined && { nodesLeft: state.nodesLeft },
    ...state.podsEvicted !== undefined && { podsEvicted: state.podsEvicted },
    ...state.evictionsRefused !== undefined && { evictionsRefused: state.evictionsRefused },
  };
}

export function secondsSince(iso: string, now: Date): number {
  return Math.max(0, (now.getTime() - new Date(iso).getTime()) / 1000);
}

/** Seconds between tries of a run that is blocked: soon at first, so that a short obstacle costs little, then ever more rarely. */
const INTERVALS = [10, 20, 40, 60, 120, 300];
const LONGEST_PAUSE_SECONDS = INTERVALS[INTERVALS.length - 1];

/** The wait before the next try. */
export function pauseSeconds(pausedForSeconds: number): number {
  // The intervals before add up to about twice the last of them, so the time that has passed tells how many there were.
  const tried = INTERVALS.findIndex(interval => pausedForSeconds < 2 * interval);
  return tried < 0 ? LONGEST_PAUSE_SECONDS : INTERVALS[tried];
}
