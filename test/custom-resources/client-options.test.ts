import { readdirSync, readFileSync } from 'fs';
import { AddressInfo, createServer, Server } from 'net';
import { join } from 'path';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { CLIENT_OPTIONS, INNER_FUNCTION_SECONDS } from '../../src/custom-resources/client-options';
import { noWay } from '../../src/custom-resources/eks-token.aws';
import { isTransient } from '../../src/custom-resources/transient';
import { HANDLER_FUNCTION, INNER_FUNCTION } from '../../src/custom-resources/two-phase-provider';

const SRC = join(__dirname, '../../src');

test('every client of AWS has a time for its requests', () => {
  const files = readdirSync(SRC, { recursive: true }).map(String).filter(file => file.endsWith('.aws.ts') || file.endsWith('.kubernetes.ts'));
  const made = files.flatMap(file => [...readFileSync(join(SRC, file), 'utf8').matchAll(/new \w+Client\(([^)]*)\)/g)].map(([text]) => `${file}: ${text}`));
  expect(made.length).toBeGreaterThan(15);
  expect(made.filter(text => !/\((CLIENT_OPTIONS|ASKING_OPTIONS|\{ \.\.\.CLIENT_OPTIONS, region \})\)/.test(text))).toEqual([]);
});

describe('a service that takes a call and never answers', () => {
  let server: Server;
  beforeAll(done => { server = createServer(() => undefined).listen(0, '127.0.0.1', done); });
  afterAll(() => { server.close(); });

  test('is given up, and says so in words that are waited for and then reported', async () => {
    const sts = new STSClient({
      requestHandler: { ...CLIENT_OPTIONS.requestHandler, requestTimeout: 200 },
      region: 'us-east-1',
      endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      credentials: { accessKeyId: 'a', secretAccessKey: 's' },
      maxAttempts: 1,
    });
    const problem = await sts.send(new GetCallerIdentityCommand({})).then(() => undefined, (error: Error) => error);
    sts.destroy();
    expect(isTransient(problem)).toBe(true);
    const told = noWay('sts', 'us-east-1', problem!);
    expect(told).toMatch(/^no answer from sts\.us-east-1 where the function for the Kubernetes API runs \(TimeoutError: .*interface endpoint com\.amazonaws\.us-east-1\.sts/);
    expect(isTransient(new Error(`the kubernetes function failed: ${told}`))).toBe(true);
  }, 20_000);
});

test('all tries of a request end long before the function does, and the function that is asked before the one that asks', () => {
  const { connectionTimeout, requestTimeout } = CLIENT_OPTIONS.requestHandler;
  const usualAttempts = 3;
  expect((connectionTimeout + requestTimeout) * usualAttempts).toBeLessThan(INNER_FUNCTION_SECONDS * 1000 / 2);
  expect(INNER_FUNCTION.timeout.toSeconds()).toBeLessThan(HANDLER_FUNCTION.timeout.toSeconds() - 30);
});
