import { mkdtempSync, rmSync } from 'fs';
import { createServer, IncomingMessage, Server } from 'http';
import { createRequire } from 'module';
import { AddressInfo } from 'net';
import { tmpdir } from 'os';
import { join } from 'path';
import { buildSync } from 'esbuild';
import { V0_API } from '../../../src/karpenter/v0/api';
import { LIMITS_RECORD } from '../../../src/workflow/records';
import { OWNER_KEY } from '../../workflow/removal/fakes';

// The client is an ES module, which Jest cannot load.
const directory = mkdtempSync(join(tmpdir(), 'fleet-kubernetes-'));
buildSync({
  stdin: {
    contents: 'export * from "./src/karpenter/api/fleet.kubernetes"; export { KubeConfig } from "@kubernetes/client-node"; '
      + 'export { unreachableWebhook } from "./src/workflow/removal/webhooks";',
    resolveDir: join(__dirname, '../../..'),
  },
  bundle: true,
  platform: 'node',
  format: 'cjs',
  outfile: join(directory, 'adapter.js'),
});
const { FleetKubernetes, KubeConfig, unreachableWebhook } = createRequire(__filename)(join(directory, 'adapter.js'));

const API = '/apis/karpenter.sh/v1alpha5';

/** Lists in pages of two; writes are written down and answered as told. */
class FakeApi {
  public readonly lists: Record<string, object[]> = {};
  public readonly calls: string[] = [];
  public readonly bodies: any[] = [];
  public readonly headers: IncomingMessage['headers'][] = [];
  public answer: [number, object] = [200, {}];
  private server?: Server;

  public async start(): Promise<any> {
    this.server = createServer((incoming, response) => {
      let body = '';
      incoming.on('data', chunk => body += chunk).on('end', () => {
        const [code, content] = this.respond(incoming, body);
        response.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify(content));
      });
    });
    await new Promise<void>(resolve => this.server!.listen(0, '127.0.0.1', resolve));
    const config = new KubeConfig();
    config.loadFromClusterAndUser(
      { name: 'fake', server: `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`, skipTLSVerify: true },
      { name: 'nobody', token: 'none' },
    );
    return config;
  }

  public async stop(): Promise<void> {
    this.server!.closeAllConnections();
    await new Promise(resolve => this.server!.close(resolve));
  }

  private respond({ method, url, headers }: IncomingMessage, body: string): [number, object] {
    const { pathname, searchParams } = new URL(url!, 'http://fake');
    if (method !== 'GET') {
      searchParams.delete('pretty');
      this.calls.push(`${method} ${pathname}${searchParams.size > 0 ? `?${searchParams}` : ''}`);
      this.bodies.push(JSON.parse(body));
      this.headers.push(headers);
      return this.answer;
    }
    const list = this.lists[`${pathname}${searchParams.has('labelSelector') ? `?${searchParams.get('labelSelector')}` : ''}`];
    const start = Number(searchParams.get('continue') ?? 0);
    return list
      ? [200, { metadata: { continue: start + 2 < list.length ? String(start + 2) : undefined }, items: list.slice(start, start + 2) }]
      : [404, { message: 'not found' }];
  }
}

let api: FakeApi;
let adapter: any;
let checks: string[];
let checkFence: () => Promise<void>;

beforeEach(async () => {
  api = new FakeApi();
  api.lists[`/api/v1/nodes?${OWNER_KEY}`] = [];
  checks = [];
  checkFence = async () => { checks.push(`checked after ${api.calls.length} writes`); };
  adapter = new FleetKubernetes(await api.start(), V0_API, { check: () => checkFence() });
});

afterEach(() => api.stop());
afterAll(() => rmSync(directory, { recursive: true }));

const meta = (name: string, more: object = {}) => ({ name, uid: `uid-${name}`, resourceVersion: '7', creationTimestamp: '2024-05-01T10:00:00Z', ...more });

test('where karpenter\'s kinds do not exist there is nothing', async () => {
  expect(await adapter.objects()).toEqual({ pools: [], claims: [], nodes: [] });
});

test('Provisioners, Machines and nodes of all pages are told as far as the removal needs them', async () => {
  api.lists[`${API}/provisioners`] = [
    { metadata: meta('default', { annotations: { [LIMITS_RECORD]: 'null', 'kubectl.kubernetes.io/last-applied-configuration': '{}' } }), spec: { limits: { resources: { cpu: '0' } } } },
    { metadata: meta('gpu', { deletionTimestamp: '2024-05-01T11:00:00Z' }), spec: {} },
  ];
  const machine = (name: string, status: object, more: object = {}) => ({ metadata: meta(name, { labels: { [OWNER_KEY]: 'default' }, ...more }), status });
  api.lists[`${API}/machines`] = [
    machine('m-1', { nodeName: 'n-1', providerID: 'aws:///us-east-1a/i-0abc', conditions: [{ type: 'MachineLaunched', status: 'True' }] }),
    machine('m-2', { conditions: [{ type: 'MachineLaunched', status: 'False' }] }, { deletionTimestamp: '2024-05-01T11:00:00Z' }),
    machine('m-3', {}, { annotations: { 'karpenter.sh/linked': 'aws:///us-east-1a/i-0def' } }),
    { metadata: meta('m-4') },
  ];
  api.lists[`/api/v1/nodes?${OWNER_KEY}`] = [{ metadata: meta('n-1', { labels: { [OWNER_KEY]: 'default' }, deletionTimestamp: '2024-05-01T11:00:00Z' }) }];
  const created = Date.parse('2024-05-01T10:00:00Z');
  const leaving = Date.parse('2024-05-01T11:00:00Z');
  expect(JSON.parse(JSON.stringify(await adapter.objects()))).toEqual({
    pools: [
      { name: 'default', uid: 'uid-default', version: '7', limits: { resources: { cpu: '0' } }, annotations: { [LIMITS_RECORD]: 'null' } },
      { name: 'gpu', uid: 'uid-gpu', version: '7', leaving, limits: null, annotations: {} },
    ],
    claims: [
      { name: 'm-1', uid: 'uid-m-1', pool: 'default', created, launched: true, nodeName: 'n-1', instanceId: 'i-0abc' },
      { name: 'm-2', uid: 'uid-m-2', pool: 'default', created, leaving, launched: false, unmet: [{ type: 'MachineLaunched', status: 'False' }] },
      { name: 'm-3', uid: 'uid-m-3', pool: 'default', created, launched: true, instanceId: 'i-0def' },
      { name: 'm-4', uid: 'uid-m-4', pool: '', created, launched: false },
    ],
    nodes: [{ name: 'n-1', uid: 'uid-n-1', pool: 'default', leaving }],
  });
});

test('limits and record are written together, as a merge patch of the version that was read', async () => {
  const change = { name: 'default', version: '7', limits: { resources: { cpu: '0', memory: null } }, annotations: { [LIMITS_RECORD]: 'null' } };
  expect(await adapter.changePool(change)).toBe(true);
  expect(api.calls).toEqual([`PATCH ${API}/provisioners/default?fieldManager=cdk-karpenter-migration`]);
  expect(api.headers[0]['content-type']).toBe('application/merge-patch+json');
  expect(api.bodies).toEqual([{
    metadata: { resourceVersion: '7', annotations: { [LIMITS_RECORD]: 'null' } }, spec: { limits: { resources: { cpu: '0', memory: null } } },
  }]);
});

test('limits are removed, or not mentioned', async () => {
  await adapter.changePool({ name: 'default', version: '7', limits: null, annotations: {} });
  await adapter.changePool({ name: 'default', version: '7', annotations: {} });
  expect(api.bodies.map(({ spec }) => spec)).toEqual([{ limits: null }, undefined]);
});

test.each([404, 409])('a write that somebody has overtaken is told: %s', async code => {
  api.answer = [code, { message: 'overtaken' }];
  expect(await adapter.changePool({ name: 'default', version: '7', annotations: {} })).toBe(false);
});

test('a webhook that does not answer is told by its name', async () => {
  api.answer = [500, { message: 'Internal error occurred: failed calling webhook "validation.webhook.karpenter.sh": failed to call webhook: Post ...: no endpoints' }];
  const error = await adapter.changePool({ name: 'default', version: '7', annotations: {} }).catch((thrown: Error) => thrown);
  expect(unreachableWebhook(error)).toBe('validation.webhook.karpenter.sh');
  // As it arrives in the other function.
  expect(unreachableWebhook(new Error(JSON.parse(JSON.stringify(`the kubernetes function failed: ${error.message}`))))).toBe('validation.webhook.karpenter.sh');
});

test('webhooks of others are none of ours', () => {
  expect(unreachableWebhook(new Error('failed calling webhook "policy.example.com": no endpoints'))).toBeUndefined();
  expect(unreachableWebhook('failed calling webhook "validation.webhook.karpenter.sh"')).toBeUndefined();
});

test('objects are deleted one after the other, only those of the uid', async () => {
  await adapter.remove([{ kind: 'claim', name: 'm', uid: '1' }, { kind: 'node', name: 'n', uid: '2' }, { kind: 'pool', name: 'p', uid: '3' }]);
  expect(api.calls).toEqual([`DELETE ${API}/machines/m`, 'DELETE /api/v1/nodes/n', `DELETE ${API}/provisioners/p?propagationPolicy=Background`]);
  expect(api.bodies.map(({ preconditions }) => preconditions)).toEqual([{ uid: '1' }, { uid: '2' }, { uid: '3' }]);
});

test.each([404, 409])('what is gone already, or is another one now, is as good as deleted: %s', async code => {
  api.answer = [code, { message: 'gone' }];
  await adapter.remove([{ kind: 'claim', name: 'm', uid: '1' }]);
});

test('other errors are thrown on', async () => {
  api.answer = [403, { message: 'forbidden' }];
  await expect(adapter.remove([{ kind: 'claim', name: 'm', uid: '1' }])).rejects.toThrow('forbidden');
});

test('the fence is checked before every single write', async () => {
  await adapter.changePool({ name: 'default', version: '7', annotations: {} });
  await adapter.remove([{ kind: 'claim', name: 'm', uid: '1' }, { kind: 'node', name: 'n', uid: '2' }, { kind: 'pool', name: 'p', uid: '3' }]);
  expect(checks).toEqual([0, 1, 2, 3].map(writes => `checked after ${writes} writes`));
});

test('a run that was replaced writes nothing', async () => {
  checkFence = () => Promise.reject(new Error('replaced'));
  await expect(adapter.changePool({ name: 'default', version: '7', annotations: {} })).rejects.toThrow('replaced');
  await expect(adapter.remove([{ kind: 'claim', name: 'm', uid: '1' }])).rejects.toThrow('replaced');
  expect(api.calls).toEqual([]);
});
