import assert from 'assert/strict';
import { test } from 'node:test';
import { clusterDifferences, entry } from './cluster-snapshot';
import { KubeObject } from '../cluster/kube';

const node = (name: string, more: { annotations?: object; unschedulable?: boolean; group?: string } = {}): KubeObject => ({
  kind: 'Node',
  metadata: {
    name,
    labels: {
      'kubernetes.io/hostname': name, 'topology.kubernetes.io/zone': 'a', ...(more.group === '' ? {} : { 'eks.amazonaws.com/nodegroup': more.group ?? 'apps' }),
    },
    annotations: more.annotations,
  },
  spec: { providerID: `aws:///a/${name}`, unschedulable: more.unschedulable },
});

void test('another node of the same group and zone is as good', () => {
  assert.deepEqual(entry('Node', node('old')), entry('Node', node('new')));
});

void test('a mark, a cordon and another zone or group are not', () => {
  for (const other of [node('n', { annotations: { mark: '' } }), node('n', { unschedulable: true }), node('n', { group: 'system' })]) {
    assert.notDeepEqual(entry('Node', other), entry('Node', node('n')));
  }
});

void test('a node of no node group is told by its name', () => {
  assert.equal(entry('Node', node('k', { group: '' }))[0], 'Node /k');
});

void test('a volume may be attached elsewhere', () => {
  const attachment = (name: string, nodeName: string) => ({ metadata: { name }, spec: { nodeName, attacher: 'ebs', source: { persistentVolumeName: 'pv' } } });
  assert.deepEqual(entry('VolumeAttachment', attachment('csi-1', 'a')), entry('VolumeAttachment', attachment('csi-2', 'b')));
});

void test('how often a Deployment was rolled out is no difference', () => {
  const deployment = (annotations: object) => ({ kind: 'Deployment', metadata: { namespace: 'x', name: 'd', annotations }, spec: {} });
  assert.deepEqual(entry('Deployment', deployment({ 'deployment.kubernetes.io/revision': '1' })),
    entry('Deployment', deployment({ 'deployment.kubernetes.io/revision': '3' })));
  assert.notDeepEqual(entry('Deployment', deployment({ mine: '1' })), entry('Deployment', deployment({})));
});

void test('a lease may be renewed, and is told by its name', () => {
  const lease = (renewTime: string) => ({ metadata: { namespace: 'x', name: 'leader' }, spec: { renewTime } });
  assert.deepEqual(entry('Lease', lease('now')), entry('Lease', lease('then')));
  assert.equal(entry('Lease', lease('now'))[0], 'Lease x/leader');
});

void test('what may stay is no difference, and nothing else of its kind', () => {
  const after = new Map([['Lease x/leader', ''], ['Lease x/other', '']]);
  assert.deepEqual(clusterDifferences(new Map(), after, [/^Lease x\/leader$/]), ['Lease x/other is new']);
});

void test('differences are told as sentences', () => {
  assert.deepEqual(clusterDifferences(new Map([['A', '1'], ['B', '1']]), new Map([['B', '2'], ['C', '1']])),
    ['A is gone', 'B changed from 1 to 2', 'C is new']);
});
