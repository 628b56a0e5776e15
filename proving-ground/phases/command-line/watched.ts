import * as fs from 'fs';
import * as path from 'path';
import { runCommand, start } from './command';
import { Planned } from './planned';
import { hasTerminal, Terminal } from './terminal';
import type { PlanDocument } from '../../../src/cli/plan/contract';
import type { StatusDocument } from '../../../src/cli/status/contract';
import { expectEqual } from '../../cluster/until';
import { allPodsReady } from '../../customer/customer';
import { expectUndisturbed } from '../drain/evidence';
import { Report } from '../report';
import { CLUSTER_NAME, World } from '../world';

/** The node group of the shop, and the one that takes Karpenter. */
const EMPTIED = 'apps';
const HOSTS = 'system';
const STATUS = ['status', '--cluster', CLUSTER_NAME];

/** The app that a plan printed is deployed as it is, stage after stage, and does what the plan said. */
export async function installPlanned(world: World, report: Report, runDir: string, { app, plan, reader }: Planned): Promise<void> {
  await report.check({ step: 'Deploy Karpenter', shows: 'seen', name: 'cdk deploy of the printed app installs Karpenter with the proposed pools' }, async () => {
    const { code, seconds } = await world.cdk.deploy(app);
    expectEqual('exit code', code, 0);
    const pools = (await world.kube.list(world.karpenter.pools)).map(({ metadata }) => metadata.name);
    expectEqual('pools', [...pools].sort(), plan.pools!.pools.map(({ name }) => name).sort());
    return `${seconds} s: ${pools.join(', ')}`;
  });
  await report.check({ step: 'Deploy Karpenter', shows: 'seen', name: 'status says that the stage is reached, with exit code 0' }, async () => {
    const { code, out } = await runCommand(world, runDir, STATUS, reader);
    expectEqual('exit code', code, 0);
    return out.split('\n')[0];
  });
  await report.check({ step: 'Deploy Karpenter', shows: 'seen', name: 'with --kubeconfig the cluster is asked as that file says' }, async () => {
    const kubeconfig = path.join(runDir, CLUSTER_NAME, 'pki', 'admin.kubeconfig');
    const { code, out } = await runCommand(world, runDir, [...STATUS, '--kubeconfig', kubeconfig], reader);
    expectEqual('exit code', code, 0);
    const missing = await runCommand(world, runDir, [...STATUS, '--kubeconfig', `${kubeconfig}.none`], reader);
    expectEqual('exit code and lines without the file', [missing.code, missing.err.trim().split('\n').length], [3, 1]);
    return `${out.split('\n')[0]}; ${missing.err.trim()}`;
  });
  await report.check({ step: 'Remove CAS', shows: 'seen', name: 'cdk deploy of the printed app reaches CUT_OVER' }, async () => {
    const { code, seconds } = await world.cdk.deploy(app, { stage: 'CUT_OVER' });
    expectEqual('exit code', code, 0);
    return `${seconds} s`;
  });
}

/** A plan right before a drain against the drain itself, which `status -w` watches. */
export async function drainAsPlanned(world: World, report: Report, runDir: string, { app, reader }: Planned): Promise<void> {
  const { out } = await runCommand(world, runDir, ['plan', '--cluster', CLUSTER_NAME, '--release', world.karpenter.generation, '--json'], reader);
  fs.writeFileSync(path.join(runDir, 'plan-of-drain.json'), out);
  const { scaleDown, findings }: PlanDocument = JSON.parse(out);
  const from = world.observers.mark('SCALE_DOWN');
  const deployment = world.cdk.deploy(app, { stage: 'SCALE_DOWN' });
  // Whoever looks before the deployment has begun its run would see the stage before.
  await report.check({ step: 'Scale node groups down', shows: 'seen', name: 'status -w follows the drain, a line for each change, and ends with exit code 0' }, async () => {
    await started(world, runDir, reader);
    const watch = start(world, runDir, [...STATUS, '-w', '--timeout', '30m'], reader);
    const terminal = hasTerminal() ? await inTerminal(world, runDir, reader) : undefined;
    const { code, out: lines } = await watch.ended;
    await terminal?.ended;
    fs.writeFileSync(path.join(runDir, 'status.log'), lines);
    expectEqual('exit code', code, 0);
    const bars = [...new Set([...lines.matchAll(/ (\d+) of (\d+) nodes/g)].map(([, done]) => Number(done)))];
    if (bars.length < 4 || bars.some((done, index) => index > 0 && done < bars[index - 1])) {
      throw new Error(`the counts of nodes that had gone were ${bars.join(', ')}`);
    }
    return `${lines.trim().split('\n').length} lines, ${bars.join(', ')} nodes gone; the last: ${lines.trim().split('\n').pop()}`;
  });
  await report.check({ step: 'Scale node groups down', shows: 'seen', name: 'cdk deploy reaches stage SCALE_DOWN' }, async () => {
    const { code, seconds } = await deployment;
    expectEqual('exit code', code, 0);
    return `${seconds} s`;
  });
  const seen = world.observers.observe(from);
  await report.check({ step: 'Scale node groups down', shows: 'seen', name: 'the nodes that went are the ones that the plan named, in as many evictions' }, async () => {
    const gone = seen.disruption.nodesGone.filter(({ home }) => home === 'nodegroup').map(({ name }) => name);
    expectEqual('nodes that went', [...gone].sort(), scaleDown!.goes.map(({ name }) => name).sort());
    const { granted } = seen.audit;
    const off = Math.abs(granted.length - scaleDown!.evictions);
    // Pods of Jobs come and go meanwhile.
    if (off > Math.ceil(scaleDown!.evictions * 0.1)) {
      throw new Error(`${granted.length} evictions, and the plan said ${scaleDown!.evictions}`);
    }
    return `${gone.length} nodes, ${granted.length} evictions of ${scaleDown!.evictions} planned`;
  });
  await report.check({ step: 'Scale node groups down', shows: 'seen', name: 'nothing stopped the drain that the plan had not named, and nothing was disturbed' }, async () => {
    expectEqual('what stops', findings.filter(({ stops }) => stops).map(({ check }) => check), []);
    return expectUndisturbed(seen, { evictionsOfAPod: 1, limits: true });
  });
}

/** The pools that a plan proposed carry all that a node group carried: it can do without a node. */
export async function drainToZero(world: World, report: Report, runDir: string, { app }: Planned): Promise<void> {
  const emptied = path.join(runDir, 'planned-app-to-zero.ts');
  fs.writeFileSync(emptied, fs.readFileSync(app, 'utf8')
    .replace('MigrationStage,', 'MigrationStage, NodegroupTarget,')
    .replace('  stage: app', `  scaleDown: { targets: [NodegroupTarget.of('${EMPTIED}', 0), NodegroupTarget.of('${HOSTS}', 2)] },\n  stage: app`));
  await report.check({ step: 'Scale node groups down', shows: 'undone', name: 'the printed app brings node groups back' }, async () => {
    const { code, seconds } = await world.cdk.deploy(app);
    expectEqual('exit code', code, 0);
    return `${seconds} s`;
  });
  const from = world.observers.mark('to zero');
  await report.check({ step: 'Scale node groups down', shows: 'seen', name: 'a node group goes to zero nodes, and all of its workloads run on the proposed pools' }, async () => {
    const { code, seconds } = await world.cdk.deploy(emptied, { stage: 'SCALE_DOWN' });
    expectEqual('exit code', code, 0);
    const left = await world.kube.list(`/api/v1/nodes?labelSelector=${encodeURIComponent(`eks.amazonaws.com/nodegroup=${EMPTIED}`)}`);
    expectEqual('nodes of the group', left.map(({ metadata }) => metadata.name), []);
    await allPodsReady(world.kube, 180, world.karpenter.disruptionTaint);
    // Karpenter consolidates what came back with the node groups until the stage holds it, as its pools ask for.
    return `${seconds} s: ${expectUndisturbed(world.observers.observe(from), { evictionsOfAPod: 1, byUs: true })}`;
  });
}

/** The same in a terminal, where one screen is drawn again and again; the picture of it is the README's. */
async function inTerminal(world: World, runDir: string, reader: Readonly<Record<string, string>>): Promise<{ readonly ended: Promise<void> }> {
  const terminal = new Terminal(runDir);
  await terminal.start(world, [...STATUS, '-w'], reader);
  const ended = (async () => {
    try {
      const halfway = await terminal.until(/[5-9] of \d+ nodes/, 900);
      terminal.draw(halfway, 'status.svg', `npx cdk-karpenter-migration ${STATUS.join(' ')} -w`);
      const last = await terminal.until(/has reached SCALE_DOWN/, 900);
      expectEqual('headlines on the screen', last.split('Karpenter/Migration').length - 1, 1);
    } finally {
      await terminal.stop();
    }
  })();
  // Who waits for it later hears of its failure then.
  ended.catch(() => undefined);
  return { ended };
}

async function started(world: World, runDir: string, reader: Readonly<Record<string, string>>): Promise<void> {
  for (let looks = 0; looks < 60; looks += 1) {
    const { out } = await runCommand(world, runDir, [...STATUS, '--json'], reader);
    const { stage, state }: StatusDocument = JSON.parse(out);
    if (stage === 'SCALE_DOWN' && state !== 'arrived') {
      return;
    }
  }
  throw new Error('no run to SCALE_DOWN was seen');
}
