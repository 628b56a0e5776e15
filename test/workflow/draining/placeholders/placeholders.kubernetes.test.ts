import { PlaceholderPort } from '../../../../src/workflow/draining/placeholders/port';
import { Asked, bundled, FakeApiServer } from '../../../kubernetes/fake-api-server';

const bundle = bundled('workflow/draining/placeholders/placeholders.kubernetes');

/** Keeps what is written, in order with the checks of the fence. */
class FakeApi extends FakeApiServer {
  public pods: object[] = [];
  public placeholders: object[] = [];
  public volumes: object[] = [];
  public readonly writes: string[] = [];
  public readonly made: any[] = [];
  public readonly asked: string[] = [];
  public exists = false;

  public async connect(): Promise<PlaceholderPort> {
    return new bundle.PlaceholdersKubernetes(await this.start(bundle), { check: async () => { this.writes.push('fence'); } });
  }

  public respond({ method, pathname, searchParams, body }: Asked): [number, object] {
    if (method === 'GET') {
      this.asked.push(`${pathname} ${searchParams.get('fieldSelector') ?? searchParams.get('labelSelector') ?? ''}`.trim());
      return [200, { items: pathname === '/api/v1/pods' ? this.pods : pathname === '/api/v1/persistentvolumes' ? this.volumes : this.placeholders }];
    }
    this.writes.push(`${method} ${pathname}`);
    if (method === 'POST') {
      this.made.push(body);
      return this.exists ? [409, { message: 'exists' }] : [201, body];
    }
    return this.exists ? [200, {}] : [404, { message: 'not found' }];
  }
}

const REQUESTS = { cpu: '250m', memory: '64Mi' };
const of = (name: string, spec: object = {}) => ({
  metadata: { namespace: 'shop', name, uid: `uid-${name}`, ownerReferences: [{ controller: true, kind: 'ReplicaSet', name: 'web', uid: 'rs-web' }] },
  spec: { nodeName: 'n', containers: [{ name: 'web', resources: { requests: REQUESTS } }], ...spec },
});

let api: FakeApi;
let port: PlaceholderPort;
beforeEach(async () => {
  api = new FakeApi();
  port = await api.connect();
});
afterEach(() => api.stop());

const specOf = async (spec: object) => {
  api.pods = [of('web', spec)];
  await port.makePlaceholders('karpenter', [{ node: 'n', uid: 'uid-web' }], 'pause');
  return api.made[1].spec;
};

test('a placeholder asks for what its pod asks for, on a node that no node group has, below everybody else', async () => {
  api.pods = [of('web'), of('other')];
  await port.makePlaceholders('karpenter', [{ node: 'n', uid: 'uid-web' }], 'pause');
  expect(api.asked).toEqual(['/api/v1/pods spec.nodeName=n']);
  expect(api.writes).toEqual(['fence', 'POST /apis/scheduling.k8s.io/v1/priorityclasses', 'fence', 'POST /api/v1/namespaces/karpenter/pods']);
  const [priorityClass, placeholder] = api.made;
  expect(priorityClass).toMatchObject({ metadata: { name: 'cdk-karpenter-migration-placeholder' }, value: -100, preemptionPolicy: 'Never' });
  expect(placeholder).toMatchObject({
    metadata: { name: 'karpenter-migration-uid-web', labels: { 'cdk-karpenter-migration/placeholder-for': 'uid-web' } },
    spec: {
      priorityClassName: 'cdk-karpenter-migration-placeholder',
      activeDeadlineSeconds: 3600,
      containers: [{ image: 'pause', resources: { requests: { cpu: '250m', memory: String(64 * 2 ** 20) } } }],
      affinity: {
        nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: {
            nodeSelectorTerms: [{ matchExpressions: [{ key: 'eks.amazonaws.com/nodegroup', operator: 'DoesNotExist' }] }],
          },
        },
      },
    },
  });
  // What selects the workload's pods must not find it.
  expect(Object.keys(placeholder.metadata.labels)).toEqual(['cdk-karpenter-migration/placeholder-for', 'cdk-karpenter-migration/placeholder-of']);
});

test('it may go where its pod may: node selector, tolerations, and each term of its affinity with each of its volumes', async () => {
  const zone = (value: string) => ({ key: 'topology.kubernetes.io/zone', operator: 'In', values: [value] });
  const arm = { key: 'kubernetes.io/arch', operator: 'In', values: ['arm64'] };
  const amd = { key: 'kubernetes.io/arch', operator: 'In', values: ['amd64'] };
  api.volumes = [{
    metadata: { name: 'pv' },
    spec: { claimRef: { namespace: 'shop', name: 'data' }, nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [zone('a')] }] } } },
  }];
  const spec = await specOf({
    nodeSelector: { team: 'shop' },
    tolerations: [{ key: 'team', operator: 'Exists' }],
    volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }],
    affinity: {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions: [arm] }, { matchExpressions: [amd] }] },
      },
    },
  });
  const ours = { key: 'eks.amazonaws.com/nodegroup', operator: 'DoesNotExist' };
  expect(spec).toMatchObject({ nodeSelector: { team: 'shop' }, tolerations: [{ key: 'team', operator: 'Exists' }] });
  expect(spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms)
    .toEqual([{ matchExpressions: [ours, zone('a'), arm] }, { matchExpressions: [ours, zone('a'), amd] }]);
  expect(spec.volumes).toBeUndefined();
});

test('pods that must not share a node, or must spread, have placeholders that do the same among themselves', async () => {
  const selector = { matchLabels: { 'cdk-karpenter-migration/placeholder-of': 'rs-web' } };
  const spec = await specOf({
    affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { app: 'web' } } }] } },
    topologySpreadConstraints: [
      { topologyKey: 'topology.kubernetes.io/zone', maxSkew: 1, whenUnsatisfiable: 'DoNotSchedule', labelSelector: { matchLabels: { app: 'web' } } },
      { topologyKey: 'kubernetes.io/hostname', maxSkew: 1, whenUnsatisfiable: 'ScheduleAnyway', labelSelector: { matchLabels: { app: 'web' } } },
    ],
  });
  expect(spec.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution).toEqual([{ topologyKey: 'kubernetes.io/hostname', labelSelector: selector }]);
  expect(spec.topologySpreadConstraints).toEqual([{ topologyKey: 'topology.kubernetes.io/zone', maxSkew: 1, whenUnsatisfiable: 'DoNotSchedule', labelSelector: selector }]);
});

test('what is counted in pieces is limited to what is requested', async () => {
  const spec = await specOf({ containers: [{ name: 'train', resources: { requests: { 'cpu': '1', 'nvidia.com/gpu': '1' }, limits: { 'nvidia.com/gpu': '1' } } }] });
  expect(spec.containers[0].resources).toEqual({ requests: { 'cpu': '1000m', 'nvidia.com/gpu': '1' }, limits: { 'nvidia.com/gpu': '1' } });
});

test('placeholders and their class that are there already are left as they are', async () => {
  api.exists = true;
  api.pods = [of('web')];
  await expect(port.makePlaceholders('karpenter', [{ node: 'n', uid: 'uid-web' }], 'pause')).resolves.toBeUndefined();
});

test('they are read by their label, in the words of the port', async () => {
  api.placeholders = [{
    metadata: { namespace: 'karpenter', name: 'x', uid: 'x', creationTimestamp: '2026-01-01T00:00:00Z', labels: { 'cdk-karpenter-migration/placeholder-for': 'uid-web' } },
    spec: { containers: [] },
    status: { phase: 'Pending', conditions: [{ type: 'PodScheduled', status: 'False', message: 'no node' }] },
  }];
  expect(await port.placeholders('karpenter')).toEqual([{ for: 'uid-web', created: Date.parse('2026-01-01T00:00:00Z'), ready: false, node: undefined, unschedulable: 'no node', waiting: undefined }]);
  expect(api.asked).toEqual(['/api/v1/namespaces/karpenter/pods cdk-karpenter-migration/placeholder-for']);
});

test.each([true, false])('all of them are cleared away with their class, whether they are there or not (%s)', async (exists) => {
  api.exists = exists;
  api.placeholders = [{ metadata: { namespace: 'karpenter', name: 'x', uid: 'x', labels: { 'cdk-karpenter-migration/placeholder-for': 'uid-web' } }, spec: { containers: [] } }];
  await port.clearPlaceholders('karpenter');
  expect(api.writes).toEqual([
    'fence', 'DELETE /api/v1/namespaces/karpenter/pods/karpenter-migration-uid-web',
    'fence', 'DELETE /apis/scheduling.k8s.io/v1/priorityclasses/cdk-karpenter-migration-placeholder',
  ]);
});
