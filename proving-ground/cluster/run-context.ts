import { Processes } from './processes';
import { Log } from '../build/log';
import { Parts } from '../build/parts';

/** What a run gives its phases. */
export interface RunContext {
  readonly parts: Parts;
  readonly processes: Processes;
  /** Logs and records of this run. */
  readonly runDir: string;
  readonly log: Log;
  readonly region: string;
  /** Aborted, with the reason, when the run has to end. */
  readonly signal: AbortSignal;
  /** What follows the command's name. */
  readonly args: readonly string[];
}
