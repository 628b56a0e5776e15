import { spawn } from 'child_process';
import * as fs from 'fs';
import * as path from 'path';
import { Log } from './build/log';
import { Parts, prepareParts } from './build/parts';
import { isolateNetwork } from './cluster/network';
import { Processes } from './cluster/processes';
import { examine, namespaceFlags } from './doctor';
import { runPhases } from './phases';

const REGION = 'us-east-1';
const RUNS = path.join(__dirname, 'runs');
const TIME_LIMIT_MINUTES = Number(process.env.PROVING_GROUND_MINUTES ?? 90);
const INSIDE = '--inside';
/** How long the inner process may tidy up after its time is over. */
const TIDY_UP_SECONDS = 60;

/** Checks the machine, builds what is missing, and continues in namespaces of its own. */
async function outside(): Promise<number> {
  await examine();
  const log = logTo(console.log);
  const parts = await prepareParts(log);
  const runDir = createRunDir();
  fs.writeFileSync(path.join(runDir, 'parts.json'), JSON.stringify(parts, null, 2));
  log(`records and logs are in ${runDir}`);

  const child = spawn('unshare', [
    ...namespaceFlags(), process.execPath, ...process.execArgv, __filename, INSIDE, runDir, ...process.argv.slice(2),
  ], { stdio: 'inherit', detached: true, env: process.env });
  const forward = (signal: NodeJS.Signals) => process.kill(-child.pid!, signal);
  process.on('SIGINT', forward);
  process.on('SIGTERM', forward);
  const timer = setTimeout(() => forward('SIGKILL'), TIME_LIMIT_MINUTES * 60_000 + TIDY_UP_SECONDS * 1000);
  const code = await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (exitCode, signal) => resolve(signal ? 1 : exitCode!));
  });
  clearTimeout(timer);
  return code;
}

/** Runs the phases; whatever happens, all processes end before this returns. */
async function inside(runDir: string, args: readonly string[]): Promise<number> {
  const log = logTo(line => {
    console.log(line);
    fs.appendFileSync(path.join(runDir, 'progress.log'), `${line}\n`);
  });
  const parts: Parts = JSON.parse(fs.readFileSync(path.join(runDir, 'parts.json'), 'utf8'));
  const stop = new AbortController();
  const processes = new Processes(path.join(runDir, 'logs'), error => stop.abort(error));
  process.on('SIGINT', () => stop.abort(new Error('interrupted')));
  process.on('SIGTERM', () => stop.abort(new Error('told to stop')));
  const timer = setTimeout(() => stop.abort(new Error(`not done within ${TIME_LIMIT_MINUTES} min`)), TIME_LIMIT_MINUTES * 60_000);
  try {
    await isolateNetwork(path.join(runDir, 'hosts'), REGION);
    // Phases need not look at the signal: what they wait for never comes once the processes are gone.
    return await Promise.race([
      runPhases({ parts, processes, runDir, log, region: REGION, signal: stop.signal, args }),
      new Promise<never>((_, reject) => stop.signal.addEventListener('abort', () => reject(stop.signal.reason))),
    ]);
  } finally {
    clearTimeout(timer);
    stop.abort(new Error('the run is over'));
    log('stopping everything');
    await processes.stopAll();
  }
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

function logTo(write: (line: string) => void): Log {
  return line => write(`${new Date().toISOString().slice(11, 19)} ${line}`);
}

const [first, ...rest] = process.argv.slice(2);
void (first === INSIDE ? inside(rest[0], rest.slice(1)) : outside())
  .catch(error => {
    console.error(error.stack ?? error);
    return 1;
  })
  // What still waits for an answer of a process that is gone must not keep this one alive.
  .then(code => process.exit(code));
