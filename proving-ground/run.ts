import * as fs from 'fs';
import * as path from 'path';
import { bundle } from '../projenrc/bundle';
import { isolateNetwork } from './cluster/network';
import { Processes } from './cluster/processes';
import { examine } from './doctor';
import { Generation } from './parts/karpenter';
import { Log } from './parts/log';
import { Parts, prepareParts } from './parts/parts';
import { RunContext } from './phases/run-context';
import { TIME_LIMIT_MINUTES } from './side-by-side';

export const REGION = 'us-east-1';
const RUNS = path.join(__dirname, 'runs');
const PARTS_FILE = 'parts.json';

/** Checks the machine and builds what is missing; gives the folder of a new run, in which each world gets one of its own. */
export async function prepareRun(generations: readonly Generation[], log: Log): Promise<string> {
  await examine();
  log(bundle() ? 'bundled the functions' : 'the functions are bundled already');
  const parts = await prepareParts(generations, log);
  const runDir = createRunDir();
  fs.writeFileSync(path.join(runDir, PARTS_FILE), JSON.stringify(parts, null, 2));
  return runDir;
}

/** What was built for a run. */
export function partsOf(runDir: string): Parts {
  return JSON.parse(fs.readFileSync(path.join(runDir, PARTS_FILE), 'utf8'));
}

/**
 * Plays a world in the namespaces that this process was started in; whatever happens, all its processes end before this returns.
 *
 * @param runDir the world's own folder
 * @param brief says headlines only, where worlds run side by side
 */
export async function playWorld(runDir: string, brief: boolean, play: (context: RunContext) => Promise<number>): Promise<number> {
  const detail = logTo(line => fs.appendFileSync(path.join(runDir, 'progress.log'), `${line}\n`));
  const aloud = (line: string) => {
    console.log(line);
    detail(line);
  };
  const parts = partsOf(path.dirname(runDir));
  const stop = new AbortController();
  const processes = new Processes(path.join(runDir, 'logs'), error => stop.abort(error));
  process.on('SIGINT', () => stop.abort(new Error('interrupted')));
  process.on('SIGTERM', () => stop.abort(new Error('told to stop')));
  const timer = setTimeout(() => stop.abort(new Error(`not done within ${TIME_LIMIT_MINUTES} min`)), TIME_LIMIT_MINUTES * 60_000);
  try {
    await isolateNetwork(path.join(runDir, 'hosts'), REGION);
    // Phases need not look at the signal: what they wait for never comes once the processes are gone.
    return await Promise.race([
      play({ parts, processes, runDir, region: REGION, signal: stop.signal, headline: aloud, detail: brief ? detail : aloud }),
      new Promise<never>((_, reject) => stop.signal.addEventListener('abort', () => reject(stop.signal.reason))),
    ]);
  } finally {
    clearTimeout(timer);
    stop.abort(new Error('the run is over'));
    detail('stopping everything');
    await processes.stopAll();
  }
}

/** Ends this process with the code that its work gives, or with 1 after an error that it says. */
export function exitWith(work: Promise<number>): void {
  void work
    .catch(error => {
      console.error(error.stack ?? error);
      return 1;
    })
    // What still waits for an answer of a process that is gone must not keep this one alive.
    .then(code => process.exit(code));
}

export function logTo(write: (line: string) => void): Log {
  return line => write(`${new Date().toISOString().slice(11, 19)} ${line}`);
}

function createRunDir(): string {
  const name = new Date().toISOString().replace(/[:.]/g, '-').slice(0, 19);
  const runDir = path.join(RUNS, name);
  fs.mkdirSync(runDir, { recursive: true });
  const latest = path.join(RUNS, 'latest');
  fs.rmSync(latest, { force: true });
  fs.symlinkSync(name, latest);
  return runDir;
}
