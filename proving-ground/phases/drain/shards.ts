import { AutoScalingClient, DescribeAutoScalingGroupsCommand } from '@aws-sdk/client-auto-scaling';
import { untilRun } from './run';
import { clientConfig } from '../../aws/client-config';
import { expectEqual, until } from '../../cluster/until';
import { NAMESPACE } from '../../customer/names';
import { autoscaler, autoscalerCommand } from '../../customer/system';
import { VARIANT } from '../karpenter-objects';
import { Report } from '../report';
import { World } from '../world';

const STEP = 'Remove CAS';
const DEPLOYMENTS = `/apis/apps/v1/namespaces/${NAMESPACE}/deployments`;
const COMMAND = '/spec/template/spec/containers/0/command';
const FIRST = 'cluster-autoscaler';
/** Neither its name nor its labels are those of the usual charts. */
const SECOND = 'scaler-of-system';
const SHARDS: readonly string[] = [FIRST, SECOND];

/** As the context of an app names both. */
export const ALL_SHARDS = SHARDS.map(name => `${NAMESPACE}/${name}`).join();

/** Two autoscalers share the node groups; gives what makes one of them again. */
export async function shard(world: World): Promise<() => Promise<void>> {
  const { command } = (await world.kube.get(`${DEPLOYMENTS}/${FIRST}`)).spec.template.spec.containers[0];
  const run = (value: readonly string[]) => world.kube.patch(`${DEPLOYMENTS}/${FIRST}`, [{ op: 'replace', path: COMMAND, value }], 'json');
  await run(autoscalerCommand(...await flags(world, ['apps'])));
  await world.kube.create(DEPLOYMENTS, autoscaler(SECOND, autoscalerCommand(...await flags(world, ['system', 'batch']))));
  return async () => {
    await world.kube.delete(`${DEPLOYMENTS}/${SECOND}`);
    await run(command);
    await until('the pods of the second shard are gone', 60, async () => (await podsOf(world, SECOND)) === 0);
  };
}

/** The autoscaler that nobody has named goes on scaling groups that would be drained: nothing stops, nothing is drained. */
export async function oneShardIsNamed(world: World, report: Report, context: Readonly<Record<string, string>>): Promise<void> {
  const from = world.observers.mark('SCALE_DOWN, one of two autoscalers named');
  await report.check({ step: STEP, shows: 'survives', name: 'where one of two autoscalers is named, the run pauses, names the other one, and nothing has stopped' }, async () => {
    const { code } = await world.cdk.deploy(VARIANT, { ...context, variant: 'bigbatches,nowait', stage: 'SCALE_DOWN', autoscalers: `${NAMESPACE}/${FIRST}` });
    expectEqual('exit code', code, 0);
    const { says } = await untilRun(world, 'the run pauses because of the other autoscaler', 240, run =>
      run.outcome === 'paused' && run.by === 'AutoscalerUnclear' && run.says.includes(`${NAMESPACE}/${SECOND}`));
    expectEqual('replicas', await replicas(world), [1, 1]);
    const { audit } = world.observers.observe(from);
    expectEqual('evictions', audit.granted.length + audit.refused.length, 0);
    expectEqual('cordoned nodes', (await world.kube.list('/api/v1/nodes')).filter(({ spec }) => spec.unschedulable).length, 0);
    return says;
  });
}

export async function allShardsRest(world: World, report: Report): Promise<void> {
  await report.check({ step: STEP, shows: 'seen', name: 'where both are named, both are at zero' }, async () => {
    expectEqual('replicas', await replicas(world), [0, 0]);
    expectEqual('pods', await Promise.all(SHARDS.map(name => podsOf(world, name))), [0, 0]);
    return SHARDS.join(', ');
  });
}

/** That all else of them is as before is seen with the rest of the cluster. */
export async function allShardsWork(world: World, report: Report): Promise<void> {
  await report.check({ step: STEP, shows: 'undone', name: 'both autoscalers are back' }, async () => {
    expectEqual('replicas', await replicas(world), [1, 1]);
    expectEqual('pods', await Promise.all(SHARDS.map(name => podsOf(world, name))), [1, 1]);
    return SHARDS.join(', ');
  });
}

function replicas({ kube }: World): Promise<number[]> {
  return Promise.all(SHARDS.map(async name => (await kube.get(`${DEPLOYMENTS}/${name}`)).spec.replicas));
}

async function podsOf({ kube }: World, name: string): Promise<number> {
  return (await kube.list(`/api/v1/namespaces/${NAMESPACE}/pods?labelSelector=${encodeURIComponent(`app=${name}`)}`)).length;
}

/** The autoscaler's flags for node groups, with the bounds that they have. */
async function flags({ aws }: World, nodegroups: readonly string[]): Promise<string[]> {
  const { AutoScalingGroups = [] } = await new AutoScalingClient(clientConfig(aws)).send(new DescribeAutoScalingGroupsCommand({}));
  return nodegroups.map((nodegroup) => {
    const group = AutoScalingGroups.find(({ Tags }) => Tags?.some(({ Key, Value }) => Key === 'eks:nodegroup-name' && Value === nodegroup))!;
    return `--nodes=${group.MinSize}:${group.MaxSize}:${group.AutoScalingGroupName}`;
  });
}
