import * as fs from 'fs';
import * as path from 'path';
import { generationsOf, worldsOf } from './arguments';
import { bundle } from '../projenrc/bundle';
import { isolateNetwork } from './cluster/network';
import { Processes } from './cluster/processes';
import { examine } from './doctor';
import { Generation, KARPENTERS } from './parts/karpenter';
import { Log } from './parts/log';
import { Parts, prepareParts } from './parts/parts';
import { runWorld } from './phases';
import { KARPENTER_OBJECTS } from './phases/karpenter-objects';
import { inMinutes } from './phases/report';
import { ScenarioName } from './phases/scenarios';
import { callTable, guideTable, summaryOf } from './phases/summary';
import { SideBySide, TIME_LIMIT_MINUTES, usualMinutes } from './side-by-side';

const REGION = 'us-east-1';
const RUNS = path.join(__dirname, 'runs');
const PARTS_FILE = 'parts.json';
const INSIDE = '--inside';

/** What the worlds of some generations run on. */
function about(generations: readonly Generation[]): Record<string, string> {
  const reported = generations.map(generation => `${KARPENTER_OBJECTS[generation].kubernetesVersion} in worlds of ${generation}`);
  return {
    controlPlane: `Kubernetes 1.30.14, which EKS reports as ${reported.join(' and as ')}`,
    karpenter: `${generations.map(generation => KARPENTERS[generation].version).join(' and ')}, built from published source`,
    aws: 'moto 5.2.5 and ministack 1.5.33 behind a gateway that evaluates IAM',
  };
}

/** Checks the machine, builds what is missing, runs the worlds, and sums up what they saw. */
async function outside(args: readonly string[]): Promise<number> {
  const names = worldsOf(args);
  await examine();
  const log = logTo(console.log);
  log(bundle() ? 'bundled the functions' : 'the functions are bundled already');
  const generations = generationsOf(names);
  const parts = await prepareParts(generations, log);
  const runDir = createRunDir();
  fs.writeFileSync(path.join(runDir, PARTS_FILE), JSON.stringify(parts, null, 2));
  log(`${names.length === 1 ? `the world "${names[0]}"` : `${names.length} worlds`}, usually ${usualMinutes(names)} min; records and logs are in ${runDir}`);

  const started = Date.now();
  const worlds = new SideBySide([process.execPath, ...process.execArgv, __filename, INSIDE], runDir, log);
  process.on('SIGINT', () => worlds.stop('SIGINT'));
  process.on('SIGTERM', () => worlds.stop('SIGTERM'));
  const endings = await worlds.run(names);
  const summary = summaryOf(about(generations), Math.round((Date.now() - started) / 1000), endings);
  fs.writeFileSync(path.join(runDir, 'report.json'), JSON.stringify(summary, undefined, 2));
  console.log(`\n${guideTable(summary)}\n\n${callTable(summary)}\n`);
  console.log(`${inMinutes(summary.seconds)}, report: ${path.join(runDir, 'report.json')}\n${summary.passed} passed, ${summary.failed} failed`);
  return summary.failed === 0 ? 0 : 1;
}

/** Plays one world, in namespaces of its own; whatever happens, all its processes end before this returns. */
async function inside(name: ScenarioName, runDir: string, brief: boolean): Promise<number> {
  const detail = logTo(line => fs.appendFileSync(path.join(runDir, 'progress.log'), `${line}\n`));
  const aloud = (line: string) => {
    console.log(line);
    detail(line);
  };
  const parts: Parts = JSON.parse(fs.readFileSync(path.join(runDir, '..', PARTS_FILE), 'utf8'));
  const stop = new AbortController();
  const processes = new Processes(path.join(runDir, 'logs'), error => stop.abort(error));
  process.on('SIGINT', () => stop.abort(new Error('interrupted')));
  process.on('SIGTERM', () => stop.abort(new Error('told to stop')));
  const timer = setTimeout(() => stop.abort(new Error(`not done within ${TIME_LIMIT_MINUTES} min`)), TIME_LIMIT_MINUTES * 60_000);
  try {
    await isolateNetwork(path.join(runDir, 'hosts'), REGION);
    // Phases need not look at the signal: what they wait for never comes once the processes are gone.
    return await Promise.race([
      runWorld(name, { parts, processes, runDir, region: REGION, signal: stop.signal, headline: aloud, detail: brief ? detail : aloud }),
      new Promise<never>((_, reject) => stop.signal.addEventListener('abort', () => reject(stop.signal.reason))),
    ]);
  } finally {
    clearTimeout(timer);
    stop.abort(new Error('the run is over'));
    detail('stopping everything');
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
void (first === INSIDE ? inside(rest[0] as ScenarioName, rest[1], rest[2] !== undefined) : outside(process.argv.slice(2)))
  .catch(error => {
    console.error(error.stack ?? error);
    return 1;
  })
  // What still waits for an answer of a process that is gone must not keep this one alive.
  .then(code => process.exit(code));
