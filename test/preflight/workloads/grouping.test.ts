import { inZones, placement, pod, question } from './stage';
import { V0_API } from '../../../src/karpenter/v0/api';
import { V1_API } from '../../../src/karpenter/v1/api';
import { selects, selectorText } from '../../../src/kubernetes/label-selector';
import { freeOnKarpenter, groupWorkloads } from '../../../src/preflight/workloads/grouping';
import { StagePod, StageViews, TemplateView } from '../../../src/preflight/workloads/views';

function views(changes: Partial<StageViews> = {}): StageViews {
  return { nodegroups: new Map([['node-1', 'apps'], ['node-2', 'system']]), systems: new Map(), pods: [], templates: [], budgets: [], volumes: [], ...changes };
}

const ofDeployment = (name: string, pods: Partial<StagePod> = {}) => (suffix: string) => pod(`${name}-abc-${suffix}`, {
  labels: { 'app': name, 'pod-template-hash': 'abc' }, controller: { kind: 'ReplicaSet', name: `${name}-abc` }, ...pods,
});
const template = (kind: string, name: string, changes: Partial<TemplateView> = {}): TemplateView =>
  ({ kind, namespace: 'shop', name, labels: {}, demand: placement(), ...changes });

function names(changes: Partial<StageViews>, asked = question()): string[] {
  return groupWorkloads(views(changes), asked).workloads.map(({ kind, namespace, name, pods }) => `${kind} ${namespace}/${name} ${pods}`);
}

test('pods are grouped by what would be changed to change them', () => {
  expect(names({
    pods: [
      ...['1', '2'].map(ofDeployment('cart')),
      pod('set-x', { controller: { kind: 'ReplicaSet', name: 'set' } }),
      pod('db-0', { controller: { kind: 'StatefulSet', name: 'db' } }),
      pod('night-1-x', { controller: { kind: 'Job', name: 'night-1' } }),
      pod('once-x', { controller: { kind: 'Job', name: 'once' } }),
      pod('bare'),
    ],
    templates: [template('Job', 'night-1', { controller: 'night' })],
  })).toEqual(['Deployment shop/cart 2', 'ReplicaSet shop/set 1', 'StatefulSet shop/db 1', 'CronJob shop/night 1', 'Job shop/once 1', 'Pod shop/bare 1']);
});

test.each<[string, Partial<StagePod>]>([
  ['of a DaemonSet', { controller: { kind: 'DaemonSet', name: 'agent' } }],
  ['that is static', { controller: { kind: 'Node', name: 'node-1' }, mirror: true }],
  ['that has succeeded', { phase: 'Succeeded' }],
  ['that has failed', { phase: 'Failed' }],
  ['that is going', { leaving: true }],
  ['that waits for a node', { node: undefined }],
  ['on a node of no node group', { node: 'node-9' }],
])('a pod %s is nobody\'s concern', (_, changes) => {
  expect(groupWorkloads(views({ pods: [pod('one', changes)] }), question())).toMatchObject({ workloads: [], loads: [] });
});

test('templates count where no pod of theirs runs, and not where all of them run elsewhere', () => {
  const templates = [template('Deployment', 'zero'), template('Deployment', 'cart'), template('CronJob', 'night'), template('Job', 'night-1', { controller: 'night' })];
  const pods = [ofDeployment('cart', { node: 'node-9' })('1')];
  expect(names({ templates, pods })).toEqual(['Deployment shop/zero 0', 'CronJob shop/night 0']);
});

test('Karpenter and critical workloads stay, and ask for no room', () => {
  const karpenter = pod('karpenter-abc-1', {
    namespace: 'karpenter', labels: { 'app.kubernetes.io/name': 'karpenter', 'pod-template-hash': 'abc' }, controller: { kind: 'ReplicaSet', name: 'karpenter-abc' },
  });
  const coredns = ofDeployment('coredns', { namespace: 'kube-system' })('1');
  const { workloads, loads } = groupWorkloads(views({ pods: [karpenter, coredns, ofDeployment('cart')('1')] }), question());
  expect(workloads.map(({ name, stays }) => [name, stays])).toEqual([['karpenter', true], ['coredns', true], ['cart', false]]);
  expect(loads).toEqual([{ name: 'node-1', nodegroup: 'apps', addresses: 1, cpu: 0.5, memory: 2 ** 30 }]);
});

test('the Cluster Autoscaler has gone before anything is drained', () => {
  const byLabel = ofDeployment('x-aws-cluster-autoscaler', { namespace: 'kube-system' })('1');
  const pods = [ofDeployment('cluster-autoscaler')('1'), { ...byLabel, labels: { ...byLabel.labels, 'app.kubernetes.io/name': 'aws-cluster-autoscaler' } }];
  const templates = [template('Deployment', 'cluster-autoscaler')];
  expect(names({ pods, templates })).toEqual([]);
  expect(names({ pods }, question({ clusterAutoscaler: { Kind: 'absent' } }))).toHaveLength(2);
  expect(names({ pods }, question({ clusterAutoscaler: { Kind: 'named', Namespace: 'shop', Name: 'cluster-autoscaler' } })))
    .toEqual(['Deployment kube-system/x-aws-cluster-autoscaler 1']);
});

test.each<[string, string, Record<string, string>]>([
  ['of kOps', 'k8s-addon', { 'k8s-addon': 'cluster-autoscaler.addons.k8s.io' }],
  ['of add-ons', 'k8s-app', { 'k8s-app': 'cluster-autoscaler' }],
  ['of the examples', 'app', { app: 'cluster-autoscaler' }],
])('an autoscaler by the labels %s is none of what moves, as for the step', (_, __, labels) => {
  const scaler = ofDeployment('scaler', { namespace: 'kube-system' })('1');
  expect(names({ pods: [{ ...scaler, labels: { ...scaler.labels, ...labels } }] })).toEqual([]);
});

test('all of several autoscalers have gone before anything is drained', () => {
  const Deployments = ['a', 'b'].map(name => ({ Namespace: 'shop', Name: `shard-${name}` }));
  const pods = ['shard-a', 'shard-b', 'cart'].map(name => ofDeployment(name)('1'));
  expect(names({ pods }, question({ clusterAutoscaler: { Kind: 'several', Deployments } }))).toEqual(['Deployment shop/cart 1']);
});

test('what is in the way is told for each pod', () => {
  const { workloads: [cart], budgets } = groupWorkloads(views({
    pods: [
      ofDeployment('cart', { doNotEvict: true, scratch: ['emptyDir'], claims: ['zonal', 'gone', 'anywhere'] })('1'),
      ofDeployment('cart', { notSafeToEvict: true, scratch: ['emptyDir', 'hostPath'], claims: ['zonal-2', 'local'], node: 'node-2' })('2'),
      ofDeployment('cart', { labels: {}, controller: { kind: 'Deployment', name: 'cart' } })('3'),
    ],
    budgets: [
      { namespace: 'shop', name: 'cart', selector: { matchLabels: { app: 'cart' } }, maxUnavailable: 1, expected: 3 },
      { namespace: 'shop', name: 'both', selector: { matchExpressions: [{ key: 'app', operator: 'Exists' }] }, minAvailable: '50%' },
      { namespace: 'other', name: 'all', selector: {}, maxUnavailable: 0 },
    ],
    volumes: [
      { claim: 'shop/zonal', terms: inZones('b', 'a'), local: false },
      { claim: 'shop/zonal-2', terms: inZones('b', 'a'), local: false },
      { claim: 'shop/anywhere', terms: [], local: false },
      { claim: 'shop/local', terms: inZones('a'), local: true },
    ],
  }), question());
  expect(cart).toMatchObject({
    pods: 3,
    nodegroups: ['apps', 'system'],
    placements: [0],
    budgets: ['shop/cart', 'shop/both'],
    unprotected: 1,
    coveredTwice: ['shop/cart-abc-1 (cart, both)', 'shop/cart-abc-2 (cart, both)'],
    doNotEvict: ['shop/cart-abc-1'],
    notSafeToEvict: ['shop/cart-abc-2'],
    localClaims: ['shop/local'],
    scratch: ['emptyDir', 'hostPath'],
    volumes: [{ terms: inZones('b', 'a'), claims: ['shop/zonal', 'shop/zonal-2'] }],
  });
  expect(budgets).toEqual([
    { name: 'shop/cart', maxUnavailable: 1, minAvailable: undefined, expected: 3, problem: undefined },
    { name: 'shop/both', maxUnavailable: undefined, minAvailable: '50%', expected: 2, problem: undefined },
  ]);
});

test('what a pod has from its node and does not ask for itself is told, by architecture', () => {
  const { placements, workloads } = groupWorkloads(views({
    systems: new Map([['node-1', { 'kubernetes.io/arch': 'arm64', 'kubernetes.io/os': 'linux' }], ['node-2', { 'kubernetes.io/arch': 'amd64', 'kubernetes.io/os': 'linux' }]]),
    pods: [
      ofDeployment('cart')('1'), ofDeployment('cart', { node: 'node-2' })('2'),
      ofDeployment('selects', { demand: placement({ nodeSelector: { 'beta.kubernetes.io/arch': 'arm64' } }) })('1'),
      ofDeployment('requires', { demand: placement({ terms: [[{ key: 'kubernetes.io/os', operator: 'Exists', values: [] }]] }) })('1'),
    ],
  }), question());
  expect(workloads.map(({ name, placements: indexes }) => [name, indexes.map(index => placements[index].implied)])).toEqual([
    ['cart', [{ 'kubernetes.io/arch': 'arm64', 'kubernetes.io/os': 'linux' }, { 'kubernetes.io/arch': 'amd64', 'kubernetes.io/os': 'linux' }]],
    ['selects', [{ 'kubernetes.io/os': 'linux' }]],
    ['requires', [{ 'kubernetes.io/arch': 'arm64' }]],
  ]);
});

test('a PodDisruptionBudget that Kubernetes has not counted yet is over what waits for a node, too, and not over what is going', () => {
  const waiting = ofDeployment('cart', { node: undefined })('2');
  const { budgets } = groupWorkloads(views({
    pods: [ofDeployment('cart')('1'), waiting, ofDeployment('cart', { leaving: true })('3'), ofDeployment('cart', { phase: 'Failed' })('4')],
    budgets: [{ namespace: 'shop', name: 'cart', selector: {}, minAvailable: 1 }],
  }), question());
  expect(budgets).toMatchObject([{ expected: 2 }]);
});

test('the facts of 5,000 pods are far below what a function may answer, even if every pod is a workload of its own', () => {
  const apart = Array.from({ length: 5000 }, (_, index) => pod(`a-rather-long-name-of-a-workload-${index}-7d9c5b6f4-x2x${index}`, {
    namespace: `a-rather-long-name-of-a-namespace-${index % 50}`,
    node: `node-${index % 200}`,
    controller: { kind: 'StatefulSet', name: `a-rather-long-name-of-a-workload-${index}` },
    claims: ['data'],
    scratch: ['emptyDir'],
    demand: placement({ nodeSelector: { index: String(index % 500) }, tolerations: [{ key: 'a', operator: 'Exists' }] }),
  }));
  const facts = groupWorkloads(views({
    nodegroups: new Map(Array.from({ length: 200 }, (_, index) => [`node-${index}`, 'apps'])),
    pods: apart,
    volumes: apart.map(one => ({ claim: `${one.namespace}/data`, terms: inZones('us-east-1a'), local: false })),
  }), question());
  expect(facts.workloads).toHaveLength(5000);
  expect(Buffer.byteLength(JSON.stringify(facts))).toBeLessThan(4 * 2 ** 20);
});

test('what is free on Karpenter\'s nodes is what their pods do not request', () => {
  const node = (name: string, changes: object = {}) => ({
    name, labels: { 'karpenter.sh/provisioner-name': 'default' }, ready: true, unschedulable: false, taints: [], allocatable: { cpu: 4, memory: 2 ** 33, pods: 58 }, ...changes,
  });
  const nodes = [node('node-1'), node('node-2', { ready: false }), node('node-3', { unschedulable: true }), node('node-4', { labels: {} })];
  const pods = [pod('one'), pod('done', { phase: 'Succeeded' }), pod('elsewhere', { node: 'node-4' }), pod('pending', { node: undefined })];
  expect(freeOnKarpenter(nodes, pods, V0_API)).toEqual({ nodes: 1, cpu: 3.5, memory: 7 * 2 ** 30 });
});

test('nodes of EKS Auto Mode are none of Karpenter\'s', () => {
  const node = (name: string, labels: Record<string, string>) => ({
    name, labels: { 'karpenter.sh/nodepool': 'general-purpose', ...labels }, ready: true, unschedulable: false, taints: [], allocatable: { cpu: 4, memory: 2 ** 33, pods: 58 },
  });
  const nodes = [node('node-1', {}), node('auto', { 'eks.amazonaws.com/compute-type': 'auto' })];
  expect(freeOnKarpenter(nodes, [], V1_API)).toEqual({ nodes: 1, cpu: 4, memory: 2 ** 33 });
});

test.each([
  [{ matchLabels: { a: '1', b: '2' } }, 'a=1,b=2'],
  [{ matchExpressions: [{ key: 'a', operator: 'Exists' }, { key: 'b', operator: 'NotIn', values: ['1'] }] }, 'a,b!=1'],
  [{ matchExpressions: [{ key: 'a', operator: 'DoesNotExist' }, { key: 'b', operator: 'NotIn', values: ['1', '2'] }] }, '!a,b notin (1,2)'],
  [{ matchExpressions: [{ key: 'a', operator: 'In', values: ['1', '2'] }] }, 'a in (1,2)'],
])('the selector %j is %s for kubectl', (selector, expected) => {
  expect(selectorText(selector)).toBe(expected);
});

test.each([
  [undefined, false],
  [{}, true],
  [{ matchLabels: { a: '1' } }, true],
  [{ matchLabels: { a: '1', b: '1' } }, false],
  [{ matchExpressions: [{ key: 'a', operator: 'In', values: ['1', '2'] }] }, true],
  [{ matchExpressions: [{ key: 'a', operator: 'NotIn', values: ['1'] }] }, false],
  [{ matchExpressions: [{ key: 'b', operator: 'NotIn', values: ['1'] }] }, true],
  [{ matchExpressions: [{ key: 'b', operator: 'DoesNotExist' }, { key: 'a', operator: 'Exists' }] }, true],
])('the selector %j selects a=1: %s', (selector, expected) => {
  expect(selects(selector, { a: '1' })).toBe(expected);
});
