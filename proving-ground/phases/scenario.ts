import { burstPods, karpenterInstances, karpenterNodes } from './burst';
import { clusterDifferences, ClusterSnapshot, clusterSnapshot } from './cluster-snapshot';
import { callsAllowed, CORE_CHECKS, CoreCheck, coreCheck, coreChecksOf, Installed, NEEDS } from './core-checks';
import { expectUndisturbed } from './drain/evidence';
import { VARIANT } from './karpenter-objects';
import { karpenterReady } from './karpenter-pods';
import { letIn, NodeAccess, nodeAccess, notLetInAnyMore } from './node-access';
import { Report } from './report';
import { World } from './world';
import { diffSnapshots, Snapshot, takeSnapshot } from '../aws/snapshot';
import { expectEqual } from '../cluster/until';
import { allPodsReady, readyPods } from '../customer/customer';

/** Account and cluster before the migration. */
export interface Before { readonly account: Snapshot; readonly cluster: ClusterSnapshot; readonly access: NodeAccess }

export async function takeBefore(world: World): Promise<Before> {
  return { account: await takeSnapshot(world.aws), cluster: await clusterSnapshot(world.kube), access: await nodeAccess(world) };
}

/** A creation that fails at the very end takes everything back. */
export async function failingCreation(world: World, report: Report, before: Before): Promise<void> {
  await report.check({ step: 'Assumptions', shows: 'undone', name: 'a creation that fails leaves nothing behind' }, async () => {
    const run = await world.cdk.deploy(VARIANT, { variant: 'failure' });
    if (run.code === 0) {
      throw new Error('the deployment succeeded, although a resource of it cannot be created');
    }
    if (!/Broken/.test(run.output)) {
      throw new Error(`the deployment failed for another reason: ${run.output.slice(-1500)}`);
    }
    await world.cdk.destroy(world.karpenter.example);
    return nothingDiffers(await differences(world, before), before);
  });
}

export async function install(world: World, report: Report, before: Before): Promise<Installed> {
  const installed = await installKarpenter(world, report);
  await letIn(world, report, before.access, installed.nodeRoleArn);
  return installed;
}

/** All of an installation but who lets its nodes in. */
export async function installKarpenter(world: World, report: Report): Promise<Installed> {
  await report.check({ step: 'Deploy Karpenter', shows: 'seen', name: 'cdk deploy installs Karpenter from nothing' }, async () => {
    const run = await world.cdk.deploy(world.karpenter.example);
    expectEqual('exit code', run.code, 0);
    return `${run.seconds} s`;
  });
  const installed = installedFrom(world.cdk.outputs());
  await report.check({ step: 'Set node affinity', shows: 'seen', name: 'both replicas are Ready, on two nodes of node groups' }, async () => {
    const pods = await karpenterReady(world);
    const nodes = await Promise.all(pods.map(pod => world.kube.get(`/api/v1/nodes/${pod.spec.nodeName}`)));
    expectEqual('number of nodes', new Set(nodes.map(node => node.metadata.name)).size, 2);
    const groups = nodes.map(node => node.metadata.labels['eks.amazonaws.com/nodegroup']);
    if (groups.includes(undefined)) {
      throw new Error(`a node is in no node group: ${JSON.stringify(groups)}`);
    }
    return nodes.map((node, i) => `${node.metadata.name} (${groups[i]})`).join(', ');
  });
  await report.check({ step: 'Create default provisioner', shows: 'seen', name: world.karpenter.defaulted.name }, async () => {
    const found = world.karpenter.poolRequirements(await world.kube.get(world.karpenter.pool));
    const requirements = Object.fromEntries(found.map(({ key, operator, values }) => [key, `${operator} ${values.join(',')}`]));
    expectEqual('requirements', Object.fromEntries(Object.entries(requirements).sort()), world.karpenter.requirements);
    return world.karpenter.defaulted.says;
  });
  return installed;
}

export async function core(world: World, report: Report, installed: Installed): Promise<ReadonlyMap<CoreCheck, boolean | undefined>> {
  const outcomes = new Map<CoreCheck, boolean | undefined>();
  const names = coreChecksOf(world.karpenter);
  const since = world.aws.calls.length;
  for (const name of names) {
    if (NEEDS[name].filter(need => names.includes(need)).every(need => outcomes.get(need))) {
      outcomes.set(name, await report.check(CORE_CHECKS[name], () => coreCheck(name, world, installed, since)));
    } else {
      outcomes.set(name, undefined);
      report.notReached(CORE_CHECKS[name]);
    }
  }
  return outcomes;
}

/** They disturb Karpenter, or need a workload of their own. */
const BY_THEMSELVES: readonly CoreCheck[] = ['affinity', 'trust', 'running'];

/** The checks of an installed Karpenter for which the pods of node groups, once they moved, are as good as pods of their own. */
export async function launchedForThem(world: World, report: Report, installed: Installed): Promise<void> {
  for (const name of coreChecksOf(world.karpenter).filter(check => !BY_THEMSELVES.includes(check))) {
    await report.check(CORE_CHECKS[name], () => name === 'policy' ? callsAllowed(world, installed) : coreCheck(name, world, installed, 0));
  }
}

export async function updates(world: World, report: Report): Promise<void> {
  await report.check({ step: 'Deploy Karpenter', shows: 'survives', name: 'a second deployment changes nothing' }, async () => {
    const calls = world.aws.calls.length;
    const run = await world.cdk.deploy(world.karpenter.example);
    expectEqual('exit code', run.code, 0);
    if (!/no changes/.test(run.output)) {
      throw new Error(`the CDK CLI saw changes: ${run.output.slice(-500)}`);
    }
    const invoked = world.aws.calls.slice(calls).filter(call => call.service === 'lambda' && call.action.startsWith('Invoke'));
    expectEqual('functions invoked', invoked.length, 0);
    return 'no changes, and no function was invoked';
  });
  await report.check({ step: 'Create default provisioner', shows: 'survives', name: 'a changed pool is changed in place, and its node lives on' }, async () => {
    const old = (await world.kube.get(world.karpenter.pool)).metadata.uid;
    const nodes = (await karpenterNodes(world)).map(node => node.metadata.uid).sort();
    const run = await world.cdk.deploy(VARIANT, { variant: 'pool' });
    expectEqual('exit code', run.code, 0);
    const { metadata, spec } = await world.kube.get(world.karpenter.pool);
    for (const [field, value] of Object.entries(world.karpenter.changedPool)) {
      expectEqual(field, spec[field], value);
    }
    expectEqual('uid', metadata.uid, old);
    expectEqual('nodes', (await karpenterNodes(world)).map(node => node.metadata.uid).sort(), nodes);
    expectEqual('exit code of the way back', (await world.cdk.deploy(world.karpenter.example)).code, 0);
    expectEqual('weight after the way back', (await world.kube.get(world.karpenter.pool)).spec.weight, undefined);
    expectEqual('uid after the way back', (await world.kube.get(world.karpenter.pool)).metadata.uid, old);
    return `uid ${old} throughout`;
  });
}

/** A budget that allows nothing: Karpenter's node cannot be drained, and everything must stay. */
export async function blockedRemoval(world: World, report: Report): Promise<void> {
  await report.check({ step: 'Verify Karpenter', shows: 'survives', name: 'stage REMOVED fails while a budget holds pods on Karpenter\'s node, names it, and leaves everything running' }, async () => {
    await world.kube.create('/apis/policy/v1/namespaces/shop/poddisruptionbudgets', {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: { name: 'burst', namespace: 'shop' },
      spec: { maxUnavailable: 0, selector: { matchLabels: { app: 'burst' } } },
    });
    const homes = (await burstPods(world)).map(pod => [pod.metadata.uid, pod.spec.nodeName]).sort();
    const { limits } = (await world.kube.get(world.karpenter.pool)).spec;
    const run = await world.cdk.deploy(VARIANT, { variant: 'impatient', stage: 'REMOVED' });
    if (run.code === 0) {
      throw new Error('the deployment of REMOVED succeeded');
    }
    if (!run.output.includes('disruption budget burst')) {
      throw new Error(`the budget in the way is not named: ${run.output.slice(-1500)}`);
    }
    expectEqual('pods and their nodes', (await burstPods(world)).map(pod => [pod.metadata.uid, pod.spec.nodeName]).sort(), homes);
    const cordoned = (await karpenterNodes(world)).filter(node => node.spec.unschedulable).map(node => node.metadata.name);
    expectEqual('cordoned nodes with pods', homes.filter(([, node]) => cordoned.includes(node)), []);
    const { spec, metadata } = await world.kube.get(world.karpenter.pool);
    expectEqual('limits after it', spec.limits, limits);
    expectEqual('record of limits', metadata.annotations?.['cdk-karpenter-migration/limits'], undefined);
    expectEqual('pods that are Ready', (await readyPods(world.kube, await burstPods(world))).length, 2);
    await world.kube.delete('/apis/policy/v1/namespaces/shop/poddisruptionbudgets/burst');
    return /stopped safely[^"\n]*/.exec(run.output)?.[0] ?? `failed after ${run.seconds} s`;
  });
}

/** From the stage SCALE_DOWN, with Karpenter's nodes full of pods, to an account and a cluster that know nothing of a migration. */
export async function removal(world: World, report: Report, before: Before): Promise<void> {
  const from = world.observers.mark('REMOVED');
  await report.check({ step: 'Verify Karpenter', shows: 'undone', name: 'stage REMOVED brings the old capacity back and drains Karpenter\'s nodes' }, async () => {
    const full = await karpenterNodes(world);
    const run = await world.cdk.deploy(VARIANT, { variant: 'bigbatches', stage: 'REMOVED' });
    expectEqual('exit code', run.code, 0);
    expectEqual('nodes of Karpenter', (await karpenterNodes(world)).length, 0);
    expectEqual('instances of Karpenter', (await karpenterInstances(world)).length, 0);
    await allPodsReady(world.kube, 60);
    return `${full.length} nodes are gone after ${run.seconds} s`;
  });
  await report.check({ step: 'Verify Karpenter', shows: 'undone', name: 'no PodDisruptionBudget was violated on the way, and no pod deleted by us' }, async () =>
    expectUndisturbed(world.observers.observe(from), { evictionsOfAPod: 1, byUs: world.karpenter.disruptionTaint !== undefined }));
  await report.check({ step: 'Deploy Karpenter', shows: 'undone', name: 'cdk destroy succeeds after it' }, async () => {
    const run = await world.cdk.destroy(VARIANT, { variant: 'bigbatches', stage: 'REMOVED' });
    expectEqual('exit code', run.code, 0);
    return `${run.seconds} s`;
  });
  const found = await differences(world, before);
  const { account, cluster } = found;
  const undone = async (what: RegExp, all: readonly string[], of: string) => {
    const left = all.filter(difference => what.test(difference));
    if (left.length > 0) {
      throw new Error(left.join('; '));
    }
    return of;
  };
  await report.check({ step: 'Create IAM roles', shows: 'undone', name: 'roles, policies and profiles are as before' },
    () => undone(/^iam|^(role|policy|instance.?profile)/i, account, 'no difference in IAM'));
  await report.check({ step: 'Add tags to subnets and security groups', shows: 'undone', name: 'tags are as before' },
    () => undone(/subnet|security.?group/i, account, 'no difference in subnets and security groups'));
  await notLetInAnyMore(world, report, before.access);
  await report.check({ step: 'Create default provisioner', shows: 'undone', name: 'no pool, no node class and no claim is left' },
    () => undone(new RegExp(`^(${Object.values(world.karpenter.kinds).join('|')}) `), cluster, 'none'));
  await report.check({ step: 'Set node affinity', shows: 'undone', name: 'no object of Karpenter\'s chart is left' }, () => undone(/karpenter/i, cluster, 'none'));
  await report.check({ step: 'Assumptions', shows: 'undone', name: 'account and cluster are as before, object by object' }, async () => nothingDiffers(found, before));
}

/**
 * Functions of CDK's own make log groups that nobody owns: those of its kubectl provider, whose names are cut, and where it makes the cluster of two
 * others.
 */
const CDK_LOG_GROUPS = /^logs group .*(KubectlPro|AWSCDKCfnUtilsProvider|AWSCDKOpenIdConnectProvider)/;

/** What became of account and cluster, as sentences. */
export interface Differences { readonly account: readonly string[]; readonly cluster: readonly string[] }

export async function differences(world: World, before: Before): Promise<Differences> {
  const account = diffSnapshots(before.account, await takeSnapshot(world.aws)).filter(({ object }) => !CDK_LOG_GROUPS.test(object));
  return {
    account: account.map(d => `${d.object}: ${JSON.stringify(d.before)} became ${JSON.stringify(d.after)}`),
    cluster: clusterDifferences(before.cluster, await clusterSnapshot(world.kube), world.karpenter.mayStay),
  };
}

export function nothingDiffers(found: Differences, before: Before): string {
  expectEqual('differences', found, { account: [], cluster: [] });
  return `${Object.keys(before.account).length} objects of the account and ${before.cluster.size} of the cluster are equal`;
}

/**
 * The outputs of the stack, by the names that their constructs have.
 *
 * @param scope how the names of the outputs of one migration begin
 */
export function installedFrom(outputs: Readonly<Record<string, string>>, scope = 'MigrationOutputs'): Installed {
  const output = (name: string): string | undefined => Object.entries(outputs).find(([key]) => key.startsWith(`${scope}${name}`))?.[1];
  const needed = (name: string) => {
    const value = output(name);
    if (value === undefined) {
      throw new Error(`the stack has no output ${name}, only ${Object.keys(outputs).join(', ')}`);
    }
    return value;
  };
  return { controllerRoleArn: needed('ControllerRoleArn'), instanceProfileName: output('InstanceProfileName'), nodeRoleArn: needed('NodeRoleArn') };
}
