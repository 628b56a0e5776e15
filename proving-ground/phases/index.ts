import * as fs from 'fs';
import * as path from 'path';
import { endBurst } from './burst';
import { cutOver } from './drain/cut-over';
import { destroyedAndTakenOver, failedLowering, ownerChangesSizes, stormyDrain } from './drain/mid-drain';
import { DRAIN_SABOTAGES, sabotageDrain } from './drain/sabotage';
import { budgetsWereTested, scaleDown } from './drain/scale-down';
import { takeWaypoint, wayBack } from './drain/way-back';
import { PhaseFailed, Report } from './report';
import { sabotage, SABOTAGES } from './sabotage';
import { Before, blockedRemoval, core, EXAMPLE, failingCreation, install, installedFrom, removal, takeBefore, updates } from './scenario';
import { createWorld, World } from './world';
import { RunContext } from '../cluster/run-context';
import { expectEqual } from '../cluster/until';

/** Odd to look at, so that it is seen to come back exactly. */
const COREDNS_VALUES = ' {"replicaCount": 2}';

const ABOUT = {
  controlPlane: 'Kubernetes 1.30.14, which EKS reports as 1.27 here, as the clusters of the guide had',
  karpenter: '0.29.2, built from its published source',
  aws: 'moto 5.2.5 and ministack 1.5.33 behind a gateway that evaluates IAM',
};

/** Runs the phases and gives the exit code. */
export async function runPhases(context: RunContext): Promise<number> {
  const { args, runDir } = context;
  const unknown = args.filter(arg => !['--sabotage', '--drain'].includes(arg));
  if (unknown.length > 0) {
    throw new Error(`unknown argument ${unknown.join(' ')}: npm run prove [-- --sabotage | --drain]`);
  }
  const sabotaged = args.includes('--sabotage');
  const phases = sabotaged ? 3 + SABOTAGES.length + DRAIN_SABOTAGES.length : PHASES_THERE_AND_BACK + (args.includes('--drain') ? 3 : 7);
  const report = new Report(runDir, phases, ABOUT);
  let world: World | undefined;
  try {
    world = await report.phase('a customer\'s account and cluster', 60, () => createWorld(context, { corednsAddon: { configurationValues: COREDNS_VALUES } }));
    await (sabotaged ? sabotageScenario(world, report) : args.includes('--drain') ? drainScenario(world, report, runDir) : fullScenario(world, report, runDir));
  } catch (error) {
    if (!(error instanceof PhaseFailed)) {
      throw error;
    }
    console.log(`${error.message}; logs are in ${runDir}`);
  } finally {
    await world?.stop();
    if (world) {
      report.write({ calls: callsByPrincipal(world), largestResponse: Math.max(0, ...world.aws.customResourceResponses.map(r => r.bytes)) });
    }
  }
  if (!sabotaged) {
    console.log(`\n${report.table()}`);
  }
  console.log(`\nreport: ${fs.realpathSync(runDir)}/report.json\n${report.passed} passed, ${report.failed} failed`);
  return report.failed === 0 ? 0 : 1;
}

async function fullScenario(world: World, report: Report, runDir: string): Promise<void> {
  const before = await report.phase('cdk bootstrap', 20, async () => {
    await bootstrap(world);
    return takeBefore(world);
  });
  await report.phase('a creation that fails', 150, () => failingCreation(world, report, before));
  const installed = await report.phase('cdk deploy, stage INSTALL', 120, () => install(world, report, before));
  await report.phase('Karpenter at work', 90, async () => { await core(world, report, installed); });
  await report.phase('deploying again', 120, () => updates(world, report));
  await report.phase('stage REMOVED with a budget in the way', 240, async () => {
    await blockedRemoval(world, report);
    await endBurst(world);
    const run = await world.cdk.deploy(EXAMPLE);
    expectEqual('exit code', run.code, 0);
  });
  await thereAndBack(world, report, runDir, before);
}

/** The second half of the guide alone. */
async function drainScenario(world: World, report: Report, runDir: string): Promise<void> {
  const before = await report.phase('cdk bootstrap', 20, async () => {
    await bootstrap(world);
    return takeBefore(world);
  });
  await report.phase('cdk deploy, stage INSTALL', 120, () => install(world, report, before));
  await thereAndBack(world, report, runDir, before);
}

const PHASES_THERE_AND_BACK = 7;

/** INSTALL → CUT_OVER → SCALE_DOWN → INSTALL, drains that are interrupted in every way, SCALE_DOWN → REMOVED → destroy. */
async function thereAndBack(world: World, report: Report, runDir: string, before: Before): Promise<void> {
  const from = world.observers.mark('INSTALL');
  const waypoint = await takeWaypoint(world);
  await report.phase('stage CUT_OVER', 90, () => cutOver(world, report));
  await report.phase('stage SCALE_DOWN, with a budget and somebody\'s GitOps in the way', 600, () => scaleDown(world, report, runDir));
  await report.phase('back to stage INSTALL', 180, () => wayBack(world, report, waypoint));
  world.observers.draw(path.join(runDir, 'pods.svg'), 'Pods of a cluster of twelve nodes, on the way to Karpenter and back', from);
  await ownerChangesSizes(world, 2);
  const changed = await takeWaypoint(world);
  await report.phase('a drain that is lowered, by a deployment that fails', 420, () => failedLowering(world, report, changed));
  await ownerChangesSizes(world, -2);
  await report.phase('a drain in a storm', 480, () => stormyDrain(world, report));
  await report.phase('stage REMOVED from there, and cdk destroy', 480, async () => {
    await removal(world, report, before);
    await budgetsWereTested(world, report, from);
  });
  await report.phase('a stack that is destroyed in mid-drain, and taken over', 480, () => destroyedAndTakenOver(world, report, before.cluster));
}

async function sabotageScenario(world: World, report: Report): Promise<void> {
  const installed = await report.phase('cdk bootstrap, and cdk deploy, stage INSTALL', 140, async () => {
    await bootstrap(world);
    const run = await world.cdk.deploy(EXAMPLE);
    expectEqual('exit code', run.code, 0);
    return installedFrom(world.cdk.outputs());
  });
  await report.phase('nothing is broken', 90, async () => {
    await core(world, report, installed);
    await endBurst(world);
  });
  for (const one of SABOTAGES) {
    await report.phase(one.what, 90, () => sabotage(world, report, installed, one));
  }
  for (const one of DRAIN_SABOTAGES) {
    await report.phase(one.what, 30, () => sabotageDrain(world, report, one));
  }
}

async function bootstrap(world: World): Promise<void> {
  const run = await world.cdk.bootstrap();
  if (run.code !== 0) {
    throw new Error(`cdk bootstrap failed: ${run.output.slice(-2000)}`);
  }
}

/** How often which role called what, for the report. */
function callsByPrincipal(world: World): Record<string, Record<string, number>> {
  const calls: Record<string, Record<string, number>> = {};
  for (const { principal, service, action } of world.aws.calls) {
    const of = calls[principal] ??= {};
    of[`${service}:${action}`] = (of[`${service}:${action}`] ?? 0) + 1;
  }
  return calls;
}
