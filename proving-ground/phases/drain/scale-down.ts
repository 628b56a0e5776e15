import * as fs from 'fs';
import * as path from 'path';
import { AutoScalingClient, DescribeAutoScalingGroupsCommand } from '@aws-sdk/client-auto-scaling';
import { DescribeNodegroupCommand, EKSClient } from '@aws-sdk/client-eks';
import { stateOf } from './cut-over';
import { expectUndisturbed, figures, LEAST_USED_UP } from './evidence';
import { autoscalerComesBack, budgetInTheWay } from './obstacles';
import { clientConfig } from '../../aws/client-config';
import { KubeObject } from '../../cluster/kube';
import { expectEqual } from '../../cluster/until';
import { allPodsReady } from '../../customer/customer';
import { VARIANT } from '../karpenter-objects';
import { Report } from '../report';
import { CLUSTER_NAME, World } from '../world';

const NODEGROUP = 'eks.amazonaws.com/nodegroup';
/** One of each where several take part, and as many more as Karpenter and critical workloads need with one node lost. */
const LEAST_NODES = 2;

/** Raises the stage a second time, with a budget and somebody's GitOps in the way. */
export async function scaleDown(world: World, report: Report, runDir: string): Promise<void> {
  const from = world.observers.mark('SCALE_DOWN');
  const deployment = world.cdk.deploy(VARIANT, { variant: 'bigbatches', stage: 'SCALE_DOWN' });
  await budgetInTheWay(world, report);
  await autoscalerComesBack(world, report);
  await report.check({ step: 'Scale node groups down', shows: 'seen', name: 'cdk deploy reaches stage SCALE_DOWN' }, async () => {
    const run = await deployment;
    expectEqual('exit code', run.code, 0);
    return `${run.seconds} s: ${stateOf(world)}`;
  });
  const seen = world.observers.observe(from);
  fs.writeFileSync(path.join(runDir, 'drain.json'), JSON.stringify(figures(seen), undefined, 2));
  await report.check({ step: 'Scale node groups down', shows: 'seen', name: 'node groups are at their minimum, with min = max = desired as in the guide' }, () => sizesAreFixed(world));
  await report.check({ step: 'Scale node groups down', shows: 'survives', name: 'no PodDisruptionBudget was violated, no workload without one fell below three quarters, no pod deleted by us, and each evicted once' }, async () =>
    expectUndisturbed(seen, { evictionsOfAPod: 1, limits: true }));
  await report.check({ step: 'Scale node groups down', shows: 'seen', name: 'everything runs, and Karpenter and critical workloads on node groups' }, async () => {
    await allPodsReady(world.kube, world.karpenter.disruptionTaint ? 180 : 60, world.karpenter.disruptionTaint);
    const nodes = new Map((await world.kube.list('/api/v1/nodes')).map(node => [node.metadata.name, node.metadata.labels[NODEGROUP]]));
    const pods = await world.kube.list('/api/v1/pods');
    const critical = pods.filter(({ metadata: { labels = {} } }) => labels['app.kubernetes.io/name'] === 'karpenter' || labels['k8s-app'] === 'kube-dns' || labels['k8s-app'] === 'metrics-server');
    const elsewhere = critical.filter(pod => !nodes.get(pod.spec.nodeName)).map(pod => pod.metadata.name);
    expectEqual('critical pods outside of node groups', elsewhere, []);
    return `${critical.length} critical pods on ${new Set(critical.map(pod => pod.spec.nodeName)).size} nodes of node groups`;
  });
}

/** When pods meet is chance; over all drains of a run it must have happened. */
export async function budgetsWereTested(world: World, report: Report, from: number): Promise<void> {
  await report.check({ step: 'Scale node groups down', shows: 'survives', name: `at least ${LEAST_USED_UP} budgets were used up, so that they were tested` }, async () => {
    const { audit: { granted, refused }, disruption: { usedUp } } = world.observers.observe(from);
    if (usedUp.length < LEAST_USED_UP) {
      throw new Error(`only ${usedUp.join(', ') || 'none'}`);
    }
    return `${usedUp.join(', ')}; ${refused.length} of ${granted.length + refused.length} evictions were refused`;
  });
}

/** A node group as EKS and Auto Scaling have it. */
interface NodegroupState {
  readonly name: string;
  readonly status: string;
  readonly min: number;
  readonly max: number;
  readonly desired: number;
  readonly instances: number;
  readonly suspended: readonly string[];
}

export async function nodegroups(world: World): Promise<NodegroupState[]> {
  const client = new EKSClient(clientConfig(world.aws));
  const autoScaling = new AutoScalingClient(clientConfig(world.aws));
  return Promise.all(world.customer.nodegroups.map(async (name) => {
    const { nodegroup } = await client.send(new DescribeNodegroupCommand({ clusterName: CLUSTER_NAME, nodegroupName: name }));
    const { AutoScalingGroups: [group] = [] } = await autoScaling.send(new DescribeAutoScalingGroupsCommand({
      AutoScalingGroupNames: [nodegroup!.resources!.autoScalingGroups![0].name!],
    }));
    const { minSize, maxSize, desiredSize } = nodegroup!.scalingConfig!;
    return {
      name,
      status: nodegroup!.status!,
      min: minSize!,
      max: maxSize!,
      desired: desiredSize!,
      instances: group.Instances!.length,
      suspended: (group.SuspendedProcesses ?? []).map(p => p.ProcessName!),
    };
  }));
}

async function sizesAreFixed(world: World): Promise<string> {
  const groups = await nodegroups(world);
  for (const { name, min, max, desired, instances, suspended } of groups) {
    const empty = desired === 0;
    expectEqual(`sizes of ${name}`, [min, max, instances], empty ? [0, 1, 0] : [desired, desired, desired]);
    expectEqual(`suspended processes of ${name}`, suspended, []);
  }
  const nodes = await world.kube.list(`/api/v1/nodes?labelSelector=${encodeURIComponent(NODEGROUP)}`);
  const total = groups.reduce((sum, group) => sum + group.desired, 0);
  expectEqual('nodes of node groups', nodes.length, total);
  expectEqual('cordoned nodes', nodes.filter((node: KubeObject) => node.spec.unschedulable).length, 0);
  if (total < LEAST_NODES || total > 4) {
    throw new Error(`node groups have ${total} nodes: ${JSON.stringify(groups)}`);
  }
  return groups.map(({ name, desired }) => `${name}: ${desired}`).join(', ');
}
