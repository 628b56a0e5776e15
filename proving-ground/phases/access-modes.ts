import { Instance } from '@aws-sdk/client-ec2';
import { AuthenticationMode, CreateAccessEntryCommand, DescribeClusterCommand, EKSClient, UpdateClusterConfigCommand } from '@aws-sdk/client-eks';
import { endBurst, karpenterInstances } from './burst';
import { CORE_CHECKS, coreCheck, Installed } from './core-checks';
import { VARIANT } from './karpenter-objects';
import { nodeAccess } from './node-access';
import { Report } from './report';
import { Before } from './scenario';
import { CLUSTER_NAME, World } from './world';
import { clientConfig } from '../aws/client-config';
import { takeSnapshot } from '../aws/snapshot';
import { eksToken } from '../cluster/eks-token';
import { Kube } from '../cluster/kube';
import { sleep } from '../cluster/processes';
import { expectEqual, until } from '../cluster/until';

const STEP = 'Update aws-auth ConfigMap';
/** How long the authenticator takes to look at its files again, and more. */
export const AUTHENTICATOR_MILLISECONDS = 5000;

/** The cluster begins to believe access entries beside aws-auth, and the migration makes its own with the next revision. */
export async function entriesBeside(world: World, report: Report, { nodeRoleArn }: Installed): Promise<void> {
  const mapped = await nodeAccess(world);
  await report.check({ step: STEP, shows: 'survives', name: 'a node of Karpenter is still let in when the cluster begins to believe access entries' }, async () => {
    const client = new EKSClient(clientConfig(world.aws));
    const [instance] = await karpenterInstances(world);
    await asNode(world, instance);
    await goOn(client, 'API_AND_CONFIG_MAP');
    // Who goes this way gives their own nodes an entry before aws-auth is no longer believed.
    await client.send(new CreateAccessEntryCommand({ clusterName: CLUSTER_NAME, principalArn: world.customer.nodeRoleArn, type: 'EC2_LINUX' }));
    await sleep(AUTHENTICATOR_MILLISECONDS);
    return `${await asNode(world, instance)} reads itself before and after it`;
  });
  const theirs = (await nodeAccess(world)).entries;
  await report.check({ step: STEP, shows: 'survives', name: 'the next revision makes an access entry, and what is in aws-auth stays beside it' }, async () => {
    expectEqual('exit code', (await world.cdk.deploy(VARIANT, { revision: 'access entries' })).code, 0);
    const { awsAuth, entries: { [nodeRoleArn]: added, ...others } } = await nodeAccess(world);
    expectEqual('other access entries', others, theirs);
    expectEqual(`type of the access entry of ${nodeRoleArn}`, added?.type, 'EC2_LINUX');
    expectEqual('aws-auth', awsAuth, mapped.awsAuth);
    return `${nodeRoleArn}: ${added.type}, ${added.username}, beside ${Object.keys(others).length} others`;
  });
}

/** Account and cluster before the migration, had the customer changed the mode before it. */
export async function withModeOfToday(world: World, before: Before, { nodeRoleArn }: Installed): Promise<Before> {
  const { [nodeRoleArn]: _ours, ...entries } = (await nodeAccess(world)).entries;
  const changed = Object.entries(await takeSnapshot(world.aws)).filter(([object]) => /^eks (cluster|access entry) /.test(object) && !object.includes(nodeRoleArn));
  return { ...before, account: { ...before.account, ...Object.fromEntries(changed) }, access: { ...before.access, entries } };
}

/** The cluster stops to believe aws-auth while Karpenter's nodes run: all of them stay in, and new ones come. */
export async function entriesAlone(world: World, report: Report, installed: Installed): Promise<void> {
  await report.check({ step: STEP, shows: 'survives', name: 'a node of Karpenter is still let in when the cluster believes access entries alone' }, async () => {
    const client = new EKSClient(clientConfig(world.aws));
    const [instance] = await karpenterInstances(world);
    await asNode(world, instance);
    await goOn(client, 'API');
    await sleep(AUTHENTICATOR_MILLISECONDS);
    return `${await asNode(world, instance)} reads itself before and after it`;
  });
  await report.check({ step: STEP, shows: 'survives', name: 'and a new one comes in' }, async () => {
    await endBurst(world);
    await coreCheck('policy', world, installed, world.aws.calls.length);
    return coreCheck('mapping', world, installed, 0);
  });
  await report.check(CORE_CHECKS.running, () => coreCheck('running', world, installed, 0));
  await endBurst(world);
}

async function goOn(client: EKSClient, mode: AuthenticationMode): Promise<void> {
  await client.send(new UpdateClusterConfigCommand({ name: CLUSTER_NAME, accessConfig: { authenticationMode: mode } }));
  await until(`the authentication mode is ${mode}`, 60, async () =>
    (await client.send(new DescribeClusterCommand({ name: CLUSTER_NAME }))).cluster!.accessConfig!.authenticationMode === mode);
}

/** Asks the API server as the kubelet of an instance does, with a token of its role; gives the node's name. */
export async function asNode(world: World, instance: Instance): Promise<string> {
  const { AWS_REGION: region } = world.aws.env;
  const token = await eksToken(await world.aws.credentialsForInstance(instance.InstanceId!), world.clusterName, region);
  const kube = new Kube({ token, endpoint: world.endpoint });
  try {
    return (await kube.get(`/api/v1/nodes/${instance.PrivateDnsName}`)).metadata.name;
  } finally {
    kube.close();
  }
}
