import * as path from 'path';
import { karpenterInstances, karpenterNodes } from './burst';
import { Installed } from './core-checks';
import { VARIANT } from './karpenter-objects';
import { karpenterReady } from './karpenter-pods';
import { nodeAccess } from './node-access';
import { Report } from './report';
import { differences, installedFrom, takeBefore } from './scenario';
import { World } from './world';
import { Snapshot, takeSnapshot } from '../aws/snapshot';
import { KubeObject } from '../cluster/kube';
import { expectEqual, until } from '../cluster/until';
import { isReady, readyPods } from '../customer/customer';
import { onePod } from '../customer/one-pod';
import { SHOP_NAMESPACE } from '../customer/workloads';

const CLAIM = '/api/v1/namespaces/kube-system/configmaps/karpenter-migration';
/** The pools of the variant `own`: the node class of one is the owner's construct, that of the other one was added to the migration. */
const POOLS: readonly string[] = ['own', 'added'];
/** The right that the owner of the variant gives to the nodes. */
const RIGHT = 's3:GetObject';
const DEPLOYMENTS = `/apis/apps/v1/namespaces/${SHOP_NAMESPACE}/deployments`;

/** A stack with parts of the owner's own is destroyed without REMOVED, under pods on their nodes: all of it stays, works, and can be taken over. */
export async function ownPartsAreKept(world: World, report: Report): Promise<void> {
  const before = await takeBefore(world);
  await report.check({ step: 'Create default provisioner', shows: 'seen', name: 'pods run on nodes of node classes that their owner has made or added' }, async () => {
    expectEqual('exit code', (await world.cdk.deploy(VARIANT, { variant: 'own' })).code, 0);
    return runOnTheirPools(world, 'early');
  });
  const installed = installedFrom(world.cdk.outputs());
  const left = footing(await takeSnapshot(world.aws), installed);
  const found = await stateOf(world);
  await report.check({ step: 'Create default provisioner', shows: 'survives', name: 'a stack with the owner\'s own parts that is destroyed leaves all that its nodes stand on, and no pod moves' }, async () => {
    expectEqual(`whether the node role may ${RIGHT}`, JSON.stringify(left).includes(RIGHT), true);
    const { code, seconds } = await world.cdk.destroy(VARIANT, { variant: 'own' });
    expectEqual('exit code of destroy', code, 0);
    expectEqual('abandoned', (await world.kube.get(CLAIM)).data.abandoned, 'true');
    expectEqual('roles and profile', footing(await takeSnapshot(world.aws), installed), left);
    expectEqual('objects, nodes, pods and who is let in', await stateOf(world), found);
    return `${found.objects.length} pools and node classes, ${Object.keys(left).length} roles and profiles, ${found.nodes.length} nodes after ${seconds} s`;
  });
  await report.check({ step: 'Create default provisioner', shows: 'survives', name: 'and Karpenter goes on launching by them' }, async () => {
    await karpenterReady(world);
    return runOnTheirPools(world, 'late');
  });
  const grown = await stateOf(world);
  await report.check({ step: 'Deploy Karpenter', shows: 'survives', name: 'a deployment that takes over finds them, changes them in place, and moves no pod' }, async () => {
    expectEqual('exit code', (await world.cdk.deploy(VARIANT, { variant: 'own,takeover' })).code, 0);
    expectEqual('abandoned', (await world.kube.get(CLAIM)).data.abandoned, 'false');
    const { objects, nodes, pods } = await stateOf(world);
    expectEqual('objects, nodes and pods', { objects, nodes, pods }, { objects: grown.objects, nodes: grown.nodes, pods: grown.pods });
    return `${objects.length} objects have their uid, ${pods.length} pods their node`;
  });
  await endPods(world);
  await report.check({ step: 'Deploy Karpenter', shows: 'undone', name: 'what was taken over can be removed with the owner\'s own parts' }, async () => {
    expectEqual('exit code of REMOVED', (await world.cdk.deploy(VARIANT, { variant: 'own,bigbatches', stage: 'REMOVED' })).code, 0);
    expectEqual('instances of Karpenter', (await karpenterInstances(world)).map(({ InstanceId }) => InstanceId), []);
    expectEqual('exit code of destroy', (await world.cdk.destroy(VARIANT, { variant: 'own,bigbatches', stage: 'REMOVED' })).code, 0);
    const { account, cluster } = await differences(world, before);
    // The runbook's article says how to find and delete these, once no instance has them any more.
    const abandoned = Object.keys(left).filter(object => account.some(line => line.startsWith(`${object}: `)));
    expectEqual('what the abandoned stack left', abandoned, Object.keys(left));
    expectEqual('other differences', { account: account.filter(line => !abandoned.some(object => line.startsWith(`${object}: `))), cluster }, { account: [], cluster: [] });
    return `${Object.keys(before.account).length} objects of the account and ${before.cluster.size} of the cluster are equal; ${abandoned.join(', ')} are left, as said in the runbook`;
  });
}

/** The roles of a migration, with their policies, and its profile. */
function footing(account: Snapshot, { nodeRoleArn, controllerRoleArn, instanceProfileName }: Installed): Snapshot {
  const names = [
    ...[nodeRoleArn, controllerRoleArn].map(arn => `iam role ${arn.split('/').pop()}`),
    `iam instance profile ${instanceProfileName}`,
  ];
  return Object.fromEntries(names.sort().map(name => [name, account[name]]));
}

/** What must stay as it is: pools and node classes by their uid, nodes, where each pod runs, and who may join. */
async function stateOf(world: World) {
  const objects = [...await world.kube.list(world.karpenter.pools), ...await world.kube.list(path.posix.dirname(world.karpenter.nodeClass))];
  const nodes = await karpenterNodes(world);
  return {
    objects: objects.map(({ metadata }) => `${metadata.name} ${metadata.uid}`).sort(),
    nodes: nodes.map(node => `${node.metadata.name} ${node.metadata.uid} ${isReady(node) ? 'Ready' : 'not Ready'}`).sort(),
    pods: (await ownPods(world)).map(({ metadata, spec }) => `${metadata.name} on ${spec.nodeName}`).sort(),
    access: await nodeAccess(world),
  };
}

/** A pod for each pool, too big for what runs already, which only a node of that pool may take. */
async function runOnTheirPools(world: World, when: string): Promise<string> {
  const names = POOLS.map(pool => `${when}-on-${pool}`);
  for (const [index, name] of names.entries()) {
    await world.kube.create(DEPLOYMENTS, onePod({
      kind: 'Deployment',
      namespace: SHOP_NAMESPACE,
      name,
      labels: { 'own-parts': when },
      resources: { requests: { cpu: '5', memory: '4Gi' } },
      spec: {
        nodeSelector: { [world.karpenter.ownerLabel]: POOLS[index] },
        // Nobody helps out with room on a node that is there already.
        affinity: {
          podAntiAffinity: {
            requiredDuringSchedulingIgnoredDuringExecution: [
              { labelSelector: { matchExpressions: [{ key: 'own-parts', operator: 'Exists' }] }, topologyKey: 'kubernetes.io/hostname' },
            ],
          },
        },
      },
    }));
  }
  const { pods, nodes } = await until(`the pods ${names.join(' and ')} and their nodes are Ready`, 300, async () => {
    const ready = await readyPods(world.kube, (await ownPods(world)).filter(({ metadata }) => metadata.labels['own-parts'] === when));
    const homes = await Promise.all(ready.map(({ spec }) => world.kube.get(`/api/v1/nodes/${spec.nodeName}`)));
    return ready.length === names.length && homes.every(isReady) && { pods: ready, nodes: homes };
  });
  expectEqual('pools of their nodes', nodes.map(({ metadata }) => metadata.labels[world.karpenter.ownerLabel]).sort(), [...POOLS].sort());
  return pods.map(({ metadata, spec }) => `${metadata.labels.app} on ${spec.nodeName}`).sort().join(', ');
}

function ownPods(world: World): Promise<KubeObject[]> {
  return world.kube.list(`/api/v1/namespaces/${SHOP_NAMESPACE}/pods?labelSelector=own-parts`);
}

async function endPods(world: World): Promise<void> {
  for (const when of ['early', 'late']) {
    for (const pool of POOLS) {
      await world.kube.delete(`${DEPLOYMENTS}/${when}-on-${pool}`);
    }
  }
  await until('their pods are gone', 60, async () => (await ownPods(world)).length === 0);
}
