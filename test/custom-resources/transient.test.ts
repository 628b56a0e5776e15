import { done, isComplete, ResourceHandler } from '../../src/custom-resources/lifecycle';
import { isTransient } from '../../src/custom-resources/transient';

const thrown = (message: string, more: object = {}) => Object.assign(new Error(message), more);
const remote = (message: string, name = 'Error') => thrown(`the kubernetes function failed: ${message}`, { name });

test.each([
  ['a connection that was reset', thrown('request to https://abc.eks.amazonaws.com failed, reason: read ECONNRESET', { name: 'FetchError', code: 'ECONNRESET' })],
  ['a name that cannot be resolved', thrown('getaddrinfo EAI_AGAIN sts.us-east-1.amazonaws.com', { code: 'EAI_AGAIN' })],
  ['a client of AWS whose time is over', thrown('Connection timed out after 3000 ms', { name: 'TimeoutError' })],
  ['a request to the Kubernetes API whose time is over', thrown('The user aborted a request.', { name: 'AbortError' })],
  ['too many calls at EC2', thrown('Request limit exceeded.', { name: 'RequestLimitExceeded', $metadata: { httpStatusCode: 503 } })],
  ['too many calls at EKS', thrown('Rate exceeded', { name: 'ThrottlingException', $metadata: { httpStatusCode: 400 } })],
  ['too many calls of a function', thrown('Rate Exceeded.', { name: 'TooManyRequestsException', $metadata: { httpStatusCode: 429 } })],
  ['AWS in trouble', thrown('internal error', { name: 'InternalFailure', $metadata: { httpStatusCode: 500 } })],
  ['too many calls at the Kubernetes API', thrown('HTTP-Code: 429', { code: 429 })],
  ['the Kubernetes API in trouble', thrown('HTTP-Code: 503', { code: 503 })],
  ['what lies behind another error', thrown('no answer', { cause: thrown('x', { code: 'ETIMEDOUT' }) })],
  ['the other function, whose connection was reset', remote('request to https://abc failed, reason: read ECONNRESET', 'FetchError')],
  ['the other function, whose connection ended before it was safe', remote(
    'request to https://abc failed, reason: Client network socket disconnected before secure TLS connection was established', 'FetchError')],
  ['the other function, whose answer broke off', remote('Invalid response body while trying to fetch https://abc: Premature close', 'FetchError')],
  ['the other function, which got no answer', remote('network timeout at: https://abc', 'FetchError')],
  ['the other function, whose time is over', remote('2026-01-01T00:00:00Z 1-2 Task timed out after 240.00 seconds')],
  ['the other function, refused by the API server', remote('HTTP-Code: 502\nMessage: Unknown API Status Code!')],
])('%s may be over a little later', (_, error) => {
  expect(isTransient(error)).toBe(true);
});

test.each([
  ['a denial', thrown('not authorized', { name: 'AccessDeniedException', $metadata: { httpStatusCode: 403 } })],
  ['a thing that is not there', thrown('HTTP-Code: 404', { code: 404 })],
  ['what we have decided, whatever words are in it', thrown('nothing was changed: 1. KUBERNETES_ACCESS: connect ETIMEDOUT HTTP-Code: 503')],
  ['a denial that the other function met', remote('HTTP-Code: 403')],
  ['a certificate that the other function does not trust', remote('request to https://abc failed, reason: self-signed certificate', 'FetchError')],
  ['a mistake of ours', new TypeError('Cannot read properties of undefined')],
  ['nothing', undefined],
])('%s is not', (_, error) => {
  expect(isTransient(error)).toBe(false);
});

test('a poll that meets such an error is repeated until patience is over, which ends with its reason', async () => {
  jest.spyOn(console, 'warn').mockImplementation();
  const answers: Array<() => Promise<any>> = [
    () => Promise.reject(thrown('read ECONNRESET', { code: 'ECONNRESET' })),
    () => Promise.reject(thrown('HTTP-Code: 503', { code: 503 })),
    async () => done({ Applied: 'yes' }),
  ];
  const act = () => answers.shift()!();
  const handler: ResourceHandler<object> = { patienceMinutes: 5, parse: () => ({}), identify: () => 'x', apply: act, remove: act };
  const event = (type: 'Create' | 'Delete') => ({
    RequestType: type, ResourceType: 'T', ResourceProperties: {}, LogicalResourceId: 'l', StackId: 's', RequestId: 'r', PhysicalResourceId: 'x', StartedAt: '2026-01-01T12:00:00Z',
  });
  const at = (minute: string, type: 'Create' | 'Delete' = 'Create') => isComplete({ T: handler }, event(type), new Date(`2026-01-01T12:0${minute}:30Z`));

  expect(await at('0')).toEqual({ IsComplete: false });
  expect(await at('1')).toEqual({ IsComplete: false });
  expect(await at('2')).toEqual({ IsComplete: true, Data: { Applied: 'yes' } });

  answers.push(() => Promise.reject(thrown('read ECONNRESET', { code: 'ECONNRESET' })));
  await expect(at('5', 'Delete')).rejects.toThrow('gave up after 5 minutes: read ECONNRESET');
  answers.push(() => Promise.reject(new Error('refused')));
  await expect(at('0')).rejects.toThrow(/^refused$/);
});
