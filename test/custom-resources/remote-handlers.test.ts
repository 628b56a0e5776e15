import { CLUSTER_NOT_FOUND } from '../../src/custom-resources/cluster-gone';
import { Query } from '../../src/custom-resources/lambda';
import { done, isComplete, onEvent, ProviderEvent, ResourceHandler, ResourceRequest, waiting } from '../../src/custom-resources/lifecycle';
import { text } from '../../src/custom-resources/properties';
import { remoteHandlers, resourceQuery } from '../../src/custom-resources/remote-handlers';
import { REMOTE_FAILURE } from '../../src/custom-resources/transient';

interface Thing { readonly Name: string }

const NOW = new Date('2026-01-01T00:10:00Z');
const EVENT: ProviderEvent = {
  RequestType: 'Create',
  ResourceType: 'Custom::Thing',
  ResourceProperties: { Name: 'a', KubernetesFunction: 'inner' },
  LogicalResourceId: 'Thing1',
  StackId: 'stack',
  RequestId: 'request',
  PhysicalResourceId: 'thing/a',
  StartedAt: '2026-01-01T00:00:00Z',
};

function thing(over: Partial<ResourceHandler<Thing>> = {}): Readonly<Record<string, ResourceHandler<Thing>>> {
  return {
    'Custom::Thing': {
      patienceMinutes: 20,
      parse: raw => ({ Name: text(raw, 'Name') }),
      identify: ({ Name }) => `thing/${Name}`,
      apply: async () => done({ Name: 'x' }),
      remove: async () => done(),
      ...over,
    },
  };
}

/** Both functions, with the JSON that goes between them. */
function bothSides(inner: ReturnType<typeof thing>) {
  const asked: { functionName: string; query: Query }[] = [];
  const answer = resourceQuery(inner);
  const outer = remoteHandlers(thing(), async (functionName, query) => {
    asked.push({ functionName, query });
    return JSON.parse(JSON.stringify(await answer(JSON.parse(JSON.stringify(query)))));
  });
  return { outer, asked };
}

beforeEach(() => {
  jest.spyOn(console, 'error').mockImplementation();
  jest.spyOn(console, 'warn').mockImplementation();
});
afterEach(() => jest.restoreAllMocks());

test('a resource is named and checked without a call', () => {
  const { outer, asked } = bothSides(thing());
  expect(onEvent(outer, EVENT, NOW).PhysicalResourceId).toBe('thing/a');
  expect(() => onEvent(outer, { ...EVENT, ResourceProperties: { KubernetesFunction: 'inner' } }, NOW)).toThrow('property Name must be');
  expect(() => onEvent(outer, { ...EVENT, ResourceProperties: { Name: 'a' } }, NOW)).toThrow('property KubernetesFunction must be');
  expect(asked).toEqual([]);
});

test('what is to be done is done by the function that the resource names, with all that it has to know', async () => {
  const requests: ResourceRequest<Thing>[] = [];
  const { outer, asked } = bothSides(thing({
    apply: async (request) => {
      requests.push(request);
      return done({ Name: 'x' });
    },
  }));
  const event: ProviderEvent = { ...EVENT, RequestType: 'Update', OldResourceProperties: { Name: 'old', KubernetesFunction: 'former' } };
  await expect(isComplete(outer, event, NOW)).resolves.toEqual({ IsComplete: true, Data: { Name: 'x' } });
  expect(asked.map(({ functionName }) => functionName)).toEqual(['inner']);
  expect(requests).toEqual([{
    type: 'Update', properties: { Name: 'a' }, oldProperties: { Name: 'old' }, physicalId: 'thing/a', stackId: 'stack', logicalId: 'Thing1', requestId: 'request', elapsed: 600_000,
  }]);
});

test('a removal is a removal on the other side', async () => {
  const remove = jest.fn(async () => done());
  await isComplete(bothSides(thing({ remove })).outer, { ...EVENT, RequestType: 'Delete' }, NOW);
  expect(remove).toHaveBeenCalledTimes(1);
});

test('a cluster that is gone is a removal that is done', async () => {
  const gone = () => Promise.reject(Object.assign(new Error('no cluster'), { name: CLUSTER_NOT_FOUND }));
  const { outer } = bothSides(thing({ apply: gone, remove: gone }));
  await expect(isComplete(outer, { ...EVENT, RequestType: 'Delete' }, NOW)).resolves.toMatchObject({ IsComplete: true });
  await expect(isComplete(outer, EVENT, NOW)).rejects.toThrow('no cluster');
});

test('what waits there is waited for here, as long as that thing has patience', async () => {
  const { outer } = bothSides(thing({ apply: async () => waiting('2 pods', 5) }));
  await expect(isComplete(outer, { ...EVENT, StartedAt: '2026-01-01T00:09:00Z' }, NOW)).resolves.toEqual({ IsComplete: false });
  await expect(isComplete(outer, EVENT, NOW)).rejects.toThrow('gave up after 5 minutes: 2 pods');
});

test('what was decided there is final here, whatever words are in it', async () => {
  const { outer } = bothSides(thing({ apply: () => Promise.reject(Object.assign(new Error('a former run has timed out'), { name: 'Refused' })) }));
  await expect(isComplete(outer, EVENT, NOW)).rejects.toThrow(new Error('Refused: a former run has timed out'));
});

test('a call there that does not come through is tried again', async () => {
  const { outer } = bothSides(thing({ apply: () => Promise.reject(Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' })) }));
  await expect(isComplete(outer, EVENT, NOW)).resolves.toEqual({ IsComplete: false });
});

test.each([
  `${REMOTE_FAILURE}Runtime exited with error: signal: killed`, `${REMOTE_FAILURE}Task timed out after 240.00 seconds`, 'Rate exceeded',
])('a function that does not come to its end is called again, until patience is over: %s', async (message) => {
  const outer = remoteHandlers(thing(), () => Promise.reject(new Error(message)));
  await expect(isComplete(outer, EVENT, NOW)).resolves.toEqual({ IsComplete: false });
  await expect(isComplete(outer, { ...EVENT, StartedAt: '2025-12-31T23:40:00Z' }, NOW)).rejects.toThrow(`gave up after 20 minutes: ${message}`);
});
