import { asNode, AUTHENTICATOR_MILLISECONDS } from './access-modes';
import { burstPods, endBurst, karpenterInstances, startBurst } from './burst';
import { MADE_IN_THE_APP } from './cluster-making';
import { Installed } from './core-checks';
import { karpenterReady } from './karpenter-pods';
import { nodeAccess } from './node-access';
import { Report } from './report';
import { core, Before, differences, installKarpenter, nothingDiffers, takeBefore } from './scenario';
import { CLUSTER_NAME, World } from './world';
import { sleep } from '../cluster/processes';
import { expectEqual, until } from '../cluster/until';
import { allPodsReady, readyPods } from '../customer/customer';

const STEP = 'Update aws-auth ConfigMap';
const NODE = { username: 'system:node:{{EC2PrivateDNSName}}', groups: ['system:bootstrappers', 'system:nodes'] };
const AUDITOR = { username: 'auditor', groups: ['auditors'] };

/** Who is mapped, by the ARN of the role. */
type Mappings = Readonly<Record<string, { readonly username: string; readonly groups: readonly string[] }>>;

/** The cluster as CDK has made it, before any migration. */
export async function madeByCdk(world: World, report: Report): Promise<Before> {
  await report.check({ step: STEP, shows: 'seen', name: 'the CDK makes the cluster by the role of its own that is its administrator, and lets the nodes in by its own list' }, async () => {
    const creation = world.aws.calls.find(({ action, service }) => service === 'eks' && action === 'CreateCluster')!;
    expectEqual('answer to CreateCluster', creation.status, 200);
    const [, role] = /:assumed-role\/([^/]*ClusterCreationRole[^/]*)\//.exec(creation.principal) ?? [];
    if (role === undefined) {
      throw new Error(`the cluster was made by ${creation.principal}`);
    }
    const mapped = await mappings(world);
    expectEqual('mapping of the node groups\' role', mapped[world.customer.nodeRoleArn], NODE);
    expectEqual('number of mappings', Object.keys(mapped).length, 2);
    expectEqual('number of nodes', (await world.kube.list('/api/v1/nodes')).length, world.nodes);
    return `${role} made ${CLUSTER_NAME}; ${Object.keys(mapped).join(', ')} are mapped, and ${world.nodes} nodes are in`;
  });
  return takeBefore(world);
}

/** The installation puts the role of Karpenter's nodes into CDK's own list, and Karpenter works by it. */
export async function installedByTheList(world: World, report: Report, before: Before): Promise<Installed> {
  const installed = await installKarpenter(world, report);
  await report.check({ step: STEP, shows: 'seen', name: 'CDK\'s own list has one more entry, all others are as they were, and nothing of ours is beside it' }, async () => {
    const mapped = await mappings(world);
    expectEqual('mappings', mapped, { ...parse(before.access.awsAuth), [installed.nodeRoleArn]: NODE });
    const { mapRoles: _now, ...rest } = (await nodeAccess(world)).awsAuth!;
    const { mapRoles: _then, ...others } = before.access.awsAuth!;
    expectEqual('mapUsers and mapAccounts', rest, others);
    return `${installed.nodeRoleArn} beside ${Object.keys(mapped).length - 1} others`;
  });
  await core(world, report, installed);
  return installed;
}

/** CDK applies its whole list again, with somebody else in it: Karpenter's nodes stay in, and new ones come. */
export async function listChanges(world: World, report: Report, before: Before, { nodeRoleArn }: Installed): Promise<void> {
  await report.check({ step: STEP, shows: 'survives', name: 'after CDK\'s next change of its list both are mapped, and a living node is still let in' }, async () => {
    const living = await launched(world);
    const uids = await nodeUids(world);
    expectEqual('exit code', (await world.cdk.deploy(MADE_IN_THE_APP, { variant: 'auditors' })).code, 0);
    const { [nodeRoleArn]: ours, ...others } = await mappings(world);
    expectEqual('our mapping', ours, NODE);
    expectEqual('mappings', others, withAuditors(before, others));
    await sleep(AUTHENTICATOR_MILLISECONDS);
    const nodes = await Promise.all(living.map(instance => asNode(world, instance)));
    expectEqual('nodes of Karpenter', await nodeUids(world), uids);
    return `${nodes.join(', ')} read themselves, ${Object.keys(others).length + 1} roles are mapped`;
  });
  await report.check({ step: STEP, shows: 'survives', name: 'and the controller goes on: it ends nodes and launches new ones that get in' }, async () => {
    const old = (await launched(world)).map(({ InstanceId }) => InstanceId);
    await karpenterReady(world);
    await endBurst(world);
    await startBurst(world);
    const fresh = await launched(world);
    expectEqual('old instances that are still there', fresh.filter(({ InstanceId }) => old.includes(InstanceId)).length, 0);
    const nodes = await Promise.all(fresh.map(instance => asNode(world, instance)));
    await endBurst(world);
    return `${old.join(', ')} went, ${nodes.join(', ')} came`;
  });
}

/** The migration leaves the app, the cluster and its list stay. */
export async function leavesTheList(world: World, report: Report, before: Before, { nodeRoleArn }: Installed): Promise<void> {
  await report.check({ step: STEP, shows: 'undone', name: 'at the stage REMOVED the list has the entry still' }, async () => {
    expectEqual('exit code of REMOVED', (await world.cdk.deploy(MADE_IN_THE_APP, { variant: 'auditors', stage: 'REMOVED' })).code, 0);
    const { [nodeRoleArn]: ours, ...others } = await mappings(world);
    expectEqual('our mapping', ours, NODE);
    expectEqual('mappings', others, withAuditors(before, others));
    await allPodsReady(world.kube, 60);
    return `${Object.keys(others).length + 1} roles are mapped`;
  });
  await report.check({ step: STEP, shows: 'undone', name: 'once the migration has left the app the list is the app\'s own, without ours' }, async () => {
    expectEqual('exit code', (await world.cdk.deploy(MADE_IN_THE_APP, { variant: 'alone,auditors' })).code, 0);
    const mapped = await mappings(world);
    expectEqual('mappings', mapped, withAuditors(before, mapped));
    return Object.keys(mapped).join(', ');
  });
  await report.check({ step: STEP, shows: 'undone', name: 'and with the auditors gone account and cluster are as before, object by object' }, async () => {
    expectEqual('exit code', (await world.cdk.deploy(MADE_IN_THE_APP, { variant: 'alone' })).code, 0);
    expectEqual('who is let in', await nodeAccess(world), before.access);
    // The stack is the cluster's as well, and stays.
    const updated = { ...before, account: { ...before.account, 'cloudformation stack Karpenter': { status: 'UPDATE_COMPLETE' } } };
    return nothingDiffers(await differences(world, updated), updated);
  });
}

async function mappings(world: World): Promise<Mappings> {
  return parse((await nodeAccess(world)).awsAuth);
}

/** CDK writes JSON. */
function parse(awsAuth: Before['access']['awsAuth']): Mappings {
  const listed: { rolearn: string; username: string; groups: string[] }[] = JSON.parse(awsAuth!.mapRoles);
  return Object.fromEntries(listed.map(({ rolearn, ...mapping }) => [rolearn, mapping]));
}

/** What there was before, and the auditors' role under the name that CloudFormation gave it; in the order of the list. */
function withAuditors(before: Before, now: Mappings): Mappings {
  const [auditors] = Object.keys(now).filter(arn => /:role\/Karpenter-Auditors/.test(arn));
  return { ...parse(before.access.awsAuth), [auditors ?? 'auditors']: AUDITOR };
}

async function nodeUids(world: World): Promise<string[]> {
  return (await world.kube.list('/api/v1/nodes')).filter(({ metadata }) => world.karpenter.ownerLabel in metadata.labels).map(({ metadata }) => metadata.uid).sort();
}

/** The instances of the burst, once its pods run on them. */
async function launched(world: World): Promise<Awaited<ReturnType<typeof karpenterInstances>>> {
  await until('the pods of the burst run', 300, async () => (await readyPods(world.kube, await burstPods(world))).length === 2);
  return karpenterInstances(world);
}
