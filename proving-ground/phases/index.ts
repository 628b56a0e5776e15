import * as fs from 'fs';
import { endBurst } from './burst';
import { PhaseFailed, Report } from './report';
import { sabotage, SABOTAGES } from './sabotage';
import { failingCreation, abandoned, core, EXAMPLE, install, installedFrom, refusedRemoval, removal, takeBefore, updates } from './scenario';
import { expectEqual } from './until';
import { createWorld, World } from './world';
import { RunContext } from '../machine/run-context';

const ABOUT = {
  controlPlane: 'Kubernetes 1.30.14, which EKS reports as 1.27 here, as the clusters of the guide had',
  karpenter: '0.29.2, built from its published source',
  aws: 'moto 5.2.5 and ministack 1.5.33 behind a gateway that evaluates IAM',
};

/** Runs the phases and gives the exit code. */
export async function runPhases(context: RunContext): Promise<number> {
  const { args, runDir } = context;
  const unknown = args.filter(arg => arg !== '--sabotage');
  if (unknown.length > 0) {
    throw new Error(`unknown argument ${unknown.join(' ')}: npm run prove [-- --sabotage]`);
  }
  const sabotaged = args.includes('--sabotage');
  const report = new Report(runDir, sabotaged ? 3 + SABOTAGES.length : 9, ABOUT);
  let world: World | undefined;
  try {
    world = await report.phase('a customer\'s account and cluster', 60, () => createWorld(context));
    await (sabotaged ? sabotageScenario(world, report) : fullScenario(world, report));
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

async function fullScenario(world: World, report: Report): Promise<void> {
  const before = await report.phase('cdk bootstrap', 20, async () => {
    await bootstrap(world);
    return takeBefore(world);
  });
  await report.phase('a creation that fails', 150, () => failingCreation(world, report, before));
  const installed = await report.phase('cdk deploy, stage INSTALL', 120, () => install(world, report, before));
  await report.phase('Karpenter at work', 90, async () => { await core(world, report, installed); });
  await report.phase('deploying again', 60, () => updates(world, report));
  await report.phase('stage REMOVED with a living node', 30, () => refusedRemoval(world, report));
  await report.phase('stage REMOVED, and cdk destroy', 90, () => removal(world, report, before));
  await report.phase('abandoned and taken over', 300, () => abandoned(world, report, before));
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
