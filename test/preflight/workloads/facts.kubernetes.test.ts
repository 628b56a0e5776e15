import { question } from './stage';
import { Asked, bundled, FakeApiServer, page } from '../../kubernetes/fake-api-server';

const bundle = bundled('preflight/workloads/facts.kubernetes');
const { ApiStageFactsReader } = bundle;

const PODS = '/api/v1/pods';
const NODES = '/api/v1/nodes';
const VOLUMES = '/api/v1/persistentvolumes';
const BUDGETS = '/apis/policy/v1/poddisruptionbudgets';
const DEPLOYMENTS = '/apis/apps/v1/deployments';
const CRON_JOBS = '/apis/batch/v1/cronjobs';
const JOBS = '/apis/batch/v1/jobs';
const PROVISIONERS = '/apis/karpenter.sh/v1alpha5/provisioners';
const NODE_TEMPLATES = '/apis/karpenter.k8s.aws/v1alpha1/awsnodetemplates';
const AWS_NODE = '/apis/apps/v1/namespaces/kube-system/daemonsets/aws-node';

/** A Kubernetes API that lists in pages of two, gives one object and answers reviews. */
class FakeApi extends FakeApiServer {
  public readonly calls: string[] = [];
  public readonly reviews: any[] = [];
  public readonly denied: string[] = [];
  public readonly objects: Record<string, object> = {};
  public readonly lists: Record<string, object[]> = {
    [PODS]: [], [NODES]: [], [VOLUMES]: [], [BUDGETS]: [], [DEPLOYMENTS]: [], '/apis/apps/v1/statefulsets': [], [CRON_JOBS]: [], [JOBS]: [],
  };

  protected respond({ method, pathname, searchParams, body }: Asked): [number, object] {
    this.calls.push(`${method} ${pathname}`);
    if (method === 'POST' && pathname.endsWith('/selfsubjectaccessreviews')) {
      const { resourceAttributes } = body.spec;
      this.reviews.push(resourceAttributes);
      return [201, { status: { allowed: !this.denied.includes(`${resourceAttributes.verb} ${resourceAttributes.resource}`) } }];
    }
    const list = this.lists[pathname];
    if (method === 'GET' && list) {
      return [200, page(list, searchParams)];
    }
    return method === 'GET' && this.objects[pathname] ? [200, this.objects[pathname]] : [404, { message: `${method} ${pathname} not found` }];
  }
}

const meta = (name: string, more: object = {}) => ({ name, namespace: 'shop', ...more });
const node = (name: string, labels: object) => ({
  metadata: { name, labels }, spec: {}, status: { allocatable: { cpu: '4', memory: '8Gi' }, conditions: [{ type: 'Ready', status: 'True' }] },
});
const pod = (name: string, spec: object = {}, metadata: object = {}) => ({
  metadata: meta(name, metadata), spec: { nodeName: 'node-1', containers: [{ name: 'c', resources: { requests: { cpu: '500m' } } }], ...spec }, status: { phase: 'Running' },
});
const ownedBy = (kind: string, name: string) => ({ ownerReferences: [{ kind, name, controller: true }] });

let api: FakeApi;
let reader: { readStageFacts(asked: object): Promise<any> };

beforeEach(async () => {
  api = new FakeApi();
  api.lists[NODES] = [
    node('node-1', { 'eks.amazonaws.com/nodegroup': 'apps' }), node('node-2', { 'eks.amazonaws.com/nodegroup': 'other' }),
    node('node-3', { 'karpenter.sh/provisioner-name': 'default' }),
  ];
  reader = new ApiStageFactsReader(await api.start(bundle));
});

afterEach(() => api.stop());

test('a cluster with nothing in it has nothing to tell, and only reviews are created', async () => {
  expect(await reader.readStageFacts(question())).toEqual({
    placements: [],
    workloads: [],
    budgets: [],
    loads: [],
    pools: [],
    nodeClasses: [],
    podsUseSubnets: false,
    denied: [],
    karpenter: { nodes: 1, cpu: 4, memory: 2 ** 33 },
  });
  expect(api.calls.filter(call => !call.startsWith('GET ')).every(call => call === 'POST /apis/authorization.k8s.io/v1/selfsubjectaccessreviews')).toBe(true);
});

test('pods of all pages count, on the nodes of the migration only', async () => {
  api.lists[PODS] = [1, 2, 3, 4, 5].map(index => pod(`db-${index}`, index === 4 ? { nodeName: 'node-2' } : {}, ownedBy('StatefulSet', 'db')));
  const { workloads, loads } = await reader.readStageFacts(question({ nodegroups: ['apps'] }));
  expect(workloads).toMatchObject([{ kind: 'StatefulSet', namespace: 'shop', name: 'db', pods: 4, nodegroups: ['apps'], unprotected: 4 }]);
  expect(loads).toEqual([{ name: 'node-1', nodegroup: 'apps', addresses: 4, cpu: 2, memory: 0 }]);
});

test('what a pod demands is read with its alternatives, without what Kubernetes adds', async () => {
  api.lists[PODS] = [pod('one', {
    nodeSelector: { team: 'a' },
    affinity: {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{}, { matchExpressions: [{ key: 'x', operator: 'Exists' }] }] },
        preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, preference: { matchExpressions: [{ key: 'y', operator: 'In', values: ['1'] }], matchFields: [{ key: 'metadata.name', operator: 'In', values: ['node-1'] }] } }],
      },
    },
    tolerations: [{ key: 'gpu', operator: 'Exists' }, { key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 }],
    containers: [{ name: 'c', resources: { requests: { 'cpu': '1', 'memory': '1Gi', 'ephemeral-storage': '1Gi', 'nvidia.com/gpu': '1' } } }],
  })];
  expect(JSON.parse(JSON.stringify((await reader.readStageFacts(question())).placements))).toEqual([{
    requires: { selector: { team: 'a' }, terms: [{}, { matchExpressions: [{ key: 'x', operator: 'Exists' }] }] },
    wishes: ['y', 'metadata.name'],
    tolerations: [{ key: 'gpu', operator: 'Exists' }],
    requests: { 'cpu': 1, 'memory': 2 ** 30, 'ephemeral-storage': 2 ** 30, 'nvidia.com/gpu': 1 },
  }]);
});

test('annotations, volumes and PodDisruptionBudgets of pods are told', async () => {
  const volumes = [
    { name: 'a', persistentVolumeClaim: { claimName: 'new' } }, { name: 'b', persistentVolumeClaim: { claimName: 'old' } },
    { name: 'c', persistentVolumeClaim: { claimName: 'disk' } }, { name: 'd', emptyDir: {} }, { name: 'e', hostPath: { path: '/x' } }, { name: 'f', ephemeral: {} },
  ];
  api.lists[PODS] = [pod('db-0', { volumes }, {
    ...ownedBy('StatefulSet', 'db'), labels: { app: 'db' }, annotations: { 'karpenter.sh/do-not-evict': 'true', 'cluster-autoscaler.kubernetes.io/safe-to-evict': 'false' },
  })];
  const claimRef = (name: string) => ({ namespace: 'shop', name });
  api.lists[VOLUMES] = [
    { metadata: { name: 'pv-1' }, spec: { claimRef: claimRef('new'), nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [{ key: 'topology.ebs.csi.aws.com/zone', operator: 'In', values: ['us-east-1a'] }] }] } } } },
    { metadata: { name: 'pv-2', labels: { 'topology.kubernetes.io/zone': 'us-east-1b__us-east-1c' } }, spec: { claimRef: claimRef('old') } },
    { metadata: { name: 'pv-3' }, spec: { claimRef: claimRef('disk'), local: { path: '/disk' } } },
    { metadata: { name: 'pv-4' }, spec: {} },
  ];
  api.lists[BUDGETS] = [
    { metadata: meta('db', { generation: 2 }), spec: { selector: { matchLabels: { app: 'db' } }, maxUnavailable: 1 }, status: { observedGeneration: 2, expectedPods: 3 } },
    { metadata: meta('new', { generation: 2 }), spec: { selector: {}, minAvailable: '10%' }, status: { observedGeneration: 1, expectedPods: 9 } },
    {
      metadata: meta('bad', { generation: 1 }),
      spec: { selector: {}, maxUnavailable: 1 },
      status: { observedGeneration: 1, expectedPods: 0, conditions: [{ type: 'DisruptionAllowed', status: 'False', reason: 'SyncFailed', message: 'no scale' }] },
    },
  ];
  const { workloads: [db], budgets } = await reader.readStageFacts(question());
  expect(db).toMatchObject({
    doNotEvict: ['shop/db-0'],
    notSafeToEvict: ['shop/db-0'],
    budgets: ['shop/db', 'shop/new', 'shop/bad'],
    coveredTwice: ['shop/db-0 (db, new, bad)'],
    localClaims: ['shop/disk'],
    scratch: ['emptyDir', 'hostPath'],
    volumes: [
      { terms: [{ matchExpressions: [{ key: 'topology.ebs.csi.aws.com/zone', operator: 'In', values: ['us-east-1a'] }] }], claims: ['shop/new'] },
      { terms: [{ matchExpressions: [{ key: 'topology.kubernetes.io/zone', operator: 'In', values: ['us-east-1b', 'us-east-1c'] }] }], claims: ['shop/old'] },
    ],
  });
  expect(budgets).toEqual([
    { name: 'shop/db', maxUnavailable: 1, expected: 3 }, { name: 'shop/new', minAvailable: '10%', expected: 1 }, { name: 'shop/bad', maxUnavailable: 1, expected: 1, problem: 'no scale' },
  ]);
});

test('templates of Deployments, CronJobs and unfinished Jobs count without a pod', async () => {
  const template = { spec: { containers: [], nodeSelector: { team: 'a' } } };
  api.lists[DEPLOYMENTS] = [{ metadata: meta('zero'), spec: { replicas: 0, template } }];
  api.lists[CRON_JOBS] = [{ metadata: meta('night'), spec: { jobTemplate: { spec: { template } } } }];
  api.lists[JOBS] = [
    { metadata: meta('night-1', ownedBy('CronJob', 'night')), spec: { template } },
    { metadata: meta('waits'), spec: { template } },
    { metadata: meta('done'), spec: { template }, status: { conditions: [{ type: 'Complete', status: 'True' }] } },
  ];
  const { workloads, placements } = await reader.readStageFacts(question());
  expect(workloads.map(({ kind, name, template: index }: any) => [kind, name, placements[index].requires.selector])).toEqual([
    ['Deployment', 'zero', { team: 'a' }], ['CronJob', 'night', { team: 'a' }], ['Job', 'waits', { team: 'a' }],
  ]);
});

test('Provisioners that stay come with their node templates, in both forms', async () => {
  api.lists[PROVISIONERS] = [
    {
      metadata: { name: 'default' },
      spec: {
        requirements: [{ key: 'a', operator: 'Exists' }],
        labels: { l: '1' },
        taints: [{ key: 't', effect: 'NoSchedule' }],
        limits: { resources: { cpu: 100, memory: '10Gi' } },
        providerRef: { name: 'default' },
      },
      status: { resources: { cpu: '8' } },
    },
    { metadata: { name: 'old' }, spec: { provider: { subnetSelector: { own: '*' }, amiFamily: 'Windows2019', launchTemplate: 'lt' } } },
    { metadata: { name: 'going', deletionTimestamp: '2023-01-01T00:00:00Z' }, spec: {} },
  ];
  api.lists[NODE_TEMPLATES] = [
    { metadata: { name: 'default' }, spec: { subnetSelector: { a: 'b' }, userData: 'x', blockDeviceMappings: [{ deviceName: '/dev/xvda', ebs: { volumeSize: '50Gi' } }, { ebs: { volumeSize: '4Gi' } }] } },
    { metadata: { name: 'unused' }, spec: {} },
  ];
  const { pools, nodeClasses } = await reader.readStageFacts(question());
  expect(pools).toEqual([
    {
      name: 'default',
      requirements: [{ key: 'a', operator: 'Exists', values: [] }],
      labels: { l: '1' },
      taints: [{ key: 't', effect: 'NoSchedule' }],
      limits: { cpu: '100', memory: '10Gi' },
      used: { cpu: '8' },
      nodeClass: 'default',
    },
    { name: 'old', requirements: [], labels: {}, taints: [], limits: {}, used: {}, nodeClass: 'provider of old' },
  ]);
  expect(nodeClasses).toEqual([
    { name: 'default', subnets: [[{ name: 'tag:a', values: ['b'] }]], amiFamily: 'AL2', ownAmi: false, userData: true, diskGib: 50 },
    { name: 'unused', subnets: [], amiFamily: 'AL2', ownAmi: false, userData: false, diskGib: 20 },
    { name: 'provider of old', subnets: [[{ name: 'tag-key', values: ['own'] }]], amiFamily: 'Windows2019', ownAmi: true, userData: true, identity: null },
  ]);
});

test('the profile of node templates that name none is the one of Karpenter\'s settings', async () => {
  expect((await reader.readStageFacts(question())).defaultInstanceProfile).toBeUndefined();
  api.objects['/api/v1/namespaces/karpenter/configmaps/karpenter-global-settings'] = { data: { 'aws.defaultInstanceProfile': 'nodes' } };
  expect((await reader.readStageFacts(question())).defaultInstanceProfile).toBe('nodes');
  api.lists[NODE_TEMPLATES] = [{ metadata: { name: 'own' }, spec: { instanceProfile: 'theirs' } }];
  expect((await reader.readStageFacts(question())).nodeClasses).toMatchObject([{ name: 'own', identity: { instanceProfile: 'theirs' } }]);
});

test.each([
  [[], true],
  [[{ name: 'ENABLE_PREFIX_DELEGATION', value: 'true' }, { name: 'ENABLE_IPv6', value: 'false' }], true],
  [[{ name: 'AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG', value: 'true' }], false],
  [[{ name: 'ENABLE_IPv6', value: 'true' }], false],
])('with the VPC CNI and %j pods take addresses of the nodes\' subnets: %s', async (env, expected) => {
  api.objects[AWS_NODE] = { metadata: { name: 'aws-node' }, spec: { template: { spec: { containers: [{ name: 'aws-node', env }] } } } };
  expect((await reader.readStageFacts(question())).podsUseSubnets).toBe(expected);
});

test('rights that are missing are named as kubectl names them', async () => {
  api.denied.push('create pods', 'delete machines', 'patch nodes');
  expect((await reader.readStageFacts({ ...question(), hasRights: true })).denied).toEqual([]);
  expect((await reader.readStageFacts(question())).denied)
    .toEqual(['patch nodes', 'create pods in namespace karpenter', 'delete machines.karpenter.sh', 'create pods/eviction']);
  expect(api.reviews).toContainEqual({ verb: 'create', group: '', resource: 'pods', subresource: 'eviction' });
});
