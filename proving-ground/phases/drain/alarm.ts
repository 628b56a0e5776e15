import { CloudWatchClient, SetAlarmStateCommand, StateValue } from '@aws-sdk/client-cloudwatch';
import { stateOf } from './cut-over';
import { expectUndisturbed } from './evidence';
import { cordonedWithPods } from './force';
import { runOf, untilRun } from './run';
import { clientConfig } from '../../aws/client-config';
import { KubeObject } from '../../cluster/kube';
import { sleep } from '../../cluster/processes';
import { expectEqual, until } from '../../cluster/until';
import { allPodsReady } from '../../customer/customer';
import { VARIANT } from '../karpenter-objects';
import { Report } from '../report';
import { World } from '../world';

const STEP = 'Scale node groups down';
/** As the variant `alarmed` has it. */
const ALARM = 'shop-errors';
const CORDON_RECORD = 'cdk-karpenter-migration/cordoned';
const DRAIN_RECORD = 'cdk-karpenter-migration/draining';
/** Longer than a run waits before it looks again, and than a node takes to be begun. */
const WATCHED_SECONDS = 45;

/** An alarm rings before a drain and in the middle of it: no node is begun meanwhile, nodes in hand go on, and afterwards the drain does. */
export async function alarmRings(world: World, report: Report): Promise<void> {
  expectEqual('exit code with an alarm', (await world.cdk.deploy(VARIANT, { variant: 'alarmed,batches' })).code, 0);
  const from = world.observers.mark('SCALE_DOWN, with an alarm');
  await report.check({ step: STEP, shows: 'survives', name: 'while an alarm rings no drain begins: the deployment ends and says why, and no node is touched' }, async () => {
    await set(world, 'ALARM');
    const { code, seconds } = await world.cdk.deploy(VARIANT, { variant: 'alarmed,batches', stage: 'SCALE_DOWN' });
    expectEqual('exit code', code, 0);
    const state = stateOf(world);
    if (!state.includes(`alarm ${ALARM} is in ALARM`)) {
      throw new Error(`the state of the deployment does not name the alarm: ${state}`);
    }
    const run = await runOf(world);
    expectEqual('outcome and reason of the run', [run.outcome, run.by], ['paused', 'AlarmRings']);
    expectEqual('nodes that are cordoned or begun', await withRecords(world, CORDON_RECORD, DRAIN_RECORD), []);
    return `${seconds} s: ${state}`;
  });
  await report.check({ step: STEP, shows: 'survives', name: 'an alarm that rings in mid-drain lets nodes in hand go and keeps others from being begun; these take pods until it is over' }, async () => {
    await set(world, 'OK');
    await until('a node is begun', 420, async () => (await withRecords(world, DRAIN_RECORD)).length > 0);
    await set(world, 'ALARM');
    const paused = await untilRun(world, 'the run pauses because of the alarm', 600, run => run.outcome === 'paused' && run.by === 'AlarmRings');
    await until('no node is in hand', 120, async () => (await withRecords(world, DRAIN_RECORD)).length === 0);
    const left = (await world.kube.list('/api/v1/nodes')).length;
    const end = Date.now() + WATCHED_SECONDS * 1000;
    while (Date.now() < end) {
      expectEqual('nodes that are begun', await withRecords(world, DRAIN_RECORD), []);
      await sleep(1000);
    }
    expectEqual('nodes that are cordoned with pods on them', await cordonedWithPods(world), []);
    return `${left} nodes are left: ${paused.says}`;
  });
  await report.check({ step: STEP, shows: 'survives', name: 'when the alarm is over the drain goes on to its end, and nobody was disturbed more than by two evictions' }, async () => {
    await set(world, 'OK');
    const { says } = await untilRun(world, 'the stage is reached', 900, run => run.outcome === 'arrived');
    await allPodsReady(world.kube, 180, world.karpenter.disruptionTaint);
    return `${says}; ${expectUndisturbed(world.observers.observe(from), { evictionsOfAPod: 2, byUs: true })}`;
  });
}

async function set(world: World, state: StateValue): Promise<void> {
  await new CloudWatchClient(clientConfig(world.aws)).send(new SetAlarmStateCommand({ AlarmName: ALARM, StateValue: state, StateReason: 'a world' }));
}

/** The names of nodes with any of the annotations; those that are leaving have been begun before. */
async function withRecords(world: World, ...records: readonly string[]): Promise<string[]> {
  const isMarked = ({ metadata: { annotations = {}, deletionTimestamp } }: KubeObject) =>
    deletionTimestamp === undefined && records.some(record => annotations[record] !== undefined);
  return (await world.kube.list('/api/v1/nodes')).filter(isMarked).map(({ metadata }) => metadata.name);
}
