import { DescribeInstancesCommand, EC2Client } from '@aws-sdk/client-ec2';
import { FleetAws } from '../../../src/karpenter/api/fleet.aws';
import { V1_API } from '../../../src/karpenter/v1/api';
import { BUDGETS_RECORD } from '../../../src/workflow/records';
import { Asked, bundled, FakeApiServer, page } from '../../kubernetes/fake-api-server';

const bundle = bundled('karpenter/api/fleet.kubernetes');
const { FleetKubernetes } = bundle;

const API = '/apis/karpenter.sh/v1';
const LABEL = 'karpenter.sh/nodepool';

class FakeApi extends FakeApiServer {
  public readonly answers: Record<string, object[] | object> = {};
  public readonly bodies: any[] = [];
  public readonly selectors: (string | null)[] = [];

  protected respond({ method, pathname, searchParams, body }: Asked): [number, object] {
    if (method !== 'GET') {
      this.bodies.push(body);
      return [200, {}];
    }
    this.selectors.push(searchParams.get('labelSelector'));
    const answer = this.answers[pathname];
    return answer === undefined ? [404, { message: 'not found' }] : [200, Array.isArray(answer) ? page(answer, searchParams) : answer];
  }
}

let api: FakeApi;
let adapter: any;

beforeEach(async () => {
  api = new FakeApi();
  api.answers['/api/v1/nodes'] = [];
  adapter = new FleetKubernetes(await api.start(bundle), V1_API, { check: async () => undefined });
});

afterEach(() => api.stop());

const told = (value: unknown) => JSON.parse(JSON.stringify(value));
const meta = (name: string, more: object = {}) => ({ name, uid: `uid-${name}`, resourceVersion: '7', creationTimestamp: '2026-11-01T10:00:00Z', ...more });
const ref = (group: string) => ({ nodeClassRef: { group, kind: 'X', name: 'default' } });
const nodePool = (name: string, group = 'karpenter.k8s.aws', spec: object = {}) => ({ metadata: meta(name), spec: { template: { spec: ref(group) }, ...spec } });
const nodeClaim = (name: string, group = 'karpenter.k8s.aws', status: object = {}) => ({ metadata: meta(name, { labels: { [LABEL]: 'default' } }), spec: ref(group), status });

test('NodePools, NodeClaims and nodes of EKS Auto Mode are not Karpenter\'s', async () => {
  api.answers[`${API}/nodepools`] = [nodePool('default'), nodePool('general-purpose', 'eks.amazonaws.com')];
  api.answers[`${API}/nodeclaims`] = [nodeClaim('default-1'), nodeClaim('general-purpose-1', 'eks.amazonaws.com')];
  api.answers[`${API}/nodepools/general-purpose`] = nodePool('general-purpose', 'eks.amazonaws.com');
  const { pools, claims } = await adapter.objects();
  expect(pools.map(({ name }: { name: string }) => name)).toEqual(['default']);
  expect(claims.map(({ name }: { name: string }) => name)).toEqual(['default-1']);
  expect(api.selectors.filter(one => one !== null)).toEqual(['karpenter.sh/nodepool,eks.amazonaws.com/compute-type!=auto']);
  expect((await adapter.supply()).pools.map(({ name }: { name: string }) => name)).toEqual(['default']);
  expect(await adapter.pool('general-purpose')).toBeUndefined();
});

test('of a NodePool it is told what bounds its launches and its disruption', async () => {
  api.answers[`${API}/nodepools`] = [
    nodePool('default', undefined, { limits: { cpu: '10' }, disruption: { consolidateAfter: '1m', budgets: [{ nodes: '10%' }] } }), nodePool('fixed', undefined, { replicas: 2 }),
  ];
  expect(told(await adapter.pools())).toEqual([
    { name: 'default', uid: 'uid-default', version: '7', limits: { cpu: '10' }, budgets: [{ nodes: '10%' }], annotations: {} },
    { name: 'fixed', uid: 'uid-fixed', version: '7', limits: null, limitedBy: 'nodes', budgets: null, annotations: {} },
  ]);
});

test('budgets and record are written together, and limits beside them', async () => {
  const change = { name: 'default', version: '7', annotations: { [BUDGETS_RECORD]: '{}' } };
  await adapter.changePool({ ...change, budgets: [{ nodes: '0' }] });
  await adapter.changePool({ ...change, budgets: null, limits: { cpu: '0' } });
  expect(api.bodies).toEqual([
    { metadata: { resourceVersion: '7', annotations: { [BUDGETS_RECORD]: '{}' } }, spec: { disruption: { budgets: [{ nodes: '0' }] } } },
    { metadata: { resourceVersion: '7', annotations: { [BUDGETS_RECORD]: '{}' } }, spec: { limits: { cpu: '0' }, disruption: { budgets: null } } },
  ]);
});

test('of a NodeClaim it is told which of the three conditions does not hold', async () => {
  api.answers[`${API}/nodeclaims`] = [nodeClaim('default-1', undefined, {
    nodeName: '',
    providerID: 'aws:///us-east-1a/i-0abc',
    conditions: [
      { type: 'Launched', status: 'True', reason: 'Launched' },
      { type: 'Registered', status: 'Unknown', reason: 'NodeNotFound', message: 'Node not registered with cluster' },
      { type: 'Initialized', status: 'Unknown', reason: 'AwaitingReconciliation' },
      { type: 'Ready', status: 'Unknown' },
      { type: 'Consolidatable', status: 'False' },
    ],
  })];
  const [claim] = told(await adapter.claims());
  expect(claim).toMatchObject({ launched: true, instanceId: 'i-0abc' });
  expect(claim.unmet.map(({ type }: { type: string }) => type)).toEqual(['Registered', 'Initialized']);
});

test('instances are those of the cluster that a NodePool owns', async () => {
  let filters: unknown;
  const ec2 = new EC2Client({ region: 'us-east-1' });
  ec2.send = async (command: unknown): Promise<any> => {
    filters = (command as DescribeInstancesCommand).input.Filters;
    return { Reservations: [{ Instances: [{ InstanceId: 'i-1', State: { Name: 'running' }, Tags: [{ Key: LABEL, Value: 'default' }] }] }] };
  };
  expect(await new FleetAws('prod', V1_API, ec2).instances()).toEqual([{ id: 'i-1', pool: 'default', leaving: false }]);
  expect(filters).toEqual(expect.arrayContaining([{ Name: 'tag-key', Values: [LABEL] }, { Name: 'tag:eks:eks-cluster-name', Values: ['prod'] }]));
});
