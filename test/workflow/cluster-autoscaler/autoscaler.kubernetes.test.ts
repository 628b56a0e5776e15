import { CANARY_NAME, canaryPod } from '../../../src/workflow/cluster-autoscaler/canary';
import { AUTOSCALER_METHODS, AutoscalerKubernetesPort } from '../../../src/workflow/cluster-autoscaler/port';
import { REPLICAS_RECORD } from '../../../src/workflow/records';
import { Asked, bundled, FakeApiServer } from '../../kubernetes/fake-api-server';

const bundle = bundled('workflow/cluster-autoscaler/autoscaler.kubernetes');
const { ClusterAutoscalerKubernetes } = bundle;

interface Call { readonly request: string; readonly body?: any; readonly type?: string }

/** Answers reads from a table, and writes with a status; keeps all in order, with the checks of the fence. */
class FakeApi extends FakeApiServer {
  public readonly answers: Record<string, object> = {};
  public readonly log: (Call | 'fence')[] = [];
  public status = 200;

  public async connect(check = async () => { this.log.push('fence'); }): Promise<AutoscalerKubernetesPort> {
    return new ClusterAutoscalerKubernetes(await this.start(bundle), { check });
  }

  protected respond({ method, pathname, searchParams, body, headers }: Asked): [number, object] {
    const manager = searchParams.get('fieldManager');
    this.log.push({ request: `${method} ${pathname}${manager ? ` as ${manager}` : ''}`, ...body && { body }, ...method === 'PATCH' && { type: headers['content-type'] } });
    if (method !== 'GET') {
      return [this.status, this.status === 200 ? { metadata: { name: 'x' } } : { message: 'no' }];
    }
    const selector = searchParams.get('labelSelector') ?? searchParams.get('fieldSelector');
    const found = this.answers[`${pathname}${selector ? `?${selector}` : ''}${searchParams.has('continue') ? '#2' : ''}`];
    return found ? [200, found] : [404, { message: `${pathname}?${selector} not found` }];
  }
}

const DEPLOYMENTS = '/apis/apps/v1/deployments';
const CREATED = '2024-05-01T10:00:00Z';

let api: FakeApi;
let port: AutoscalerKubernetesPort;

beforeEach(async () => {
  api = new FakeApi();
  port = await api.connect();
});

afterEach(() => api.stop());

const deployment = (name: string, more: { metadata?: object; spec?: object; status?: object; containers?: object[] } = {}) => ({
  metadata: { namespace: 'kube-system', name, resourceVersion: '7', generation: 2, ...more.metadata },
  spec: { selector: { matchLabels: { app: 'x' } }, template: { spec: { containers: more.containers ?? [] } }, ...more.spec },
  status: { observedGeneration: 2, ...more.status },
});

function pod(name: string, more: { metadata?: object; spec?: object; status?: object } = {}) {
  return { metadata: { namespace: 'karpenter', name, uid: 'u', creationTimestamp: CREATED, ...more.metadata }, spec: { containers: [], ...more.spec }, status: more.status };
}

test('what counts of a Deployment is read from all pages, and what is none of ours is left out', async () => {
  api.answers[DEPLOYMENTS] = { metadata: { continue: '2' }, items: [deployment('shop'), deployment('named'), deployment('unusual', { containers: [{ name: 'c', args: ['--nodes=1:5:eks-apps'] }] })] };
  api.answers[`${DEPLOYMENTS}#2`] = {
    metadata: {},
    items: [
      deployment('recorded', { metadata: { annotations: { [REPLICAS_RECORD]: '{"replicas":1}' } } }),
      deployment('cluster-autoscaler', {
        metadata: {
          labels: { a: 'b' },
          generation: 3,
          managedFields: [
            { manager: 'helm', time: '2024-01-01T00:00:00Z', fieldsV1: { 'f:spec': { 'f:replicas': {} } } },
            { manager: 'argocd-controller', time: '2024-01-02T00:00:00Z', fieldsV1: { 'f:spec': { 'f:replicas': {} } } },
            { manager: 'kubectl', time: '2024-01-03T00:00:00Z', fieldsV1: { 'f:spec': { 'f:template': {} } } },
          ],
        },
        spec: {
          replicas: 3,
          selector: {
            matchLabels: { app: 'ca' },
            matchExpressions: [{ key: 'a', operator: 'In', values: ['1', '2'] }, { key: 'b', operator: 'NotIn', values: ['3'] },
              { key: 'c', operator: 'Exists' }, { key: 'd', operator: 'DoesNotExist' }],
          },
        },
        status: { availableReplicas: 1, conditions: [{ type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message: 'quota' }] },
        containers: [{ name: 'c', command: ['./cluster-autoscaler'], args: ['--v=4'], env: [{ name: 'A', value: 'b' }, { name: 'B', valueFrom: {} }] }],
      }),
    ],
  };
  const found = await port.deployments([{ namespace: 'kube-system', name: 'named' }]);
  expect(found.map(({ name, record, replicas }) => [name, record, replicas])).toEqual([
    ['named', undefined, 1], ['unusual', undefined, 1], ['recorded', '{"replicas":1}', 1], ['cluster-autoscaler', undefined, 3],
  ]);
  expect(JSON.parse(JSON.stringify(found[3]))).toEqual({
    namespace: 'kube-system',
    name: 'cluster-autoscaler',
    version: '7',
    labels: { a: 'b' },
    replicas: 3,
    available: 1,
    observed: false,
    problem: 'FailedCreate: quota',
    selector: 'app=ca,a in (1,2),b notin (3),c,!d',
    arguments: ['./cluster-autoscaler', '--v=4'],
    environment: { A: 'b' },
    replicasManager: 'argocd-controller',
  });
});

test('pods that have ended do not count', async () => {
  api.answers['/api/v1/namespaces/kube-system/pods?app=ca'] = {
    metadata: {},
    items: [
      pod('evicted', { status: { phase: 'Failed' } }),
      pod('runs', { status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] } }),
      pod('pulls', { status: { phase: 'Pending', containerStatuses: [{ name: 'c', state: { waiting: { reason: 'ImagePullBackOff' } } }] } }),
    ],
  };
  expect(await port.pods('kube-system', 'app=ca')).toEqual([
    { name: 'runs', createdAt: '2024-05-01T10:00:00.000Z', ready: true, problems: [] },
    { name: 'pulls', createdAt: '2024-05-01T10:00:00.000Z', ready: false, problems: ['container c: ImagePullBackOff'] },
  ]);
});

test('canaries, nodes and events are read as they are', async () => {
  api.answers[`/api/v1/namespaces/karpenter/pods?app.kubernetes.io/name=${CANARY_NAME}`] = {
    metadata: {},
    items: [
      pod('waits', { status: { conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: '0/3' }] } }),
      pod('ready', {
        metadata: { annotations: { 'cdk-karpenter-migration/canary': 's' }, deletionTimestamp: CREATED },
        spec: { nodeName: 'n' },
        status: { conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: '2024-05-01T10:01:00Z' }] },
      }),
    ],
  };
  expect(await port.canaryTraces('karpenter')).toMatchObject({
    priorityClass: undefined,
    canaries: [
      { name: 'waits', terminating: false, node: undefined, readySince: undefined, problems: ['scheduler: Unschedulable: 0/3'] },
      { name: 'ready', settings: 's', terminating: true, node: 'n', readySince: '2024-05-01T10:01:00.000Z' },
    ],
  });
  api.answers[`/apis/scheduling.k8s.io/v1/priorityclasses/${CANARY_NAME}`] = {
    metadata: { name: CANARY_NAME, annotations: { 'cdk-karpenter-migration/proven': 'n' } }, value: 0,
  };
  expect(await port.canaryTraces('karpenter')).toMatchObject({ priorityClass: { proven: 'n' } });

  api.answers['/api/v1/nodes/n'] = { metadata: { name: 'n', resourceVersion: '4', creationTimestamp: CREATED }, spec: { unschedulable: true } };
  expect(await port.node('n')).toEqual({ name: 'n', version: '4', createdAt: '2024-05-01T10:00:00.000Z', unschedulable: true });
  expect(await port.node('gone')).toBeUndefined();

  api.answers['/api/v1/namespaces/karpenter/events?involvedObject.uid=u'] = {
    metadata: {},
    items: [
      { metadata: {}, involvedObject: {}, reason: 'FailedScheduling', message: 'late', reportingComponent: 'karpenter', lastTimestamp: '2024-05-01T10:02:00Z' },
      { metadata: {}, involvedObject: {}, reason: 'FailedScheduling', message: 'early', source: { component: 'default-scheduler' }, eventTime: '2024-05-01T10:01:00.000000Z' },
    ],
  };
  expect(await port.events('karpenter', 'u')).toEqual([
    { from: 'default-scheduler', reason: 'FailedScheduling', message: 'early' }, { from: 'karpenter', reason: 'FailedScheduling', message: 'late' },
  ]);

  api.answers['/api/v1/pods?spec.nodeName=n'] = {
    metadata: {},
    items: [
      pod('daemon', { metadata: { ownerReferences: [{ kind: 'DaemonSet', name: 'd' }] } }),
      pod('web', { metadata: { ownerReferences: [{ kind: 'ReplicaSet', name: 'r' }] } }),
      pod('ended', { status: { phase: 'Succeeded' } }),
    ],
  };
  expect(await port.podsOn('n')).toEqual([
    { namespace: 'karpenter', name: 'daemon', ofNode: true }, { namespace: 'karpenter', name: 'web', ofNode: false },
  ]);
});

test('nodes of node groups with the taints asked for are read with all of their taints', async () => {
  const labels = { 'eks.amazonaws.com/nodegroup': 'apps' };
  api.answers['/api/v1/nodes?eks.amazonaws.com/nodegroup'] = {
    metadata: {},
    items: [
      { metadata: { name: 'a', resourceVersion: '1', labels }, spec: { taints: [{ key: 'x', effect: 'NoSchedule' }, { key: 'y', effect: 'NoExecute', timeAdded: CREATED }] } },
      { metadata: { name: 'b', resourceVersion: '2', labels }, spec: { taints: [{ key: 'z', effect: 'NoSchedule' }] } },
      { metadata: { name: 'c', resourceVersion: '3', labels }, spec: {} },
    ],
  };
  expect(await port.taintedNodes(['y'])).toEqual([{
    name: 'a',
    version: '1',
    nodegroup: 'apps',
    taints: [{ key: 'x', effect: 'NoSchedule' }, { key: 'y', effect: 'NoExecute', timeAdded: '2024-05-01T10:00:00.000Z' }],
  }]);
});

const CANARY = canaryPod(CANARY_NAME, { namespace: 'karpenter', image: 'pause', ownerLabel: 'o', pool: 'default', taints: [] });
const SCALER = { namespace: 'kube-system', name: 'cluster-autoscaler' };
const AS = 'as cdk-karpenter-migration';
const MERGE = 'application/merge-patch+json';
const CANARY_CLASS = `/apis/scheduling.k8s.io/v1/priorityclasses/${CANARY_NAME}`;

const WRITES: Record<string, [(write: AutoscalerKubernetesPort) => Promise<unknown>, object]> = {
  change: [write => write.change(SCALER, '7', { replicas: 0, record: '{}' }), {
    request: `PATCH /apis/apps/v1/namespaces/kube-system/deployments/cluster-autoscaler ${AS}`,
    type: MERGE,
    body: { metadata: { resourceVersion: '7', annotations: { [REPLICAS_RECORD]: '{}' } }, spec: { replicas: 0 } },
  }],
  replaceTaints: [write => write.replaceTaints('n', '7', [], true), {
    request: `PATCH /api/v1/nodes/n ${AS}`, type: MERGE, body: { metadata: { resourceVersion: '7' }, spec: { taints: null, unschedulable: null } },
  }],
  cordon: [write => write.cordon('n', '7'), {
    request: `PATCH /api/v1/nodes/n ${AS}`, type: MERGE, body: { metadata: { resourceVersion: '7' }, spec: { unschedulable: true } },
  }],
  createPriorityClass: [write => write.createPriorityClass(), {
    request: `POST /apis/scheduling.k8s.io/v1/priorityclasses ${AS}`, body: expect.objectContaining({ value: 0, preemptionPolicy: 'Never' }),
  }],
  rememberProof: [write => write.rememberProof('n'), {
    request: `PATCH ${CANARY_CLASS} ${AS}`, type: MERGE, body: { metadata: { annotations: { 'cdk-karpenter-migration/proven': 'n' } } },
  }],
  deletePriorityClass: [write => write.deletePriorityClass(), { request: `DELETE ${CANARY_CLASS}` }],
  createCanary: [write => write.createCanary(CANARY), { request: `POST /api/v1/namespaces/karpenter/pods ${AS}`, body: CANARY }],
  deleteCanary: [write => write.deleteCanary('karpenter', CANARY_NAME, 'u'), {
    request: `DELETE /api/v1/namespaces/karpenter/pods/${CANARY_NAME}`, body: { preconditions: { uid: 'u' } },
  }],
};

test.each(Object.entries(WRITES))('%s asks the fence directly before its one guarded write', async (_, [write, call]) => {
  await write(port);
  expect(api.log).toEqual(['fence', call]);
});

test.each(Object.entries(WRITES))('%s writes nothing once the run was replaced', async (_, [write]) => {
  await api.stop();
  port = await api.connect(async () => { throw new Error('replaced'); });
  await expect(write(port)).rejects.toThrow('replaced');
  expect(api.log).toEqual([]);
});

test.each(['change', 'replaceTaints', 'cordon', 'createPriorityClass', 'rememberProof', 'createCanary'])('%s says false when it was overtaken', async name => {
  api.status = 409;
  expect(await WRITES[name][0](port)).toBe(false);
});

test.each(Object.entries(WRITES))('%s throws when it is refused', async (_, [write]) => {
  api.status = 403;
  await expect(write(port)).rejects.toMatchObject({ code: 403 });
});

test('a record is dropped without a change of the replicas', async () => {
  await port.change(SCALER, '7', { record: null });
  expect(api.log[1]).toMatchObject({ body: { metadata: { resourceVersion: '7', annotations: { [REPLICAS_RECORD]: null } } } });
  expect((api.log[1] as Call).body).not.toHaveProperty('spec');
});

test('every method of the port can be called from the other function', () => {
  const methods = Object.getOwnPropertyNames(ClusterAutoscalerKubernetes.prototype).filter(name => !['constructor', 'patchNode'].includes(name));
  expect([...AUTOSCALER_METHODS].sort()).toEqual(methods.sort());
});
