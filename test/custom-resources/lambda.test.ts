import { RecordingPorts } from './recording-ports';
import { answering, serving } from '../../src/custom-resources/lambda';
import { done, ResourceHandler } from '../../src/custom-resources/lifecycle';

const thing: ResourceHandler<object> = {
  patienceMinutes: 1,
  parse: () => ({}),
  identify: () => 'thing',
  apply: async () => done({ Applied: 'yes' }),
  remove: async () => done(),
};
const event = {
  RequestType: 'Create' as const, ResourceType: 'Custom::Thing', ResourceProperties: {}, LogicalResourceId: 'T', StackId: 's', RequestId: 'r', ResponseURL: 'u',
};
const answer = answering({ sum: async q => Number(q.A) + Number(q.B), quotient: async () => { throw Object.assign(new Error('still in use'), { name: 'InUse' }); } });

beforeEach(() => jest.spyOn(console, 'error').mockImplementation());
afterEach(() => jest.restoreAllMocks());

test('what the function hands to the state machine makes it act when that asks', async () => {
  const ports = new RecordingPorts();
  const handler = serving({ 'Custom::Thing': thing }, ports, async task => task.Workflow);
  await handler(event);
  await expect(handler(JSON.parse(JSON.stringify(ports.asked[0])))).resolves.toEqual({ done: true });
  expect(ports.answers[0].response).toMatchObject({ Status: 'SUCCESS', Data: { Applied: 'yes' } });
});

test('a task of a workflow is no request', async () => {
  const ports = new RecordingPorts();
  await expect(serving({}, ports, async task => `runs ${task.Workflow}`)({ Workflow: 'go' })).resolves.toBe('runs go');
  expect(ports.answers).toEqual([]);
});

test('a query is answered without a resource', async () => {
  await expect(answer({ Query: 'sum', A: 1, B: 2 })).resolves.toBe(3);
});

test('an unknown query is refused', async () => {
  await expect(answer({ Query: 'product' })).rejects.toThrow('unknown query "product", this function answers sum, quotient');
});

test('a failure keeps its name, its whole text goes to the log, and nobody is told what the function is made of', async () => {
  const error = await answer({ Query: 'quotient' }).catch((thrown: Error) => thrown);
  expect(error).toMatchObject({ message: 'InUse: still in use', stack: 'Error' });
  expect(console.error).toHaveBeenCalledTimes(1);
});
