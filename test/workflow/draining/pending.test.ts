import { MINUTE, node, NOW, pod } from './views';
import { pendingReplacements } from '../../../src/workflow/draining/pending';
import { CLEAR_RECORD, DRAIN_RECORD, MOVE_RECORD } from '../../../src/workflow/records';

const owed = (count: number, uid = 'rs-web') => ({ kind: 'ReplicaSet', name: 'web', uid, namespace: 'default', count });
const drained = (name: string, record: string, since: number, ...all: Array<ReturnType<typeof owed>>) =>
  node(name, { annotations: { [record]: JSON.stringify({ since, owed: all }) } });
const pending = (name: string, created: number, changes: Parameters<typeof pod>[2] = {}) => pod(name, undefined, { phase: 'Pending', ready: false, created, ...changes });
const nodes = [drained('a', DRAIN_RECORD, NOW - 5 * MINUTE, owed(2))];

test('new pods of a workload that has lost some count once they have been pending for more than a minute', () => {
  const pods = [pending('late', NOW - 61_000), pending('young', NOW - 59_000), pod('there', 'b', { created: NOW - 3 * MINUTE })];
  expect(pendingReplacements(nodes, pods, NOW)).toBe(1);
});

test.each([
  ['was pending before the eviction', pending('old', NOW - 6 * MINUTE)],
  ['is of a workload that has lost none', pending('other', NOW - 2 * MINUTE, { controller: { kind: 'ReplicaSet', name: 'api', uid: 'rs-api' } })],
  ['has no controller', pending('bare', NOW - 2 * MINUTE, { controller: undefined })],
  ['is on its way out', pending('leaving', NOW - 2 * MINUTE, { leaving: NOW })],
  ['runs and is not Ready', pod('starting', 'b', { ready: false, created: NOW - 2 * MINUTE })],
])('a pod does not count that %s', (_, one) => {
  expect(pendingReplacements(nodes, [one], NOW)).toBe(0);
});

test('a pod that waits for its image counts like one that waits for a node', () => {
  expect(pendingReplacements(nodes, [pending('pulling', NOW - 2 * MINUTE, { node: 'b' })], NOW)).toBe(1);
});

test('no more count than were evicted: a workload that grows meanwhile has others', () => {
  expect(pendingReplacements(nodes, [1, 2, 3, 4].map(i => pending(`p-${i}`, NOW - 2 * MINUTE)), NOW)).toBe(2);
});

test('what is owed to several nodes adds up, from when the first of them was begun', () => {
  const both = [...nodes, drained('b', DRAIN_RECORD, NOW - 2 * MINUTE, owed(1))];
  expect(pendingReplacements(both, [1, 2, 3, 4].map(i => pending(`p-${i}`, NOW - 4 * MINUTE)), NOW)).toBe(3);
});

test.each([['moved to a node that stays', MOVE_RECORD], ['gone to make room for another one', CLEAR_RECORD]])('a pod counts that makes up for one that has %s', (_, record) => {
  expect(pendingReplacements([drained('a', record, NOW - 5 * MINUTE, owed(1))], [pending('late', NOW - 2 * MINUTE)], NOW)).toBe(1);
});

test('a node that no pod has to leave, and a record that somebody spoiled, owe nothing', () => {
  expect(pendingReplacements([node('a'), node('b', { annotations: { [DRAIN_RECORD]: '{' } })], [pending('late', NOW - 2 * MINUTE)], NOW)).toBe(0);
});
