import { RecordingPorts } from './recording-ports';
import { done, ResourceHandler, waiting } from '../../src/custom-resources/lifecycle';
import { BegunRequest, NEVER_BEGUN, Request, serve } from '../../src/custom-resources/requests';

const NOW = new Date('2026-01-01T00:00:00Z');

const REQUEST: Request = {
  RequestType: 'Create',
  ResourceType: 'Custom::Thing',
  ResourceProperties: { Name: 'a' },
  LogicalResourceId: 'Thing1',
  StackId: 'stack',
  RequestId: 'request',
  ResponseURL: 'https://answers/1',
};
const BEGUN: BegunRequest = { ...REQUEST, PhysicalResourceId: 'thing/a', StartedAt: NOW.toISOString() };
const ADDRESS = { StackId: 'stack', RequestId: 'request', LogicalResourceId: 'Thing1' };

const thing = (over: Partial<ResourceHandler<unknown>> = {}) => ({
  'Custom::Thing': {
    patienceMinutes: 10,
    parse: (raw: Readonly<Record<string, unknown>>) => raw,
    identify: () => 'thing/a',
    apply: async () => done({ Name: 'x' }),
    remove: async () => done(),
    ...over,
  } as ResourceHandler<unknown>,
});
const refusing = thing({ parse: () => { throw new Error('a bad thing'); } });

let ports: RecordingPorts;
beforeEach(() => {
  ports = new RecordingPorts();
  jest.spyOn(console, 'error').mockImplementation();
});
afterEach(() => jest.restoreAllMocks());

describe('a request that comes', () => {
  test('is named and left to the state machine, and not answered yet', async () => {
    const apply = jest.fn();
    await expect(serve(thing({ apply }), ports, REQUEST, NOW)).resolves.toEqual({ done: false, waitSeconds: 3 });
    expect(ports.asked).toEqual([BEGUN]);
    expect(ports.answers).toEqual([]);
    expect(apply).not.toHaveBeenCalled();
  });

  test('of a deletion with nothing to take back is answered at once, and by the state machine only where the answer does not come through', async () => {
    const remove = jest.fn();
    const gone = { ...REQUEST, RequestType: 'Delete' as const, PhysicalResourceId: 'thing/a' };
    const handlers = thing({ remove, takesNothingBack: true });
    await expect(serve(handlers, ports, gone, NOW)).resolves.toEqual({ done: true });
    expect(ports.answers).toEqual([{ url: 'https://answers/1', response: { ...ADDRESS, Status: 'SUCCESS', PhysicalResourceId: 'thing/a' } }]);
    expect(ports.asked).toEqual([]);
    expect(remove).not.toHaveBeenCalled();
    ports.answer = () => Promise.reject(new Error('no answer from S3'));
    await expect(serve(handlers, ports, gone, NOW)).resolves.toEqual({ done: false, waitSeconds: 3 });
    expect(ports.asked).toHaveLength(1);
  });

  test('fails with its reason and where the log is when its properties are bad, and the Delete that follows does nothing', async () => {
    await serve(refusing, ports, REQUEST, NOW);
    const [{ url, response }] = ports.answers;
    expect(url).toBe('https://answers/1');
    expect(response).toEqual({ ...ADDRESS, Status: 'FAILED', PhysicalResourceId: NEVER_BEGUN, Reason: 'a bad thing\n\nLogs: the-log-group' });
    expect(ports.asked).toEqual([]);

    await serve(refusing, ports, { ...REQUEST, RequestType: 'Delete', PhysicalResourceId: response.PhysicalResourceId }, NOW);
    expect(ports.answers[1].response).toEqual({ ...ADDRESS, Status: 'SUCCESS', PhysicalResourceId: NEVER_BEGUN });
    expect(ports.asked).toEqual([]);
  });

  test('keeps its physical id when an update has bad properties', async () => {
    await serve(refusing, ports, { ...REQUEST, RequestType: 'Update', PhysicalResourceId: 'thing/old' }, NOW);
    expect(ports.answers[0].response).toMatchObject({ Status: 'FAILED', PhysicalResourceId: 'thing/old' });
  });

  test('fails under its real id when nobody can say whether the state machine has it, so that its Delete is carried out', async () => {
    ports.keepAsking = () => Promise.reject(new Error('no answer from Step Functions'));
    await serve(thing(), ports, REQUEST, NOW);
    expect(ports.answers[0].response).toMatchObject({ Status: 'FAILED', PhysicalResourceId: 'thing/a' });
  });
});

describe('a request that the state machine asks for', () => {
  test('is answered with its attributes once it is done', async () => {
    await expect(serve(thing(), ports, BEGUN, NOW)).resolves.toEqual({ done: true });
    expect(ports.answers).toEqual([{
      url: 'https://answers/1', response: { ...ADDRESS, Status: 'SUCCESS', PhysicalResourceId: 'thing/a', Data: { Name: 'x' } },
    }]);
  });

  test('has room for an hour in the history of one execution, of which a task with its call, a choice and a wait take nine events', async () => {
    const handlers = thing({ apply: async () => waiting('pods'), patienceMinutes: 120 });
    let calls = 0;
    for (let passed = 0; passed < 3600; calls += 1) {
      const progress = await serve(handlers, ports, BEGUN, new Date(Date.parse(BEGUN.StartedAt) + passed * 1000));
      passed += progress.done ? Infinity : progress.waitSeconds;
    }
    expect(calls).toBeGreaterThan(100);
    expect(calls * 9).toBeLessThan(25_000);
  });

  test.each([[0, 3], [30, 3], [60, 6], [200, 20], [600, 30], [3000, 30]])('is asked for again while it waits: after %i s in %i s', async (passed, waitSeconds) => {
    const handlers = thing({ apply: async () => waiting('pods'), patienceMinutes: 60 });
    const now = new Date(Date.parse(BEGUN.StartedAt) + passed * 1000);
    await expect(serve(handlers, ports, BEGUN, now)).resolves.toEqual({ done: false, waitSeconds });
    expect(ports.answers).toEqual([]);
  });

  test('that fails is answered once, with its name, so that CloudFormation sends the Delete', async () => {
    const failing = thing({ apply: () => Promise.reject(Object.assign(new Error('still in use'), { name: 'InUse' })) });
    await expect(serve(failing, ports, BEGUN, NOW)).resolves.toEqual({ done: true });
    expect(ports.answers.map(({ response }) => response)).toEqual([
      { ...ADDRESS, Status: 'FAILED', PhysicalResourceId: 'thing/a', Reason: 'InUse: still in use\n\nLogs: the-log-group' },
    ]);
  });

  test('is called again when its answer does not come through', async () => {
    ports.answer = () => Promise.reject(new Error('no answer from S3'));
    await expect(serve(thing(), ports, BEGUN, NOW)).rejects.toThrow('no answer from S3');
  });

  test('fails with what happened when no call of it comes to its end', async () => {
    const apply = jest.fn();
    const Failure = { Error: 'Sandbox.Timedout', Cause: 'Task timed out after 300.00 seconds' };
    await expect(serve(thing({ apply }), ports, { ...BEGUN, Failure }, NOW)).resolves.toEqual({ done: true });
    expect(apply).not.toHaveBeenCalled();
    expect(ports.answers[0].response).toMatchObject({ Status: 'FAILED', PhysicalResourceId: 'thing/a' });
    expect(ports.answers[0].response.Reason).toContain('Sandbox.Timedout: Task timed out after 300.00 seconds');
  });
});
