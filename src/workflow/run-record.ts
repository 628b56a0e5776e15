import { PauseReason } from './pause-reason';
import { Fence, Replaced } from '../custom-resources/fence';
import { MigrationStage } from '../words/migration-stage';

/** How a run stands, in the words of its last call. */
export interface RunReport {
  readonly generation: number;
  /** The ARN of the execution. */
  readonly execution: string;
  readonly outcome: 'working' | 'paused' | 'arrived' | 'stopped';
  readonly says: string;
  readonly by?: PauseReason;
  /** In ISO 8601; kept from call to call as long as the run is paused. */
  readonly pausedSince?: string;
  /** The deployment does not wait for what is left. */
  readonly deployed?: boolean;
  /** Nodes that still have to go, and pods that the run has evicted so far. */
  readonly nodesLeft?: number;
  readonly podsEvicted?: number;
  /** Evictions that were refused so far. */
  readonly evictionsRefused?: number;
}

/** A call that may be changing something right now. */
export interface Lease {
  readonly token: string;
  /** Milliseconds since 1970 after which the function that holds it has ended, whatever happened to it. */
  readonly until: number;
  /** How many calls before this one ended without giving their lease back, one after the other. */
  readonly lost?: number;
  /** The tokens of calls that have ended for sure, and could not say so: theirs need not be waited for. Only to enter with, it is not kept. */
  readonly after?: readonly string[];
}

/** A call has ended after this long, and so has the call of the Kubernetes function that it may have made: each runs five minutes at most. */
export const LEASE_MILLISECONDS = 10 * 60_000;

/** What the claim on the cluster says about runs. */
export interface RunRecord {
  /** Whose the claim is. */
  readonly owner: string;
  /** Raised by every new run, deployment or halt: whoever has an older one may not change anything any more. */
  readonly generation: number;
  /** Where runs go. */
  readonly stage?: MigrationStage;
  /** The request of CloudFormation that raised the generation last, and to which; a person who starts a run raises it further. */
  readonly request?: string;
  readonly requested?: number;
  readonly lease?: Lease;
  readonly report?: RunReport;
}

/** What begins a new generation. */
export interface Beginning {
  readonly owner: string;
  /** The stage of the record if undefined. */
  readonly stage?: MigrationStage;
  /** The same request begins only once. */
  readonly request?: string;
  /** Nothing begins where this request was the last one to raise the generation. */
  readonly unless?: string;
}

/** The record with a new generation; unchanged where the same request has raised it already, or the one after which nothing begins. */
export function begun(record: RunRecord, beginning: Beginning): RunRecord {
  if (beginning.unless !== undefined && record.request === beginning.unless) {
    return record;
  }
  if (record.owner !== beginning.owner) {
    throw new Error(`the cluster is claimed by "${record.owner}", not by "${beginning.owner}": nothing was changed`);
  }
  if (beginning.request !== undefined && record.request === beginning.request) {
    return record;
  }
  const generation = record.generation + 1;
  return {
    ...record,
    // A call of the run before may still go on, but what became of its calls is not the new run's.
    ...record.lease && { lease: { token: record.lease.token, until: record.lease.until } },
    generation,
    stage: beginning.stage ?? record.stage,
    ...beginning.request === undefined ? {} : { request: beginning.request, requested: generation },
  };
}

/**
 * The record with the lease of a call; undefined as long as another call may still be changing something.
 *
 * @throws Replaced when the generation is not the call's any more
 */
export function entered(record: RunRecord, generation: number, lease: Lease, now: number): RunRecord | undefined {
  requireGeneration(record, generation);
  const { lease: held } = record;
  const { after = [], ...own } = lease;
  if (!held || held.token === own.token || after.includes(held.token)) {
    return { ...record, lease: own };
  }
  return held.until > now ? undefined : { ...record, lease: { ...own, lost: (held.lost ?? 0) + 1 } };
}

/** The record without the lease of a call; a report counts only if no newer generation has begun. */
export function left(record: RunRecord, token: string, report?: RunReport): RunRecord {
  const { lease, ...rest } = record;
  return {
    ...rest,
    ...lease && lease.token !== token ? { lease } : {},
    ...report?.generation === record.generation ? { report } : {},
  };
}

/** @throws Replaced when the generation is not the record's */
export function requireGeneration(record: RunRecord | undefined, generation: number): void {
  if (record?.generation !== generation) {
    throw new Replaced(`generation ${generation} was replaced by ${record?.generation ?? 'nobody, the claim on the cluster is gone'}: nothing more is changed`);
  }
}

/** The record of runs in the claim on the cluster. */
export interface RunPort {
  /** Undefined where there is no claim. */
  read(): Promise<RunRecord | undefined>;
  /** Begins a new generation and gives the record with it. */
  begin(beginning: Beginning): Promise<RunRecord>;
  /** Takes the lease of a call and gives it as it is held; false as long as another call may still be changing something. */
  enter(generation: number, lease: Lease, now: number): Promise<Lease | false>;
  leave(token: string, report?: RunReport): Promise<void>;
}

export const RUN_METHODS = ['read', 'begin', 'enter', 'leave'] as const satisfies readonly (keyof RunPort)[];

/** A newer run waits until the call has ended that holds the lease, so nobody else changes anything: what is late is only the end of this one. */
export const TRUSTED_MILLISECONDS = 5000;

/** Reads the generation again before changes, once in a while: a call evicts some hundred pods in that time. */
export class ClaimFence implements Fence {
  private checked = -Infinity;

  public constructor(private readonly runs: Pick<RunPort, 'read'>, private readonly generation: number, private readonly now: () => number = Date.now) {}

  public async check(): Promise<void> {
    if (this.now() - this.checked < TRUSTED_MILLISECONDS) {
      return;
    }
    requireGeneration(await this.runs.read(), this.generation);
    this.checked = this.now();
  }
}
