import fc from 'fast-check';
import { MigrationStage } from '../../src/words/migration-stage';
import { legOf } from '../../src/workflow/itinerary';
import { PauseReason } from '../../src/workflow/pause-reason';
import { advanced, isOutOfPatience, reportOf, RunState, stopped, pauseSeconds } from '../../src/workflow/run-state';
import { blocked, done, working } from '../../src/workflow/step';

const pin = legOf('Pin critical workloads');
const drain = legOf('Drain node groups');
const state: RunState = {
  generation: 3, stage: MigrationStage.SCALE_DOWN, outcome: 'working', next: pin.name, says: '', waitSeconds: 1, round: 7,
};
const now = new Date('2026-01-01T12:00:00.000Z');

test('a step that works is looked at again after its wait', () => {
  expect(advanced(state, pin, working('coredns rolls out', 4), now))
    .toEqual({ ...state, round: 8, says: 'Pin critical workloads: coredns rolls out', waitSeconds: 4 });
});

test('a step that is done gives way to the next one', () => {
  expect(advanced(state, pin, done('2 workloads are pinned'), now)).toMatchObject({ outcome: 'working', next: 'Stop the Cluster Autoscaler', waitSeconds: 1 });
});

test('the last step that is done reaches the stage', () => {
  expect(advanced(state, drain, done('2 nodes are left'), now)).toMatchObject({ outcome: 'arrived', says: 'stage SCALE_DOWN is reached: 2 nodes are left' });
});

test('a blocked step pauses, and says since when and because of whom', () => {
  expect(advanced(state, drain, blocked(PauseReason.DISRUPTION_BUDGET, 'shop/cart allows none'), now)).toEqual({
    ...state,
    round: 8,
    outcome: 'paused',
    next: drain.name,
    waitSeconds: 10,
    says: 'Drain node groups: shop/cart allows none',
    pausedBy: 'DisruptionBudget',
    pausedSince: '2026-01-01T12:00:00.000Z',
  });
});

test('a pause keeps its beginning whatever blocks next, and ends with the first progress', () => {
  const first = advanced(state, drain, blocked(PauseReason.DISRUPTION_BUDGET, 'x'), now);
  const later = new Date(now.getTime() + 60_000);
  const second = advanced(first, drain, blocked(PauseReason.THROTTLED, 'y'), later);
  expect(second).toMatchObject({ pausedSince: now.toISOString(), pausedBy: 'Throttled', waitSeconds: 40 });
  expect(advanced(second, drain, working('z', 3), later)).not.toHaveProperty('pausedSince');
});

test.each([[59, false], [60, true], [61, true]])('patience of an hour is over after %i minutes: %s', (minutes, over) => {
  const paused = advanced(state, drain, blocked(PauseReason.NO_NEW_NODE, 'x'), now);
  expect(isOutOfPatience(paused, 60, new Date(now.getTime() + minutes * 60_000))).toBe(over);
});

test('a run that works is never out of patience', () => {
  expect(isOutOfPatience(state, 1, new Date(now.getTime() + 1e9))).toBe(false);
});

test('a stopped run says that everything runs and what stopped it', () => {
  expect(stopped({ ...state, says: 'Drain node groups: x' })).toMatchObject({ outcome: 'stopped', says: 'stopped safely, everything is running: Drain node groups: x' });
});

test('a replaced run reports nothing', () => {
  expect(reportOf({ ...state, outcome: 'replaced' }, 'arn')).toBeUndefined();
  expect(reportOf(state, 'arn')).toMatchObject({ generation: 3, execution: 'arn', outcome: 'working' });
});

test('pauses grow, and never beyond five minutes', () => {
  expect([0, 20, 40, 80, 120, 240, 600, 6000].map(pauseSeconds)).toEqual([10, 20, 40, 60, 120, 300, 300, 300]);
  fc.assert(fc.property(fc.nat(), fc.nat(), (a, b) => pauseSeconds(Math.min(a, b)) <= pauseSeconds(Math.max(a, b))));
});

test('what states hand on stays small, whatever a step says', () => {
  const paused = advanced(state, drain, blocked(PauseReason.UNEXPECTED, 'x'.repeat(2000)), now);
  expect(JSON.stringify(paused).length).toBeLessThan(4000);
});
