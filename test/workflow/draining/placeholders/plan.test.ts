import { planPlaceholders } from '../../../../src/workflow/draining/placeholders/plan';
import { PlaceholderView } from '../../../../src/workflow/draining/placeholders/port';
import { PauseReason } from '../../../../src/workflow/pause-reason';
import { DRAIN_RECORD } from '../../../../src/workflow/records';
import { MINUTE, node, NOW, pod } from '../views';

const draining = (name: string, room?: number) =>
  node(name, { annotations: { [DRAIN_RECORD]: JSON.stringify({ since: NOW - MINUTE, owed: [], room }) } });
const placeholder = (of: string, changes: Partial<PlaceholderView> = {}): PlaceholderView => ({ for: `uid-${of}`, created: NOW - 20_000, ready: true, node: 'new', ...changes });
const plan = (placeholders: readonly PlaceholderView[], room?: number) => planPlaceholders([draining('n', room)], [pod('a', 'n'), pod('b', 'n'), pod('c', 'other')], placeholders, NOW);

test('every pod that has to leave a node of the batch gets a placeholder, and nobody is evicted yet', () => {
  const { make, roomy, waits } = plan([]);
  expect(make.map(({ name }) => name)).toEqual(['a', 'b']);
  expect(roomy).toEqual([]);
  expect(waits).toEqual(['waits until there is room for 2 pods of n']);
});

test('pods that come nowhere else get none: without a controller, kept on their node, or free to come back to it', () => {
  const pods = [pod('bare', 'n', { controller: undefined }), pod('kept', 'n', { keptBy: 'karpenter.sh/do-not-evict' }), pod('agent', 'n', { toleratesCordon: true })];
  const { make, note } = planPlaceholders([draining('n')], pods, [], NOW);
  expect(make).toEqual([]);
  expect(note).toEqual([expect.objectContaining({ says: 'no pod of n needs room elsewhere' })]);
});

test.each([
  ['one that waits for a node', { ready: false, node: undefined }],
  ['one that does not run yet', { ready: false }],
])('%s is waited for', (_, changes) => {
  expect(plan([placeholder('a'), placeholder('b', changes)])).toMatchObject({ make: [], note: [], waits: ['waits until there is room for 1 pod of n'], obstacles: [] });
});

test('once all of them run this is noted, and pods leave from the next call on, however many placeholders are left', () => {
  const { note, roomy } = plan([placeholder('a'), placeholder('b')]);
  expect(roomy).toEqual([]);
  expect(note).toEqual([{ node: expect.objectContaining({ name: 'n' }), record: { since: NOW - MINUTE, owed: [], room: NOW }, says: 'there is room for 2 pods of n' }]);
  expect(plan([placeholder('b')], NOW)).toMatchObject({ make: [], waits: [], roomy: [{ name: 'n' }] });
});

test('a placeholder whose pod is gone, or on a node that is drained no more, is taken away', () => {
  expect(plan([placeholder('a'), placeholder('b'), placeholder('c'), placeholder('gone')], NOW).drop).toEqual(['uid-c', 'uid-gone']);
});

test.each([
  ['no node comes', { node: undefined, unschedulable: '0/3 nodes are available' }, PauseReason.NO_NEW_NODE, 'there is no node for a pod of n (0/3 nodes are available)'],
  ['it does not run', { waiting: 'ImagePullBackOff' }, PauseReason.REPLACEMENT_NOT_READY, 'does not run on new after more than 5 minutes: ImagePullBackOff'],
])('where %s for five minutes, it is in the way of this node', (_, changes, by, says) => {
  const { obstacles, waits, held } = plan([placeholder('a'), placeholder('b', { ready: false, created: NOW - 6 * MINUTE, ...changes })]);
  expect(obstacles).toEqual([{ by, says: expect.stringContaining(says) }]);
  expect([waits, held]).toEqual([[], ['n']]);
});
