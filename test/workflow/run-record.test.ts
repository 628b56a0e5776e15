import { MigrationStage } from '../../src/words/migration-stage';
import { begun, ClaimFence, entered, left, requireGeneration, RunRecord, RunReport } from '../../src/workflow/run-record';

const record: RunRecord = { owner: 'stack/Migration', generation: 4, stage: MigrationStage.INSTALL, request: 'before', requested: 4 };
const report = (generation: number): RunReport => ({ generation, execution: 'arn', outcome: 'working', says: 'drains' });
const lease = { token: 'call', until: 2000 };

test('a deployment begins a new generation and says where it goes', () => {
  expect(begun(record, { owner: 'stack/Migration', stage: MigrationStage.CUT_OVER, request: 'now' }))
    .toEqual({ ...record, generation: 5, stage: MigrationStage.CUT_OVER, request: 'now', requested: 5 });
});

test('the same request begins only once', () => {
  const once = begun(record, { owner: 'stack/Migration', stage: MigrationStage.CUT_OVER, request: 'now' });
  expect(begun(once, { owner: 'stack/Migration', stage: MigrationStage.CUT_OVER, request: 'now' })).toBe(once);
});

test('a request that was halted begins nothing more, whoever has the claim by now', () => {
  const halted = begun(record, { owner: 'stack/Migration', request: 'halt now' });
  expect(begun(halted, { owner: 'stack/Migration', stage: MigrationStage.CUT_OVER, request: 'now', unless: 'halt now' })).toBe(halted);
  expect(begun(halted, { owner: 'other', request: 'now', unless: 'halt now' })).toBe(halted);
  expect(begun(record, { owner: 'stack/Migration', request: 'now', unless: 'halt now' })).toMatchObject({ generation: 5, request: 'now' });
});

test('a person who starts a run goes where the last deployment went', () => {
  expect(begun(record, { owner: 'stack/Migration' })).toEqual({ ...record, generation: 5 });
});

test('after a person has started a run, the request of the deployment begins none', () => {
  const restarted = begun(begun(record, { owner: 'stack/Migration', stage: MigrationStage.CUT_OVER, request: 'now' }), { owner: 'stack/Migration' });
  expect(begun(restarted, { owner: 'stack/Migration', stage: MigrationStage.CUT_OVER, request: 'now' })).toBe(restarted);
  expect(restarted).toMatchObject({ generation: 6, requested: 5 });
});

test('who does not hold the claim begins nothing', () => {
  expect(() => begun(record, { owner: 'other' })).toThrow('the cluster is claimed by "stack/Migration", not by "other": nothing was changed');
});

test.each([
  ['nobody has it', undefined, lease],
  ['the same call has it', { token: 'call', until: 5000 }, lease],
  ['another call has it that has ended by now', { token: 'former', until: 999 }, { ...lease, lost: 1 }],
  ['the third in a row that did not give it back has it', { token: 'former', until: 999, lost: 2 }, { ...lease, lost: 3 }],
  ['another call has it that may still run', { token: 'former', until: 1001 }, undefined],
])('a call gets the lease where %s: %s', (_, held, gets) => {
  const after = entered({ ...record, lease: held }, 4, lease, 1000);
  expect(after).toEqual(gets && { ...record, lease: gets });
});

test('a call does not wait for one that has ended and could not say so, but for all others', () => {
  const held = { token: 'former', until: 5000 };
  expect(entered({ ...record, lease: held }, 4, { ...lease, after: ['first', 'former'] }, 1000)).toEqual({ ...record, lease });
  expect(entered({ ...record, lease: held }, 4, { ...lease, after: ['first'] }, 1000)).toBeUndefined();
  expect(entered(record, 4, { ...lease, after: ['first'] }, 1000)).toEqual({ ...record, lease });
});

test('a new run does not count the calls that the run before has lost, and still waits for the last of them', () => {
  const after = begun({ ...record, lease: { token: 'former', until: 5000, lost: 3 } }, { owner: 'stack/Migration' });
  expect(after.lease).toEqual({ token: 'former', until: 5000 });
});

test('a call of an old generation never gets the lease', () => {
  expect(() => entered(record, 3, lease, 1000)).toThrow(expect.objectContaining({ name: 'Replaced', message: 'generation 3 was replaced by 4: nothing more is changed' }));
});

test('a claim that is gone refuses every change', () => {
  expect(() => requireGeneration(undefined, 3)).toThrow(expect.objectContaining({ name: 'Replaced' }));
});

test('a call that ends leaves its report', () => {
  expect(left({ ...record, lease }, 'call', report(4))).toEqual({ ...record, report: report(4) });
});

test('a call that ends late leaves neither its report nor takes the lease of another', () => {
  const held = { ...record, generation: 5, lease: { token: 'newer', until: 9000 } };
  expect(left(held, 'call', report(4))).toEqual(held);
});

test('a fence reads the claim at most every five seconds, and lets nobody pass who was replaced', async () => {
  let now = 0;
  let reads = 0;
  let generation = 4;
  const fence = new ClaimFence({ read: async () => { reads += 1; return { ...record, generation }; } }, 4, () => now);
  for (; now < 15_000; now += 500) {
    await fence.check();
  }
  expect(reads).toBe(3);
  generation = 5;
  await expect(fence.check()).rejects.toThrow(expect.objectContaining({ name: 'Replaced' }));
  await expect(fence.check()).rejects.toThrow(expect.objectContaining({ name: 'Replaced' }));
});
