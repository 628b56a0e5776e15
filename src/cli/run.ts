import { Readings, Unreachable } from './access/readings';
import { rightsText } from './access/rights';
import { parseCommand, PlanCommand, StatusCommand, UsageError } from './arguments';
import { helpText } from './help';
import { PlanDocument } from './plan/contract';
import { printPlan } from './plan/print';
import { StatusPorts } from './status/ports';
import { reportStatus, WatchSurroundings } from './status/watch';
import { Spinner } from './terminal/spinner';
import { columnsOf, Output, paintFor } from './terminal/terminal';

/** The exit codes of a command line that makes no sense, as BSD has it, and of what nobody foresaw, as its `sysexits` have it too. */
const USAGE = 64;
const SOFTWARE = 70;
/** Of `plan`. */
const READY = 0;
const STOPPED = 1;
const UNREADABLE = 2;

/** Everything outside of the command. */
export interface Surroundings extends WatchSurroundings {
  readonly err: Output;
  readonly version: string;
  /** Gives what makes the plan. */
  openPlan(command: PlanCommand): Promise<(readings: Readings) => Promise<PlanDocument>>;
  openStatus(command: StatusCommand): Promise<StatusPorts>;
}

/** Runs a command line, and gives the exit code. */
export async function run(argv: readonly string[], surroundings: Surroundings): Promise<number> {
  const { out, err, environment } = surroundings;
  const isJson = argv.includes('--json');
  const failing = (code: number, message: string) => {
    err.write(`${paintFor(err, environment)('red', 'error:')} ${message}\n`);
    return code;
  };
  try {
    const command = parseCommand(argv);
    switch (command.name) {
      case 'help':
        out.write(`${helpText(command.about)}\n`);
        return READY;
      case 'version':
        out.write(`${surroundings.version}\n`);
        return READY;
      case 'plan':
        return await plan(command, surroundings);
      case 'status':
        return await reportStatus(command, await surroundings.openStatus(command), surroundings);
    }
  } catch (error) {
    const { name, message } = error as Error;
    if (error instanceof UsageError) {
      return failing(USAGE, message);
    }
    if (error instanceof Unreachable) {
      return failing(argv[0] === 'status' ? UNREADABLE + 1 : UNREADABLE, message);
    }
    return failing(SOFTWARE, `${name}: ${message.split('\n')[0]}${isJson ? '' : ' (this is a fault of the tool: set DEBUG=1 for its place)'}`
      + (environment.DEBUG ? `\n${(error as Error).stack}` : ''));
  }
}

async function plan(command: PlanCommand, surroundings: Surroundings): Promise<number> {
  const { out, err, environment } = surroundings;
  if (command.rights) {
    out.write(`${rightsText(command.cluster)}\n`);
    return READY;
  }
  const spinner = new Spinner(err);
  try {
    spinner.says('asking AWS who you are');
    const makePlan = await surroundings.openPlan(command);
    const document = await makePlan(new Readings(text => spinner.says(text)));
    spinner.ends();
    out.write(command.json ? `${JSON.stringify(document, undefined, 2)}\n` : printPlan(document, paintFor(out, environment), columnsOf(out)));
    if (document.ready) {
      return READY;
    }
    return !document.release || document.findings.some(({ stops }) => stops !== undefined) ? STOPPED : UNREADABLE;
  } finally {
    spinner.ends();
  }
}
