import { RecordingPorts } from './recording-ports';
import { MAXIMUM_RESPONSE_BYTES, ResourceHandler } from '../../src/custom-resources/lifecycle';
import { BegunRequest, serve } from '../../src/custom-resources/requests';
import { error, Finding, report } from '../../src/preflight/verdict';
import { PreflightCheck } from '../../src/words/preflight-check';

/** As long as names of a stack, a construct and a cluster may be. */
const NAME = `${'c'.repeat(100)}/aws-auth/arn:aws-us-gov:iam::111111111111:role/${'r'.repeat(64)}`;

const REQUEST: BegunRequest = {
  RequestType: 'Create',
  ResourceType: 'Custom::Thing',
  ResourceProperties: {},
  LogicalResourceId: 'L'.repeat(255),
  StackId: `arn:aws-us-gov:cloudformation:us-gov-west-1:111111111111:stack/${'s'.repeat(128)}/01234567-89ab-cdef-0123-456789abcdef`,
  RequestId: '01234567-89ab-cdef-0123-456789abcdef',
  ResponseURL: 'https://cloudformation-custom-resource-response-useast1.s3.amazonaws.com/response?x=y',
  PhysicalResourceId: NAME,
  StartedAt: new Date().toISOString(),
};

/** As long as the name that CloudFormation gives a log group. */
class LongPorts extends RecordingPorts {
  public readonly logs = `${'l'.repeat(128)}-KarpenterMigrationAwsLogsA33657E1-AbCdEfGhIjKl`;
}

const CHECKS = Object.values(PreflightCheck);

const long = (index: number): Finding => error(CHECKS[index], `"${'é'.repeat(100)}" ${'n'.repeat(190)}`, `kubectl annotate crd <name> a="b" ${'r'.repeat(250)}`);

async function failing(reason: string): Promise<{ readonly bytes: number; readonly status: string; readonly reason: string }> {
  const handler: ResourceHandler<object> = {
    patienceMinutes: 1,
    parse: () => ({}),
    identify: () => NAME,
    apply: () => Promise.reject(new Error(reason)),
    remove: () => Promise.reject(new Error(reason)),
  };
  const ports = new LongPorts();
  await serve({ 'Custom::Thing': handler }, ports, REQUEST, new Date());
  const [{ response }] = ports.answers;
  return { bytes: Buffer.byteLength(JSON.stringify(response)), status: response.Status, reason: response.Reason! };
}

beforeEach(() => jest.spyOn(console, 'error').mockImplementation());
afterEach(() => jest.restoreAllMocks());

test.each([
  ['one finding', 1], ['2 findings', 2], ['8 kinds of finding', 8], ['all there are', CHECKS.length],
])('a report of %s arrives, once, with the first findings whole', async (_, count) => {
  const { bytes, status, reason } = await failing(report(Array.from({ length: count }, (__, index) => long(index))));
  expect(bytes).toBeLessThanOrEqual(MAXIMUM_RESPONSE_BYTES);
  expect(status).toBe('FAILED');
  expect(reason.match(/nothing was changed/g)).toHaveLength(1);
  const told = [...reason.matchAll(/^(\d+)\. (\w+): .*r{250}$/gm)].map(([, index, check]) => [Number(index), check]);
  expect(told).toEqual(CHECKS.slice(0, told.length).map((check, index) => [index + 1, check]));
  expect(told.length).toBeGreaterThanOrEqual(Math.min(count, 2));
  const further = /… and (\d+) more findings?, with/.exec(reason);
  expect(told.length + Number(further?.[1] ?? 0)).toBe(count);
  expect(reason).toMatch(/\n\nLogs: l{128}-[\w-]+$/);
});

test.each([
  ['one line', 'x'.repeat(10_000)], ['many lines', 'line\n'.repeat(2_000)], ['quotes', '"'.repeat(10_000)], ['letters of two bytes', 'é'.repeat(10_000)],
  ['letters of four', '\u{1F600}'.repeat(5_000)], ['line ends and back slashes', '\\\n'.repeat(5_000)],
])('a reason of %s is cut so that it arrives', async (_, reason) => {
  const answer = await failing(reason);
  expect(answer.bytes).toBeLessThanOrEqual(MAXIMUM_RESPONSE_BYTES);
  expect(answer.bytes).toBeGreaterThan(3_000);
  expect(answer.reason).toContain('shortened, the log has all of it');
  expect(answer.reason).not.toContain('\uFFFD');
});

test('a short reason is sent as it is, without what our functions are made of', async () => {
  expect((await failing('the first\nthe second')).reason).toMatch(/^the first\nthe second\n\nLogs: l+-[\w-]+$/);
});
