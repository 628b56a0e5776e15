import { createServer, Server } from 'http';
import { AddressInfo } from 'net';
import { INNER_FUNCTION_SECONDS } from '../../src/custom-resources/client-options';
import { bundled } from '../kubernetes/fake-api-server';

/** EKS takes a token for so long. */
const TOKEN_SECONDS = 15 * 60;
const { connect } = bundled('custom-resources/connection.kubernetes');
/** Of each test another one: what was connected to is remembered. */
const roleOf = (test: string) => `arn:aws:iam::111111111111:role/${test}`;
const ENVIRONMENT = { AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: 'secret' };

const assumed = (number: number) => '<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>'
  + `<AccessKeyId>ASIA${number}</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t${number}</SessionToken><Expiration>2030-01-01T00:00:00Z</Expiration>`
  + '</Credentials></AssumeRoleResult></AssumeRoleResponse>';

/** EKS and STS on this machine. */
let server: Server;
let assumptions = 0;
let before: NodeJS.ProcessEnv;
let now: number;
beforeEach(async () => {
  assumptions = 0;
  server = createServer((request, answer) => {
    if (request.url!.startsWith('/clusters/')) {
      answer.writeHead(200, { 'content-type': 'application/json' })
        .end(JSON.stringify({ cluster: { name: 'prod', status: 'ACTIVE', endpoint: 'https://prod', certificateAuthority: { data: 'Y2E=' } } }));
      return;
    }
    assumptions += 1;
    answer.writeHead(200, { 'content-type': 'text/xml' }).end(assumed(assumptions));
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  before = process.env;
  process.env = { ...before, ...ENVIRONMENT, AWS_ENDPOINT_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
  now = Date.now();
  jest.spyOn(Date, 'now').mockImplementation(() => now);
});
afterEach(async () => {
  jest.restoreAllMocks();
  process.env = before;
  server.closeAllConnections();
  await new Promise(resolve => server.close(resolve));
});

const tokenOf = (config: any) => config.getCurrentUser().token as string;

test('a function that is called again uses its token again, for ten minutes', async () => {
  const role = roleOf('again');
  const first = await connect('prod', role);
  now += 599_000;
  expect(tokenOf(await connect('prod', role))).toBe(tokenOf(first));
  expect(assumptions).toBe(1);
  now += 2000;
  expect(tokenOf(await connect('prod', role))).not.toBe(tokenOf(first));
  expect(assumptions).toBe(2);
});

test('calls that come at once share one token, and one that failed is not kept', async () => {
  const role = roleOf('at-once');
  const configs = await Promise.all([connect('prod', role), connect('prod', role), connect('prod', role)]);
  expect(new Set(configs.map(tokenOf)).size).toBe(1);
  expect(assumptions).toBe(1);
  now += 600_001;
  const endpoint = process.env.AWS_ENDPOINT_URL;
  process.env.AWS_ENDPOINT_URL = 'http://127.0.0.1:1';
  await expect(Promise.all([connect('prod', role), connect('prod', role)])).rejects.toThrow();
  process.env.AWS_ENDPOINT_URL = endpoint;
  await connect('prod', role);
  expect(assumptions).toBe(2);
});

test('a token that was taken at the last moment lasts to the end of the longest call', async () => {
  const taken = now;
  const role = roleOf('last-moment');
  const { token } = (await connect('prod', role)).getCurrentUser();
  for (; tokenOf(await connect('prod', role)) === token; now += 1000) { /* It is still used. */ }
  const lastUse = (now - 1000 - taken) / 1000;
  expect(lastUse + INNER_FUNCTION_SECONDS).toBeLessThan(TOKEN_SECONDS);
});

test('each role and each cluster has a token of its own', async () => {
  const [one, other] = [roleOf('one'), roleOf('other')];
  const tokens = [await connect('prod', one), await connect('prod', other), await connect('staging', one)].map(tokenOf);
  expect(new Set(tokens).size).toBe(3);
});
