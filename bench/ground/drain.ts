import * as os from 'os';
import { callsOf } from './callers';
import { DrainFigures, drainFigures } from './drain-figures';
import { nodesToDrain } from './order';
import { Person } from './person';
import { linesAbout, requestsOf } from './requests';
import { ADMINISTRATOR } from '../../proving-ground/cluster/audit';
import { KubeObject } from '../../proving-ground/cluster/kube';
import { sleep } from '../../proving-ground/cluster/processes';
import { expectEqual, until } from '../../proving-ground/cluster/until';
import { allPodsReady } from '../../proving-ground/customer/customer';
import { NODE_MANAGER } from '../../proving-ground/nodes/nodegroup-draining';
import { auditReport } from '../../proving-ground/observe/audit-events';
import { AuditLog } from '../../proving-ground/observe/audit-log';
import { Generation } from '../../proving-ground/parts/karpenter';
import { karpenterNodes } from '../../proving-ground/phases/burst';
import { untilRun } from '../../proving-ground/phases/drain/run';
import { nodegroups } from '../../proving-ground/phases/drain/scale-down';
import { VARIANT } from '../../proving-ground/phases/karpenter-objects';
import { karpenterPods } from '../../proving-ground/phases/karpenter-pods';
import { RunContext } from '../../proving-ground/phases/run-context';
import { createWorld, World } from '../../proving-ground/phases/world';
import { placeholderName } from '../../src/workflow/draining/placeholders/names';

/** EKS' quarter of an hour, 0.4 times as long, as state machines wait in the proving ground. */
export const EKS_LIMIT_SECONDS = 360;
/** How long a budget allows nothing: longer than EKS waits. */
export const BUDGET_SECONDS = 420;
const BUDGET = '/apis/policy/v1/namespaces/shop/poddisruptionbudgets/frontend';
const LONGEST_SECONDS = 2400;

/** How nodes are drained: gives the promise of its last command. */
type Drain = (world: World, context: RunContext) => Promise<() => Promise<unknown>>;

/** By this library, with some things changed. */
function byUs(app: (world: World) => string, variant = ''): Drain {
  return async world => async () => {
    expectEqual('exit code', (await world.cdk.deploy(app(world), { stage: 'SCALE_DOWN', variant })).code, 0);
    await untilRun(world, 'the run arrives', LONGEST_SECONDS, ({ stage, outcome }) => stage === 'SCALE_DOWN' && outcome === 'arrived');
  };
}

export const WAYS = {
  'ours': byUs(({ karpenter }) => karpenter.example),
  'quarter': byUs(() => VARIANT, 'quarter'),
  'room-first': byUs(() => VARIANT, 'quarter,roomfirst'),
  'one-by-one': async (world, context) => {
    const person = await Person.atWork(context, world);
    const homes = (await karpenterPods(world)).map(({ spec }) => spec.nodeName);
    const nodes = nodesToDrain(await world.kube.list('/api/v1/nodes'), homes);
    return () => person.run('drain-one-by-one.sh', { NODES: nodes.join(' '), NODEGROUPS: 'apps system' });
  },
  'resize': async (world, context) => {
    const person = await Person.atWork(context, world);
    return () => person.run('resize.sh');
  },
} as const satisfies Record<string, Drain>;
export type Way = keyof typeof WAYS;

/** What is drained, and whether a budget is in the way. */
interface Conditions { readonly generation: Generation; readonly obstructed: boolean }

/** By the names of the benches. */
export const CONDITIONS = {
  'drain': { generation: 'v0', obstructed: false },
  'drain-v1': { generation: 'v1', obstructed: false },
  'obstructed': { generation: 'v0', obstructed: true },
} as const satisfies Record<string, Conditions>;
export type DrainBench = keyof typeof CONDITIONS;

/** Drains the node groups of a customer who has cut over, with EKS draining what Auto Scaling ends, and measures it. */
export async function measureDrain(context: RunContext, way: Way, { generation, obstructed }: Conditions): Promise<DrainFigures> {
  const log = context.headline;
  const [load] = os.loadavg();
  const world = await createWorld(context, { generation, corednsAddon: {}, drainingSeconds: EKS_LIMIT_SECONDS });
  try {
    expectEqual('exit code of cdk bootstrap', (await world.cdk.bootstrap()).code, 0);
    expectEqual('exit code of INSTALL', (await world.cdk.deploy(world.karpenter.example)).code, 0);
    expectEqual('exit code of CUT_OVER', (await world.cdk.deploy(world.karpenter.example, { stage: 'CUT_OVER' })).code, 0);
    await allPodsReady(world.kube, 120);
    await until('the node of the canary is gone', 120, async () => (await karpenterNodes(world)).length === 0);
    const drain = await WAYS[way](world, context);
    log('everything is cut over; the drain begins');
    const from = Date.now();
    const commands = drain().then(() => (Date.now() - from) / 1000);
    const [commandSeconds] = await Promise.all([commands, obstructed ? budgetInTheWay(world, log) : undefined]);
    log(`the last command came back after ${commandSeconds.toFixed(0)} s`);
    await settled(world);
    const end = Date.now();
    log(`everything is Ready after ${((end - from) / 1000).toFixed(0)} s`);
    return await figuresBetween(world, { from, end, commandSeconds, load });
  } finally {
    await world.stop();
  }
}

/** Somebody raises what a budget demands to all of its pods as soon as the first node is cordoned, and takes it back later. */
async function budgetInTheWay({ kube }: World, log: (line: string) => void): Promise<void> {
  await until('a node of a node group is cordoned', 600, async () =>
    (await kube.list('/api/v1/nodes?labelSelector=eks.amazonaws.com%2Fnodegroup')).some(({ spec }) => spec.unschedulable));
  const { minAvailable } = (await kube.get(BUDGET)).spec;
  await kube.patch(BUDGET, { spec: { minAvailable: '100%' } });
  log('the budget of frontend allows nothing any more');
  await sleep(BUDGET_SECONDS * 1000);
  await kube.patch(BUDGET, { spec: { minAvailable } });
  log('the budget of frontend is as before');
}

/** Node groups have their sizes, and everything runs, on nodes that are there. */
async function settled(world: World): Promise<void> {
  await until('node groups have their sizes', LONGEST_SECONDS, async () => {
    const groups = await nodegroups(world);
    const total = groups.reduce((sum, { desired }) => sum + desired, 0);
    const nodes = await world.kube.list('/api/v1/nodes?labelSelector=eks.amazonaws.com%2Fnodegroup');
    return groups.every(({ status, instances, desired }) => status === 'ACTIVE' && instances === desired) && nodes.length === total && total < world.nodes;
  });
  await allPodsReady(world.kube, LONGEST_SECONDS, world.karpenter.disruptionTaint);
}

interface Drained { readonly from: number; readonly end: number; readonly commandSeconds: number; readonly load: number }

async function figuresBetween(world: World, { from, end, commandSeconds, load }: Drained): Promise<DrainFigures> {
  const events = new AuditLog(world.auditLog).between(from, end);
  return drainFigures({
    load,
    commandSeconds,
    disruption: world.observers.observe(from, end).disruption,
    audits: [ADMINISTRATOR, NODE_MANAGER].map(user => auditReport(events, user, [])),
    karpenter: auditReport(events, `system:serviceaccount:${world.karpenter.namespace}:karpenter`, []),
    preempted: (await world.kube.list('/api/v1/events')).filter(event => event.reason === 'Preempted' && !isPlaceholder(event) && timeOf(event) >= from).length,
    aws: callsOf(world.aws.calls, from, end),
    kubernetes: requestsOf(await linesAbout(world.auditLog, ADMINISTRATOR), ADMINISTRATOR, from, end),
  });
}

/** Those are there to be taken away. */
function isPlaceholder({ involvedObject: { name } }: KubeObject): boolean {
  return name.startsWith(placeholderName(''));
}

function timeOf({ lastTimestamp, eventTime, metadata }: KubeObject): number {
  return Date.parse(lastTimestamp ?? eventTime ?? metadata.creationTimestamp);
}
