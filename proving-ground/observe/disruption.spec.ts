import assert from 'assert/strict';
import { test } from 'node:test';
import { Disruption } from './disruption';
import { BudgetView, podView, PodView } from './views';

const pod = (name: string, more: Partial<PodView> = {}): PodView => ({
  key: `shop/${name}`,
  uid: name,
  namespace: 'shop',
  name,
  labels: { app: 'cart' },
  controller: 'Deployment/cart',
  node: 'n1',
  phase: 'Running',
  ready: true,
  deleting: false,
  evicted: false,
  ...more,
});
const evicted = (name: string, more: Partial<PodView> = {}) => pod(name, { deleting: true, evicted: true, ...more });
const pending = (name: string, more: Partial<PodView> = {}) => pod(name, { node: undefined, phase: 'Pending', ready: false, ...more });
const budget = (desiredHealthy: number | undefined, uid = 'one'): BudgetView =>
  ({ key: 'shop/cart', uid, namespace: 'shop', selects: labels => labels.app === 'cart', desiredHealthy });

function withTwoPods(desiredHealthy = 1): Disruption {
  const disruption = new Disruption();
  disruption.node({ name: 'n1', home: 'nodegroup', of: 'apps' }, 0);
  disruption.node({ name: 'k1', home: 'karpenter', of: 'default' }, 0);
  disruption.budget(budget(desiredHealthy), 0);
  disruption.pod(pod('a'), 0);
  disruption.pod(pod('b'), 0);
  return disruption;
}

void test('a workload that is still being created falls short of nothing', () => {
  const disruption = new Disruption();
  disruption.budget(budget(2), 0);
  disruption.pod(pending('a'), 0);
  disruption.pod(pod('a'), 1000);
  disruption.pod(pod('b'), 2000);
  assert.deepEqual(disruption.report(0, 9000).violations, []);
});

void test('an eviction that the budget allows is no violation', () => {
  const disruption = withTwoPods();
  disruption.pod(evicted('a'), 1000);
  assert.deepEqual(disruption.report(0, 9000).violations, []);
});

void test('how few pods of a workload were Ready is counted from how many there were when it began', () => {
  const disruption = withTwoPods();
  disruption.pod(pending('other', { controller: 'Deployment/other' }), 500);
  disruption.pod(evicted('a'), 1000);
  disruption.pod(pod('c', { node: 'k1' }), 2000);
  disruption.nodeGone('n1', 3000);
  disruption.pod(pod('d', { node: 'k1' }), 4000);
  assert.deepEqual(disruption.report(0, 900).fewestReady, { 'shop/Deployment/cart': { before: 2, fewest: 2 } });
  assert.deepEqual(disruption.report(0, 2500).fewestReady, { 'shop/Deployment/cart': { before: 2, fewest: 1 } });
  assert.deepEqual(disruption.report(2000, 2500).fewestReady, { 'shop/Deployment/cart': { before: 2, fewest: 2 } });
  assert.deepEqual(disruption.report(2000, 9000).fewestReady, { 'shop/Deployment/cart': { before: 2, fewest: 1 } });
  disruption.podGone(pod('c'), 10_000);
  disruption.podGone(pod('d'), 10_000);
  assert.deepEqual(disruption.report(4000, 20_000).fewestReady, { 'shop/Deployment/cart': { before: 2, fewest: 0 } });
});

void test('a pod whose node is gone is not Ready, whatever it says until it is collected', () => {
  const disruption = withTwoPods(2);
  disruption.pod(pod('b', { node: 'k1' }), 500);
  disruption.nodeGone('k1', 1000);
  disruption.pod(pod('b', { node: 'k1' }), 2000);
  disruption.podGone(pod('b', { node: 'k1' }), 41_000);
  disruption.pod(pod('c'), 42_000);
  assert.deepEqual(disruption.report(0, 90_000).violations, [
    { budget: 'shop/cart', from: 1000, until: 42_000, seconds: 41, fewest: 1, demanded: 2, because: 'node k1 is gone' },
  ]);
});

void test('a node that comes back under its name has its pods again', () => {
  const disruption = withTwoPods(2);
  disruption.nodeGone('n1', 1000);
  disruption.node({ name: 'n1', home: 'nodegroup', of: 'apps' }, 3000);
  assert.deepEqual(disruption.report(0, 9000).secondsBelow, { 'shop/cart': 2 });
});

void test('a workload is below its budget from when a pod leaves until its successor is Ready', () => {
  const disruption = withTwoPods(2);
  disruption.pod(evicted('a'), 1000);
  disruption.pod(pending('c'), 1100);
  disruption.pod(pod('c', { node: 'k1' }), 5000);
  const { violations, secondsBelow } = disruption.report(0, 9000);
  assert.deepEqual(violations, [
    { budget: 'shop/cart', from: 1000, until: 5000, seconds: 4, fewest: 1, demanded: 2, because: 'shop/a was evicted' },
  ]);
  assert.deepEqual(secondsBelow, { 'shop/cart': 4 });
});

void test('a pod that stops being Ready by itself counts as well, and lasts until the report', () => {
  const disruption = withTwoPods(2);
  disruption.pod(pod('a', { ready: false }), 1000);
  assert.equal(disruption.report(0, 3000).violations[0].seconds, 2);
  assert.equal(disruption.report(0, 3000).violations[0].because, 'shop/a is no longer Ready');
});

void test('what ended before the span of a report is not in it', () => {
  const disruption = withTwoPods(2);
  disruption.pod(pod('a', { ready: false }), 1000);
  disruption.pod(pod('a'), 2000);
  assert.deepEqual(disruption.report(2500, 9000).violations, []);
});

void test('a demand that rises with the size of the workload is met later', () => {
  const disruption = withTwoPods(2);
  disruption.budget(budget(3), 1000);
  assert.deepEqual(disruption.report(0, 3000).violations, []);
  disruption.pod(pod('c'), 4000);
  disruption.pod(evicted('c'), 5000);
  assert.equal(disruption.report(0, 6000).violations.length, 1);
});

void test('a budget that its controller has not looked at keeps its demand', () => {
  const disruption = withTwoPods(2);
  disruption.budget(budget(undefined), 500);
  disruption.pod(evicted('a'), 1000);
  assert.equal(disruption.report(0, 2000).violations.length, 1);
});

void test('evictions of a pod and of its successors count together', () => {
  const disruption = withTwoPods();
  disruption.pod(evicted('a'), 1000);
  disruption.pod(evicted('a'), 1500);
  disruption.podGone(pod('a'), 2000);
  disruption.pod(pod('c'), 2100);
  disruption.pod(evicted('c'), 3000);
  disruption.pod(evicted('b'), 4000);
  const { evicted: lineages, mostEvictionsOfAPod } = disruption.report(0, 9000);
  assert.equal(mostEvictionsOfAPod, 2);
  assert.deepEqual(lineages, [
    { controller: 'shop/Deployment/cart', pods: ['a', 'c'], evictedAt: [1000, 3000] },
    { controller: 'shop/Deployment/cart', pods: ['b'], evictedAt: [4000] },
  ]);
});

void test('a pod of a StatefulSet takes the place of its name, whoever left first', () => {
  const disruption = new Disruption();
  const replica = (name: string, uid: string, more: Partial<PodView> = {}) => pod(name, { uid, controller: 'StatefulSet/orders', ...more });
  disruption.pod(replica('orders-0', '1'), 0);
  disruption.pod(replica('orders-1', '2'), 0);
  disruption.pod(replica('orders-0', '1', { deleting: true, evicted: true }), 1000);
  disruption.pod(replica('orders-1', '2', { deleting: true, evicted: true }), 1000);
  disruption.pod(replica('orders-1', '3'), 2000);
  disruption.pod(replica('orders-0', '4'), 3000);
  assert.deepEqual(disruption.report(0, 9000).evicted.map(({ pods }) => pods), [['orders-0', 'orders-0'], ['orders-1', 'orders-1']]);
});

void test('a pod that is pending for longer than a minute is named with the scheduler\'s words', () => {
  const disruption = withTwoPods();
  disruption.pod(pending('c', { unschedulable: 'no room' }), 1000);
  disruption.pod(pending('d'), 1000);
  disruption.pod(pod('d'), 31_000);
  disruption.pod(pod('c'), 71_000);
  const { longWaits, longestWaitSeconds, medianWaitSeconds } = disruption.report(0, 90_000);
  assert.deepEqual(longWaits, [{ pod: 'shop/c', controller: 'Deployment/cart', from: 1000, until: 71_000, seconds: 70, because: 'no room' }]);
  assert.deepEqual([longestWaitSeconds, medianWaitSeconds], [70, 70]);
});

void test('moments tell where pods are, and not DaemonSet or finished ones', () => {
  const disruption = withTwoPods();
  disruption.pod(pod('agent', { controller: 'DaemonSet/agent' }), 1000);
  disruption.pod(pod('import', { phase: 'Succeeded', controller: 'Job/import' }), 1000);
  disruption.pod(pod('c', { node: 'k1' }), 2000);
  disruption.pod(pending('d'), 3000);
  assert.deepEqual(disruption.report(0, 4000).moments.at(-1), {
    at: 4000, onNodegroups: 2, onKarpenter: 1, pending: 1, nodegroupNodes: 1, karpenterNodes: 1,
  });
});

void test('nodes that went are told with their group', () => {
  const disruption = withTwoPods();
  disruption.nodeGone('n1', 5000);
  assert.deepEqual(disruption.report(0, 9000).nodesGone, [{ name: 'n1', home: 'nodegroup', of: 'apps' }]);
  assert.deepEqual(disruption.report(6000, 9000).nodesGone, []);
});

void test('a pod of a ReplicaSet is its Deployment\'s', () => {
  const view = podView({
    metadata: {
      namespace: 'shop',
      name: 'cart-5f6-x',
      uid: 'u',
      labels: { 'pod-template-hash': '5f6' },
      ownerReferences: [{ kind: 'ReplicaSet', name: 'cart-5f6', controller: true }],
    },
    spec: {},
    status: { phase: 'Pending', conditions: [{ type: 'DisruptionTarget', status: 'True', reason: 'EvictionByEvictionAPI' }] },
  });
  assert.equal(view.controller, 'Deployment/cart');
  assert.ok(view.evicted);
});
