import { entry } from '../../src/custom-resources/lambda';
import { done, ResourceHandler } from '../../src/custom-resources/lifecycle';

const thing: ResourceHandler<object> = {
  patienceMinutes: 1,
  parse: () => ({}),
  identify: () => 'thing',
  apply: async () => done({ Applied: 'yes' }),
  remove: async () => { throw Object.assign(new Error('still in use'), { name: 'InUse' }); },
};
const event = { RequestType: 'Create' as const, ResourceType: 'Custom::Thing', ResourceProperties: {}, LogicalResourceId: 'T', StackId: 's', RequestId: 'r' };
const handler = entry({ 'Custom::Thing': thing }, { sum: async q => Number(q.A) + Number(q.B) });

beforeEach(() => jest.spyOn(console, 'error').mockImplementation());
afterEach(() => jest.restoreAllMocks());

test('what the first phase answers makes the framework call the second', async () => {
  const first = await handler(event) as { PhysicalResourceId: string; StartedAt: string };
  await expect(handler({ ...event, ...first })).resolves.toEqual({ IsComplete: true, Data: { Applied: 'yes' } });
});

test('a query is answered without a resource', async () => {
  await expect(handler({ Query: 'sum', A: 1, B: 2 })).resolves.toBe(3);
});

test('an unknown query is refused', async () => {
  await expect(handler({ Query: 'product' })).rejects.toThrow('unknown query "product", this function answers sum');
});

test('a failure keeps its name and its whole text goes to the log', async () => {
  await expect(handler({ ...event, RequestType: 'Delete', PhysicalResourceId: 'thing', StartedAt: new Date().toISOString() }))
    .rejects.toThrow('InUse: still in use');
  expect(console.error).toHaveBeenCalledTimes(1);
});
