import { stateOf } from './cut-over';
import { expectUndisturbed } from './evidence';
import { diffSnapshots, Snapshot, takeSnapshot } from '../../aws/snapshot';
import { expectEqual, until } from '../../cluster/until';
import { allPodsReady } from '../../customer/customer';
import { clusterDifferences, ClusterSnapshot, clusterSnapshot } from '../cluster-snapshot';
import { KarpenterObjects, VARIANT } from '../karpenter-objects';
import { Report } from '../report';
import { World } from '../world';

/** Account and cluster at a stage that is gone back to. */
export interface Waypoint { readonly account: Snapshot; readonly cluster: ClusterSnapshot }

export async function takeWaypoint(world: World): Promise<Waypoint> {
  return { account: await takeSnapshot(world.aws), cluster: await clusterSnapshot(world.kube) };
}

/** What Karpenter launched since stays where it is: the pods on it are its business. The claim counts its runs. */
const karpentersOwn = ({ kinds }: KarpenterObjects) =>
  [new RegExp(`^(${kinds.claim}|Node) /\\S+ is (new|gone)$`), /^ConfigMap kube-system\/karpenter-migration changed/, /^CSINode \/\S+ is (new|gone)$/];
const KARPENTERS_INSTANCES = /^(ec2 instance|ec2 launch template [Kk]arpenter)/;
/** The stack that did it says so, and its state machine has run. */
const OF_THE_DEPLOYMENT = /^(cloudformation stack|states machine)/;
/** What others own, and the workflow borrows: who takes over makes the rest anew. */
const borrowed = ({ kinds, namespace }: KarpenterObjects) => ({
  account: /^(eks|autoscaling) /,
  cluster: new RegExp(`^(Deployment|StatefulSet|DaemonSet|Node|PodDisruptionBudget|${kinds.pool}) (?!${namespace}/karpenter )`),
});

/** Helm counts the revisions of a chart, also of one that was changed and changed back. */
export const CHART_HISTORY = /^Secret \S+\/sh\.helm\.release\.v1\.karpenter\.v\d+ /;

/** IAM counts the versions of a policy, also of one that was changed and changed back: nothing else of it may differ. */
export const POLICY_HISTORY = /^iam policy \S+: \{"arn":"([^"]+)","version":"v\d+"\} became \{"arn":"\1","version":"v\d+"\}$/;

/** What is not as it was, but for what Karpenter launched. */
async function wayBackDifferences(world: World, waypoint: Waypoint, borrowedOnly: boolean, mayDiffer: readonly RegExp[]): Promise<string[]> {
  const lent = borrowed(world.karpenter);
  const account = diffSnapshots(waypoint.account, await takeSnapshot(world.aws))
    .filter(({ object }) => !KARPENTERS_INSTANCES.test(object) && !OF_THE_DEPLOYMENT.test(object))
    .filter(({ object }) => !borrowedOnly || lent.account.test(object));
  const cluster = clusterDifferences(waypoint.cluster, await clusterSnapshot(world.kube), world.karpenter.mayStay)
    .filter(line => !karpentersOwn(world.karpenter).concat(mayDiffer).some(pattern => pattern.test(line)))
    .filter(line => !borrowedOnly || lent.cluster.test(line));
  const ofAccount = account.map(d => `${d.object}: ${JSON.stringify(d.before)} became ${JSON.stringify(d.after)}`)
    .filter(line => !mayDiffer.some(pattern => pattern.test(line)));
  return [...ofAccount, ...cluster];
}

export async function expectAsBefore(world: World, waypoint: Waypoint, borrowedOnly = false, mayDiffer: readonly RegExp[] = []): Promise<string> {
  // DescribeNodegroup and the add-on's status follow a little later.
  await until('account and cluster are as before', 30, async () => {
    expectEqual('differences', await wayBackDifferences(world, waypoint, borrowedOnly, mayDiffer), []);
    return true;
  });
  return `${Object.keys(waypoint.account).length} objects of the account and ${waypoint.cluster.size} of the cluster are equal`;
}

/**
 * Lowers the stage to INSTALL: the old capacity is back, Ready, and everything that was changed is as it was.
 *
 * @param mayDiffer what a phase before has changed for good, by the sentences that say so
 */
export async function wayBack(world: World, report: Report, waypoint: Waypoint, mayDiffer: readonly RegExp[] = []): Promise<void> {
  const from = world.observers.mark('INSTALL');
  await report.check({ step: 'Scale node groups down', shows: 'undone', name: 'cdk deploy goes back to stage INSTALL' }, async () => {
    const run = await world.cdk.deploy(VARIANT, { variant: 'bigbatches', stage: 'INSTALL' });
    expectEqual('exit code', run.code, 0);
    return `${run.seconds} s: ${stateOf(world)}`;
  });
  await undisturbedSince(world, report, from);
  await allAsBefore(world, report, waypoint, mayDiffer);
}

export async function undisturbedSince(world: World, report: Report, from: number): Promise<void> {
  await report.check({ step: 'Remove CAS', shows: 'undone', name: 'nothing is disturbed by it' }, async () => {
    await allPodsReady(world.kube, world.karpenter.disruptionTaint ? 180 : 60, world.karpenter.disruptionTaint);
    return expectUndisturbed(world.observers.observe(from), { evictionsOfAPod: 0, byUs: world.karpenter.disruptionTaint !== undefined });
  });
}

export async function allAsBefore(world: World, report: Report, waypoint: Waypoint, mayDiffer: readonly RegExp[] = []): Promise<void> {
  await report.check({ step: 'Set nodeAffinity for critical workloads', shows: 'undone', name: 'account and cluster are as before, object by object, but for Karpenter\'s nodes' },
    () => expectAsBefore(world, waypoint, false, mayDiffer));
}
