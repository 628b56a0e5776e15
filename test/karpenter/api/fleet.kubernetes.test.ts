import { V0_API } from '../../../src/karpenter/v0/api';
import { LIMITS_RECORD } from '../../../src/workflow/records';
import { Asked, bundled, FakeApiServer, page } from '../../kubernetes/fake-api-server';
import { OWNER_KEY } from '../../workflow/removal/fakes';

const bundle = bundled('karpenter/api/fleet.kubernetes', 'workflow/emptying/webhooks');
const { FleetKubernetes, unreachableWebhook } = bundle;

const API = '/apis/karpenter.sh/v1alpha5';

/** Lists in pages of two; writes are written down and answered as told. */
class FakeApi extends FakeApiServer {
  public readonly lists: Record<string, object[]> = {};
  public readonly objects: Record<string, object> = {};
  public readonly calls: string[] = [];
  public readonly bodies: any[] = [];
  public readonly headers: Asked['headers'][] = [];
  public answer: [number, object] = [200, {}];

  protected respond({ method, pathname, searchParams, body, headers }: Asked): [number, object] {
    if (method !== 'GET') {
      searchParams.delete('pretty');
      this.calls.push(`${method} ${pathname}${searchParams.size > 0 ? `?${searchParams}` : ''}`);
      this.bodies.push(body);
      this.headers.push(headers);
      return this.answer;
    }
    if (this.objects[pathname]) {
      return [200, this.objects[pathname]];
    }
    const list = this.lists[`${pathname}${searchParams.has('labelSelector') ? `?${searchParams.get('labelSelector')}` : ''}`];
    return list ? [200, page(list, searchParams)] : [404, { message: 'not found' }];
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
  adapter = new FleetKubernetes(await api.start(bundle), V0_API, { check: () => checkFence() });
});

afterEach(() => api.stop());

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

test('of a claim that becomes no node it is told what is missing, and nothing else', async () => {
  api.lists[`${API}/machines`] = [{
    metadata: meta('m-1'),
    status: {
      conditions: [
        { type: 'MachineLaunched', status: 'False', reason: 'LaunchFailed', message: 'no such profile', lastTransitionTime: '2024-05-01T10:00:00Z' },
        { type: 'MachineInitialized', status: 'Unknown' },
        { type: 'MachineRegistered', status: 'True' },
        { type: 'MachineEmpty', status: 'False' },
      ],
    },
  }];
  const [{ unmet }] = JSON.parse(JSON.stringify(await adapter.claims()));
  expect(unmet).toEqual([{ type: 'MachineLaunched', status: 'False', reason: 'LaunchFailed', message: 'no such profile' }, { type: 'MachineInitialized', status: 'Unknown' }]);
});

test('the taints of a pool are none where it has none, and it is undefined where it is not there', async () => {
  expect(await adapter.pool('default')).toBeUndefined();
  api.objects[`${API}/provisioners/default`] = { metadata: meta('default'), spec: {} };
  expect(await adapter.pool('default')).toMatchObject({ name: 'default', taints: [] });
  api.objects[`${API}/provisioners/default`] = { metadata: meta('default'), spec: { taints: [{ key: 'a', effect: 'NoSchedule' }] } };
  expect(await adapter.pool('default')).toMatchObject({ taints: [{ key: 'a', effect: 'NoSchedule' }] });
});

test('the supply is of pools that stay', async () => {
  api.lists[`${API}/provisioners`] = [{ metadata: meta('default') }, { metadata: meta('going', { deletionTimestamp: '2024-05-01T11:00:00Z' }) }];
  const { pools, nodeClasses } = await adapter.supply();
  expect(pools.map(({ name }: { name: string }) => name)).toEqual(['default']);
  expect(nodeClasses).toEqual([]);
});

test('node classes are told with the pools that refer to them, of whichever controller, and with our marks alone', async () => {
  api.lists[`${API}/provisioners`] = [{ metadata: meta('default'), spec: { providerRef: { name: 'general' } } }];
  api.lists['/apis/karpenter.k8s.aws/v1alpha1/awsnodetemplates'] = [
    { metadata: meta('general', { annotations: { 'cdk-karpenter-migration/owner': 'Stack/Migration', 'theirs': 'too' } }) },
    { metadata: meta('former', { deletionTimestamp: '2024-05-01T11:00:00Z' }) },
  ];
  expect(await adapter.nodeClasses()).toEqual([
    { name: 'general', uid: 'uid-general', pools: ['default'], annotations: { 'cdk-karpenter-migration/owner': 'Stack/Migration' } },
    { name: 'former', uid: 'uid-former', leaving: Date.parse('2024-05-01T11:00:00Z'), pools: [], annotations: {} },
  ]);
});

test('a node class is deleted as the one that was seen', async () => {
  await adapter.remove([{ kind: 'nodeClass', name: 'former', uid: 'uid-former' }]);
  expect(api.calls).toEqual(['DELETE /apis/karpenter.k8s.aws/v1alpha1/awsnodetemplates/former']);
  expect(api.bodies).toEqual([{ preconditions: { uid: 'uid-former' } }]);
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
