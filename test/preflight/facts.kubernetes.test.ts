import { KubernetesQuestion } from '../../src/preflight/kubernetes-facts';
import { Asked, bundled, FakeApiServer, page } from '../kubernetes/fake-api-server';

const bundle = bundled('preflight/facts.kubernetes', 'cluster/claim-handler', 'cluster/claim.kubernetes');
const { ApiFactsReader, ConfigMapClaim, claimHandler, abandonClaim } = bundle;

/** A Kubernetes API as far as the adapter uses it: lists in pages of two, and one ConfigMap with its resourceVersion. */
class FakeApi extends FakeApiServer {
  public readonly calls: string[] = [];
  public readonly lists: Record<string, object[]> = {};
  public readonly objects: Record<string, any> = {};
  private version = 1;

  protected respond({ method, pathname, searchParams, body }: Asked): [number, object] {
    this.calls.push(`${method} ${pathname}${searchParams.get('continue') ? ` from ${searchParams.get('continue')}` : ''}`);
    const selector = searchParams.get('labelSelector');
    // Pods that only keep room for others are left out by the API server.
    const list = this.lists[`${pathname}${selector !== null && !selector.startsWith('!') ? `?${selector}` : ''}`];
    if (list) {
      return [200, page(list, searchParams)];
    }
    switch (method) {
      case 'POST':
        return this.write(`${pathname}/${body.metadata.name}`, body, this.objects[`${pathname}/${body.metadata.name}`] === undefined);
      case 'PUT':
        return this.write(pathname, body, this.objects[pathname]?.metadata.resourceVersion === body.metadata.resourceVersion);
      case 'DELETE':
        return this.write(pathname, undefined, this.objects[pathname]?.metadata.resourceVersion === body.preconditions.resourceVersion);
      default:
        return this.objects[pathname] ? [200, this.objects[pathname]] : [404, { message: `${pathname} not found` }];
    }
  }

  private write(path: string, object: any, allowed: boolean): [number, object] {
    if (!allowed) {
      return [409, { message: 'conflict' }];
    }
    this.objects[path] = object && { ...object, metadata: { ...object.metadata, resourceVersion: String(this.version++) } };
    return [200, this.objects[path] ?? {}];
  }
}

const CLAIM = '/api/v1/namespaces/kube-system/configmaps/karpenter-migration';
const QUESTION: KubernetesQuestion = {
  clusterName: 'prod',
  kubectlRoleArn: 'role',
  api: 'karpenter.sh/v1alpha5',
  namespace: 'karpenter',
  crds: ['provisioners.karpenter.sh', 'machines.karpenter.sh'],
  objects: ['provisioners.v1alpha5.karpenter.sh/default', 'provisioners.v1alpha5.karpenter.sh/gpu'],
  replicas: 2,
  cpu: '1',
  memory: '1Gi',
};

let api: FakeApi;
let config: any;

beforeEach(async () => {
  api = new FakeApi();
  for (const selector of ['app.kubernetes.io/name=karpenter', 'app.kubernetes.io/name=aws-node-termination-handler']) {
    api.lists[`/apis/apps/v1/deployments?${selector}`] = [];
    api.lists[`/apis/apps/v1/daemonsets?${selector}`] = [];
  }
  api.lists['/api/v1/nodes?eks.amazonaws.com/nodegroup'] = [];
  api.lists['/api/v1/pods'] = [];
  config = await api.start(bundle);
});

afterEach(() => api.stop());

test('objects that a migration made say so', async () => {
  const path = '/apis/karpenter.sh/v1alpha5/provisioners';
  api.objects[`${path}/default`] = { metadata: { name: 'default', annotations: { 'cdk-karpenter-migration/owner': 'Gone/Migration' } } };
  api.objects[`${path}/gpu`] = { metadata: { name: 'gpu' } };
  expect(await new ApiFactsReader(config).readFacts(QUESTION)).toMatchObject({
    objects: ['provisioners.v1alpha5.karpenter.sh/gpu'], migratedObjects: ['provisioners.v1alpha5.karpenter.sh/default'],
  });
});

test('an empty cluster has nothing to tell', async () => {
  expect(await new ApiFactsReader(config).readFacts(QUESTION)).toEqual({
    claim: undefined, hosts: [], awsAuthProblem: undefined, karpenters: [], crds: [], objects: [], terminationHandlers: [],
  });
});

test('a generation of Karpenter other than our own shows by its node classes', async () => {
  const classes = '/apis/karpenter.k8s.aws/v1/ec2nodeclasses';
  api.lists[classes] = [];
  expect((await new ApiFactsReader(config).readFacts(QUESTION)).otherApis).toBeUndefined();
  api.lists[classes] = [{ metadata: { name: 'default' } }];
  expect((await new ApiFactsReader(config).readFacts(QUESTION)).otherApis).toEqual(['karpenter.sh/v1']);
  expect((await new ApiFactsReader(config).readFacts({ ...QUESTION, api: 'karpenter.sh/v1' })).otherApis).toBeUndefined();
});

test('nodes and pods of all pages count', async () => {
  api.lists['/api/v1/nodes?eks.amazonaws.com/nodegroup'] = ['a', 'b', 'c'].map(name => ({
    metadata: { name, labels: { 'eks.amazonaws.com/nodegroup': 'system' } },
    spec: name === 'c' ? { unschedulable: true } : {},
    status: { allocatable: { cpu: '2', memory: '4Gi', pods: '10' }, conditions: [{ type: 'Ready', status: name === 'b' ? 'Unknown' : 'True' }] },
  }));
  api.lists['/api/v1/pods'] = Array.from({ length: 5 }, (_, index) => ({
    metadata: { name: `pod-${index}`, namespace: 'default' },
    spec: { nodeName: 'a', containers: [{ name: 'c', resources: { requests: { cpu: '100m' } } }] },
    status: { phase: 'Running' },
  }));
  const { hosts } = await new ApiFactsReader(config).readFacts(QUESTION);
  expect(hosts).toEqual([
    { name: 'a', nodegroup: 'system', freeCpu: 1.5, freeMemory: 2 ** 32, freePods: 5 },
    { name: 'b', nodegroup: 'system', freeCpu: 2, freeMemory: 2 ** 32, freePods: 10, obstacle: 'not Ready' },
    { name: 'c', nodegroup: 'system', freeCpu: 2, freeMemory: 2 ** 32, freePods: 10, obstacle: 'unschedulable' },
  ]);
  expect(api.calls.filter(call => call.includes('/pods'))).toEqual(['GET /api/v1/pods', 'GET /api/v1/pods from 2', 'GET /api/v1/pods from 4']);
});

test('a node that a drain of ours has cordoned can still host, one that its owner has cordoned cannot', async () => {
  const cordoned = (name: string, annotations?: object) => ({
    metadata: { name, labels: { 'eks.amazonaws.com/nodegroup': 'system' }, annotations },
    spec: { unschedulable: true, taints: [{ key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' }] },
    status: { allocatable: { cpu: '2', memory: '4Gi', pods: '10' }, conditions: [{ type: 'Ready', status: 'True' }] },
  });
  api.lists['/api/v1/nodes?eks.amazonaws.com/nodegroup'] = [cordoned('ours', { 'cdk-karpenter-migration/cordoned': '2026-11-01T10:00:00Z' }), cordoned('theirs')];
  const { hosts } = await new ApiFactsReader(config).readFacts(QUESTION);
  expect(hosts.map(({ name, obstacle }: { name: string; obstacle?: string }) => [name, obstacle])).toEqual([['ours', undefined], ['theirs', 'unschedulable']]);
});

test('what is there of Karpenter is named, with the release that owns it', async () => {
  api.lists['/apis/apps/v1/deployments?app.kubernetes.io/name=karpenter'] = [{ metadata: { namespace: 'karpenter', name: 'karpenter' } }];
  api.lists['/apis/apps/v1/daemonsets?app.kubernetes.io/name=aws-node-termination-handler'] = [{ metadata: { namespace: 'kube-system', name: 'nth' } }];
  api.objects['/apis/apiextensions.k8s.io/v1/customresourcedefinitions/machines.karpenter.sh'] = {
    metadata: { name: 'machines.karpenter.sh', annotations: { 'meta.helm.sh/release-name': 'crds', 'meta.helm.sh/release-namespace': 'other' } },
  };
  api.objects['/apis/karpenter.sh/v1alpha5/provisioners/gpu'] = { metadata: { name: 'gpu' } };
  api.objects['/api/v1/namespaces/kube-system/configmaps/aws-auth'] = {
    metadata: { name: 'aws-auth', labels: { 'team': 'platform', 'aws.cdk.eks/prune-c8abc': '' } }, data: { mapRoles: 'a: b', mapUsers: '- userarn: a\n  username: 5\n' },
  };
  api.objects[CLAIM] = { metadata: { resourceVersion: '3' }, data: { owner: 'Other', abandoned: 'true', generation: '4' } };
  expect(await new ApiFactsReader(config).readFacts(QUESTION)).toMatchObject({
    claim: { owner: 'Other', abandoned: true },
    awsAuthProblem: 'mapRoles: must be a list, got a map at line 1, column 1',
    awsAuthDamage: 'mapUsers: entry 1: username is the number 5 and no text, put it in quotes',
    awsAuthLabel: 'aws.cdk.eks/prune-c8abc',
    karpenters: ['karpenter/karpenter'],
    crds: [{ name: 'machines.karpenter.sh', release: 'crds', releaseNamespace: 'other' }],
    objects: ['provisioners.v1alpha5.karpenter.sh/gpu'],
    terminationHandlers: ['DaemonSet kube-system/nth'],
  });
});

const request = (type: string) => ({ type, properties: { ClusterName: 'prod', KubectlRoleArn: 'role', Owner: 'Stack/Migration' } });

test('the claim is made, abandoned with its generation, taken over and deleted', async () => {
  const handler = claimHandler(async () => new ConfigMapClaim(config));
  await handler.apply(request('Create'));
  expect(api.objects[CLAIM].data).toEqual({ owner: 'Stack/Migration', abandoned: 'false', generation: '0' });

  api.objects[CLAIM].data.generation = '5';
  await abandonClaim(new ConfigMapClaim(config), 'Stack/Migration');
  expect(api.objects[CLAIM].data).toEqual({ owner: 'Stack/Migration', abandoned: 'true', generation: '5' });

  await handler.apply(request('Create'));
  expect(api.objects[CLAIM].data).toEqual({ owner: 'Stack/Migration', abandoned: 'false', generation: '5' });

  await handler.remove(request('Delete'));
  expect(api.objects[CLAIM]).toBeUndefined();
  await handler.remove(request('Delete'));
});

test('a stale record is neither replaced nor deleted', async () => {
  const claim = new ConfigMapClaim(config);
  await claim.create({ owner: 'Stack/Migration', abandoned: false });
  const stale = await claim.read();
  await claim.replace(stale, { owner: 'Stack/Migration', abandoned: true });
  await expect(claim.replace(stale, { owner: 'Stack/Migration', abandoned: false })).rejects.toThrow('was changed in the meantime');
  await expect(claim.remove(stale)).rejects.toMatchObject({ name: 'ClaimChanged' });
  await expect(claim.create({ owner: 'Stack/Migration', abandoned: false })).rejects.toMatchObject({ name: 'ClaimChanged' });
});
