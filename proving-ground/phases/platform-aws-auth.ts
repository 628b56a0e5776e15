import { asNode, AUTHENTICATOR_MILLISECONDS } from './access-modes';
import { burstPods, endBurst, karpenterInstances, startBurst } from './burst';
import { VARIANT } from './karpenter-objects';
import { nodeAccess } from './node-access';
import { Report } from './report';
import { differences, nothingDiffers, takeBefore } from './scenario';
import { ACCOUNT, World } from './world';
import { sleep } from '../cluster/processes';
import { expectEqual, Refused, until } from '../cluster/until';
import { readyPods } from '../customer/customer';

const STEP = 'Update aws-auth ConfigMap';
const APP = 'proving-ground/phases/platform.ts';
const ROLE = 'prod-karpenter-nodes';
const ROLE_ARN = `arn:aws:iam::${ACCOUNT}:role/${ROLE}`;
/** What the preflight advises: the role is mapped by whoever applies the list. */
const ELSEWHERE = { variant: 'unmanaged', nodeRoleArn: ROLE_ARN };

/** A stack of the customer's applies the whole of aws-auth: an entry of ours would go with its next change, one of its own stays. */
export async function listedElsewhere(world: World, report: Report): Promise<void> {
  await deployPlatform(world, '');
  const before = await takeBefore(world);
  await report.check({ step: STEP, shows: 'survives', name: 'an aws-auth that another CDK stack applies as a whole is found by name, before anything is made' }, async () => {
    const { code, output } = await world.cdk.deploy(world.karpenter.example);
    if (code === 0) {
      throw new Error('the deployment succeeded');
    }
    const found = /AWS_AUTH_OWNER: a CDK stack applies the whole ConfigMap kube-system\/aws-auth \(label \\?"aws\.cdk\.eks\/prune-[0-9a-f]+\\?"\)/.exec(output)?.[0];
    if (found === undefined || !output.includes('NodeAccess.unmanaged()')) {
      throw new Error(`whose aws-auth it is and what to do is not said: ${output.slice(-3000)}`);
    }
    await world.cdk.destroy(world.karpenter.example);
    return `${found}; ${nothingDiffers(await differences(world, before), before)}`;
  });
  await report.check({ step: STEP, shows: 'survives', name: 'an entry of ours, made by those who accept that, goes with the next change there, and a living node loses its way in' }, async () => {
    expectEqual('exit code', (await world.cdk.deploy(VARIANT, { acceptedRisks: 'AWS_AUTH_OWNER' })).code, 0);
    await startBurst(world);
    const [instance] = await launched(world);
    const node = await asNode(world, instance);
    await deployPlatform(world, 'auditors');
    await sleep(AUTHENTICATOR_MILLISECONDS);
    await refusedAsNode(world, instance);
    // It is mapped again by the next revision, so that it can be drained.
    expectEqual('exit code of another revision', (await world.cdk.deploy(VARIANT, { acceptedRisks: 'AWS_AUTH_OWNER', revision: '2' })).code, 0);
    await sleep(AUTHENTICATOR_MILLISECONDS);
    await asNode(world, instance);
    await endBurst(world);
    await remove(world, {});
    return `${node} was refused after it, and let in again by the next revision`;
  });
  await deployPlatform(world, 'karpenter');
  const mapped = await takeBefore(world);
  await report.check({ step: STEP, shows: 'seen', name: 'with the role mapped by that stack, and NodeAccess.unmanaged(), Karpenter\'s nodes get in, and we touch nothing of it' }, async () => {
    expectEqual('exit code', (await world.cdk.deploy(VARIANT, ELSEWHERE)).code, 0);
    await startBurst(world);
    const nodes = await Promise.all((await launched(world)).map(instance => asNode(world, instance)));
    expectEqual('who is let in', await nodeAccess(world), mapped.access);
    return nodes.join(', ');
  });
  await report.check({ step: STEP, shows: 'survives', name: 'and go on to get in after its next change of aws-auth, living ones and new ones' }, async () => {
    const living = await launched(world);
    await deployPlatform(world, 'karpenter,auditors');
    expectEqual('whether aws-auth has changed', (await nodeAccess(world)).awsAuth!.mapRoles === mapped.access.awsAuth!.mapRoles, false);
    await sleep(AUTHENTICATOR_MILLISECONDS);
    const nodes = await Promise.all(living.map(instance => asNode(world, instance)));
    await endBurst(world);
    await startBurst(world);
    const fresh = await Promise.all((await launched(world)).map(instance => asNode(world, instance)));
    await endBurst(world);
    return `${nodes.join(', ')} live on, ${fresh.join(', ')} came`;
  });
  await report.check({ step: STEP, shows: 'undone', name: 'after the removal account and cluster are as before, object by object' }, async () => {
    await remove(world, ELSEWHERE);
    await deployPlatform(world, 'karpenter');
    return nothingDiffers(await differences(world, mapped), mapped);
  });
}

async function deployPlatform(world: World, variant: string): Promise<void> {
  const { code, output } = await world.cdk.deploy(APP, { variant, nodegroupRoleArn: world.customer.nodeRoleArn, karpenterRoleName: ROLE }, 'Platform');
  if (code !== 0) {
    throw new Error(`the customer's own app cannot be deployed: ${output.slice(-2000)}`);
  }
}

async function remove(world: World, context: Readonly<Record<string, string>>): Promise<void> {
  expectEqual('exit code of REMOVED', (await world.cdk.deploy(VARIANT, { ...context, stage: 'REMOVED' })).code, 0);
  expectEqual('exit code of destroy', (await world.cdk.destroy(VARIANT, { ...context, stage: 'REMOVED' })).code, 0);
}

/** The instances of the burst, once its pods run on them. */
async function launched(world: World): Promise<Awaited<ReturnType<typeof karpenterInstances>>> {
  await until('the pods of the burst run', 300, async () => (await readyPods(world.kube, await burstPods(world))).length === 2);
  return karpenterInstances(world);
}

async function refusedAsNode(world: World, instance: Parameters<typeof asNode>[1]): Promise<void> {
  const name = await asNode(world, instance).catch((error: Error) => {
    if (!/401|Unauthorized/.test(error.message)) {
      throw error;
    }
  });
  if (name !== undefined) {
    throw new Refused(`${name} still gets in, although nobody lists its role`);
  }
}
