import { TerminateInstancesCommand } from '@aws-sdk/client-ec2';
import { Relay } from './relay';
import { throttled } from './throttled';
import { sleep } from '../../cluster/processes';
import { expectEqual, until } from '../../cluster/until';
import { allPodsReady } from '../../customer/customer';
import { EVIDENCE } from '../drain/evidence';
import { runOf, untilRun } from '../drain/run';
import { nodegroups } from '../drain/scale-down';
import { VARIANT } from '../karpenter-objects';
import { Report } from '../report';
import { World } from '../world';

const STEP = 'Scale node groups down';
const DRAINING = 'cdk-karpenter-migration/draining';
const AWAY_SECONDS = 120;
/** What was sent already arrives. */
const AFTERWARDS_SECONDS = 2;
/** Fewer would show nothing. */
const LEAST_REFUSED = 50;

/** A drain whose every second call of AWS is throttled, of which somebody ends an instance, and that does not reach the API server for a while. */
export async function troubledDrain(world: World, report: Report, relay: Relay): Promise<void> {
  const from = world.observers.mark('SCALE_DOWN, with faults');
  const { refused } = await throttled(world, async () => {
    const deployment = world.cdk.deploy(VARIANT, { variant: 'batches', stage: 'SCALE_DOWN' });
    await report.check({ step: STEP, shows: 'survives', name: 'a node whose instance somebody ends while it is drained is gone, and the drain goes on' }, async () => {
      const node = await until('a node is drained', 400, async () => (await world.kube.list('/api/v1/nodes')).find(({ metadata }) => metadata.annotations?.[DRAINING]));
      await world.ec2.send(new TerminateInstancesCommand({ InstanceIds: [node.spec.providerID.split('/').pop()] }));
      await until('the node is gone', 240, async () => await world.kube.find(`/api/v1/nodes/${node.metadata.name}`) === undefined);
      return `${node.metadata.name} went`;
    });
    await report.check({ step: STEP, shows: 'survives', name: `a drain that does not reach the API server for ${AWAY_SECONDS} s does nothing meanwhile, and goes on` }, async () => {
      relay.block();
      await sleep(AFTERWARDS_SECONDS * 1000);
      const at = Date.now();
      await sleep(AWAY_SECONDS * 1000);
      const { nodesGone } = world.observers.observe(at).disruption;
      expectEqual('evictions meanwhile', world.observers.observe(at).audit.granted, []);
      const { says } = await runOf(world);
      relay.unblock();
      await untilRun(world, 'the run goes on', 240, run => run.outcome === 'working' && run.says !== says);
      return `${relay.refused} connections came to nothing, and ${nodesGone.length} nodes that were ending went`;
    });
    await report.check({ step: STEP, shows: 'survives', name: 'node groups reach their minimum although Auto Scaling has replaced that instance' }, async () => {
      const { code, seconds } = await deployment;
      expectEqual('exit code', code, 0);
      const groups = await nodegroups(world);
      for (const { name, min, max, desired, instances, suspended } of groups) {
        expectEqual(`sizes of ${name}`, [min, max, instances, suspended], desired === 0 ? [0, 1, 0, []] : [desired, desired, desired, []]);
      }
      await allPodsReady(world.kube, 120, world.karpenter.disruptionTaint);
      return `${seconds.toFixed(0)} s: ${groups.map(({ name, desired }) => `${name} ${desired}`).join(', ')}`;
    });
  });
  await report.check({ step: STEP, shows: 'survives', name: 'a drain arrives whose every second call of EC2, EKS and Auto Scaling is throttled, and deletes no pod' }, async () => {
    EVIDENCE.deletions(world.observers.observe(from));
    if (refused < LEAST_REFUSED) {
      throw new Error(`only ${refused} calls were throttled`);
    }
    return `${refused} calls were throttled`;
  });
}
