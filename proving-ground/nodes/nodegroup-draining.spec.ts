import assert from 'assert/strict';
import { test } from 'node:test';
import { AutoScalingClient, CompleteLifecycleActionCommand } from '@aws-sdk/client-auto-scaling';
import { NodegroupDraining } from './nodegroup-draining';
import { Kube, KubeError, KubeObject } from '../cluster/kube';
import { until } from '../cluster/until';

/** A node with pods, of which a budget lets one go at a time or none, and the group that ends its instance. */
class Cluster {
  public cordoned = false;
  public completed = 0;
  public readonly evictions: string[] = [];
  public pods: KubeObject[];

  public readonly kube = {
    list: async (path: string) => path === '/api/v1/nodes' ? [{ metadata: { name: 'node' }, spec: { providerID: 'aws:///us-east-1a/i-1' } }] : [...this.pods],
    patch: async () => { this.cordoned = true; },
    create: async (path: string, { metadata: { name } }: KubeObject) => {
      assert.ok(this.cordoned);
      if (!this.allowed()) {
        throw new KubeError(429, 'a budget does not allow it', path);
      }
      this.evictions.push(name);
      this.pods = this.pods.filter(pod => pod.metadata.name !== name);
    },
    close: () => undefined,
  } as unknown as Kube;

  public readonly autoScaling = {
    send: async (command: unknown) => {
      if (command instanceof CompleteLifecycleActionCommand) {
        this.completed += 1;
        return {};
      }
      const ending = { InstanceId: 'i-1', LifecycleState: this.completed > 0 ? 'Terminating:Proceed' : 'Terminating:Wait' };
      return { AutoScalingGroups: [{ AutoScalingGroupName: 'apps', Instances: [{ InstanceId: 'i-2', LifecycleState: 'InService' }, ending] }] };
    },
  } as unknown as AutoScalingClient;

  constructor(names: readonly string[], private readonly allowed: () => boolean) {
    this.pods = names.map(name => ({ metadata: { namespace: 'shop', name }, status: { phase: 'Running' } }));
    this.pods.push({ metadata: { namespace: 'kube-system', name: 'agent', ownerReferences: [{ kind: 'DaemonSet' }] }, status: { phase: 'Running' } });
  }
}

async function drained(cluster: Cluster, limitSeconds: number): Promise<void> {
  const draining = new NodegroupDraining({ kube: cluster.kube, autoScaling: cluster.autoScaling, limitSeconds, log: () => undefined });
  draining.start();
  await until('the hook is completed', 30, async () => cluster.completed > 0);
  await draining.stop();
}

void test('a node that leaves is cordoned, all its pods but those of DaemonSets are evicted, and its instance ends once', async () => {
  const cluster = new Cluster(['a', 'b'], () => true);
  await drained(cluster, 60);
  assert.deepEqual([cluster.evictions, cluster.completed], [['a', 'b'], 1]);
});

void test('what a budget refuses is asked for again', async () => {
  let asked = 0;
  const cluster = new Cluster(['a', 'b'], () => (asked += 1) !== 2);
  await drained(cluster, 60);
  assert.deepEqual([cluster.evictions, asked], [['a', 'b'], 3]);
});

void test('when the time is over the instance ends with the pods that are left', async () => {
  const cluster = new Cluster(['a'], () => false);
  await drained(cluster, 1);
  assert.deepEqual([cluster.evictions, cluster.completed, cluster.pods.length], [[], 1, 2]);
});
