import assert from 'assert/strict';
import { test } from 'node:test';
import { liveSection } from './chapter';
import { Crowd } from './crowd';
import { kept, LiveFigures, requestFigures, spreadOf } from './figures';
import { deployment, karpenterNode, nodeObject, workloadsOf } from './objects';
import { liveWorld, liveWorldName, QUICK } from './worlds';
import { AuditEvent, auditReport } from '../../../proving-ground/observe/audit-events';
import type { PodView } from '../../../proving-ground/observe/views';
import { NODEGROUP_LABEL, ZONE_LABEL } from '../../../src/kubernetes/views';
import { SECONDS } from '../cluster';

function pod(serial: number, more: Partial<PodView> = {}): PodView {
  const base = { key: `team-0/w-${serial}`, uid: `uid-${serial}`, namespace: 'team-0', name: `w-${serial}`, labels: {}, controller: 'Deployment/w', phase: 'Running' };
  return { ...base, node: 'node-1', ready: true, deleting: false, evicted: false, ...more };
}

function crowdOfTen(): Crowd {
  const crowd = new Crowd();
  for (let serial = 0; serial < 10; serial += 1) {
    crowd.pod(pod(serial));
  }
  return crowd;
}

void test('a workload of ten is harmed when a third pod is missing, and not before', () => {
  const crowd = crowdOfTen();
  crowd.pod(pod(0, { deleting: true }));
  crowd.gone(pod(0));
  crowd.pod(pod(1, { ready: false }));
  assert.deepEqual(crowd.report().harmed, []);
  crowd.pod(pod(2, { ready: false }));
  crowd.pod(pod(2));
  assert.deepEqual(crowd.report().harmed, ['team-0/Deployment/w']);
});

void test('what has never had all of its pods lacks nothing', () => {
  const crowd = new Crowd();
  crowd.pod(pod(0));
  crowd.pod(pod(0, { ready: false }));
  assert.deepEqual(crowd.report().harmed, []);
});

void test('a pod that was on a node when it went has lost it, one that had ended before has not', () => {
  const crowd = crowdOfTen();
  crowd.pod(pod(0, { node: 'node-2' }));
  crowd.gone(pod(1));
  crowd.nodeGone('node-2');
  assert.deepEqual(crowd.report().stranded, ['team-0/w-0']);
});

void test('pods without a node get one for twenty of them, once, and fill it before there is another', () => {
  const crowd = new Crowd();
  for (let serial = 0; serial < 21; serial += 1) {
    crowd.pod(pod(serial, { node: undefined, ready: false }));
  }
  assert.equal(crowd.missingNodes(), 2);
  ['karpenter-1', 'karpenter-2'].forEach(node => crowd.launched(node));
  assert.equal(crowd.missingNodes(), 0);
  for (let serial = 0; serial < 21; serial += 1) {
    crowd.pod(pod(serial, { node: `karpenter-${serial < 20 ? 1 : 2}` }));
  }
  for (let serial = 21; serial < 40; serial += 1) {
    crowd.pod(pod(serial, { node: undefined, ready: false }));
  }
  assert.equal(crowd.missingNodes(), 0);
  crowd.pod(pod(40, { node: undefined, ready: false }));
  assert.equal(crowd.missingNodes(), 1);
});

void test('no node comes for Karpenter itself, nor for a pod that goes', () => {
  const crowd = new Crowd();
  crowd.pod(pod(0, { node: undefined, namespace: 'karpenter' }));
  crowd.pod(pod(1, { node: undefined, deleting: true }));
  assert.equal(crowd.missingNodes(), 0);
});

void test('workloads come to twenty pods a node, and four in five have a budget', () => {
  const workloads = workloadsOf(50);
  assert.equal(workloads.length, 100);
  assert.equal(workloads.filter(({ hasBudget }) => hasBudget).length, 80);
  assert.equal(new Set(workloads.map(({ namespace }) => namespace)).size, 5);
  assert.equal(deployment(workloads[0], QUICK).spec.template.metadata.annotations['proving-ground/stops-after'], '2s');
});

void test('a node of Karpenter has room for twenty pods, and no node group', () => {
  const [its, ours] = [karpenterNode(3, 'karpenter.sh/nodepool'), nodeObject('node-i-a1', { [NODEGROUP_LABEL]: 'a', [ZONE_LABEL]: 'z' }, 'i-a1')];
  assert.equal(its.status.allocatable.cpu, '10');
  assert.equal(its.metadata.labels[NODEGROUP_LABEL], undefined);
  assert.equal(its.metadata.labels['karpenter.sh/nodepool'], 'default');
  assert.equal(ours.spec.providerID, 'aws:///z/i-a1');
});

void test('evictions are counted by their answers, and by pod', () => {
  const eviction = (name: string, status: number): AuditEvent =>
    ({ at: 1, user: 'us', agent: '', verb: 'create', resource: 'pods/eviction', namespace: 'shop', name, status });
  const events = [eviction('a', 201), eviction('b', 429), eviction('b', 201), eviction('c', 404), { ...eviction('a', 201), user: 'others' }, eviction('b', 201)];
  assert.deepEqual(requestFigures(auditReport(events, 'us', [])), {
    evictions: 3, refused: 1, otherwise: 1, mostEvictionsOfAPod: 2, requests: { 'create pods/eviction': 5 },
  });
});

void test('a spread is the median and the most', () => {
  assert.deepEqual(spreadOf([5, 1, 9]), { median: 5, most: 9 });
  assert.deepEqual(spreadOf([]), { median: 0, most: 0 });
});

const FIGURES: LiveFigures = {
  nodes: 50,
  slow: false,
  about: 'a day',
  drained: 46,
  seconds: 360,
  setUpSeconds: 36,
  calls: 55,
  evictions: 920,
  refused: 3,
  otherwise: 0,
  mostEvictionsOfAPod: 1,
  harmed: 0,
  stranded: 0,
  karpenterNodes: 45,
  requests: { 'create pods/eviction': 923, 'get daemonsets': 1 },
  aws: 920,
  bytes: 460e6,
  inMemory: { drained: 46, kubernetes: 1610, aws: 966, bytes: 530e6 },
  wall: { median: 400, most: 4000 },
  cpu: { median: 100, most: 900 },
};

void test('a run takes the place of one of the same size and times; others stay, the slow ones last', () => {
  const before = [FIGURES, { ...FIGURES, slow: true }, { ...FIGURES, nodes: 200 }];
  const after = kept(before, [{ ...FIGURES, calls: 1 }, { ...FIGURES, nodes: 1000, calls: 2 }]);
  assert.deepEqual(after.map(({ nodes, slow, calls }) => [nodes, slow, calls]), [[50, false, 1], [200, false, 55], [1000, false, 2], [50, true, 55]]);
});

void test('the section has a column for each run, and kinds of requests that count', () => {
  const section = liveSection([FIGURES, { ...FIGURES, nodes: 1000, slow: true }]);
  assert.ok(section.includes('| nodes | 50 | 1,000, slow |'));
  assert.ok(section.includes('| requests to Kubernetes for each node | 20.1 | 20.1 |'));
  assert.ok(section.includes('| create pods/eviction | 20.1 | 20.1 |'));
  assert.ok(!section.includes('get daemonsets'));
  assert.equal(liveSection([]), '');
});

void test('a world is found by its name', () => {
  assert.deepEqual(liveWorld(liveWorldName(200, false)), { nodes: 200, seconds: QUICK });
  assert.deepEqual(liveWorld(liveWorldName(50, true)), { nodes: 50, seconds: SECONDS });
  assert.equal(liveWorld('drain-ours'), undefined);
});
