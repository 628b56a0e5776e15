import { EVIDENCE } from './evidence';
import { cordonedWithPods } from './force';
import { Mortality, Write } from './mortality';
import { untilRun } from './run';
import { nodegroups } from './scale-down';
import { wayBack, Waypoint } from './way-back';
import { Moment } from '../../aws';
import { Call } from '../../aws/gateway/call';
import { expectEqual } from '../../cluster/until';
import { allPodsReady } from '../../customer/customer';
import { VARIANT } from '../karpenter-objects';
import { Report } from '../report';
import { World } from '../world';

const STEP = 'Scale node groups down';

const inKubernetes = (method: string, what = '') => (call: Call) =>
  call.service === 'lambda' && call.body.includes(`"Method":"${method}"`) && call.body.includes(what);
const inAws = (service: string, action: string) => (call: Call) => call.service === service && call.action === action;

const EVICTS: Write = { what: 'evicts pods', is: inKubernetes('evict') };
const RESIZES: Write = { what: 'changes the sizes of a group', is: inAws('eks', 'UpdateNodegroupConfig') };
/** Once in the life of a migration: a run that stops leaves it suspended for the next one. */
const SUSPENDS: Write = { what: 'suspends rebalancing', is: inAws('autoscaling', 'SuspendProcesses') };
/** What a drain writes, in its order. */
const WRITES: readonly Write[] = [
  RESIZES,
  { what: 'holds pools back', is: inKubernetes('changePool') },
  { what: 'cordons nodes', is: inKubernetes('patchNodes', '"unschedulable":true') },
  { what: 'begins a batch', is: inKubernetes('patchNodes', 'cdk-karpenter-migration/draining') },
  EVICTS,
  { what: 'ends an instance', is: inAws('autoscaling', 'TerminateInstanceInAutoScalingGroup') },
  { what: 'resumes rebalancing', is: inAws('autoscaling', 'ResumeProcesses') },
];
const WRITES_OF_THE_WAY_BACK: readonly Write[] = [RESIZES, { what: 'drops a record', is: inAws('eks', 'UntagResource') }];

/** Two calls die when they suspend, then every call that evicts: the run goes on after the former, and stops safely when patience with the latter is over. */
export async function diesForEver(world: World, report: Report): Promise<void> {
  await report.check({ step: STEP, shows: 'survives', name: 'a function that dies in each eviction pauses the run with a reason of its own, and stops it safely when patience is over' }, async () => {
    const from = world.observers.mark('SCALE_DOWN, with deaths without end');
    const suspensions: Moment[] = ['before', 'after'];
    const mortality = new Mortality(world, (call) => {
      if (SUSPENDS.is(call) && suspensions.length > 0) {
        return { what: SUSPENDS.what, moment: suspensions.shift()! };
      }
      return EVICTS.is(call) ? { what: EVICTS.what, moment: 'before' } : undefined;
    });
    try {
      expectEqual('exit code', (await world.cdk.deploy(VARIANT, { variant: 'batches,impatient,nowait', stage: 'SCALE_DOWN', revision: '3' })).code, 0);
      const paused = await untilRun(world, 'the run pauses because its calls are lost', 300, run => run.outcome === 'paused' && run.by === 'CallLost');
      await untilRun(world, 'the run stops', 420, run => run.outcome === 'stopped');
      const seen = world.observers.observe(from);
      expectEqual('suspensions that nobody died in', suspensions, []);
      expectEqual('evictions', [seen.audit.granted, seen.audit.refused], [[], []]);
      expectEqual('nodes that are cordoned with pods on them', await cordonedWithPods(world), []);
      await allPodsReady(world.kube, 60, world.karpenter.disruptionTaint);
      return `${mortality.says}; ${paused.says}`;
    } finally {
      await mortality.stop();
    }
  });
}

/** Every kind of write of a drain is the end of two calls in a row, before and after it is made; the run arrives nevertheless. */
export async function diesAtEachWrite(world: World, report: Report): Promise<void> {
  await report.check({ step: STEP, shows: 'survives', name: 'a drain arrives whose function dies at each kind of write, once before it is made and once after, and evicts no pod twice' }, async () => {
    const from = world.observers.mark('SCALE_DOWN, with deaths at each write');
    const mortality = Mortality.atEach(world, WRITES);
    try {
      expectEqual('exit code', (await world.cdk.deploy(VARIANT, { variant: 'batches', stage: 'SCALE_DOWN', revision: '4' })).code, 0);
      mortality.expectAll(WRITES);
      const seen = world.observers.observe(from);
      EVIDENCE.budgets(seen);
      EVIDENCE.deletions(seen);
      EVIDENCE.answers(seen);
      EVIDENCE.once(seen, { evictionsOfAPod: 1, byUs: true });
      for (const { name, min, max, desired, suspended } of await nodegroups(world)) {
        expectEqual(`sizes of ${name} and what is suspended`, [min, max, suspended], desired === 0 ? [0, 1, []] : [desired, desired, []]);
      }
      return `${mortality.says}; ${seen.audit.granted.length} evictions granted, ${seen.audit.refused.length} refused, ${seen.disruption.budgets.length} budgets never broken`;
    } finally {
      await mortality.stop();
    }
  });
}

export async function diesOnTheWayBack(world: World, report: Report, waypoint: Waypoint): Promise<void> {
  const mortality = Mortality.atEach(world, WRITES_OF_THE_WAY_BACK);
  try {
    await wayBack(world, report, waypoint);
    await report.check({ step: STEP, shows: 'undone', name: 'a way back arrives whose function dies when it changes sizes and drops records, before and after' }, async () => {
      mortality.expectAll(WRITES_OF_THE_WAY_BACK);
      return mortality.says;
    });
  } finally {
    await mortality.stop();
  }
}
