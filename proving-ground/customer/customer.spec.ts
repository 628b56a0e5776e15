import assert from 'assert/strict';
import { test } from 'node:test';
import { allPodsReady } from './customer';
import { Kube, KubeObject } from '../cluster/kube';

const pod = (name: string, nodeName: string, status: 'True' | 'False' = 'True'): KubeObject =>
  ({ metadata: { name }, spec: { nodeName }, status: { phase: 'Running', conditions: [{ type: 'Ready', status }] } });

/** An API server that has one pod on each of two nodes. */
function cluster(pods: readonly KubeObject[], nodes: readonly string[]): Kube {
  const lists: Record<string, KubeObject[]> = { '/api/v1/pods': [...pods], '/api/v1/nodes': nodes.map(name => ({ metadata: { name }, spec: {} })) };
  return { list: async (path: string) => lists[path] } as unknown as Kube;
}

void test('pods that are Ready on nodes that are there are all that is waited for', async () => {
  const pods = [pod('a', 'n1'), pod('b', 'n2')];
  assert.deepEqual(await allPodsReady(cluster(pods, ['n1', 'n2']), 0), pods);
});

void test('a pod on its way out is waited for: whoever replaces it may not be there yet', async () => {
  const leaving = pod('b', 'n1');
  leaving.metadata.deletionTimestamp = '2026-01-01T00:00:00Z';
  await assert.rejects(allPodsReady(cluster([pod('a', 'n1'), leaving], ['n1']), 0), /not Ready are b/);
});

void test('where nodes are taken away all the time, pods of nodes that go or are gone do not count, and pods without a node do', async () => {
  const nodes = [{ metadata: { name: 'n1' }, spec: {} }, { metadata: { name: 'n2' }, spec: { taints: [{ key: 'leaving' }] } }];
  const kube = (pods: readonly KubeObject[]) => ({ list: async (path: string) => path === '/api/v1/pods' ? pods : nodes }) as unknown as Kube;
  const pods = [pod('a', 'n1'), pod('b', 'n2', 'False'), pod('c', 'n3')];
  assert.deepEqual(await allPodsReady(kube(pods), 0, 'leaving'), [pods[0]]);
  const waiting = { ...pod('d', ''), spec: {} };
  await assert.rejects(allPodsReady(kube([...pods, { ...waiting, status: {} }]), 0, 'leaving'), /not Ready are d$/);
});

void test('a pod of a DaemonSet whose node is gone is not waited for, and one whose node is there is', async () => {
  const agent = (name: string, node: string) => {
    const made = pod(name, node, 'False');
    return { ...made, metadata: { ...made.metadata, ownerReferences: [{ kind: 'DaemonSet' }] } };
  };
  const web = pod('web', 'n1');
  assert.deepEqual(await allPodsReady(cluster([web, agent('gone', 'n2')], ['n1']), 0), [web]);
  await assert.rejects(allPodsReady(cluster([web, agent('starts', 'n1')], ['n1']), 0), /not Ready are starts/);
});

void test('a pod that looks Ready on a node that is gone is waited for, and named', async () => {
  await assert.rejects(allPodsReady(cluster([pod('a', 'n1'), pod('b', 'n2')], ['n1']), 0), /all pods are Ready.*b/);
});
