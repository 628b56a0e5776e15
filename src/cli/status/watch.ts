import { StatusDocument } from './contract';
import { StatusPorts } from './ports';
import { printStatus, statusLine } from './print';
import { statusOf } from './status';
import { reasonOf, Unreachable } from '../access/readings';
import { columnsOf, linesOn, Output, paintFor } from '../terminal/terminal';

/** The exit codes of `status`. */
const REACHED = 0;
const STOPPED = 1;
const ON_ITS_WAY = 2;

/** How often a watch looks; a call of a run takes seconds. */
const LOOK_MILLISECONDS = 3000;
/** So many looks in a row may come to nothing: a network has its moments. */
const MOST_FAILURES = 5;

export interface WatchOptions {
  readonly json: boolean;
  readonly watch: boolean;
  readonly timeoutSeconds?: number;
}

export interface WatchSurroundings {
  readonly out: Output;
  readonly environment: Readonly<Record<string, string | undefined>>;
  now(): number;
  sleep(milliseconds: number): Promise<void>;
}

/** Says how a migration stands, once or until it has come to an end; gives the exit code. */
export async function reportStatus(options: WatchOptions, ports: StatusPorts, surroundings: WatchSurroundings): Promise<number> {
  const { now, sleep } = surroundings;
  const until = options.timeoutSeconds === undefined ? Infinity : now() + options.timeoutSeconds * 1000;
  const screen = screenFor(options, surroundings);
  for (let failures = 0; ;) {
    const status = await look(ports, options.watch && failures < MOST_FAILURES);
    failures = status ? 0 : failures + 1;
    if (status) {
      screen(status);
      if (!options.watch || isOver(status) || now() >= until) {
        return codeOf(status);
      }
    }
    await sleep(Math.max(0, Math.min(LOOK_MILLISECONDS, until - now())));
  }
}

/** Undefined for a look that came to nothing and may be repeated. */
async function look(ports: StatusPorts, mayFail: boolean): Promise<StatusDocument | undefined> {
  try {
    const { cluster, region } = ports;
    const claim = await ports.run();
    return statusOf({ cluster, region, claim, ...claim ? { nodegroups: await ports.nodegroups(), nodes: await ports.nodes() } : {} });
  } catch (error) {
    if (mayFail) {
      return undefined;
    }
    throw error instanceof Unreachable ? error : new Unreachable(`the status of ${ports.cluster} cannot be read: ${reasonOf(error as Error)}`);
  }
}

function isOver({ state }: StatusDocument): boolean {
  return state === 'none' || state === 'abandoned' || state === 'installed' || state === 'arrived' || state === 'stopped';
}

function codeOf({ state }: StatusDocument): number {
  return state === 'arrived' ? REACHED : state === 'stopped' ? STOPPED : ON_ITS_WAY;
}

/** A terminal is drawn again; elsewhere each change is a line, or a document of its own. */
function screenFor({ json, watch }: WatchOptions, { out, environment, now }: WatchSurroundings): (status: StatusDocument) => void {
  let last = '';
  let lines = 0;
  return status => {
    if (json) {
      const text = JSON.stringify(status, undefined, watch ? undefined : 2);
      out.write(text === last ? '' : `${text}\n`);
      last = text;
    } else if (watch && !out.isTTY) {
      const line = statusLine(status);
      out.write(line === last ? '' : `${new Date(now()).toISOString()} ${line}\n`);
      last = line;
    } else {
      const columns = columnsOf(out);
      const text = printStatus(status, paintFor(out, environment), columns, now());
      out.write(`${lines > 0 ? `\u001b[${lines}A\u001b[J` : ''}${text}`);
      lines = linesOn(text, columns);
    }
  };
}
