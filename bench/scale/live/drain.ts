import { randomUUID } from 'crypto';
import { setUp } from './cluster';
import { Call, Found, requestFigures, spreadOf } from './figures';
import { MeteredKubeConfig } from './metered-config.kubernetes';
import { GENERATION, LivePorts } from './ports';
import { ADMINISTRATOR } from '../../../proving-ground/cluster/audit';
import { sleep } from '../../../proving-ground/cluster/processes';
import { auditEvent, auditReport } from '../../../proving-ground/observe/audit-events';
import type { RunContext } from '../../../proving-ground/phases/run-context';
import { LEASE_MILLISECONDS } from '../../../src/workflow/run-record';
import { scaleDownStep } from '../../../src/workflow/scale-down/step';
import { Progress } from '../../../src/workflow/step';
import { linesAbout } from '../../ground/requests';
import { Seconds } from '../cluster';
import { BATCH, configurationOf, PAUSE_SECONDS } from '../drain';
import { Nodegroups, nodeOf } from '../nodegroups';

/** Of progress on the console. */
const SECONDS_BETWEEN_LINES = 15;

/** Drains so many nodes of a cluster with a real control plane, by the step and its own adapters. */
export async function measureLive(context: RunContext, nodes: number, seconds: Seconds): Promise<Found> {
  const begun = Date.now();
  const nodegroups: Nodegroups = new Nodegroups({
    nodes, now: begun, seconds, in: (later, event) => setTimeout(event, later * 1000), ended: id => void cluster.removeNode(nodeOf(id)),
  });
  const cluster = await setUp(context, nodegroups, nodes, seconds);
  const config = new MeteredKubeConfig(await cluster.kubeconfig(ADMINISTRATOR));
  const ports = new LivePorts(config, nodegroups);
  const from = Date.now();
  context.headline(`${nodes} nodes and ${cluster.pods} pods run after ${((from - begun) / 1000).toFixed(0)} s; the drain begins`);
  const calls = await drain(context, ports);
  const until = Date.now();
  const seen = await cluster.end();
  const events = (await linesAbout(cluster.auditLog, ADMINISTRATOR)).flatMap(line => auditEvent(line) ?? []);
  return {
    nodes,
    drained: nodes - nodegroups.instances,
    seconds: (until - from) / 1000,
    setUpSeconds: (from - begun) / 1000,
    calls: calls.length,
    ...requestFigures(auditReport(events, ADMINISTRATOR, [])),
    harmed: seen.harmed.length,
    stranded: seen.stranded.length,
    karpenterNodes: seen.made,
    aws: ports.aws,
    bytes: config.bytes,
    wall: spreadOf(calls.map(({ wallMilliseconds }) => wallMilliseconds)),
    cpu: spreadOf(calls.map(({ cpuMilliseconds }) => cpuMilliseconds)),
  };
}

/** As the state machine does: call after call, each with the lease, until there is nothing left. */
async function drain(context: RunContext, ports: LivePorts): Promise<Call[]> {
  const configuration = configurationOf(BATCH);
  const calls: Call[] = [];
  let said = 0;
  for (;;) {
    const token = randomUUID();
    await ports.runs.enter(GENERATION, { token, until: Date.now() + LEASE_MILLISECONDS }, Date.now());
    const [started, cpu] = [process.hrtime.bigint(), process.cpuUsage()];
    const progress = await scaleDownStep(ports.ofACall(configuration), configuration, { force: false }).apply();
    const { user, system } = process.cpuUsage(cpu);
    calls.push({ wallMilliseconds: Number(process.hrtime.bigint() - started) / 1e6, cpuMilliseconds: (user + system) / 1000 });
    await ports.runs.leave(token, { generation: GENERATION, execution: 'bench', outcome: 'working', says: progress.says });
    if (progress.kind === 'done') {
      return calls;
    }
    if (progress.kind === 'blocked' || Date.now() - said > SECONDS_BETWEEN_LINES * 1000) {
      said = Date.now();
      context.headline(`call ${calls.length}: ${progress.counts?.nodesLeft ?? '?'} nodes left; ${progress.kind}: ${progress.says.slice(0, 150)}`);
    }
    await sleep(waitOf(progress) * 1000);
  }
}

function waitOf(progress: Progress): number {
  return progress.kind === 'working' ? progress.waitSeconds : PAUSE_SECONDS;
}
