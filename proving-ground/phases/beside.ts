import { DeleteSecurityGroupCommand, DescribeSubnetsCommand } from '@aws-sdk/client-ec2';
import { DeleteClusterCommand, DescribeClusterCommand, EKSClient } from '@aws-sdk/client-eks';
import { VARIANT } from './karpenter-objects';
import { Report } from './report';
import { Before, differences, nothingDiffers } from './scenario';
import { CLUSTER_NAME, World } from './world';
import { clientConfig } from '../aws/client-config';
import { createCluster } from '../aws/create-cluster';
import { expectEqual } from '../cluster/until';

const STEP = 'Add tags to subnets and security groups';
const SECOND = 'second';
/** Both clusters use the same subnets, so each needs a key of its own. */
const KEYS: Readonly<Record<string, string>> = { [CLUSTER_NAME]: 'karpenter.sh/discovery', [SECOND]: 'karpenter.sh/discovery-second' };
const MARKER = 'cdk-karpenter-migration/';

/**
 * What a stack has for a second cluster shares the function with the migration, and with it its role. Whichever leaves the stack first still may
 * take its tags off, after the rights of those that stay have been narrowed, and takes off none of the others'.
 */
export async function leavesAnother(world: World, report: Report, before: Before): Promise<void> {
  const client = new EKSClient(clientConfig(world.aws));
  await createSecond(world, client);
  const { privateSubnetIds, appsSecurityGroupId } = world.customer;
  const context = { subnets: privateSubnetIds.join(), securityGroups: appsSecurityGroupId };
  const deploy = (variant: string, more: Readonly<Record<string, string>> = {}) => world.cdk.deploy(VARIANT, { ...context, variant, ...more });
  await report.check({ step: STEP, shows: 'seen', name: 'the tags of two clusters in one stack are on the subnets that both use' }, async () => {
    expectEqual('exit code', (await deploy('second')).code, 0);
    return expectTagged(world, [CLUSTER_NAME, SECOND]);
  });
  await report.check({ step: STEP, shows: 'undone', name: 'what leaves the stack beside a migration that stays takes its own tags off' }, async () => {
    expectEqual('exit code', (await deploy('')).code, 0);
    const said = await expectTagged(world, [CLUSTER_NAME]);
    expectEqual('exit code', (await deploy('second')).code, 0);
    return said;
  });
  await report.check({ step: STEP, shows: 'undone', name: 'a migration that leaves the stack beside another cluster takes its own tags off' }, async () => {
    expectEqual('exit code of REMOVED', (await deploy('second', { stage: 'REMOVED' })).code, 0);
    const from = world.aws.calls.length;
    expectEqual('exit code', (await deploy('second,alone')).code, 0);
    const calls = world.aws.calls.slice(from).filter(({ service, action }) => service === 'ec2' && action === 'DeleteTags');
    expectEqual('answers to DeleteTags', [...new Set(calls.map(({ status }) => status))], [200]);
    return `${await expectTagged(world, [SECOND])}; ${calls.length} calls of DeleteTags, none refused`;
  });
  await report.check({ step: STEP, shows: 'undone', name: 'and when the stack is destroyed account and cluster are as before, object by object' }, async () => {
    expectEqual('exit code of destroy', (await world.cdk.destroy(VARIANT, { ...context, variant: 'second,alone' })).code, 0);
    await expectTagged(world, []);
    await deleteSecond(world, client);
    return nothingDiffers(await differences(world, before), before);
  });
}

/** EKS knows it; that it has no control plane of its own is nobody's business who only tags. */
async function createSecond(world: World, client: EKSClient): Promise<void> {
  const { cluster } = await client.send(new DescribeClusterCommand({ name: CLUSTER_NAME }));
  await createCluster(client, {
    name: SECOND, roleArn: cluster!.roleArn, version: cluster!.version, resourcesVpcConfig: { subnetIds: [...world.customer.privateSubnetIds] },
  });
}

async function deleteSecond(world: World, client: EKSClient): Promise<void> {
  const { cluster } = await client.send(new DeleteClusterCommand({ name: SECOND }));
  // EKS deletes the group that it has made.
  await world.ec2.send(new DeleteSecurityGroupCommand({ GroupId: cluster!.resourcesVpcConfig!.clusterSecurityGroupId }));
}

/** Every private subnet has the tags of these clusters, and no others of ours. */
async function expectTagged(world: World, clusters: readonly string[]): Promise<string> {
  const { Subnets = [] } = await world.ec2.send(new DescribeSubnetsCommand({ SubnetIds: [...world.customer.privateSubnetIds] }));
  const expected = clusters.flatMap(name => [`${KEYS[name]}=${name}`, `${MARKER}${name}=${KEYS[name]}`]).sort();
  for (const { SubnetId, Tags = [] } of Subnets) {
    const ours = Tags.filter(({ Key }) => Object.values(KEYS).includes(Key!) || Key!.startsWith(MARKER)).map(({ Key, Value }) => `${Key}=${Value}`).sort();
    expectEqual(`tags of ${SubnetId}`, ours, expected);
  }
  return `${Subnets.length} subnets have ${expected.join(', ') || 'none'}`;
}
