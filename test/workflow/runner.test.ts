import { configuration, FakeRuns, fakeSteps, OWNER } from './fakes';
import { Replaced } from '../../src/custom-resources/fence';
import { MigrationStage } from '../../src/words/migration-stage';
import { WorkflowConfiguration } from '../../src/workflow/contract';
import { MigrationEvent } from '../../src/workflow/events/contract';
import { PauseReason } from '../../src/workflow/pause-reason';
import { RunState } from '../../src/workflow/run-state';
import { RunnerPorts, runTask, StepOptions } from '../../src/workflow/runner';
import { blocked, done, working } from '../../src/workflow/step';

const START = new Date('2026-01-01T12:00:00Z').getTime();

let runs: FakeRuns;
let steps: ReturnType<typeof fakeSteps>;
let now: number;
let options: StepOptions[];
let lines: any[];
let told: MigrationEvent[];
const ports: RunnerPorts = {
  runs: () => runs,
  steps: (_, __, given) => {
    options.push(given);
    return steps;
  },
  events: { send: async (events) => { told.push(...events); return []; } },
  newToken: () => 'token',
  now: () => new Date(now),
};
beforeEach(async () => {
  runs = new FakeRuns();
  steps = fakeSteps();
  now = START;
  options = [];
  lines = [];
  told = [];
  jest.spyOn(console, 'log').mockImplementation(line => { lines.push(JSON.parse(line)); });
  jest.spyOn(console, 'error').mockImplementation();
  await runs.begin({ owner: OWNER, stage: MigrationStage.SCALE_DOWN, request: 'r' });
});
afterEach(() => jest.restoreAllMocks());

const begin = (generation?: number) => runTask({ Workflow: 'begin', Configuration: configuration, Run: { generation }, Execution: 'arn' }, ports);
const go = (Run: RunState, more: Partial<WorkflowConfiguration> = {}) =>
  runTask({ Workflow: 'go', Configuration: { ...configuration, ...more }, Run, Execution: 'arn' }, ports);

/** Goes on as the state machine does, until the run ends or has made so many calls. */
async function drive(state: RunState, calls = 50, more: Partial<WorkflowConfiguration> = {}): Promise<RunState> {
  let current = state;
  for (let i = 0; i < calls && ['working', 'paused'].includes(current.outcome); i++) {
    now += current.waitSeconds * 1000;
    current = await go(current, more);
  }
  return current;
}

test('a run goes through all steps in their order and arrives', async () => {
  const order: string[] = [];
  for (const [name, step] of Object.entries(steps)) {
    step.progress = () => {
      order.push(`${step.calls.at(-1)} ${name}`);
      return done('ok');
    };
  }
  const state = await drive(await begin(1));
  expect(state).toMatchObject({ outcome: 'arrived', says: 'stage SCALE_DOWN is reached: ok' });
  expect(order).toEqual(['revert removal', 'apply critical-workloads', 'apply cluster-autoscaler', 'apply scale-down', 'apply former-pools']);
  expect(runs.record).toMatchObject({ generation: 1, report: { outcome: 'arrived', execution: 'arn' } });
  expect(runs.record!.lease).toBeUndefined();
});

test('a person who starts an execution begins a new generation towards the same stage', async () => {
  await expect(begin()).resolves.toMatchObject({ generation: 2, stage: MigrationStage.SCALE_DOWN, outcome: 'working', next: 'Let Karpenter launch again' });
});

test('an execution says at its beginning where the cluster is', async () => {
  await expect(begin(1)).resolves.toMatchObject({ says: expect.stringContaining('on the way to stage SCALE_DOWN: nothing is applied') });
});

test('the first run of an installation asks no step where it is, and goes on at once', async () => {
  runs.record = { owner: OWNER, generation: 0 };
  await runs.begin({ owner: OWNER, stage: MigrationStage.INSTALL, request: 'first' });
  const assess = Object.values(steps).map(step => jest.spyOn(step, 'assess'));
  await expect(begin(1)).resolves.toMatchObject({ says: 'on the way to stage INSTALL: no run was before this one', waitSeconds: 0 });
  expect(assess.map(({ mock }) => mock.calls.length)).toEqual([0, 0, 0, 0, 0]);
  await runs.begin({ owner: OWNER, stage: MigrationStage.INSTALL, request: 'second' });
  await begin(2);
  expect(assess.map(({ mock }) => mock.calls.length)).toEqual([1, 1, 1, 1, 1]);
});

test('an execution whose generation was replaced before it began changes nothing', async () => {
  await runs.begin({ owner: OWNER });
  await expect(begin(1)).resolves.toMatchObject({ outcome: 'replaced' });
});

test('a run that is replaced on its way does nothing more and leaves no report', async () => {
  const state = await begin(1);
  await runs.begin({ owner: OWNER });
  await expect(go(state)).resolves.toMatchObject({ outcome: 'replaced', says: expect.stringContaining('this one changes nothing more') });
  expect(steps.removal.calls).toEqual([]);
  expect(runs.record!.report).toBeUndefined();
});

test('a run that is replaced in the middle of a step ends with that', async () => {
  const state = await begin(1);
  steps.removal.progress = () => { throw new Replaced('generation 1 was replaced by 2'); };
  await expect(go(state)).resolves.toMatchObject({ outcome: 'replaced' });
  expect(runs.record!.lease).toBeUndefined();
});

test('a run waits until a call of the run before has ended, then goes on', async () => {
  const state = await begin(1);
  runs.record = { ...runs.record!, lease: { token: 'former', until: START + 60_000 } };
  const waiting = await go(state);
  expect(waiting).toMatchObject({ outcome: 'working', waitSeconds: 5, says: expect.stringContaining('waits until a call before has ended') });
  expect(steps.removal.calls).toEqual([]);
  await runs.leave('former');
  await go(waiting);
  expect(steps.removal.calls).toEqual(['revert']);
});

describe('while nobody answers for the claim on the cluster', () => {
  const silent = Object.assign(new Error('the kubernetes function failed: read ECONNRESET'), { name: 'FetchError' });
  beforeEach(() => {
    let tokens = 0;
    jest.spyOn(ports, 'newToken').mockImplementation(() => `token-${++tokens}`);
    steps.removal.progress = () => working('works', 3);
  });

  test('a call that has done its work and cannot give its lease back holds up nobody', async () => {
    const state = await begin(1);
    jest.spyOn(runs, 'leave').mockRejectedValueOnce(silent);
    const unanswered = await go(state);
    expect(unanswered).toMatchObject({ outcome: 'working', says: 'Let Karpenter launch again: works', open: ['token-1'] });
    expect(runs.record!.lease).toMatchObject({ token: 'token-1' });
    const next = await go(unanswered);
    expect(steps.removal.calls).toEqual(['revert', 'revert']);
    expect(next.open).toBeUndefined();
    expect(runs.record!.lease).toBeUndefined();
    expect(runs.record!.report).toMatchObject({ says: 'Let Karpenter launch again: works' });
  });

  test('the end of a run is reached once more, because deployments look for it in the claim', async () => {
    for (const step of Object.values(steps)) {
      step.progress = () => done('ok');
    }
    let current = await begin(1);
    const leave = runs.leave.bind(runs);
    jest.spyOn(runs, 'leave').mockImplementation(async (token, report) => {
      if (report?.outcome === 'arrived' && current.open === undefined) {
        throw silent;
      }
      await leave(token, report);
    });
    current = await drive(current, 1);
    expect(current).toMatchObject({ outcome: 'working', open: [expect.any(String)] });
    expect(await drive(current)).toMatchObject({ outcome: 'arrived' });
    expect(runs.record).toMatchObject({ report: { outcome: 'arrived' } });
  });

  test('a call whose entrance came through without an answer holds up nobody, and neither does the one before it', async () => {
    const state = await begin(1);
    jest.spyOn(runs, 'leave').mockRejectedValueOnce(silent);
    const enter = runs.enter.bind(runs);
    jest.spyOn(runs, 'enter').mockImplementationOnce(enter).mockImplementationOnce(async (...all) => {
      await enter(...all);
      throw silent;
    });
    const second = await go(await go(state));
    expect(second).toMatchObject({ outcome: 'paused', pausedBy: PauseReason.NO_ANSWER, open: ['token-1', 'token-2'] });
    expect(runs.record!.lease).toMatchObject({ token: 'token-2' });
    expect((await go(second)).outcome).toBe('working');
    expect(steps.removal.calls).toEqual(['revert', 'revert']);
  });

  test('a call that nobody has heard of since is waited for all the same', async () => {
    const state = { ...await begin(1), open: ['long-ago'] };
    await runs.enter(1, { token: 'at-work', until: START + 600_000 }, START);
    expect(await go(state)).toMatchObject({ says: expect.stringContaining('waits until a call before has ended'), open: ['long-ago'] });
    expect(steps.removal.calls).toEqual([]);
  });
});

test('a call that was killed holds up the next one for ten minutes and no longer', async () => {
  const state = await begin(1);
  await runs.enter(1, { token: 'killed', until: START + 600_000 }, START);
  now = START + 600_001;
  await go(state);
  expect(steps.removal.calls).toEqual(['revert']);
});

/** What the state machine does with a call that dies: it makes the same one again, which waits for the lease of the dead one. */
async function dying(state: RunState, more: Partial<WorkflowConfiguration> = {}): Promise<RunState> {
  let current = state;
  do {
    now += current.waitSeconds * 1000;
    const entered = runs.record!.lease === undefined || runs.record!.lease.until <= now;
    const died = entered && await Promise.race([go(current, more), new Promise<'dead'>(resolve => setImmediate(() => resolve('dead')))]);
    current = died && died !== 'dead' ? died : await go(current, more);
  } while (current.says.includes('waits until a call before has ended'));
  return current;
}

test('calls that are lost one after the other pause the run, which keeps its patience over them and stops safely', async () => {
  steps.removal.progress = () => { throw new Error('unused'); };
  steps.removal.revert = () => new Promise(() => { steps.removal.calls.push('revert'); });
  let tokens = 0;
  jest.spyOn(ports, 'newToken').mockImplementation(() => `token-${++tokens}`);
  const first = await dying(await begin(1));
  expect(first).toMatchObject({ outcome: 'paused', pausedBy: PauseReason.CALL_LOST, says: expect.stringContaining('the last 2 calls of our function ended in the middle') });
  const since = first.pausedSince;
  expect(now - START).toBeLessThan(21 * 60_000);
  let current = first;
  while (current.outcome === 'paused') {
    expect(current).toMatchObject({ pausedBy: PauseReason.CALL_LOST, pausedSince: since });
    current = await dying(current);
  }
  expect(current.outcome).toBe('stopped');
  expect(now - Date.parse(since!)).toBeLessThan(75 * 60_000);
  expect(steps['scale-down'].calls).toEqual(['stop']);
});

test('one call that is lost is tried again without a pause', async () => {
  const state = await begin(1);
  runs.record = { ...runs.record!, lease: { token: 'lost', until: START - 1 } };
  await expect(go(state)).resolves.toMatchObject({ outcome: 'arrived' });
  expect(steps.removal.calls).toEqual(['revert']);
});

test('what is done already is one call, with a line of the log for each part', async () => {
  await expect(go(await begin(1))).resolves.toMatchObject({ outcome: 'arrived', round: 5 });
  expect(lines.filter(line => line.Step).map(line => line.Step)).toEqual(['removal', 'critical-workloads', 'cluster-autoscaler', 'scale-down', 'former-pools']);
});

test('a call that has taken its time leaves the next part to the next one', async () => {
  const state = await begin(1);
  steps.removal.progress = () => {
    now += 5000;
    return done('ok');
  };
  await expect(go(state)).resolves.toMatchObject({ outcome: 'working', next: 'Pin critical workloads' });
  expect(steps['critical-workloads'].calls).toEqual([]);
});

test('a step that cannot be stopped keeps no other from it', async () => {
  steps['scale-down'].progress = () => blocked(PauseReason.DISRUPTION_BUDGET, 'x');
  steps.removal.stopping = () => { throw new Error('the webhooks of somebody do not answer'); };
  await drive(await begin(1));
  expect(steps['scale-down'].calls).toContain('stop');
  expect(steps['critical-workloads'].calls).toContain('stop');
});

test('a step that cannot tell where it is lets the execution begin all the same', async () => {
  jest.spyOn(steps.removal, 'assess').mockRejectedValue(new Error('the record of limits cannot be read'));
  await expect(begin(1)).resolves.toMatchObject({ outcome: 'working', says: expect.stringContaining('removal cannot tell yet (') });
});

test('what the deployment has granted a moment ago is waited for, and is a pause when it is not there after a minute', async () => {
  const denied = Object.assign(new Error('not authorized to perform: eks:ListNodegroups'), { name: 'AccessDenied' });
  steps.removal.progress = () => { throw denied; };
  const first = await go(await begin(1));
  expect(first).toMatchObject({ outcome: 'working', waitSeconds: 3, says: expect.stringContaining('not authorized') });
  now += 60_000;
  await expect(go(first)).resolves.toMatchObject({ outcome: 'paused', pausedBy: PauseReason.ACCESS_DENIED });
  await expect(go({ ...first, round: 10, wait: undefined })).resolves.toMatchObject({ outcome: 'paused', pausedBy: PauseReason.ACCESS_DENIED });
});

test.each([
  ['ThrottlingException', 'Rate exceeded', PauseReason.THROTTLED],
  ['Error', 'failed calling webhook "defaulting.webhook.karpenter.k8s.aws": no endpoints', PauseReason.WEBHOOKS_UNREACHABLE],
  ['Error', 'HTTP-Code: 500 Body: "{\\"message\\":\\"failed calling webhook \\\\\\"defaulting.webhook.karpenter.k8s.aws\\\\\\"', PauseReason.WEBHOOKS_UNREACHABLE],
  ['TypeError', 'undefined is not a function', PauseReason.UNEXPECTED],
  ['FetchError', 'request to https://x failed, reason: connect ECONNREFUSED 10.0.0.1:443', PauseReason.NO_ANSWER],
  ['AbortError', 'The user aborted a request.', PauseReason.NO_ANSWER],
  ['Error', 'the kubernetes function failed: 2026-01-01T12:00:00Z 1234 Task timed out after 300.00 seconds', PauseReason.NO_ANSWER],
  ['Error', 'HTTP-Code: 503 Body: "etcdserver: leader changed"', PauseReason.NO_ANSWER],
])('an error %s (%s) is a pause and no failure', async (name, message, by) => {
  const state = await begin(1);
  steps.removal.progress = () => { throw Object.assign(new Error(message), { name }); };
  await expect(go(state)).resolves.toMatchObject({ outcome: 'paused', pausedBy: by, says: expect.stringContaining(message) });
  expect(runs.record!.report).toMatchObject({ outcome: 'paused', by });
  expect(console.error).toHaveBeenCalledTimes(1);
});

test('a blocked run tries again, and goes on once nobody is in the way', async () => {
  let tries = 0;
  steps['scale-down'].progress = () => ++tries < 4 ? blocked(PauseReason.DISRUPTION_BUDGET, 'shop/cart allows nothing') : done('2 nodes are left');
  await expect(drive(await begin(1))).resolves.toMatchObject({ outcome: 'arrived' });
  expect(tries).toBe(4);
});

test('a run that is blocked for as long as patience stops safely, all steps from the last to the first', async () => {
  const order: string[] = [];
  for (const [name, step] of Object.entries(steps)) {
    step.stopping = () => order.push(name);
  }
  steps['scale-down'].progress = () => blocked(PauseReason.DISRUPTION_BUDGET, 'shop/cart allows nothing');
  const state = await drive(await begin(1));
  expect(state).toMatchObject({ outcome: 'stopped', says: 'stopped safely, everything is running: Drain node groups: shop/cart allows nothing' });
  expect(now - START).toBeGreaterThanOrEqual(3600_000);
  expect(now - START).toBeLessThan(3600_000 + 310_000);
  expect(order).toEqual(['removal', 'former-pools', 'scale-down', 'cluster-autoscaler', 'critical-workloads']);
  expect(runs.record!.report).toMatchObject({ outcome: 'stopped', by: PauseReason.DISRUPTION_BUDGET });
});

test('a stop that does not succeed is tried again', async () => {
  let stops = 0;
  steps['scale-down'].progress = () => blocked(PauseReason.DISRUPTION_BUDGET, 'x');
  steps['scale-down'].stopping = () => {
    if (++stops < 3) {
      throw new Error('connection refused');
    }
  };
  await expect(drive(await begin(1))).resolves.toMatchObject({ outcome: 'stopped' });
  expect(stops).toBe(3);
});

test('nothing is forced unless it is asked for', async () => {
  steps['scale-down'].progress = () => blocked(PauseReason.DISRUPTION_BUDGET, 'x');
  await drive(await begin(1));
  expect(options.every(({ force }) => !force)).toBe(true);
});

test('with force, what blocks for as long as patience is forced once before the run stops', async () => {
  const forced = { ScaleDown: { ...configuration.ScaleDown, Force: true } };
  steps['scale-down'].progress = () => options.at(-1)!.force ? working('deleted 1 pod', 1) : blocked(PauseReason.DISRUPTION_BUDGET, 'x');
  const state = await drive(await begin(1), 40, forced);
  expect(options.filter(({ force }) => force).length).toBeGreaterThan(0);
  expect(state.outcome).not.toBe('stopped');
});

test.each([PauseReason.NO_NEW_NODE, PauseReason.REPLACEMENT_NOT_READY, PauseReason.ACCESS_DENIED, PauseReason.NOWHERE_TO_GO, PauseReason.UNEXPECTED])(
  'force does nothing about %s: the run stops safely', async by => {
    steps['scale-down'].progress = () => blocked(by, 'x');
    const state = await drive(await begin(1), 50, { ScaleDown: { ...configuration.ScaleDown, Force: true } });
    expect(state).toMatchObject({ outcome: 'stopped', pausedBy: by });
    expect(options.every(({ force }) => !force)).toBe(true);
  });

test('what another reason had of patience is not the budget\'s: force waits for as long as patience of its own', async () => {
  steps['scale-down'].progress = () => now - START < 50 * 60_000 ? blocked(PauseReason.THROTTLED, 'x') : blocked(PauseReason.DISRUPTION_BUDGET, 'y');
  const times: number[] = [];
  jest.spyOn(ports, 'steps').mockImplementation((_, __, { force }) => {
    times.push(...force ? [now - START] : []);
    return steps;
  });
  await drive(await begin(1), 60, { ScaleDown: { ...configuration.ScaleDown, Force: true } });
  expect(Math.min(...times)).toBeGreaterThanOrEqual(110 * 60_000);
});

test('what was forced once is gone on with, without the same patience for each pod', async () => {
  let deleted = 0;
  steps['scale-down'].progress = () => options.at(-1)!.force
    ? { ...working('deleted 1 pod', 1), forced: ++deleted > 0 }
    : deleted === 3 ? done('all') : blocked(PauseReason.DISRUPTION_BUDGET, 'x');
  await expect(drive(await begin(1), 60, { ScaleDown: { ...configuration.ScaleDown, Force: true } })).resolves.toMatchObject({ outcome: 'arrived' });
  expect(now - START).toBeLessThan(70 * 60_000);
});

test('each call is a line of the log that is a metric too, with who pauses, since when, and how to undo by hand', async () => {
  const state = await begin(1);
  steps.removal.progress = () => blocked(PauseReason.DISRUPTION_BUDGET, 'x', {
    counts: { nodesLeft: 3, podsEvicted: 0, evictionsRefused: 2 }, undo: ['kubectl uncordon ip-10-0-1-7.ec2.internal'],
  });
  await go(state);
  expect(lines.at(-1)).toMatchObject({
    _aws: { CloudWatchMetrics: [{ Namespace: 'CdkKarpenterMigration', Dimensions: [['ClusterName'], ['ClusterName', 'Step']] }] },
    ClusterName: 'prod',
    Step: 'removal',
    NodesLeft: 3,
    PodsEvicted: 0,
    EvictionsRefused: 2,
    PausedSeconds: 0,
    level: 'warn',
    pausedBy: 'DisruptionBudget',
    pausedSince: '2026-01-01T12:00:00.000Z',
    undoByHand: ['kubectl uncordon ip-10-0-1-7.ec2.internal'],
  });
  const [{ Metrics }] = lines.at(-1)._aws.CloudWatchMetrics;
  expect(Metrics.map(({ Name }: { Name: string }) => Name)).toEqual(['NodesLeft', 'PodsEvicted', 'EvictionsRefused', 'PausedSeconds', 'StoppedSafely']);
});

test('the call that stops a run safely counts it, and no other does', async () => {
  steps.removal.progress = () => blocked(PauseReason.KEPT_POD, 'x');
  await drive(await begin(1));
  const stops = lines.flatMap(({ StoppedSafely }) => StoppedSafely ?? []);
  expect(stops.slice(0, -1).every(stop => stop === 0)).toBe(true);
  expect(stops.at(-1)).toBe(1);
});

describe('what a run tells', () => {
  const types = () => told.map(({ type }) => type);

  test('is its beginning, each transition once and in order, and its end', async () => {
    let left = 3;
    steps['scale-down'].progress = () => {
      const calls = steps['scale-down'].calls.length;
      return calls === 2 || calls === 3 ? blocked(PauseReason.DISRUPTION_BUDGET, 'x', { counts: { nodesLeft: left } })
        : left === 0 ? done('all') : working('evicted', 3, { counts: { nodesLeft: left--, podsEvicted: 2 } });
    };
    await drive(await begin(1));
    expect(types()).toEqual(['StageStarted', 'BatchDone', 'Paused', 'Resumed', 'BatchDone', 'StageReached']);
    expect(told.at(-1)!.detail).toMatchObject({ clusterName: 'prod', stage: 'SCALE_DOWN', generation: 1, execution: 'arn', nodesLeft: 1, podsEvicted: 6 });
  });

  test('is a stop with its reason', async () => {
    steps.removal.progress = () => blocked(PauseReason.KEPT_POD, 'x');
    await drive(await begin(1));
    expect(types()).toEqual(['StageStarted', 'Paused', 'StoppedSafely']);
    expect(told.at(-1)!.detail).toMatchObject({ pausedBy: 'KeptPod', says: expect.stringContaining('stopped safely, everything is running') });
  });

  test('is neither a beginning nor a pause again when a new execution goes on, which knows since when it is paused and what was counted', async () => {
    steps.removal.progress = () => blocked(PauseReason.KEPT_POD, 'x', { counts: { nodesLeft: 4, podsEvicted: 1 } });
    const first = await drive(await begin(1), 5);
    told.length = 0;
    const next = await drive(await begin(1), 3);
    expect(types()).toEqual([]);
    expect(next).toMatchObject({ outcome: 'paused', pausedSince: first.pausedSince, nodesLeft: 4, podsEvicted: 8 });
    steps.removal.progress = () => working('y', 1, { counts: { nodesLeft: 3 } });
    await drive(next, 1);
    expect(types()).toEqual(['Resumed', 'BatchDone']);
  });

  test('is the beginning of a run that a person starts, whatever the one before it has left', async () => {
    steps.removal.progress = () => blocked(PauseReason.KEPT_POD, 'x', { counts: { nodesLeft: 4 } });
    await drive(await begin(1), 2);
    told.length = 0;
    await expect(begin()).resolves.not.toHaveProperty('nodesLeft');
    expect(types()).toEqual(['StageStarted']);
    expect(told[0].detail.generation).toBe(2);
  });

  test('is nothing once it was replaced', async () => {
    const state = await begin(1);
    await runs.begin({ owner: OWNER });
    told.length = 0;
    await go(state);
    await begin(1);
    expect(types()).toEqual([]);
  });

  test('is told after the call\'s record is written, and told again by the call that is made again where this one died before', async () => {
    const state = await begin(1);
    told.length = 0;
    steps.removal.progress = () => blocked(PauseReason.KEPT_POD, 'x');
    const send = jest.spyOn(ports.events, 'send').mockImplementationOnce(() => {
      expect(runs.record).toMatchObject({ report: { outcome: 'paused' } });
      expect(runs.record!.lease).toBeUndefined();
      return new Promise(() => undefined);
    });
    void go(state);
    await new Promise(setImmediate);
    expect(send).toHaveBeenCalledTimes(1);
    await go(state);
    expect(types()).toEqual(['Paused']);
  });

  test('is told once by a call whose record could not be written', async () => {
    const state = await begin(1);
    told.length = 0;
    steps.removal.progress = () => blocked(PauseReason.KEPT_POD, 'x');
    jest.spyOn(runs, 'leave').mockRejectedValueOnce(new Error('etcd is away'));
    const after = await go(state);
    await go(after);
    expect(types()).toEqual(['Paused']);
  });

  test('may get lost without the run: it goes on, and the log has the event', async () => {
    jest.spyOn(ports.events, 'send').mockRejectedValue(new Error('no way'));
    await expect(drive(await begin(1))).resolves.toMatchObject({ outcome: 'arrived' });
    const errors = (console.error as jest.Mock).mock.calls.map(([line]) => JSON.parse(line));
    expect(errors.map(({ level, event }) => [level, event.type])).toEqual([['error', 'StageStarted'], ['error', 'StageReached']]);
  });
});

test('a cluster to which no stage was deployed is refused', async () => {
  runs.record = { owner: OWNER, generation: 0 };
  await expect(begin()).rejects.toThrow('no stage was deployed to this cluster yet');
});

test('a run waits for windows and alarms for days, without being out of patience, and goes on where it was', async () => {
  let isOpen = false;
  steps['scale-down'].progress = () => isOpen ? done('scaled down') : blocked(PauseReason.ALARM_RINGS, 'alarm errors is in ALARM');
  const night = await drive(await begin(1), 1000);
  expect(now - START).toBeGreaterThan(3 * 24 * 3_600_000);
  expect(night).toMatchObject({ outcome: 'paused', pausedBy: 'AlarmRings', next: 'Drain node groups' });
  expect(steps['scale-down'].calls).not.toContain('stop');
  expect(options.filter(({ anytime }) => anytime)).toEqual([]);
  expect(new Set(lines.filter(line => line.outcome === 'paused').map(({ PausedSeconds }) => PausedSeconds))).toEqual(new Set([0]));
  isOpen = true;
  await expect(drive(night)).resolves.toMatchObject({ outcome: 'arrived' });
});
