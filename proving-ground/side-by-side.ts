import { ChildProcess, spawn } from 'child_process';
import * as fs from 'fs';
import * as os from 'os';
import * as path from 'path';
import { createInterface } from 'readline';
import { namespaceFlags } from './doctor';
import { Log } from './parts/log';
import { WorldReport } from './phases/report';
import { Scenario, ScenarioName, SCENARIOS, usualSeconds } from './phases/scenarios';
import { Ending, inALine } from './phases/summary';

const BYTES_OF_A_WORLD = 4 * 2 ** 30;
/** How long a world may take: the longest one, on a machine that is three times as slow as usual. */
export const TIME_LIMIT_MINUTES = 60;
/** How long a world may tidy up after its time is over. */
const TIDY_UP_SECONDS = 60;

/** Runs worlds in namespaces of their own, the longest first, as many at a time as the machine carries. */
export class SideBySide {
  private readonly children = new Set<ChildProcess>();
  private stopped = false;

  /**
   * @param command what runs one world, given its name and folder
   * @param log told every line of every world, with the world's name before it where there are several
   */
  constructor(private readonly command: readonly string[], private readonly runDir: string, private readonly log: Log) {}

  public async run(names: readonly ScenarioName[]): Promise<Ending[]> {
    const waiting = [...names].sort((a, b) => usualSeconds(SCENARIOS[b]) - usualSeconds(SCENARIOS[a]));
    const width = Math.max(...names.map(name => name.length));
    const endings: Ending[] = [];
    const lane = async () => {
      for (let name = waiting.shift(); name && !this.stopped; name = waiting.shift()) {
        const prefix = names.length > 1 ? `${name.padEnd(width)}  ` : '';
        const its = await this.world(name, names.length > 1, line => this.log(`${prefix}${line}`));
        endings.push(its);
        this.log(`${prefix}${inALine(its)}`);
      }
    };
    await Promise.all(Array.from({ length: Math.min(names.length, worldsAtATime()) }, lane));
    return names.map(name => endings.find(({ world }) => world === name) ?? { world: name, folder: this.runDir, crashed: 'it was not begun' });
  }

  /** Asks all worlds to end. */
  public stop(signal: NodeJS.Signals): void {
    this.stopped = true;
    this.children.forEach(child => end(child, signal));
  }

  private async world(name: ScenarioName, brief: boolean, say: Log): Promise<Ending> {
    const folder = path.join(this.runDir, name);
    fs.mkdirSync(folder);
    const child = spawn('unshare', [...namespaceFlags(), ...this.command, name, folder, ...(brief ? ['brief'] : [])], {
      stdio: ['ignore', 'pipe', 'pipe'], detached: true, env: { ...process.env, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
    });
    this.children.add(child);
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', say);
    }
    const timer = setTimeout(() => end(child, 'SIGKILL'), TIME_LIMIT_MINUTES * 60_000 + TIDY_UP_SECONDS * 1000);
    const how = await new Promise<string>((resolve) => {
      child.once('error', error => resolve(error.message));
      child.once('close', (code, signal) => resolve(signal ?? `exit code ${code}`));
    });
    clearTimeout(timer);
    this.children.delete(child);
    return ending(name, folder, how);
  }
}

function ending(world: ScenarioName, folder: string, how: string): Ending {
  const file = path.join(folder, 'report.json');
  if (!fs.existsSync(file)) {
    return { world, folder, crashed: `it wrote no report (${how})` };
  }
  const report: WorldReport = JSON.parse(fs.readFileSync(file, 'utf8'));
  const wellEnded = report.finished && how === (report.failed === 0 ? 'exit code 0' : 'exit code 1');
  return wellEnded ? { world, folder, report } : { world, folder, report, crashed: `it did not come to its end (${how})` };
}

function end(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) {
    process.kill(-child.pid, signal);
  }
}

function worldsAtATime(): number {
  return Math.max(1, Math.min(os.availableParallelism(), Math.floor(os.totalmem() / BYTES_OF_A_WORLD)));
}

/** How long worlds take together, alone on this machine. */
export function usualMinutes(names: readonly ScenarioName[]): number {
  const seconds = names.map((name): Scenario => SCENARIOS[name]).reduce((sum, scenario) => sum + usualSeconds(scenario), 0);
  return Math.ceil(seconds / Math.min(names.length, worldsAtATime()) / 60);
}
