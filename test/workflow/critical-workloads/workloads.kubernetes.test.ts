import { WorkloadsPort } from '../../../src/workflow/critical-workloads/port';
import { Asked, bundled, FakeApiServer } from '../../kubernetes/fake-api-server';

const bundle = bundled('workflow/critical-workloads/workloads.kubernetes');
const { KubernetesWorkloads } = bundle;

const COREDNS = { kind: 'Deployment', namespace: 'kube-system', name: 'coredns' } as const;
const DATABASE = { kind: 'StatefulSet', namespace: 'data', name: 'database' } as const;
const PATH = '/apis/apps/v1/namespaces/kube-system/deployments/coredns';
const RECORD = 'cdk-karpenter-migration/affinity';
/** With a field that no client may drop. */
const AFFINITY = { podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, podAffinityTerm: { topologyKey: 'z', fieldOfTomorrow: ['x'] } }] } };

let objects: Record<string, any>;
let calls: string[];
let patches: { type?: string; body: any; query: string }[];
let answer: [number, object] | undefined;
let api: FakeApi;
let config: object;
let port: WorkloadsPort;

class FakeApi extends FakeApiServer {
  protected respond({ method, pathname, searchParams, body, headers }: Asked): [number, object] {
    calls.push(`${method} ${pathname}${searchParams.has('labelSelector') ? `?${searchParams.get('labelSelector')}` : ''}`);
    if (method === 'PATCH') {
      patches.push({ type: headers['content-type'], body, query: String(searchParams) });
      return answer ?? [200, {}];
    }
    return objects[pathname] ? [200, objects[pathname]] : [404, { message: 'not found' }];
  }
}

function coredns(over: object = {}, metadata: object = {}) {
  return {
    metadata: {
      name: 'coredns',
      namespace: 'kube-system',
      resourceVersion: '7',
      generation: 3,
      managedFields: [
        { manager: 'eks', fieldsV1: { 'f:spec': { 'f:template': { 'f:spec': { 'f:affinity': {} } } } } },
        { manager: 'cdk-karpenter-migration', fieldsV1: {} },
        { manager: 'kube-controller-manager', fieldsV1: { 'f:status': {} } },
        { manager: 'cdk-karpenter-migration', fieldsV1: {} },
      ],
      ...metadata,
    },
    spec: {
      replicas: 2,
      selector: { matchLabels: { 'k8s-app': 'kube-dns' }, matchExpressions: [{ key: 'tier', operator: 'In', values: ['a', 'b'] }, { key: 'old', operator: 'DoesNotExist' }] },
      template: { spec: { affinity: AFFINITY, nodeSelector: { disk: 'ssd' }, tolerations: [{ operator: 'Exists' }] } },
    },
    status: { observedGeneration: 3, replicas: 3, updatedReplicas: 2, availableReplicas: 1, conditions: [{ type: 'Progressing', status: 'False', message: 'timed out' }] },
    ...over,
  };
}

beforeEach(async () => {
  [objects, calls, patches, answer] = [{}, [], [], undefined];
  api = new FakeApi();
  config = await api.start(bundle);
  port = new KubernetesWorkloads(config, { check: async () => { calls.push('fence'); } });
});

afterEach(() => api.stop());

test('a workload is read with every field of its affinity', async () => {
  objects[PATH] = coredns({}, { annotations: { [RECORD]: '{}' } });
  expect(await port.read(COREDNS)).toEqual({
    ...COREDNS,
    version: '7',
    affinity: AFFINITY,
    nodeSelector: { disk: 'ssd' },
    tolerations: [{ operator: 'Exists' }],
    rollout: { replicas: 2, total: 3, updated: 2, available: 1, generation: 3, observedGeneration: 3, paused: false, byHand: false, failure: 'timed out' },
    affinityRecord: '{}',
    addonRecord: undefined,
    affinityManagers: ['eks'],
  });
});

test('a workload that is not there is none', async () => {
  expect(await port.read(COREDNS)).toBeUndefined();
  expect(await port.pods(COREDNS)).toEqual([]);
  expect(await port.write(COREDNS, '7', { annotations: {} })).toBe(false);
});

test.each([{ type: 'OnDelete' }, { type: 'RollingUpdate', rollingUpdate: { partition: 1 } }])('a StatefulSet with the strategy %j rolls out by hand', async updateStrategy => {
  objects['/apis/apps/v1/namespaces/data/statefulsets/database'] = { metadata: { name: 'database', namespace: 'data', resourceVersion: '1', generation: 1 }, spec: { updateStrategy, template: { spec: {} } } };
  expect(await port.read(DATABASE)).toMatchObject({
    affinity: null, nodeSelector: {}, tolerations: [], rollout: { replicas: 1, total: 0, byHand: true },
  });
});

test('workloads with a record are found in all namespaces', async () => {
  objects['/apis/apps/v1/deployments'] = { items: [coredns({}, { annotations: { [RECORD]: '{}' } }), coredns({}, { name: 'other' })] };
  objects['/apis/apps/v1/statefulsets'] = { items: [coredns({}, { name: 'db', annotations: { 'cdk-karpenter-migration/addon-configuration': '{}' } })] };
  expect((await port.recorded()).map(({ kind, name }) => `${kind} ${name}`)).toEqual(['Deployment coredns', 'StatefulSet db']);
});

test('pods are told with what keeps them from being Ready', async () => {
  objects[PATH] = coredns();
  const time = '2023-08-01T10:00:00Z';
  const pod = (name: string, status: object) => ({ metadata: { name, creationTimestamp: time }, status });
  objects['/api/v1/namespaces/kube-system/pods'] = {
    items: [
      pod('ready', { conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: time }] }),
      pod('pending', { conditions: [{ type: 'PodScheduled', status: 'False', message: '0/3 nodes are available' }] }),
      { ...pod('fargate', {}), metadata: { name: 'fargate', creationTimestamp: time, labels: { 'eks.amazonaws.com/fargate-profile': 'system' } } },
      pod('failing', { containerStatuses: [{ state: { waiting: { reason: 'ImagePullBackOff', message: 'not found' } } }] }),
    ],
  };
  const created = '2023-08-01T10:00:00.000Z';
  expect(await port.pods(COREDNS)).toEqual([
    { name: 'ready', created, readySince: created },
    { name: 'pending', created, scheduling: '0/3 nodes are available' },
    { name: 'fargate', created, onFargate: true },
    { name: 'failing', created, waiting: 'ImagePullBackOff: not found' },
  ]);
  expect(calls).toContain('GET /api/v1/namespaces/kube-system/pods?k8s-app=kube-dns,tier in (a,b),!old');
});

test('nodes are told with the labels that were asked for, without those that go', async () => {
  const node = (name: string, metadata: object = {}, spec: object = {}) => ({
    metadata: { name, labels: { 'a': '1', 'b': '2', 'eks.amazonaws.com/nodegroup': 'apps' }, ...metadata }, spec, status: { conditions: [{ type: 'Ready', status: name === 'n2' ? 'Unknown' : 'True' }] },
  });
  objects['/api/v1/nodes'] = { items: [node('n1', {}, { unschedulable: true, taints: [{ key: 'k', effect: 'NoSchedule', timeAdded: '2023-08-01T10:00:00Z' }] }), node('n2'), node('n3', { deletionTimestamp: '2023-08-01T10:00:00Z' })] };
  expect(await port.nodes(['a', 'c'], ['apps', 'system'])).toEqual([
    { name: 'n1', labels: { a: '1' }, taints: [{ key: 'k', effect: 'NoSchedule' }], ready: true, unschedulable: true },
    { name: 'n2', labels: { a: '1' }, taints: [], ready: false, unschedulable: false },
  ]);
  await port.nodes([]);
  expect(calls).toEqual(['GET /api/v1/nodes?eks.amazonaws.com/nodegroup in (apps,system)', 'GET /api/v1/nodes?eks.amazonaws.com/nodegroup']);
});

describe('a write', () => {
  test('replaces the affinity as a whole, at the version that was read, directly after the fence', async () => {
    objects[PATH] = coredns();
    expect(await port.write(COREDNS, '7', { affinity: { podAffinity: {} }, annotations: { [RECORD]: 'before' } })).toBe(true);
    expect(calls).toEqual([`GET ${PATH}`, 'fence', `PATCH ${PATH}`]);
    expect(patches).toEqual([{
      type: 'application/json-patch+json',
      query: 'fieldManager=cdk-karpenter-migration',
      body: [
        { op: 'replace', path: '/metadata/resourceVersion', value: '7' },
        { op: 'add', path: '/spec/template/spec/affinity', value: { podAffinity: {} } },
        { op: 'add', path: '/metadata/annotations', value: {} },
        { op: 'add', path: '/metadata/annotations/cdk-karpenter-migration~1affinity', value: 'before' },
      ],
    }]);
  });

  test('takes away only what is there, and gives up what we own at the end', async () => {
    objects[PATH] = coredns({}, { annotations: { [RECORD]: '{}' } });
    await port.write(COREDNS, '7', { affinity: null, annotations: { [RECORD]: null, 'cdk-karpenter-migration/addon-configuration': null }, release: true });
    expect(patches[0].body.slice(1)).toEqual([
      { op: 'remove', path: '/spec/template/spec/affinity' },
      { op: 'remove', path: '/metadata/annotations/cdk-karpenter-migration~1affinity' },
      { op: 'remove', path: '/metadata/managedFields/3' },
      { op: 'remove', path: '/metadata/managedFields/1' },
    ]);
    objects[PATH] = coredns({ spec: { selector: {}, template: { spec: {} } } });
    await port.write(COREDNS, '7', { affinity: null, annotations: {} });
    expect(patches[1].body.map(({ path }: any) => path)).not.toContain('/spec/template/spec/affinity');
  });

  test('is none where somebody else wrote, before or in between', async () => {
    objects[PATH] = coredns();
    expect(await port.write(COREDNS, '6', { annotations: {} })).toBe(false);
    expect(calls).toEqual([`GET ${PATH}`]);
    answer = [409, { message: 'the object has been modified' }];
    expect(await port.write(COREDNS, '7', { annotations: {} })).toBe(false);
  });

  test('that the API refuses is an error', async () => {
    objects[PATH] = coredns();
    answer = [422, { message: 'invalid' }];
    await expect(port.write(COREDNS, '7', { annotations: {} })).rejects.toThrow('invalid');
  });

  test('of a run that was replaced does not happen', async () => {
    objects[PATH] = coredns();
    const replaced = new KubernetesWorkloads(config, { check: async () => { throw new Error('replaced'); } });
    await expect(replaced.write(COREDNS, '7', { annotations: {} })).rejects.toThrow('replaced');
    expect(patches).toEqual([]);
  });
});
