import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { Replaced } from '../../src/custom-resources/fence';
import { answering, Query } from '../../src/custom-resources/lambda';
import { joining } from '../../src/custom-resources/query.aws';
import { remotePort } from '../../src/custom-resources/remote-port';
import { remotePortQuery, REMOTE_PORT_QUERY } from '../../src/custom-resources/remote-ports';

interface Greeter {
  greet(name: string, title?: string): Promise<string | undefined>;
  fail(): Promise<void>;
  secret(): Promise<string>;
  crowd(size: number): Promise<string[]>;
}

/** What Lambda hands on of an answer. */
const MOST_BYTES = 6_291_556;
const connections: object[] = [];
class RealGreeter implements Greeter {
  private readonly greeting = 'hello';

  public async greet(name: string, title?: string) { return name ? `${this.greeting} ${title === undefined ? '' : `${title} `}${name}` : undefined; }
  public async fail() { throw new Replaced('generation 1 was replaced by 2'); }
  public async secret() { return 'not served'; }
  public async crowd(size: number) { return Array.from({ length: size }, (_, index) => `${this.greeting} number ${index} of the whole crowd`); }
}

const served = answering({
  [REMOTE_PORT_QUERY]: remotePortQuery({
    greeter: {
      methods: ['greet', 'fail', 'crowd'],
      connect: async (query) => {
        connections.push(query);
        return new RealGreeter();
      },
    },
  }),
});

/** The functions that were called, in their order. */
const invoked: string[] = [];
let broken = false;
let longest = 0;
/** Lambda between the two functions: what goes over it is JSON, and errors are their message. */
const lambda = {
  send: async ({ input }: InvokeCommand) => {
    invoked.push(input.FunctionName!);
    if (broken) {
      throw new Error('no way to Lambda');
    }
    try {
      const result = await served(JSON.parse(Buffer.from(input.Payload as Uint8Array).toString()) as Query);
      const Payload = Buffer.from(JSON.stringify(result));
      longest = Math.max(longest, Payload.length);
      return Payload.length <= MOST_BYTES ? { Payload } : { FunctionError: 'Unhandled', Payload: Buffer.from('{"errorMessage":"Response payload size exceeded"}') };
    } catch (error) {
      return { FunctionError: 'Unhandled', Payload: Buffer.from(JSON.stringify({ errorMessage: (error as Error).message })) };
    }
  },
} as unknown as LambdaClient;

const address = { functionArn: 'arn', clusterName: 'prod', kubectlRoleArn: 'role', port: 'greeter', generation: 7, api: 'karpenter.sh/v1' };
const greeter = remotePort<Greeter>(joining(lambda), address, ['greet', 'fail', 'secret', 'crowd']);

beforeEach(() => {
  invoked.length = 0;
  broken = false;
  jest.spyOn(console, 'error').mockImplementation();
});
afterEach(() => jest.restoreAllMocks());

test('a call goes to the adapter in the other function, in the name of the run', async () => {
  await expect(greeter.greet('Ada', 'Countess')).resolves.toBe('hello Countess Ada');
  expect(connections.at(-1)).toEqual({ clusterName: 'prod', kubectlRoleArn: 'role', generation: 7, api: 'karpenter.sh/v1' });
});

test('a parameter that is left out stays undefined, and so does an answer of nothing', async () => {
  await expect(greeter.greet('Ada')).resolves.toBe('hello Ada');
  await expect(greeter.greet('Ada', undefined)).resolves.toBe('hello Ada');
  await expect(greeter.greet('')).resolves.toBeUndefined();
});

test('an answer that is longer than Lambda hands on arrives whole, beside another one as well', async () => {
  longest = 0;
  const [crowd, one] = await Promise.all([greeter.crowd(300_000), greeter.greet('Ada')]);
  expect(JSON.stringify(crowd).length).toBeGreaterThan(MOST_BYTES);
  expect([crowd.length, crowd.at(-1), one]).toEqual([300_000, 'hello number 299999 of the whole crowd', 'hello Ada']);
  expect(longest).toBeLessThan(MOST_BYTES / 2);
});

test('an error keeps its name on the way', async () => {
  await expect(greeter.fail()).rejects.toThrow(expect.objectContaining({ name: 'Replaced', message: 'the kubernetes function failed: generation 1 was replaced by 2' }));
});

test('a method that is not served is refused, although the adapter has it', async () => {
  await expect(greeter.secret()).rejects.toThrow('there is no method "secret" of port "greeter", there are greeter: greet, fail');
});

test('what is asked at once is one call of the function, and each question has its own answer, or its own error', async () => {
  const [ada, nobody, failure, grace] = await Promise.allSettled([greeter.greet('Ada'), greeter.greet(''), greeter.fail(), greeter.greet('Grace')]);
  expect([ada, nobody, grace]).toEqual(['hello Ada', undefined, 'hello Grace'].map(value => ({ status: 'fulfilled', value })));
  expect(failure).toEqual({
    status: 'rejected', reason: expect.objectContaining({ name: 'Replaced', message: 'the kubernetes function failed: generation 1 was replaced by 2' }),
  });
  expect(invoked).toEqual(['arn']);
});

test('what is asked one after the other, or of another function, is a call of its own', async () => {
  await greeter.greet('Ada');
  await greeter.greet('Grace');
  const other = remotePort<Greeter>(joining(lambda), { ...address, functionArn: 'other' }, ['greet']);
  await Promise.all([greeter.greet('Ada'), other.greet('Ada')]);
  expect(invoked).toEqual(['arn', 'arn', 'arn', 'other']);
});

test('a call that does not come through fails for all that it asks', async () => {
  broken = true;
  const answers = await Promise.allSettled([greeter.greet('Ada'), greeter.greet('Grace')]);
  expect(answers.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  broken = false;
  await expect(greeter.greet('Ada')).resolves.toBe('hello Ada');
});
