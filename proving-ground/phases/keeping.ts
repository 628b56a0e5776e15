import { burstPods, endBurst, karpenterInstances, karpenterNodes, startBurst } from './burst';
import { expectUndisturbed } from './drain/evidence';
import { untilRun } from './drain/run';
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

/** A pool is renamed, another one dropped, and the network is named by ids: nobody moves while that may be taken back, and then each pod once. */
export async function poolsChange(world: World, report: Report): Promise<void> {
  const { privateSubnetIds, clusterSecurityGroupId, appsSecurityGroupId } = world.customer;
  const ids = { subnets: privateSubnetIds.join(), securityGroups: [clusterSecurityGroupId, appsSecurityGroupId].join() };
  expectEqual('exit code with another pool', (await world.cdk.deploy(VARIANT, { variant: 'extra' })).code, 0);
  await startBurst(world);
  await until('the pods of the burst run', 300, async () => (await readyPods(world.kube, await burstPods(world))).length === 2);
  await report.check({ step: 'Create default provisioner', shows: 'survives', name: 'a deployment that renames a pool, drops another one and fails moves nobody' }, async () => {
    const from = world.observers.mark('pools that do not change');
    const homes = await homesOf(world);
    const run = await world.cdk.deploy(VARIANT, { variant: 'renamed,ids,failure', ...ids });
    if (run.code === 0) {
      throw new Error('the deployment succeeded, although a resource of it cannot be created');
    }
    expectEqual('pods and their nodes', await homesOf(world), homes);
    expectUndisturbed(world.observers.observe(from), { evictionsOfAPod: 0 });
    expectEqual('pools', await poolsOf(world), ['default', 'extra']);
    return `${homes.length} pods on their nodes`;
  });
  await report.check({ step: 'Create default provisioner', shows: 'survives', name: 'the nodes of a pool that is renamed, and of one that is dropped, are drained once that is deployed' }, async () => {
    const from = world.observers.mark('pools change');
    expectEqual('exit code of the change', (await world.cdk.deploy(VARIANT, { variant: 'renamed,ids', ...ids })).code, 0);
    const run = await untilRun(world, 'former pools are gone', 400, ({ outcome }) => outcome === 'arrived');
    expectEqual('pools', await poolsOf(world), ['general']);
    expectEqual('pools of Karpenter\'s nodes', [...new Set((await karpenterNodes(world)).map(({ metadata }) => metadata.labels[world.karpenter.ownerLabel]))], ['general']);
    expectEqual('pods of the burst that are Ready', (await readyPods(world.kube, await burstPods(world))).length, 2);
    return `${run.says}; ${expectUndisturbed(world.observers.observe(from), { evictionsOfAPod: 1 })}`;
  });
}

async function poolsOf(world: World): Promise<string[]> {
  return (await world.kube.list(world.karpenter.pools)).map(({ metadata }) => metadata.name).sort();
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
