import { Beginning, Lease, RunRecord, RunReport } from './run-record';

/** The record of runs in the claim on the cluster. */
export interface RunPort {
  /** Undefined where there is no claim. */
  read(): Promise<RunRecord | undefined>;
  /** Begins a new generation and gives the record with it. */
  begin(beginning: Beginning): Promise<RunRecord>;
  /** Takes the lease of a call; false as long as another call may still be changing something. */
  enter(generation: number, lease: Lease, now: number): Promise<boolean>;
  leave(token: string, report?: RunReport): Promise<void>;
}

export const RUN_METHODS = ['read', 'begin', 'enter', 'leave'] as const satisfies readonly (keyof RunPort)[];
