import { V0_API } from '../../../src/karpenter/v0/api';
import { PLACEHOLDER_METHODS } from '../../../src/workflow/draining/placeholders/port';
import { DRAINING_METHODS, DrainingPort } from '../../../src/workflow/draining/port';
import { Asked, bundled, FakeApiServer } from '../../kubernetes/fake-api-server';

const bundle = bundled('workflow/draining/draining.kubernetes');
const { DrainingKubernetes } = bundle;

/** Answers from a table, 404 where it has nothing; keeps writes in order with the checks of the fence. */
class FakeApi extends FakeApiServer {
  public readonly answers: Record<string, [number, object]> = {};
  public readonly writes: string[] = [];
  public readonly bodies: any[] = [];
  public readonly types: (string | undefined)[] = [];
  public reads = 0;

  public async connect(check = async () => { this.writes.push('fence'); }): Promise<DrainingPort> {
    return new DrainingKubernetes(await this.start(bundle), V0_API, { check });
  }

  public respond({ method, pathname, searchParams, body, headers }: Asked): [number, object] {
    const key = `${method} ${pathname}`;
    if (method === 'GET') {
      this.reads += 1;
    } else {
      this.writes.push(`${key}${searchParams.get('fieldManager') ? ` as ${searchParams.get('fieldManager')}` : ''}`);
      this.bodies.push(body);
      this.types.push(headers['content-type']);
    }
    return this.answers[`${key}?${searchParams.get('continue')}`] ?? this.answers[key] ?? [404, { message: 'not found' }];
  }
}

const PODS = 'GET /api/v1/pods';
const BUDGETS = 'GET /apis/policy/v1/poddisruptionbudgets';
const EVICTION = 'POST /api/v1/namespaces/default/pods/web/eviction';
const web = { namespace: 'default', name: 'web', uid: 'uid-1' };
const status = (code: number, message: string, causes?: object[]) => ({ kind: 'Status', status: 'Failure', code, message, details: { causes } });

let api: FakeApi;
let port: DrainingPort;

beforeEach(async () => {
  api = new FakeApi();
  api.answers[BUDGETS] = [200, { items: [] }];
  port = await api.connect();
});
afterEach(() => api.stop());

test('the list of methods is complete', () => {
  const own = Object.getOwnPropertyNames(DrainingKubernetes.prototype).filter(name => !['constructor', 'patch', 'evictOne'].includes(name));
  expect([...DRAINING_METHODS, ...PLACEHOLDER_METHODS].sort()).toEqual(own.sort());
});

test('a node comes in the words of the port, with no annotations but ours', async () => {
  api.answers['GET /api/v1/nodes'] = [200, {
    items: [{
      metadata: {
        name: 'n',
        resourceVersion: '7',
        creationTimestamp: '2023-11-14T22:13:20Z',
        labels: { zone: 'a' },
        annotations: { 'cdk-karpenter-migration/keeper': 'true', 'other': 'x' },
      },
      spec: { providerID: 'aws:///us-east-1a/i-0abc', unschedulable: true, taints: [{ key: 'k', effect: 'NoSchedule' }] },
      status: { allocatable: { cpu: '3920m', memory: '1Gi', pods: '58' }, conditions: [{ type: 'Ready', status: 'True' }] },
    }],
  }];
  expect(await port.nodes()).toEqual([{
    name: 'n',
    version: '7',
    created: 1_700_000_000_000,
    leaving: false,
    ready: true,
    unschedulable: true,
    labels: { zone: 'a' },
    annotations: { 'cdk-karpenter-migration/keeper': 'true' },
    taints: [{ key: 'k', effect: 'NoSchedule' }],
    allocatable: { cpu: 3.92, memory: 2 ** 30, pods: 58 },
    instanceId: 'i-0abc',
  }]);
});

test('a pod comes in the words of the port, and what is false costs nothing', async () => {
  const term = { matchExpressions: [{ key: 'eks.amazonaws.com/nodegroup', operator: 'Exists' }] };
  api.answers[PODS] = [200, {
    items: [
      { metadata: { namespace: 'default', name: 'bare', uid: 'u' }, spec: { containers: [] }, status: { phase: 'Running' } },
      {
        metadata: {
          namespace: 'kube-system',
          name: 'dns',
          uid: 'v',
          deletionTimestamp: '2023-11-14T22:13:20Z',
          annotations: { 'karpenter.sh/do-not-evict': 'true' },
          ownerReferences: [{ kind: 'ReplicaSet', name: 'rs', uid: 'w', controller: true }],
          labels: { 'app.kubernetes.io/instance': 'dns' },
        },
        spec: {
          nodeName: 'n',
          containers: [{ resources: { requests: { cpu: '100m', memory: '1Ki' } } }],
          affinity: {
            nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [term] } },
            podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'kubernetes.io/hostname' }] },
          },
          volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'claim' } }, { name: 'scratch', ephemeral: {} }],
        },
        status: { phase: 'Pending', conditions: [{ type: 'PodScheduled', status: 'False', message: 'no nodes' }] },
      },
    ],
  }];
  api.answers['GET /api/v1/persistentvolumes'] = [200, { items: [] }];
  const { pods, next } = JSON.parse(JSON.stringify(await port.pods()));
  expect(next).toBeUndefined();
  expect(pods[0]).toEqual({ namespace: 'default', name: 'bare', uid: 'u', phase: 'Running', ready: false, created: 0, requests: {} });
  expect(pods[1]).toMatchObject({
    leaving: 1_700_000_000_000,
    keptBy: 'karpenter.sh/do-not-evict',
    controller: { kind: 'ReplicaSet', name: 'rs', uid: 'w' },
    requests: { cpu: 0.1, memory: 1024 },
    apart: true,
    claims: ['claim', 'dns-scratch'],
    unschedulable: 'no nodes',
    release: 'dns',
    requires: { selector: {}, terms: [term] },
  });
});

test('a pod comes with the PodDisruptionBudget over it, of several with the one that allows least', async () => {
  const budget = (name: string, disruptionsAllowed: number | undefined, selector: object | undefined, namespace = 'shop') =>
    ({ metadata: { namespace, name }, spec: { selector }, status: { disruptionsAllowed } });
  api.answers[BUDGETS] = [200, {
    items: [
      budget('cart', 3, { matchLabels: { app: 'cart' } }), budget('all', 1, {}), budget('none', 0, undefined), budget('cart', 0, {}, 'else'),
      budget('new', undefined, { matchExpressions: [{ key: 'app', operator: 'In', values: ['new'] }] }),
    ],
  }];
  const of = (name: string, namespace = 'shop') => ({ metadata: { namespace, name, uid: name, labels: { app: name } }, spec: { containers: [] }, status: {} });
  api.answers[PODS] = [200, { items: [of('cart'), of('new'), of('web', 'free')] }];
  expect((await port.pods()).pods.map(({ budget: over }) => over)).toEqual([{ name: 'all', allows: 1 }, { name: 'new', allows: 0 }, undefined]);
});

test.each([
  ['False', 1_700_000_000_000], ['Unknown', 1_700_000_000_000], ['True', undefined],
])('since when a node is not Ready is known: status %s', async (value, expected) => {
  api.answers['GET /api/v1/nodes'] = [200, {
    items: [{
      metadata: { name: 'n', resourceVersion: '7' }, status: { conditions: [{ type: 'Ready', status: value, lastTransitionTime: '2023-11-14T22:13:20Z' }] },
    }],
  }];
  expect((await port.nodes())[0].notReadySince).toBe(expected);
});

test.each<[string, object[] | undefined, boolean | undefined]>([
  ['everything', [{ operator: 'Exists' }], true],
  ['what a cordon comes to', [{ key: 'node.kubernetes.io/unschedulable', operator: 'Exists', effect: 'NoSchedule' }], true],
  ['a node that is not Ready', [{ key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute' }], undefined],
  ['everything that evicts', [{ operator: 'Exists', effect: 'NoExecute' }], undefined],
  ['nothing', undefined, undefined],
])('whether a pod tolerates a cordon is known: it tolerates %s', async (_name, tolerations, expected) => {
  api.answers[PODS] = [200, { items: [{ metadata: { namespace: 'd', name: 'p', uid: 'u' }, spec: { containers: [], tolerations } }] }];
  expect((await port.pods()).pods[0].toleratesCordon).toBe(expected);
});

test('a pod that wants a certain node comes with what it tolerates, where its volumes are, and every resource', async () => {
  const spec = (more: object) => ({
    nodeSelector: { team: 'a' },
    containers: [{ resources: { requests: { 'cpu': '1', 'ephemeral-storage': '1Gi' }, limits: { 'nvidia.com/gpu': '2' } } }],
    tolerations: [{ key: 'gpu', operator: 'Exists' }],
    topologySpreadConstraints: [
      { topologyKey: 'topology.kubernetes.io/zone', maxSkew: 1, whenUnsatisfiable: 'DoNotSchedule' },
      { topologyKey: 'kubernetes.io/hostname', maxSkew: 1, whenUnsatisfiable: 'ScheduleAnyway' },
    ],
    volumes: ['new', 'old', 'anywhere'].map(claimName => ({ name: claimName, persistentVolumeClaim: { claimName } })),
    ...more,
  });
  const items = [spec({}), spec({ nodeSelector: undefined })].map((one, index) => ({ metadata: { namespace: 'd', name: `p${index}`, uid: `${index}` }, spec: one }));
  const claimRef = (name: string) => ({ namespace: 'd', name });
  const required = { nodeSelectorTerms: [{ matchExpressions: [{ key: 'disk', operator: 'In', values: ['x'] }] }] };
  api.answers[PODS] = [200, { items }];
  api.answers['GET /api/v1/persistentvolumes'] = [200, {
    items: [
      { metadata: { name: 'pv-1' }, spec: { claimRef: claimRef('new'), nodeAffinity: { required } } },
      { metadata: { name: 'pv-2', labels: { 'topology.kubernetes.io/zone': 'a__b' } }, spec: { claimRef: claimRef('old') } },
      { metadata: { name: 'pv-3' }, spec: { claimRef: claimRef('anywhere') } },
    ],
  }];
  const { pods: [bound, free] } = JSON.parse(JSON.stringify(await port.pods()));
  expect(bound).toMatchObject({
    requests: { 'cpu': 1, 'ephemeral-storage': 2 ** 30, 'nvidia.com/gpu': 2 },
    requires: { selector: { team: 'a' }, terms: [] },
    tolerations: [{ key: 'gpu', operator: 'Exists' }],
    volumes: [required.nodeSelectorTerms, [{ matchExpressions: [{ key: 'topology.kubernetes.io/zone', operator: 'In', values: ['a', 'b'] }] }]],
    spread: [{ key: 'topology.kubernetes.io/zone', maxSkew: 1 }],
  });
  expect([free.volumes, free.tolerations]).toEqual([undefined, undefined]);
});

test('a big cluster\'s pods come in several answers', async () => {
  for (let page = 0; page < 12; page += 1) {
    const key = page === 0 ? PODS : `${PODS}?token-${page}`;
    api.answers[key] = [200, { metadata: page < 11 ? { continue: `token-${page + 1}` } : {}, items: [{ metadata: { namespace: 'd', name: `p${page}`, uid: `${page}` } }] }];
  }
  const first = await port.pods();
  expect(first.pods).toHaveLength(10);
  const second = await port.pods(first.next);
  expect(second.pods.map(({ name }) => name)).toEqual(['p10', 'p11']);
  expect(second.next).toBeUndefined();
});

test('five thousand pods fit into one answer of a function', async () => {
  const item = (index: number) => ({
    metadata: {
      namespace: 'a-namespace-of-some-length',
      name: `a-deployment-with-a-long-name-6d4cf56db6-${index}`,
      uid: '6b1ac9b8-97de-4d17-8f2b-2d6a4b7f6c1e',
      creationTimestamp: '2023-11-14T22:13:20Z',
      labels: { 'app.kubernetes.io/instance': 'a-release' },
      ownerReferences: [{ kind: 'ReplicaSet', name: 'a-deployment-with-a-long-name-6d4cf56db6', uid: '6b1ac9b8-97de-4d17-8f2b-2d6a4b7f6c1e', controller: true }],
    },
    spec: { nodeName: 'ip-10-0-123-123.eu-central-1.compute.internal', nodeSelector: { 'kubernetes.io/os': 'linux' }, containers: [{ resources: { requests: { cpu: '1' } } }] },
    status: { phase: 'Running' },
  });
  api.answers[PODS] = [200, { items: Array.from({ length: 5000 }, (_, index) => item(index)) }];
  expect(JSON.stringify(await port.pods()).length).toBeLessThan(5 * 2 ** 20);
});

test('only controllers that still are the same are known', async () => {
  const of = (kind: string, name: string, uid = name) => ({ kind, name, uid, namespace: 'd' });
  const ownerReferences = [{ kind: 'Cluster', name: 'x', uid: 'x' }, { kind: 'Deployment', name: 'shop', uid: 'shop', controller: true }];
  api.answers['GET /apis/apps/v1/namespaces/d/replicasets/a'] = [200, { metadata: { uid: 'a', ownerReferences }, spec: { replicas: 3 } }];
  api.answers['GET /apis/apps/v1/namespaces/d/statefulsets/b'] = [200, { metadata: { uid: 'b' }, spec: {} }];
  api.answers['GET /apis/apps/v1/namespaces/d/replicasets/c'] = [200, { metadata: { uid: 'another' }, spec: { replicas: 3 } }];
  expect(await port.controllers([of('ReplicaSet', 'a'), of('StatefulSet', 'b'), of('ReplicaSet', 'c'), of('ReplicaSet', 'gone'), of('CloneSet', 'd')]))
    .toEqual([{ uid: 'a', wanted: 3, owner: { kind: 'Deployment', name: 'shop', uid: 'shop' } }, { uid: 'b', wanted: 1 }]);
});

test('many controllers of a kind are listed, page by page', async () => {
  const of = (kind: string, name: string) => ({ kind, name, uid: name, namespace: 'd' });
  const names = Array.from({ length: 21 }, (_, i) => `r-${i}`);
  const items = [...names.slice(0, 20), 'other'].map(uid => ({ metadata: { uid, creationTimestamp: '2026-11-01T12:00:00Z' }, spec: { replicas: 2 } }));
  api.answers['GET /apis/apps/v1/replicasets'] = [200, { metadata: { continue: 'more' }, items: items.slice(0, 10) }];
  api.answers['GET /apis/apps/v1/replicasets?more'] = [200, { metadata: {}, items: items.slice(10) }];
  api.answers['GET /apis/apps/v1/namespaces/d/statefulsets/b'] = [200, { metadata: { uid: 'b' }, spec: {} }];
  const found = await port.controllers([...names.map(name => of('ReplicaSet', name)), of('StatefulSet', 'b')]);
  expect(found).toEqual([...names.slice(0, 20).map(uid => ({ uid, wanted: 2 })), { uid: 'b', wanted: 1 }]);
  expect(api.reads).toBe(3);
});

test('an attachment names its claim', async () => {
  api.answers['GET /apis/storage.k8s.io/v1/volumeattachments'] = [200, { items: [{ metadata: { name: 'csi-1' }, spec: { nodeName: 'n', attacher: 'x', source: { persistentVolumeName: 'pv' } } }] }];
  api.answers['GET /api/v1/persistentvolumes'] = [200, { items: [{ metadata: { name: 'pv' }, spec: { claimRef: { namespace: 'd', name: 'data' } } }] }];
  expect(await port.attachments()).toEqual([{ node: 'n', volume: 'pv', claim: 'd/data' }]);
});

test.each([
  ['a Service', 'GET /api/v1/services', { spec: { type: 'LoadBalancer' } }],
  ['an Ingress', 'GET /apis/networking.k8s.io/v1/ingresses', {}],
  ['a TargetGroupBinding', 'GET /apis/elbv2.k8s.aws/v1beta1/targetgroupbindings', {}],
])('%s is a load balancer', async (_name, path, item) => {
  api.answers['GET /api/v1/services'] = [200, { items: [{ spec: { type: 'ClusterIP' } }] }];
  api.answers['GET /apis/networking.k8s.io/v1/ingresses'] = [200, { items: [] }];
  expect(await port.loadBalancers()).toBe(false);
  api.answers[path] = [200, { items: [item] }];
  expect(await port.loadBalancers()).toBe(true);
});

test('each node is patched under its own guard and check; overtaken ones are named', async () => {
  api.answers['PATCH /api/v1/nodes/a'] = [200, {}];
  api.answers['PATCH /api/v1/nodes/b'] = [409, status(409, 'conflict')];
  expect(await port.patchNodes([
    { name: 'a', version: '1', unschedulable: true, annotations: { x: 'y' } }, { name: 'b', version: '2', unschedulable: false, labels: { l: null } }, { name: 'gone', version: '3' },
  ])).toEqual(['b', 'gone']);
  const patch = (name: string) => `PATCH /api/v1/nodes/${name} as cdk-karpenter-migration`;
  expect(api.writes).toEqual(['fence', patch('a'), 'fence', patch('b'), 'fence', patch('gone')]);
  expect(api.bodies.slice(0, 2)).toEqual([
    { metadata: { resourceVersion: '1', annotations: { x: 'y' } }, spec: { unschedulable: true } },
    { metadata: { resourceVersion: '2', labels: { l: null } }, spec: { unschedulable: null } },
  ]);
  expect(api.types[0]).toMatch(/^application\/merge-patch\+json/);
});

const BUDGET = 'The disruption budget web needs 2 healthy pods and has 2 currently';

test.each<[string, number, object, object]>([
  ['an eviction is one', 201, { kind: 'Status', status: 'Success', code: 201 }, { outcome: 'evicted' }],
  ['a pod that is gone is gone', 404, status(404, 'pods "web" not found'), { outcome: 'gone' }],
  ['a pod of the same name with another uid is another pod', 409, status(409, 'the UID in the precondition does not match'), { outcome: 'gone' }],
  ['a budget refuses by its name', 429, status(429, 'Cannot evict pod', [{ reason: 'DisruptionBudget', message: BUDGET }]), { outcome: 'refused', message: BUDGET }],
  ['a budget may refuse without a cause', 429, status(429, 'Cannot evict pod as it would violate the pod\'s disruption budget.'), { outcome: 'refused' }],
  ['two budgets refuse with an error', 500, status(500, 'This pod has more than one PodDisruptionBudget'), { outcome: 'refused' }],
  ['two budgets refuse with a failure inside a success', 201, status(500, 'This pod has more than one PodDisruptionBudget'), { outcome: 'refused' }],
  ['a webhook may refuse', 403, status(403, 'admission webhook "keep.example" denied the request: no'), { outcome: 'refused', byAdmission: true }],
  ['a server with too much to do is no refusal of the pod', 429, status(429, 'Too many requests, please try again later.'), { outcome: 'throttled' }],
])('%s', async (_name, code, body, expected) => {
  api.answers[EVICTION] = [code, body];
  expect(await port.evict([web])).toMatchObject([{ uid: 'uid-1', ...expected }]);
  expect(api.bodies[0]).toMatchObject({ apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: 'web' }, deleteOptions: { preconditions: { uid: 'uid-1' } } });
});

test.each<[string, number, object, object]>([
  ['a right that is missing in its namespace', 403, status(403, 'pods "web" is forbidden: User "x" cannot create resource "pods/eviction" in API group ""'),
    { outcome: 'failed', message: expect.stringContaining('HTTP-Code: 403 pods "web" is forbidden') }],
  ['a webhook that does not answer', 500, status(500, 'Internal error occurred: failed calling webhook "v.example": no endpoints'), { outcome: 'failed', message: expect.stringContaining('HTTP-Code: 500') }],
  ['a namespace that is being deleted', 403, status(403, 'pods "web" is forbidden: unable to create new content in namespace default because it is being terminated'), { outcome: 'refused', byAdmission: true }],
  ['a policy', 422, status(422, 'ValidatingAdmissionPolicy \'keep\' with binding \'keep\' denied request: not now'), { outcome: 'refused', byAdmission: true }],
  ['a webhook', 400, status(400, 'admission webhook "keep.example" denied the request: no'), { outcome: 'refused', byAdmission: true }],
  ['an answer that is no JSON', 502, { bad: 'gateway' }, { outcome: 'failed' }],
])('what is said about one pod is no answer about the next one: %s', async (_name, code, body, expected) => {
  api.answers[EVICTION] = [code, body];
  api.answers['POST /api/v1/namespaces/default/pods/next/eviction'] = [201, {}];
  expect(await port.evict([web, { ...web, name: 'next', uid: 'uid-2' }])).toMatchObject([{ uid: 'uid-1', ...expected }, { uid: 'uid-2', outcome: 'evicted' }]);
});

test('a server that does not answer ends the list, and what was evicted before is known', async () => {
  api.answers[EVICTION] = [201, {}];
  const answer = api.respond.bind(api);
  jest.spyOn(api, 'respond').mockImplementation(asked => {
    if (asked.pathname.includes('silent')) {
      api.hangUp();
    }
    return answer(asked);
  });
  expect(await port.evict([web, { ...web, name: 'silent', uid: 'uid-2' }, { ...web, uid: 'uid-3' }])).toMatchObject([
    { uid: 'uid-1', outcome: 'evicted' }, { uid: 'uid-2', outcome: 'failed', message: expect.stringMatching(/socket hang up|ECONNRESET|Premature close/) },
  ]);
});

test.each<[string, string, (one: DrainingPort) => Promise<unknown>]>([
  ['a node', 'PATCH /api/v1/nodes', one => one.patchNodes([{ name: 'web', version: '1' }, { name: 'next', version: '1' }])],
  ['a deletion', 'DELETE /api/v1/namespaces/default/pods', one => one.deletePods([web, { ...web, name: 'next' }])],
])('%s that is refused keeps no other from its turn, and is told', async (_name, path, write) => {
  api.answers[`${path}/web`] = [403, status(403, 'denied by a policy')];
  api.answers[`${path}/next`] = [200, {}];
  await expect(write(port)).rejects.toThrow('HTTP-Code: 403');
  expect(api.writes.filter(one => one.includes('/next'))).toHaveLength(1);
});

test('the fence is checked before each eviction and each deletion, and a throttled round ends early', async () => {
  api.answers[EVICTION] = [201, {}];
  api.answers['POST /api/v1/namespaces/default/pods/busy/eviction'] = [429, status(429, 'Too many requests')];
  api.answers['DELETE /api/v1/namespaces/default/pods/web'] = [200, {}];
  expect(await port.evict([web, { ...web, name: 'busy' }, web])).toHaveLength(2);
  await port.deletePods([web, { ...web, name: 'gone' }]);
  const writes = api.writes.filter(write => write !== 'fence');
  expect(api.writes).toEqual(writes.flatMap(write => ['fence', write]));
  expect(writes).toHaveLength(4);
});

test('a fence that is shut lets nothing through', async () => {
  const shut = new FakeApi();
  const closed = await shut.connect(async () => { throw new Error('replaced'); });
  await expect(closed.evict([web])).rejects.toThrow('replaced');
  await expect(closed.deletePods([web])).rejects.toThrow('replaced');
  await expect(closed.patchNodes([{ name: 'a', version: '1' }])).rejects.toThrow('replaced');
  expect(shut.writes).toEqual([]);
  await shut.stop();
});
