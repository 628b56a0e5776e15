import { stateOf } from './cut-over';
import { expectUndisturbed } from './evidence';
import { diffSnapshots, Snapshot, takeSnapshot } from '../../aws/snapshot';
import { expectEqual, until } from '../../cluster/until';
import { allPodsReady } from '../../customer/customer';
import { clusterDifferences, ClusterSnapshot, clusterSnapshot } from '../cluster-snapshot';
import { KARPENTER } from '../karpenter-objects';
import { Report } from '../report';
import { VARIANT } from '../scenario';
import { World } from '../world';

/** Account and cluster at a stage that is gone back to. */
export interface Waypoint { readonly account: Snapshot; readonly cluster: ClusterSnapshot }

export async function takeWaypoint(world: World): Promise<Waypoint> {
  return { account: await takeSnapshot(world.aws), cluster: await clusterSnapshot(world.kube) };
}

/** What Karpenter launched since stays where it is: the pods on it are its business. The claim counts its runs. */
const KARPENTERS_OWN = [new RegExp(`^(${KARPENTER.kinds.claim}|Node) /\\S+ is (new|gone)$`), /^ConfigMap kube-system\/karpenter-migration changed/, /^CSINode \/\S+ is (new|gone)$/];
const KARPENTERS_INSTANCES = /^(ec2 instance|ec2 launch template [Kk]arpenter)/;
/** The stack that did it says so, and its state machine has run. */
const OF_THE_DEPLOYMENT = /^(cloudformation stack|states machine)/;
/** What others own, and the workflow borrows: who takes over makes the rest anew. */
const BORROWED = {
  account: /^(eks|autoscaling) /,
  cluster: new RegExp(`^(Deployment|StatefulSet|DaemonSet|Node|PodDisruptionBudget|${KARPENTER.kinds.pool}) (?!${KARPENTER.namespace}/)`),
};

/** What is not as it was, but for what Karpenter launched. */
async function wayBackDifferences(world: World, waypoint: Waypoint, borrowedOnly: boolean): Promise<string[]> {
  const account = diffSnapshots(waypoint.account, await takeSnapshot(world.aws))
    .filter(({ object }) => !KARPENTERS_INSTANCES.test(object) && !OF_THE_DEPLOYMENT.test(object))
    .filter(({ object }) => !borrowedOnly || BORROWED.account.test(object));
  const cluster = clusterDifferences(waypoint.cluster, await clusterSnapshot(world.kube))
    .filter(line => !KARPENTERS_OWN.some(pattern => pattern.test(line)) && (!borrowedOnly || BORROWED.cluster.test(line)));
  return [...account.map(d => `${d.object}: ${JSON.stringify(d.before)} became ${JSON.stringify(d.after)}`), ...cluster];
}

export async function expectAsBefore(world: World, waypoint: Waypoint, borrowedOnly = false): Promise<string> {
  // DescribeNodegroup and the add-on's status follow a little later.
  await until('account and cluster are as before', 30, async () => {
    expectEqual('differences', await wayBackDifferences(world, waypoint, borrowedOnly), []);
    return true;
  });
  return `${Object.keys(waypoint.account).length} objects of the account and ${waypoint.cluster.size} of the cluster are equal`;
}

/** Lowers the stage to INSTALL: the old capacity is back, Ready, and everything that was changed is as it was. */
export async function wayBack(world: World, report: Report, waypoint: Waypoint): Promise<void> {
  const from = world.observers.mark('INSTALL');
  await report.check({ step: 'Scale node groups down', shows: 'undone', name: 'cdk deploy goes back to stage INSTALL' }, async () => {
    const run = await world.cdk.deploy(VARIANT, { variant: 'bigbatches', stage: 'INSTALL' });
    expectEqual('exit code', run.code, 0);
    return `${run.seconds} s: ${stateOf(world)}`;
  });
  await report.check({ step: 'Remove CAS', shows: 'undone', name: 'nothing is disturbed by it' }, async () => {
    await allPodsReady(world.kube, 60);
    return expectUndisturbed(world.observers.observe(from), { evictionsOfAPod: 0 });
  });
  await report.check({ step: 'Set nodeAffinity for critical workloads', shows: 'undone', name: 'account and cluster are as before, object by object, but for Karpenter\'s nodes' },
    () => expectAsBefore(world, waypoint));
}
