import { DescribeSubnetsCommand } from '@aws-sdk/client-ec2';
import { burstPods, endBurst, karpenterNodes } from './burst';
import { CdkRun } from './cdk-cli';
import { clusterDifferences, clusterSnapshot } from './cluster-snapshot';
import { callsAllowed, CORE_CHECKS, CoreCheck, coreCheck, Installed } from './core-checks';
import { expectUndisturbed } from './drain/evidence';
import { takeWaypoint, Waypoint } from './drain/way-back';
import { DISCOVERY_TAG } from './karpenter-objects';
import { letIn, notLetInAnyMore } from './node-access';
import { Report } from './report';
import { Before, differences, installedFrom, nothingDiffers, takeBefore } from './scenario';
import type { MigratedCluster } from './two-migrations';
import { World } from './world';
import { diffSnapshots, Snapshot, takeSnapshot } from '../aws/snapshot';
import { expectEqual, until } from '../cluster/until';
import { readyPods } from '../customer/customer';

const APP = 'proving-ground/phases/two-migrations.ts';
const TAGS = 'Add tags to subnets and security groups';
const MARKER = 'cdk-karpenter-migration/';
/** More pods of the burst than the nodes of the first two have room for. */
const MORE_PODS = 8;
/** Checks of an installed Karpenter, of which the burst comes up on the way. */
const AT_WORK: readonly CoreCheck[] = ['tags', 'images', 'queue', 'policy', 'launch', 'mapping', 'running'];

/** The migration of the second cluster, which another one joins and leaves. */
export interface Staying {
  readonly before: Before;
  readonly installed: Installed;
  /** Account and cluster with this migration alone. */
  readonly waypoint: Waypoint;
}

/** The stages of the migrations that are in the stack. */
type Stages = Readonly<Partial<Record<'prod' | 'staging', MigratedCluster['stage']>>>;

/** The migration of the second cluster is in the stack alone. */
export async function installsAlone(world: World, report: Report): Promise<Staying> {
  const staging = world.second!;
  const before = await takeBefore(staging);
  await report.check({ step: 'Deploy Karpenter', shows: 'seen', name: 'cdk deploy installs Karpenter in one of two clusters' }, () => deployed(world, { staging: 'INSTALL' }));
  const installed = installedFrom(world.cdk.outputs(), outputsOf(staging));
  await letIn(staging, report, before.access, installed.nodeRoleArn);
  await atWork(staging, report, installed);
  return { before, installed, waypoint: await takeWaypoint(staging) };
}

/** A migration of the first cluster comes to the stack, and nothing of the other one is touched. */
export async function anotherArrives(world: World, report: Report, before: Before, staying: Staying): Promise<void> {
  await report.check({ step: 'Deploy Karpenter', shows: 'seen', name: 'a second migration of the stack installs Karpenter in the other cluster' }, () =>
    deployed(world, { prod: 'INSTALL', staging: 'INSTALL' }));
  const installed = installedFrom(world.cdk.outputs(), outputsOf(world));
  await letIn(world, report, before.access, installed.nodeRoleArn);
  await report.check({ step: TAGS, shows: 'seen', name: 'the subnets that both clusters use have the tags of both' }, () => expectTagged(world, [world, world.second!]));
  await atWork(world, report, installed);
  await report.check({ step: 'Deploy Karpenter', shows: 'survives', name: 'the cluster that was there first is as it was, object by object, and of the account all that was there' }, async () => {
    expectEqual('what is lost of the account', lost(staying.waypoint.account, await takeSnapshot(world.aws)), []);
    return expectSameCluster(world.second!, staying);
  });
}

/** The first cluster's migration leaves the stack, under the pods of the other one, which stays. */
export async function oneLeaves(world: World, report: Report, before: Before, staying: Staying): Promise<void> {
  const staging = world.second!;
  const from = staging.observers.mark('the other one leaves');
  const homes = await homesOf(staging);
  await endBurst(world);
  await report.check({ step: 'Verify Karpenter', shows: 'undone', name: 'stage REMOVED of one, and then it leaves the stack' }, async () => {
    const removed = await deployed(world, { prod: 'REMOVED', staging: 'INSTALL' });
    const since = world.aws.calls.length;
    const left = await deployed(world, { staging: 'INSTALL' });
    const calls = world.aws.calls.slice(since).filter(({ service, action }) => service === 'ec2' && action === 'DeleteTags');
    expectEqual('answers to DeleteTags', [...new Set(calls.map(({ status }) => status))], [200]);
    return `${removed} and ${left}; ${calls.length} calls of DeleteTags, none refused`;
  });
  await report.check({ step: TAGS, shows: 'undone', name: 'the subnets have the tags of the cluster that stays' }, () => expectTagged(world, [staging]));
  await notLetInAnyMore(world, report, before.access);
  await report.check({ step: 'Deploy Karpenter', shows: 'undone', name: 'the cluster that is left is as before, object by object, and the account as it was before its migration came' }, async () => {
    const expected = { ...before, account: staying.waypoint.account };
    const found = await differences(world, expected);
    return nothingDiffers({ ...found, account: found.account.filter(line => !COMES_AND_GOES.test(line)) }, expected);
  });
  await report.check({ step: 'Deploy Karpenter', shows: 'survives', name: 'the cluster that stays is as it was, object by object, and no pod of it moved' }, async () => {
    expectEqual('pods and their nodes', await homesOf(staging), homes);
    return `${await expectSameCluster(staging, staying)}; ${expectUndisturbed(staging.observers.observe(from), { evictionsOfAPod: 0 })}`;
  });
  await report.check({ step: 'Verify Karpenter', shows: 'survives', name: 'pods of it that wait get a node from its Karpenter' }, async () => {
    const [since, nodes] = [world.aws.calls.length, (await karpenterNodes(staging)).length];
    await staging.kube.patch('/apis/apps/v1/namespaces/shop/deployments/burst', { spec: { replicas: MORE_PODS } });
    await until('they run', 300, async () => (await readyPods(staging.kube, await burstPods(staging))).length === MORE_PODS);
    const now = (await karpenterNodes(staging)).length;
    if (now <= nodes) {
      throw new Error(`${MORE_PODS} pods run on ${now} nodes of Karpenter, where there were ${nodes}`);
    }
    return `${now} nodes instead of ${nodes}; ${await callsAllowed(staging, staying.installed, since)}`;
  });
}

/** The migration that stayed leaves as well, with the stack. */
export async function theOtherLeaves(world: World, report: Report, before: Before, staying: Staying): Promise<void> {
  const staging = world.second!;
  await endBurst(staging);
  await report.check({ step: 'Verify Karpenter', shows: 'undone', name: 'stage REMOVED of the other one, and cdk destroy' }, async () => {
    const removed = await deployed(world, { staging: 'REMOVED' });
    return `${removed} and ${succeeded(await world.cdk.destroy(APP, contextOf(world, { staging: 'REMOVED' })))}`;
  });
  await notLetInAnyMore(staging, report, staying.before.access);
  await report.check({ step: 'Assumptions', shows: 'undone', name: 'account and both clusters are as before, object by object' }, async () =>
    `${nothingDiffers(await differences(world, before), before)}; ${nothingDiffers(await differences(staging, staying.before), staying.before)}`);
}

/** What an installed Karpenter does for pods that wait, in its own cluster. */
async function atWork(world: World, report: Report, installed: Installed): Promise<void> {
  const since = world.aws.calls.length;
  for (const name of AT_WORK) {
    const check = CORE_CHECKS[name];
    await report.check({ ...check, name: `in ${world.clusterName} ${check.name}` }, () => coreCheck(name, world, installed, since));
  }
  await until('Karpenter has done with its nodes', 60, async () =>
    (await karpenterNodes(world)).every(({ metadata }) => metadata.labels['karpenter.sh/initialized'] === 'true'));
}

async function deployed(world: World, stages: Stages): Promise<string> {
  return succeeded(await world.cdk.deploy(APP, contextOf(world, stages)));
}

function succeeded({ code, seconds }: CdkRun): string {
  expectEqual('exit code', code, 0);
  return `${seconds} s`;
}

function contextOf(world: World, stages: Stages): { clusters: string } {
  const clusters = [world, world.second!].flatMap(({ clusterName, handMade }): MigratedCluster[] => {
    const stage = stages[clusterName as keyof Stages];
    return stage === undefined ? [] : [{
      clusterName,
      stage,
      kubectlRoleArn: handMade!.kubectlRoleArn,
      openIdConnectProviderArn: handMade!.oidcProviderArn,
      discoveryKey: discoveryKey(clusterName),
    }];
  });
  return { clusters: JSON.stringify(clusters) };
}

/** How the outputs of a cluster's migration begin. */
function outputsOf({ clusterName }: World): string {
  return `${clusterName}MigrationOutputs`;
}

/** The second cluster's is one of its own. */
function discoveryKey(clusterName: string): string {
  return clusterName === 'prod' ? DISCOVERY_TAG : `${DISCOVERY_TAG}-${clusterName}`;
}

/** Every private subnet has the tags of these clusters, and no others of ours. */
async function expectTagged(world: World, clusters: readonly World[]): Promise<string> {
  const { Subnets = [] } = await world.ec2.send(new DescribeSubnetsCommand({ SubnetIds: [...world.customer.privateSubnetIds] }));
  const expected = clusters.flatMap(({ clusterName }) =>
    [`${discoveryKey(clusterName)}=${clusterName}`, `${MARKER}${clusterName}=${discoveryKey(clusterName)}`]).sort();
  for (const { SubnetId, Tags = [] } of Subnets) {
    const ours = Tags.filter(({ Key }) => Key!.startsWith(DISCOVERY_TAG) || Key!.startsWith(MARKER)).map(({ Key, Value }) => `${Key}=${Value}`).sort();
    expectEqual(`tags of ${SubnetId}`, ours, expected);
  }
  return `${Subnets.length} subnets have ${expected.join(', ')}`;
}

/** Karpenter keeps launch templates for some minutes; the stack says what was done to it last. */
const COMES_AND_GOES = /^(ec2 launch template [Kk]arpenter|cloudformation stack)/;

/** What was in the account and is not as it was, but for what was added to it. */
function lost(before: Snapshot, now: Snapshot): string[] {
  return diffSnapshots(before, now)
    .filter(({ object, before: was, after: is }) => was !== undefined && !COMES_AND_GOES.test(object) && !contains(is, was))
    .map(({ object, before: was, after: is }) => `${object}: ${JSON.stringify(was)} became ${JSON.stringify(is)}`);
}

/** Whether a value has all that another one has. */
function contains(whole: unknown, part: unknown): boolean {
  if (Array.isArray(part)) {
    return Array.isArray(whole) && part.every(one => whole.some(other => contains(other, one)));
  }
  if (part && typeof part === 'object') {
    return Boolean(whole) && typeof whole === 'object' && Object.entries(part).every(([key, value]) => contains((whole as Record<string, unknown>)[key], value));
  }
  return whole === part;
}

async function expectSameCluster(world: World, { waypoint: { cluster } }: Staying): Promise<string> {
  expectEqual('differences', clusterDifferences(cluster, await clusterSnapshot(world.kube)), []);
  return `${cluster.size} objects of ${world.clusterName} are equal`;
}

async function homesOf(world: World): Promise<string[]> {
  return (await burstPods(world)).map(({ metadata, spec }) => `${metadata.name} on ${spec.nodeName}`).sort();
}
