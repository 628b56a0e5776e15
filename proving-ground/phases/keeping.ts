import { burstPods, endBurst, karpenterInstances, karpenterNodes, startBurst } from './burst';
import { expectUndisturbed } from './drain/evidence';
import { VARIANT } from './karpenter-objects';
import { Report } from './report';
import { Before, differences, nothingDiffers } from './scenario';
import { World } from './world';
import { expectEqual, until } from '../cluster/until';
import { readyPods } from '../customer/customer';

const CLAIM = '/api/v1/namespaces/kube-system/configmaps/karpenter-migration';

/** A creation fails when pods run on Karpenter's nodes already: nodes go first, then what they stand on, and nothing stays. */
export async function rolledBackUnderPods(world: World, report: Report, before: Before): Promise<void> {
  await startBurst(world);
  // The last resource fails when all else is there: by then Karpenter has begun to help the pods that wait.
  const launched = until('Karpenter launches an instance', 600, async () => (await karpenterInstances(world)).length > 0 && karpenterInstances(world));
  await report.check({ step: 'Assumptions', shows: 'undone', name: 'a creation that fails under pods on Karpenter\'s nodes leaves no instance and no node behind' }, async () => {
    const run = await world.cdk.deploy(VARIANT, { variant: 'failure' });
    if (run.code === 0) {
      throw new Error('the deployment succeeded, although a resource of it cannot be created');
    }
    const instances = await launched;
    expectEqual('instances of Karpenter', (await karpenterInstances(world)).map(({ InstanceId }) => InstanceId), []);
    expectEqual('nodes of Karpenter', (await karpenterNodes(world)).map(({ metadata }) => metadata.name), []);
    expectEqual('pods of the burst that are Ready', (await readyPods(world.kube, await burstPods(world))).length, 0);
    return `${instances.map(({ InstanceId }) => InstanceId).join(', ')} ended before what they stand on, ${run.seconds} s in all`;
  });
  await world.kube.delete('/apis/apps/v1/namespaces/shop/deployments/burst');
  await until('the pods of the burst are gone', 60, async () => (await burstPods(world)).length === 0);
  await report.check({ step: 'Assumptions', shows: 'undone', name: 'and account and cluster are as before' }, async () => {
    await world.cdk.destroy(world.karpenter.example);
    return nothingDiffers(await differences(world, before), before);
  });
}

/** A pool is renamed, another one dropped, and the network is named by ids: nobody's pod moves, and the removal finds what the stack has forgotten. */
export async function poolsChange(world: World, report: Report): Promise<void> {
  const from = world.observers.mark('pools change');
  await report.check({ step: 'Create default provisioner', shows: 'survives', name: 'pods of a pool that is renamed, and of one that is dropped, stay where they are' }, async () => {
    expectEqual('exit code with another pool', (await world.cdk.deploy(VARIANT, { variant: 'extra' })).code, 0);
    await startBurst(world);
    await until('the pods of the burst run', 300, async () => (await readyPods(world.kube, await burstPods(world))).length === 2);
    const homes = await homesOf(world);
    const { privateSubnetIds, clusterSecurityGroupId, appsSecurityGroupId } = world.customer;
    const run = await world.cdk.deploy(VARIANT, {
      variant: 'renamed,ids', subnets: privateSubnetIds.join(), securityGroups: [clusterSecurityGroupId, appsSecurityGroupId].join(),
    });
    expectEqual('exit code of the change', run.code, 0);
    expectEqual('pods and their nodes', await homesOf(world), homes);
    expectUndisturbed(world.observers.observe(from), { evictionsOfAPod: 0 });
    const pools = (await world.kube.list(world.karpenter.pools)).map(({ metadata }) => metadata.name).sort();
    expectEqual('pools', pools, ['default', 'extra', 'general']);
    return `${homes.length} pods on their nodes, pools ${pools.join(', ')}`;
  });
}

async function homesOf(world: World): Promise<string[]> {
  return (await burstPods(world)).map(({ metadata, spec }) => `${metadata.name} on ${spec.nodeName}`).sort();
}

/** Somebody deletes the claim of the migration: the removal finds what is ours without it. */
export async function claimIsLost(world: World, report: Report): Promise<void> {
  await report.check({ step: 'Verify Karpenter', shows: 'survives', name: 'a claim that somebody deleted is made anew by the next revision' }, async () => {
    await world.kube.delete(CLAIM);
    const { code } = await world.cdk.deploy(VARIANT, { variant: 'renamed', revision: 'after a loss' });
    expectEqual('exit code', code, 0);
    return `owner ${(await world.kube.get(CLAIM)).data.owner}`;
  });
  await world.kube.delete(CLAIM);
  await endBurst(world);
}
