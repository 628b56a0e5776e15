import { DescribeInstancesCommand, Instance } from '@aws-sdk/client-ec2';
import { World } from './world';
import { KubeObject } from '../cluster/kube';
import { until } from '../cluster/until';

const NAMESPACE = 'shop';
const NAME = 'burst';

/** A workload that no node of a node group has room for, so that only Karpenter can help. */
export async function startBurst(world: World): Promise<void> {
  const labels = { app: NAME };
  await world.kube.create(`/apis/apps/v1/namespaces/${NAMESPACE}/deployments`, {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: NAME, namespace: NAMESPACE, labels },
    spec: {
      replicas: 2,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: { containers: [{ name: NAME, image: 'burst:v1', resources: { requests: { cpu: '5', memory: '4Gi' } } }] },
      },
    },
  });
}

/** Takes the workload and the nodes that it brought away, and waits until EC2 has none of them left. */
export async function endBurst(world: World): Promise<void> {
  await world.kube.delete(`/apis/apps/v1/namespaces/${NAMESPACE}/deployments/${NAME}`);
  await until('the pods of the burst are gone', 60, async () => (await burstPods(world)).length === 0);
  for (const claim of await claims(world)) {
    await world.kube.delete(`${world.karpenter.claims}/${claim.metadata.name}`);
  }
  await until('the instances of Karpenter are gone', 180, async () =>
    (await karpenterInstances(world)).length === 0 && (await claims(world)).length === 0 && (await karpenterNodes(world)).length === 0);
}

export function burstPods(world: World): Promise<KubeObject[]> {
  return world.kube.list(`/api/v1/namespaces/${NAMESPACE}/pods?labelSelector=app%3D${NAME}`);
}

export function claims(world: World): Promise<KubeObject[]> {
  return world.kube.list(world.karpenter.claims);
}

export function karpenterNodes(world: World): Promise<KubeObject[]> {
  return world.kube.list(`/api/v1/nodes?labelSelector=${encodeURIComponent(world.karpenter.ownerLabel)}`);
}

/** The living instances that carry the tag of the cluster's Karpenter. */
export async function karpenterInstances(world: World): Promise<Instance[]> {
  const { Reservations } = await world.ec2.send(new DescribeInstancesCommand({
    Filters: [{ Name: 'tag-key', Values: [world.karpenter.ownerLabel] }, { Name: `tag:kubernetes.io/cluster/${world.clusterName}`, Values: ['owned'] }, { Name: 'instance-state-name', Values: ['pending', 'running', 'shutting-down', 'stopping'] }],
  }));
  return (Reservations ?? []).flatMap(reservation => reservation.Instances ?? []);
}
