import fc from 'fast-check';
import { MigrationStage } from '../../src/words/migration-stage';
import { legOf } from '../../src/workflow/itinerary';
import { PauseReason } from '../../src/workflow/pause-reason';
import { logLine } from '../../src/workflow/run-log';
import { advanced, held, isOutOfPatience, reportOf, RunState, stopped, pauseSeconds } from '../../src/workflow/run-state';
import { blocked, done, nothingToDo, preparing, together, waiting, working } from '../../src/workflow/step';

const pin = legOf('Pin critical workloads');
const drain = legOf('Drain node groups');
const last = legOf('Drain the nodes of former pools');
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
  expect(advanced(state, last, done('2 nodes are left'), now)).toMatchObject({ outcome: 'arrived', says: 'stage SCALE_DOWN is reached: 2 nodes are left' });
});

test('a last step that had nothing to do leaves the word to the one before', () => {
  const drained = advanced(state, drain, done('2 nodes are left'), now);
  expect(drained).toMatchObject({ outcome: 'working', next: last.name });
  expect(advanced(drained, last, nothingToDo('no former pool'), now)).toMatchObject({ outcome: 'arrived', says: 'stage SCALE_DOWN is reached: 2 nodes are left' });
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
    blockedSince: { DisruptionBudget: '2026-01-01T12:00:00.000Z' },
  });
});

test('a pause keeps its beginning whatever blocks next, and ends with the first progress', () => {
  const first = advanced(state, drain, blocked(PauseReason.DISRUPTION_BUDGET, 'x'), now);
  const later = new Date(now.getTime() + 60_000);
  const second = advanced(first, drain, blocked(PauseReason.THROTTLED, 'y'), later);
  expect(second).toMatchObject({ pausedSince: now.toISOString(), pausedBy: 'Throttled', waitSeconds: 40 });
  expect(advanced(second, drain, working('z', 3), later)).not.toHaveProperty('pausedSince');
});

const after = (many: number) => new Date(now.getTime() + many * 60_000);
const budget = blocked(PauseReason.DISRUPTION_BUDGET, 'x');
const throttled = blocked(PauseReason.THROTTLED, 'y');

test('patience is counted for each reason, also when another comes in between', () => {
  const first = advanced(state, drain, budget, now);
  const second = advanced(first, drain, throttled, after(50));
  expect(isOutOfPatience(second, 60, after(70))).toBe(false);
  expect(isOutOfPatience(second, 60, after(110))).toBe(true);
  const third = advanced(second, drain, budget, after(60));
  expect(isOutOfPatience(third, 60, after(60))).toBe(true);
});

test('a call that only waits, and one that did something by force, do not set patience back; progress does', () => {
  const first = advanced(state, drain, budget, now);
  for (const between of [waiting('a pod ends', 3, { by: PauseReason.POD_NOT_ENDING, minutes: 10 }), { ...working('deleted 1', 3), forced: true }]) {
    const next = advanced(first, drain, between, after(30));
    expect(next).toMatchObject({ outcome: 'working' });
    expect(isOutOfPatience(advanced(next, drain, budget, after(60)), 60, after(60))).toBe(true);
  }
  const evicted = advanced(first, drain, working('evicted 1 pod', 3), after(30));
  expect(isOutOfPatience(advanced(evicted, drain, budget, after(60)), 60, after(60))).toBe(false);
});

describe('a wait with a limit', () => {
  const waits = waiting('waits until i-1 has ended', 5, { by: PauseReason.NODEGROUP_BUSY, minutes: 20 });

  test('becomes a pause when it takes longer, and stays one until something happens', () => {
    const at = (one: RunState, many: number) => advanced(one, drain, waits, after(many));
    const late = at(at(at(state, 0), 19), 20);
    expect(at(at(state, 0), 19)).toMatchObject({ outcome: 'working', waitSeconds: 5 });
    expect(late).toMatchObject({
      outcome: 'paused', pausedBy: 'NodegroupBusy', says: 'Drain node groups: waits until i-1 has ended, for more than 20 minutes', pausedSince: after(20).toISOString(),
    });
    expect(at(late, 25)).toMatchObject({ outcome: 'paused', pausedSince: after(20).toISOString() });
    expect(at(advanced(late, drain, working('ends i-2', 5), after(25)), 26)).toMatchObject({ outcome: 'working' });
  });

  test('is told where the deployment does not wait for it, and not any more after it', () => {
    const after_ = advanced(state, drain, waiting('waits for the deployment', 5, { by: PauseReason.DEPLOYMENT_GOES_ON, minutes: 20 }, { deployed: true }), now);
    expect(after_).toMatchObject({ outcome: 'working', deployed: true });
    expect(reportOf(after_, 'execution')).toMatchObject({ outcome: 'working', deployed: true });
    expect(reportOf(advanced(after_, drain, working('evicted a pod', 5), now), 'execution')).not.toHaveProperty('deployed');
  });

  test('begins anew for something else', () => {
    const other = advanced(state, drain, waiting('x', 5, { by: PauseReason.POD_NOT_ENDING, minutes: 20 }), now);
    expect(advanced(other, drain, waits, after(20))).toMatchObject({ outcome: 'working' });
  });
});

test('while a call before may still be changing something, what was in the way keeps its time', () => {
  const first = advanced(state, drain, budget, now);
  const waits = held(first, drain, 5);
  expect(waits).toMatchObject({ outcome: 'paused', pausedSince: now.toISOString(), waitSeconds: 5, round: first.round + 1 });
  expect(held(state, drain, 5)).toMatchObject({ outcome: 'working' });
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

describe('what the user wants to be waited for', () => {
  const closed = (seconds: number) => blocked(PauseReason.OUTSIDE_MAINTENANCE_WINDOWS, 'outside', { waitSeconds: seconds });
  const rings = blocked(PauseReason.ALARM_RINGS, 'alarm errors is in ALARM');
  const metrics = (one: RunState, minutes: number) => logLine('prod', drain, one, {}, after(minutes));

  test('pauses the run, which says it and which no deployment waits for', () => {
    const paused = advanced(state, drain, closed(120), now);
    expect(paused).toEqual({
      ...state,
      round: 8,
      outcome: 'paused',
      next: drain.name,
      waitSeconds: 120,
      says: 'Drain node groups: outside',
      pausedBy: 'OutsideMaintenanceWindows',
      pausedSince: now.toISOString(),
      awaitingSince: now.toISOString(),
      deployed: true,
    });
    expect(reportOf(paused, 'execution')).toMatchObject({ outcome: 'paused', by: 'OutsideMaintenanceWindows', deployed: true });
    const on = advanced(paused, drain, working('evicted a pod', 3), after(10));
    expect(on).not.toHaveProperty('awaitingSince');
    expect(reportOf(on, 'execution')).not.toHaveProperty('deployed');
  });

  test.each([[1, 1], [299, 299], [36_000, 300]])('is looked at again after %i seconds, or after %i', (seconds, waits) => {
    expect(advanced(state, drain, closed(seconds), now).waitSeconds).toBe(waits);
  });

  test('is looked at soon at first, then ever more rarely, where nobody knows how long it takes', () => {
    let current = advanced(state, drain, rings, now);
    const waits = [current.waitSeconds];
    for (const minutes of [1, 5, 60]) {
      current = advanced(current, drain, rings, after(minutes));
      waits.push(current.waitSeconds);
    }
    expect(waits).toEqual([10, 40, 300, 300]);
  });

  test('is never out of patience, is no number that somebody is woken for, and no warning', () => {
    const days = 5 * 24 * 60;
    const paused = advanced(advanced(state, drain, rings, now), drain, closed(60), after(days));
    expect(isOutOfPatience(paused, 60, after(days))).toBe(false);
    expect(metrics(paused, days)).toMatchObject({ PausedSeconds: 0, level: 'info', pausedBy: 'OutsideMaintenanceWindows' });
    expect(metrics(advanced(state, drain, budget, now), 10)).toMatchObject({ PausedSeconds: 600, level: 'warn' });
  });

  test('takes nothing from the patience with others, and gives them nothing', () => {
    const first = advanced(advanced(state, drain, throttled, now), drain, budget, after(20));
    const night = advanced(advanced(first, drain, closed(60), after(50)), drain, rings, after(500));
    expect(isOutOfPatience(night, 60, after(650))).toBe(false);
    const back = advanced(night, drain, budget, after(650));
    // It was in the way for 30 minutes before, of which none is lost, and the ten hours of the night do not count.
    expect(back).toMatchObject({
      pausedSince: after(600).toISOString(), blockedSince: { Throttled: after(600).toISOString(), DisruptionBudget: after(620).toISOString() },
    });
    expect(isOutOfPatience(back, 60, after(679))).toBe(false);
    expect(isOutOfPatience(back, 60, after(680))).toBe(true);
    expect(metrics(back, 650)).toMatchObject({ PausedSeconds: 50 * 60 });
  });

  test('takes nothing from a wait that has a limit either', () => {
    const ends = waiting('i-1 ends', 5, { by: PauseReason.NODEGROUP_BUSY, minutes: 20 });
    const night = advanced(advanced(state, drain, ends, now), drain, rings, after(15));
    expect(advanced(night, drain, ends, after(300))).toMatchObject({ outcome: 'working', wait: { since: after(285).toISOString() } });
    expect(advanced(advanced(night, drain, ends, after(300)), drain, ends, after(305))).toMatchObject({ outcome: 'paused', pausedBy: 'NodegroupBusy' });
  });

  test('goes on while a call before may still be changing something', () => {
    const night = held(advanced(advanced(state, drain, budget, now), drain, rings, after(30)), drain, 5);
    expect(isOutOfPatience(night, 60, after(500))).toBe(false);
    expect(advanced(night, drain, budget, after(500))).toMatchObject({ blockedSince: { DisruptionBudget: after(470).toISOString() } });
  });

  test('leaves patience as it was where all is made ready again, and progress sets it back as ever', () => {
    const night = advanced(advanced(state, drain, budget, now), drain, rings, after(30));
    const ready = advanced(night, drain, preparing(working('cordons 3 nodes', 1))!, after(100));
    expect(advanced(ready, drain, budget, after(101))).toMatchObject({ blockedSince: { DisruptionBudget: after(70).toISOString() } });
    const evicted = advanced(ready, drain, working('evicted 1 pod', 1), after(101));
    expect(advanced(evicted, drain, budget, after(102))).toMatchObject({ blockedSince: { DisruptionBudget: after(102).toISOString() } });
  });

  test('comes after who is in the way of nodes in hand, and is said with them', () => {
    expect(together([rings, budget])).toMatchObject({ by: PauseReason.DISRUPTION_BUDGET, says: 'x; alarm errors is in ALARM' });
    expect(together([rings, working('evicted 1 pod', 1)])).toMatchObject({ kind: 'working', says: 'evicted 1 pod; alarm errors is in ALARM' });
    expect(together([done('nothing'), rings])).toMatchObject({ by: PauseReason.ALARM_RINGS });
  });

  test('an alarm that there is none of is for somebody to mend: patience runs', () => {
    const paused = advanced(state, drain, blocked(PauseReason.ALARM_MISSING, 'x'), now);
    expect(isOutOfPatience(paused, 60, after(60))).toBe(true);
    expect(paused).not.toHaveProperty('deployed');
  });
});
