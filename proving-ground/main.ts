import * as fs from 'fs';
import * as path from 'path';
import { generationsOf, worldsOf } from './arguments';
import { Generation, KARPENTERS } from './parts/karpenter';
import { runWorld } from './phases';
import { KARPENTER_OBJECTS } from './phases/karpenter-objects';
import { inMinutes } from './phases/report';
import { ScenarioName } from './phases/scenarios';
import { callTable, guideTable, summaryOf } from './phases/summary';
import { exitWith, logTo, playWorld, prepareRun } from './run';
import { SideBySide, usualMinutes } from './side-by-side';

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
  const log = logTo(console.log);
  const generations = generationsOf(names);
  const runDir = await prepareRun(generations, log);
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

const [first, name, runDir, brief] = process.argv.slice(2);
exitWith(first === INSIDE
  ? playWorld(runDir, brief !== undefined, context => runWorld(name as ScenarioName, context))
  : outside(process.argv.slice(2)));
