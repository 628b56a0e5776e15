import { MigrationStage } from '../../../src/words/migration-stage';
import { articleUrl } from '../../../src/words/runbook';
import { MigrationEventType } from '../../../src/workflow/events/migration-event';
import { beginningOf, transitionsOf } from '../../../src/workflow/events/transitions';
import { PauseReason } from '../../../src/workflow/pause-reason';
import { RunState } from '../../../src/workflow/run-state';

const run = { clusterName: 'prod', execution: 'arn:execution' };
const working: RunState = {
  generation: 3, stage: MigrationStage.SCALE_DOWN, outcome: 'working', next: 'Drain node groups', says: 'Drain node groups: evicted 2 pods', waitSeconds: 3, round: 7,
};
const NOON = '2026-01-01T12:00:00.000Z';
const LATER = '2026-01-01T12:30:00.000Z';
const paused: RunState = { ...working, outcome: 'paused', says: 'Drain node groups: shop/cart allows none', pausedBy: PauseReason.DISRUPTION_BUDGET, pausedSince: NOON };
const stopped: RunState = { ...paused, outcome: 'stopped', says: 'stopped safely, everything is running: shop/cart allows none' };
const arrived: RunState = { ...working, outcome: 'arrived', says: 'stage SCALE_DOWN is reached' };
const left = (state: RunState, nodesLeft: number): RunState => ({ ...state, nodesLeft });

const TABLE: ReadonlyArray<[what: string, before: RunState, after: RunState, told: readonly string[]]> = [
  ['a run that gets on', working, working, []],
  ['a pause', working, paused, ['Paused']],
  ['the same pause', paused, paused, []],
  ['a pause whose reason changes', paused, { ...paused, pausedBy: PauseReason.THROTTLED }, ['Paused']],
  ['the end of a pause', paused, working, ['Resumed']],
  ['a pause that ends in a call in which another one begins', paused, { ...paused, pausedSince: LATER }, ['Resumed', 'Paused']],
  ['a call that waits for another one in a pause', paused, { ...paused, says: 'waits until a call before has ended' }, []],
  ['a pause that ends in a stop', paused, stopped, ['StoppedSafely']],
  ['a stop whose reason is new', paused, { ...stopped, pausedBy: PauseReason.THROTTLED }, ['StoppedSafely']],
  ['a stop with the first try', working, stopped, ['StoppedSafely']],
  ['an arrival', working, arrived, ['StageReached']],
  ['an arrival out of a pause', paused, arrived, ['Resumed', 'StageReached']],
  ['a run that is replaced', working, { ...working, outcome: 'replaced' }, []],
  ['a pause that is replaced', paused, { ...paused, outcome: 'replaced' }, []],
  ['a first count of nodes', working, left(working, 5), []],
  ['nodes that have ended', left(working, 5), left(working, 3), ['BatchDone']],
  ['the last node', left(working, 1), left(working, 0), ['BatchDone']],
  ['as many nodes as before', left(working, 5), left(working, 5), []],
  ['more nodes than before', left(working, 0), left(working, 4), []],
  ['nodes that have ended while others are in the way', left(paused, 5), left(paused, 4), ['BatchDone']],
  ['nodes that have ended before a pause', left(working, 5), left(paused, 4), ['BatchDone', 'Paused']],
  ['nodes that have ended after a pause', left(paused, 5), left(arrived, 0), ['Resumed', 'BatchDone', 'StageReached']],
  ['a new execution that goes on with a pause, and finds it still there', { ...working, pausedBy: paused.pausedBy, pausedSince: NOON }, paused, []],
  ['a new execution that goes on with a pause, and waits for a call before', { ...working, pausedBy: paused.pausedBy, pausedSince: NOON },
    { ...working, pausedBy: paused.pausedBy, pausedSince: NOON }, []],
  ['a new execution that goes on with a pause, which has ended', { ...working, pausedBy: paused.pausedBy, pausedSince: NOON }, working, ['Resumed']],
];

test.each(TABLE)('%s is told as it should be', (_, before, after, told) => {
  expect(transitionsOf(run, before, after).map(({ type }) => type)).toEqual(told);
});

test('the beginning of a run is told, and neither that of an execution which continues one nor that of one which was replaced', () => {
  expect(beginningOf(run, working, false).map(({ type }) => type)).toEqual([MigrationEventType.STAGE_STARTED]);
  expect(beginningOf(run, working, true)).toEqual([]);
  expect(beginningOf(run, { ...working, outcome: 'replaced' }, false)).toEqual([]);
});

test('an event says of which run it is, how that stands and where the article is', () => {
  const [{ detail }] = transitionsOf(run, working, { ...left(paused, 4), podsEvicted: 17 });
  expect(detail).toEqual({
    clusterName: 'prod',
    stage: 'SCALE_DOWN',
    generation: 3,
    execution: 'arn:execution',
    says: 'Drain node groups: shop/cart allows none',
    runbook: articleUrl('DisruptionBudget'),
    pausedBy: 'DisruptionBudget',
    pausedSince: NOON,
    nodesLeft: 4,
    podsEvicted: 17,
  });
});

test('the end of a pause is told with the reason that it had, and with what the run says now', () => {
  const [{ detail }] = transitionsOf(run, paused, working);
  expect(detail).toMatchObject({ pausedBy: 'DisruptionBudget', pausedSince: NOON, says: working.says, runbook: articleUrl('DisruptionBudget') });
});

test('what is not known is left out', () => {
  const [{ detail }] = transitionsOf(run, working, arrived);
  expect(Object.keys(detail).sort()).toEqual(['clusterName', 'execution', 'generation', 'runbook', 'says', 'stage']);
});

test('a stop leads to its own article, with its reason', () => {
  const [{ detail }] = transitionsOf(run, paused, stopped);
  expect(detail).toMatchObject({ pausedBy: 'DisruptionBudget', runbook: articleUrl('Stopped safely') });
});
