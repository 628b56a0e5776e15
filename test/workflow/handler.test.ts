import { configuration, FakeStage, properties } from './fakes';
import { Outcome, ResourceRequest } from '../../src/custom-resources/lifecycle';
import { MigrationStage } from '../../src/words/migration-stage';
import { MigrationStageProperties } from '../../src/workflow/contract';
import { migrationStageHandler } from '../../src/workflow/handler';
import { PauseReason } from '../../src/workflow/pause-reason';
import { blocked, done, working } from '../../src/workflow/step';

type Type = 'Create' | 'Update' | 'Delete';

type Request = ResourceRequest<MigrationStageProperties>;

const request = (type: Type, stage: MigrationStage, more: Partial<Request> = {}): Request => ({
  type,
  properties: { ...properties, Stage: stage },
  physicalId: 'karpenter-migration/prod',
  stackId: 'stack-id',
  logicalId: 'Stage',
  requestId: 'request',
  elapsed: 0,
  ...more,
});
const MINUTES = 60_000;

let karpenter: FakeStage;
const handler = migrationStageHandler(() => karpenter, () => new Date('2026-01-01T12:00:00Z'));
beforeEach(() => {
  karpenter = new FakeStage();
  jest.spyOn(console, 'log').mockImplementation();
});
afterEach(() => jest.restoreAllMocks());

/** Deploys a stage whose run arrives. */
async function deploy(type: Type, stage: MigrationStage): Promise<Outcome> {
  await handler.apply(request(type, stage));
  karpenter.runs.reports({ outcome: 'arrived', says: `stage ${stage} is reached` });
  return handler.apply(request(type, stage));
}

describe('a deployment', () => {
  test('begins a run, waits for it and succeeds when it has arrived', async () => {
    await expect(handler.apply(request('Create', MigrationStage.INSTALL))).resolves.toEqual({ done: false, waitingFor: 'the run has not said anything yet' });
    expect(karpenter.executions.started).toEqual(['1-request']);
    karpenter.runs.reports({ outcome: 'working', says: 'Restore node groups: nothing to do' });
    await expect(handler.apply(request('Create', MigrationStage.INSTALL))).resolves.toEqual({ done: false, waitingFor: 'Restore node groups: nothing to do' });
    karpenter.runs.reports({ outcome: 'arrived', says: 'stage INSTALL is reached' });
    await expect(handler.apply(request('Create', MigrationStage.INSTALL)))
      .resolves.toEqual({ done: true, attributes: { Stage: 'INSTALL', State: 'stage INSTALL is reached' } });
    expect(karpenter.executions.started).toEqual(['1-request']);
  });

  test('waits in its first minute for the right to start an execution, which was granted a moment ago', async () => {
    const denied = Object.assign(new Error('is not authorized to perform: states:StartExecution'), { name: 'AccessDeniedException' });
    jest.spyOn(karpenter.executions, 'start').mockRejectedValueOnce(denied).mockRejectedValueOnce(denied);
    await expect(handler.apply(request('Create', MigrationStage.INSTALL))).resolves.toEqual({
      done: false, waitingFor: expect.stringContaining('rights that are not there yet'),
    });
    await expect(handler.apply(request('Create', MigrationStage.INSTALL, { elapsed: 60_000 }))).rejects.toThrow('states:StartExecution');
    await handler.apply(request('Create', MigrationStage.INSTALL));
    expect(karpenter.executions.started).toEqual(['1-request']);
  });

  test('that is the first must install, because its rollback would take the resources away', async () => {
    await expect(handler.apply(request('Create', MigrationStage.SCALE_DOWN))).rejects.toThrow('must have stage INSTALL, got SCALE_DOWN');
    expect(karpenter.executions.started).toEqual([]);
  });

  test('begins a new run with another revision, also where the stage is the same', async () => {
    await deploy('Create', MigrationStage.INSTALL);
    await handler.apply(request('Update', MigrationStage.INSTALL, { requestId: 'second' }));
    expect(karpenter.executions.started).toEqual(['1-request', '2-second']);
  });

  test('asks for the claim once at each look, the first one too, and for its execution only while that may tell more than the run', async () => {
    const begins = jest.spyOn(karpenter.runs, 'begin');
    const reads = jest.spyOn(karpenter.runs, 'read');
    const asked = () => [begins.mock.calls.length, reads.mock.calls.length, karpenter.executions.asked];
    await handler.apply(request('Update', MigrationStage.CUT_OVER));
    expect(asked()).toEqual([1, 0, 0]);
    karpenter.runs.reports({ outcome: 'working', says: 'goes on' });
    await handler.apply(request('Update', MigrationStage.CUT_OVER));
    expect(asked()).toEqual([2, 0, 1]);
    karpenter.runs.reports({ outcome: 'arrived', says: 'there' });
    await expect(handler.apply(request('Update', MigrationStage.CUT_OVER))).resolves.toMatchObject({ done: true });
    expect(asked()).toEqual([3, 0, 1]);
  });

  test('that finds its execution ended already by its first report begins no second one', async () => {
    await handler.apply(request('Update', MigrationStage.CUT_OVER));
    await handler.apply(request('Update', MigrationStage.CUT_OVER));
    expect(karpenter.executions.started).toEqual(['1-request']);
  });

  test('follows the newer run of a person who started it again', async () => {
    await handler.apply(request('Update', MigrationStage.CUT_OVER));
    await karpenter.runs.begin({ owner: properties.Owner });
    await expect(handler.apply(request('Update', MigrationStage.CUT_OVER))).resolves.toMatchObject({ done: false });
    karpenter.runs.reports({ outcome: 'arrived', says: 'there' });
    await expect(handler.apply(request('Update', MigrationStage.CUT_OVER))).resolves.toMatchObject({ done: true });
    expect(karpenter.executions.started).toEqual(['1-request']);
  });

  test.each([MigrationStage.CUT_OVER, MigrationStage.SCALE_DOWN, MigrationStage.INSTALL])('of %s succeeds after 50 minutes with the run going on', async (stage) => {
    await handler.apply(request('Update', stage));
    karpenter.runs.reports({ outcome: 'paused', says: 'PDB shop/cart allows nothing', by: PauseReason.DISRUPTION_BUDGET, pausedSince: '2026-01-01T11:30:00.000Z' });
    await expect(handler.apply(request('Update', stage, { elapsed: 50 * MINUTES }))).resolves.toMatchObject({ done: false });
    await expect(handler.apply(request('Update', stage, { elapsed: 51 * MINUTES }))).resolves.toEqual({
      done: true, attributes: { Stage: stage, State: 'paused since 2026-01-01T11:30:00.000Z: PDB shop/cart allows nothing' },
    });
    expect(karpenter.executions.stopped).toBe(0);
  });

  test('waits as long as it is told to, but always for a creation and for a removal', async () => {
    const soon = (type: Type, stage: MigrationStage, requestId: string) =>
      handler.apply({ ...request(type, stage, { elapsed: 20_000, requestId }), properties: { ...properties, Stage: stage, WaitSeconds: 10 } });
    await expect(soon('Create', MigrationStage.INSTALL, 'a')).resolves.toMatchObject({ done: false });
    await expect(soon('Update', MigrationStage.REMOVED, 'b')).resolves.toMatchObject({ done: false });
    await expect(soon('Update', MigrationStage.CUT_OVER, 'c')).resolves.toMatchObject({ done: true, attributes: { State: 'going on: the run has not said anything yet' } });
  });

  test('succeeds with a run that has stopped safely, and says so', async () => {
    await handler.apply(request('Update', MigrationStage.SCALE_DOWN));
    karpenter.runs.reports({ outcome: 'stopped', says: 'stopped safely: x' });
    await expect(handler.apply(request('Update', MigrationStage.SCALE_DOWN))).resolves.toMatchObject({ done: true, attributes: { State: 'stopped safely: x' } });
  });

  test.each(['ABORTED', 'FAILED', 'TIMED_OUT'] as const)('fails when its execution is %s, after nobody goes on any more', async (status) => {
    await handler.apply(request('Update', MigrationStage.SCALE_DOWN));
    karpenter.executions.state = status;
    await expect(handler.apply(request('Update', MigrationStage.SCALE_DOWN))).rejects.toThrow(`the execution of the state machine is ${status}`);
    expect(karpenter.theSteps['scale-down'].calls).toEqual(['stop']);
    expect(karpenter.runs.record).toMatchObject({ generation: 2, request: 'halt request' });
  });

  test('that fails waits for a call that has not ended, then fails without beginning another run', async () => {
    await handler.apply(request('Update', MigrationStage.SCALE_DOWN));
    karpenter.executions.state = 'ABORTED';
    karpenter.runs.record = { ...karpenter.runs.record!, lease: { token: 'call', until: Number.MAX_SAFE_INTEGER } };
    await expect(handler.apply(request('Update', MigrationStage.SCALE_DOWN))).resolves.toMatchObject({ done: false });
    await karpenter.runs.leave('call');
    await expect(handler.apply(request('Update', MigrationStage.SCALE_DOWN))).rejects.toThrow();
    expect(karpenter.executions.started).toEqual(['1-request']);
    expect(karpenter.runs.record).toMatchObject({ generation: 2 });
  });

  test('has a state that fits into an output, whatever the run says', async () => {
    await handler.apply(request('Update', MigrationStage.CUT_OVER));
    karpenter.runs.reports({ outcome: 'arrived', says: 'x'.repeat(5000) });
    const outcome = await handler.apply(request('Update', MigrationStage.CUT_OVER));
    expect(outcome).toMatchObject({ done: true, attributes: { State: expect.stringMatching(/^x{900} …$/) } });
  });
});

describe('a rollback', () => {
  beforeEach(() => { karpenter.rollingBack = true; });

  test('moves nothing and begins no run', async () => {
    await expect(handler.apply(request('Update', MigrationStage.SCALE_DOWN))).resolves.toMatchObject({ done: true });
    expect(karpenter.executions.started).toEqual([]);
    expect(karpenter.runs.record).toMatchObject({ generation: 0 });
  });

  test.each([
    ['ends', MigrationStage.SCALE_DOWN, MigrationStage.INSTALL, 1],
    ['ends', MigrationStage.SCALE_DOWN, MigrationStage.CUT_OVER, 1],
    ['ends', MigrationStage.REMOVED, MigrationStage.SCALE_DOWN, 1],
    ['leaves', MigrationStage.INSTALL, MigrationStage.SCALE_DOWN, 0],
    ['leaves', MigrationStage.CUT_OVER, MigrationStage.SCALE_DOWN, 0],
  ])('%s a run that goes to %s when it goes back to %s', async (_, to, from, stops) => {
    karpenter.rollingBack = false;
    await handler.apply(request('Update', to, { requestId: 'forward' }));
    karpenter.runs.reports({ outcome: 'working', says: 'on the way' });
    karpenter.rollingBack = true;
    await expect(handler.apply(request('Update', from))).resolves.toMatchObject({ done: true });
    expect(karpenter.executions.stopped).toBe(stops);
    expect(karpenter.theSteps['scale-down'].calls).toEqual(stops ? ['stop'] : []);
    expect(karpenter.executions.started).toEqual(['1-forward']);
  });

  test.each([
    ['ends', { Pools: ['renamed'] }, 1], ['ends', { NodeClasses: ['renamed'] }, 1], ['leaves', { CanaryImage: 'other' }, 0],
  ])('%s a run to the same stage whose deployment changed %j', async (_, change, stops) => {
    const failing = { ...properties, Stage: MigrationStage.SCALE_DOWN, Configuration: JSON.stringify({ ...configuration, ...change }) };
    karpenter.rollingBack = false;
    await handler.apply({ ...request('Update', MigrationStage.SCALE_DOWN, { requestId: 'forward' }), properties: failing });
    karpenter.runs.reports({ outcome: 'working', says: 'on the way', deployed: true });
    karpenter.rollingBack = true;
    await expect(handler.apply({ ...request('Update', MigrationStage.SCALE_DOWN), oldProperties: failing })).resolves.toMatchObject({ done: true });
    expect(karpenter.executions.stopped).toBe(stops);
  });
});

describe('a removal', () => {
  test('verifies that nothing is left once its run has arrived, and deletes the launch templates that Karpenter leaves', async () => {
    await expect(deploy('Update', MigrationStage.REMOVED)).resolves.toMatchObject({ done: true, attributes: { Stage: 'REMOVED' } });
    expect(karpenter.launchTemplates).toEqual([]);
  });

  test('is refused while a node lives, and names it', async () => {
    karpenter.machines = [{ name: 'machine/default-a', leaving: false }, { name: 'node/ip-10-0-0-1.ec2.internal', leaving: false }];
    karpenter.instances = [{ name: 'instance/i-1', leaving: false }];
    await expect(deploy('Update', MigrationStage.REMOVED)).rejects.toThrow('karpenter still has machine/default-a, node/ip-10-0-0-1.ec2.internal, instance/i-1');
    expect(karpenter.launchTemplates).toHaveLength(1);
  });

  test('waits for what is leaving already', async () => {
    karpenter.machines = [{ name: 'machine/default-a', leaving: true }];
    await expect(deploy('Update', MigrationStage.REMOVED)).resolves.toEqual({ done: false, waitingFor: 'waiting for machine/default-a to go' });
  });

  test('names at most twenty things, so that the reason fits into a response', async () => {
    karpenter.machines = Array.from({ length: 300 }, (_, i) => ({ name: `machine/default-${i}`, leaving: false }));
    await expect(deploy('Update', MigrationStage.REMOVED)).rejects.toThrow('machine/default-19 and 280 more');
  });

  test('must be complete: it fails with the reason when its time is over, and nobody goes on then', async () => {
    await handler.apply(request('Update', MigrationStage.REMOVED));
    karpenter.runs.reports({ outcome: 'paused', says: 'PDB shop/cart allows nothing', pausedSince: '2026-01-01T11:30:00.000Z' });
    await expect(handler.apply(request('Update', MigrationStage.REMOVED, { elapsed: 51 * MINUTES })))
      .rejects.toThrow('paused since 2026-01-01T11:30:00.000Z: PDB shop/cart allows nothing; deploy again, it continues');
    expect(karpenter.theSteps.removal.calls).toEqual(['stop']);
  });

  test('fails when its run has stopped', async () => {
    await handler.apply(request('Update', MigrationStage.REMOVED));
    karpenter.runs.reports({ outcome: 'stopped', says: 'stopped safely: x' });
    await expect(handler.apply(request('Update', MigrationStage.REMOVED))).rejects.toThrow('stopped safely: x');
  });

  test('does not swallow other errors', async () => {
    karpenter.remaining = async () => { throw new Error('connection refused'); };
    await expect(deploy('Update', MigrationStage.REMOVED)).rejects.toThrow('connection refused');
  });
});

describe('deleting the stack', () => {
  test('without removal ends the run, leaves Karpenter and marks the claim as abandoned', async () => {
    await handler.apply(request('Update', MigrationStage.SCALE_DOWN));
    await expect(handler.remove(request('Delete', MigrationStage.SCALE_DOWN, { requestId: 'delete' }))).resolves.toMatchObject({ done: true });
    expect(karpenter.executions.stopped).toBe(1);
    expect(karpenter.theSteps['scale-down'].calls).toEqual(['stop']);
    expect(karpenter.abandonedBy).toEqual(['stack/Migration']);
  });

  test('waits until the last call of the run has ended', async () => {
    karpenter.runs.record = { ...karpenter.runs.record!, lease: { token: 'call', until: Number.MAX_SAFE_INTEGER } };
    await expect(handler.remove(request('Delete', MigrationStage.SCALE_DOWN)))
      .resolves.toEqual({ done: false, waitingFor: 'a call of the run that is halted has not ended yet' });
    expect(karpenter.abandonedBy).toEqual([]);
  });

  test('works where the claim is gone, also twice', async () => {
    karpenter.runs.record = undefined;
    await expect(handler.remove(request('Delete', MigrationStage.INSTALL))).resolves.toMatchObject({ done: true });
    await expect(handler.remove(request('Delete', MigrationStage.INSTALL))).resolves.toMatchObject({ done: true });
  });

  test('in the rollback of a creation abandons nothing', async () => {
    karpenter.rollingBack = true;
    await handler.remove(request('Delete', MigrationStage.INSTALL));
    expect(karpenter.abandonedBy).toEqual([]);
  });

  describe('in the rollback of a creation, whose pending pods have got nodes of Karpenter meanwhile', () => {
    const takeBack = () => handler.remove(request('Delete', MigrationStage.INSTALL));
    beforeEach(() => {
      karpenter.rollingBack = true;
      karpenter.machines = [{ name: 'machine/default-a', leaving: false }];
      karpenter.instances = [{ name: 'instance/i-1', leaving: false }];
    });

    test('stops launches and drains, and answers only when neither Machine nor instance is left', async () => {
      const { removal } = karpenter.theSteps;
      removal.progress = () => working('Provisioner default launches nothing more', 1);
      await expect(takeBack()).resolves.toEqual({ done: false, waitingFor: expect.stringContaining('the nodes of karpenter have to go first: Provisioner default launches nothing more') });
      removal.progress = () => blocked(PauseReason.DISRUPTION_BUDGET, 'PDB shop/cart allows nothing');
      await expect(takeBack()).resolves.toEqual({ done: false, waitingFor: expect.stringContaining('PDB shop/cart allows nothing') });
      removal.progress = () => done('karpenter has nothing left');
      await expect(takeBack()).resolves.toEqual({ done: false, waitingFor: expect.stringContaining('machine/default-a, instance/i-1') });
      karpenter.machines = [];
      await expect(takeBack()).resolves.toMatchObject({ done: false });
      karpenter.instances = [];
      await expect(takeBack()).resolves.toMatchObject({ done: true });
      expect(removal.calls).toEqual(['apply', 'apply', 'apply', 'apply', 'apply']);
      expect(karpenter.launchTemplates).toEqual([]);
      expect(karpenter.abandonedBy).toEqual([]);
    });

    test('fences the run that was going on, and waits for its last call', async () => {
      await handler.apply(request('Create', MigrationStage.INSTALL));
      karpenter.runs.record = { ...karpenter.runs.record!, lease: { token: 'call', until: Number.MAX_SAFE_INTEGER } };
      await expect(takeBack()).resolves.toMatchObject({ done: false, waitingFor: expect.stringContaining('a call of the run that is halted has not ended yet') });
      expect(karpenter.theSteps.removal.calls).toEqual([]);
      expect(karpenter.runs.record).toMatchObject({ generation: 2 });
      expect(karpenter.executions.stopped).toBe(1);
    });

    test('waits for what is left also where the claim is gone', async () => {
      karpenter.runs.record = undefined;
      await expect(takeBack()).resolves.toMatchObject({ done: false, waitingFor: expect.stringContaining('machine/default-a') });
    });

    test('leaves everything to whom it belongs where it took over, and lets the next one take over', async () => {
      const over = request('Delete', MigrationStage.INSTALL);
      await expect(handler.remove({ ...over, properties: { ...over.properties, TakesOver: true } })).resolves.toMatchObject({ done: true });
      expect(karpenter.theSteps.removal.calls).toEqual(['stop']);
      expect(karpenter.abandonedBy).toEqual(['stack/Migration']);
    });
  });

  test('after removal verifies once more, also twice', async () => {
    await expect(handler.remove(request('Delete', MigrationStage.REMOVED))).resolves.toMatchObject({ done: true });
    await expect(handler.remove(request('Delete', MigrationStage.REMOVED))).resolves.toMatchObject({ done: true });
    karpenter.instances = [{ name: 'instance/i-1', leaving: false }];
    await expect(handler.remove(request('Delete', MigrationStage.REMOVED))).rejects.toThrow('instance/i-1');
  });
});

test('the identity depends on the cluster alone, so that no stage replaces the resource', () => {
  const removed = handler.identify({ ...properties, Stage: MigrationStage.REMOVED, Owner: 'other' });
  expect(removed).toBe(handler.identify(properties));
});
