import { Processes } from '../cluster/processes';
import { Log } from '../parts/log';
import { Parts } from '../parts/parts';

/** What a world is given to live in. */
export interface RunContext {
  readonly parts: Parts;
  readonly processes: Processes;
  /** Logs and records of this world. */
  readonly runDir: string;
  readonly region: string;
  /** Aborted, with the reason, when the world has to end. */
  readonly signal: AbortSignal;
  /** For everybody: what begins, and what failed. */
  readonly headline: Log;
  /** For who watches this world alone. */
  readonly detail: Log;
}
