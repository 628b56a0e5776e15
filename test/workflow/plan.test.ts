import { Remaining } from '../../src/karpenter/api/fleet';
import { V0_API } from '../../src/karpenter/v0/api';
import { MigrationStage } from '../../src/words/migration-stage';
import { mustHalt, planDeployment, planRemoval } from '../../src/workflow/plan';
import { RunRecord } from '../../src/workflow/run-record';

const staying = (name: string): Remaining => ({ name, leaving: false });
const leaving = (name: string): Remaining => ({ name, leaving: true });

test('nothing left is gone', () => {
  expect(planRemoval([], V0_API.kinds)).toEqual({ kind: 'gone' });
});

test('what is leaving is waited for', () => {
  expect(planRemoval([leaving('machine/a'), leaving('node/b')], V0_API.kinds)).toEqual({ kind: 'wait', reason: 'waiting for machine/a, node/b to go' });
});

test('one that stays refuses, and only those that stay are named', () => {
  expect(planRemoval([leaving('machine/a'), staying('instance/i-1')], V0_API.kinds)).toEqual({
    kind: 'refuse',
    reason: 'karpenter still has instance/i-1: move their pods away and delete the machines, then deploy again; until then everything that karpenter stands on is kept',
  });
});

test.each([[20, 'x/19 to go'], [21, 'x/19 and 1 more to go'], [60, 'x/19 and 40 more to go']])('of %i things twenty are named', (count, end) => {
  const removal = planRemoval(Array.from({ length: count }, (_, i) => leaving(`x/${i}`)), V0_API.kinds);
  expect(removal).toMatchObject({ kind: 'wait', reason: expect.stringMatching(new RegExp(`${end}$`)) });
});

const record = (outcome?: 'working' | 'paused' | 'arrived' | 'stopped', generation = 2): RunRecord => ({
  owner: 'o',
  generation: 2,
  stage: MigrationStage.SCALE_DOWN,
  ...outcome ? { report: { generation, execution: 'e', outcome, says: 'says', pausedSince: outcome === 'paused' ? 'then' : undefined } } : {},
});

test.each([
  ['raising', MigrationStage.SCALE_DOWN],
  ['lowering', MigrationStage.INSTALL],
])('%s waits for its run, and succeeds with it going on when its time is over', (_, stage) => {
  expect(planDeployment(stage, record('working'), 'RUNNING', false)).toEqual({ kind: 'wait', reason: 'says' });
  expect(planDeployment(stage, record('working'), 'RUNNING', true)).toEqual({ kind: 'leave', state: 'going on: says' });
  expect(planDeployment(stage, record('paused'), 'RUNNING', true)).toEqual({ kind: 'leave', state: 'paused since then: says' });
});

test('a removal fails when its time is over', () => {
  expect(planDeployment(MigrationStage.REMOVED, record('working'), 'RUNNING', true)).toEqual({ kind: 'fail', reason: 'going on: says; deploy again, it continues' });
});

test('the report of a former generation says nothing about this run', () => {
  expect(planDeployment(MigrationStage.INSTALL, record('arrived', 1), 'RUNNING', false)).toEqual({ kind: 'wait', reason: 'the run has not said anything yet' });
});

test('an execution that goes on in a new one is waited for', () => {
  expect(planDeployment(MigrationStage.INSTALL, record('working'), 'SUCCEEDED', false)).toMatchObject({ kind: 'wait' });
});

test('a report of arrival counts whatever became of the execution', () => {
  expect(planDeployment(MigrationStage.INSTALL, record('arrived'), 'ABORTED', false)).toMatchObject({ kind: 'arrived' });
});

test.each([
  ['INSTALL', 'arrived', false], ['INSTALL', 'stopped', false], ['INSTALL', 'paused', true], ['SCALE_DOWN', 'working', false],
])('a rollback to %s of a drain that has %s ends it: %s', (stage, outcome, ends) => {
  expect(mustHalt(record(outcome as 'paused'), { stage: stage as MigrationStage, hasOtherPools: false })).toBe(ends);
});

test('a rollback of a restoration lets it go on', () => {
  expect(mustHalt({ ...record('working'), stage: MigrationStage.INSTALL }, { stage: MigrationStage.SCALE_DOWN, hasOtherPools: false })).toBe(false);
});

test.each([['working', true], ['paused', true], ['arrived', false]])('a rollback to other pools ends a run that is %s: %s, because those that it takes for former ones are needed again', (outcome, ends) => {
  expect(mustHalt(record(outcome as 'paused'), { stage: MigrationStage.SCALE_DOWN, hasOtherPools: true })).toBe(ends);
});

test('a deployment does not wait for what begins after it', () => {
  const waiting = record('working');
  expect(planDeployment(MigrationStage.SCALE_DOWN, { ...waiting, report: { ...waiting.report!, deployed: true } }, 'RUNNING', false)).toEqual({
    kind: 'arrived', state: waiting.report!.says,
  });
});

test.each([['paused', false], ['paused', true]] as const)('a removal that waits for a window is %s and not done: it fails when its time is over (%s)', (outcome, isTimeOver) => {
  const waits = record(outcome);
  const deployment = planDeployment(MigrationStage.REMOVED, { ...waits, report: { ...waits.report!, deployed: true } }, 'RUNNING', isTimeOver);
  expect(deployment.kind).toBe(isTimeOver ? 'fail' : 'wait');
});

test('raising and lowering do not wait for a window: the deployment ends, and says what the run waits for', () => {
  const waits = { ...record('paused').report!, says: 'Drain node groups: outside of all maintenance windows', deployed: true };
  for (const stage of [MigrationStage.INSTALL, MigrationStage.CUT_OVER, MigrationStage.SCALE_DOWN]) {
    expect(planDeployment(stage, { ...record('paused'), report: waits }, 'RUNNING', false)).toEqual({ kind: 'arrived', state: waits.says });
  }
});
