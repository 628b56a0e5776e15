import { ApiObject } from '../../../src/karpenter/api/karpenter-api';
import { V1_API } from '../../../src/karpenter/v1/api';
import { clusterAutoscalerStep } from '../../../src/workflow/cluster-autoscaler/step';
import { PauseReason } from '../../../src/workflow/pause-reason';
import { autoscaler, CONFIGURATION, FakeAws, FakeCluster } from '../../workflow/cluster-autoscaler/fakes';

let clock: { now: Date };
let cluster: FakeCluster;
const step = (more: object = {}) => clusterAutoscalerStep(
  { kubernetes: cluster, fleet: cluster, aws: new FakeAws() }, { ...CONFIGURATION, Api: V1_API.name, ...more }, () => clock.now,
);
const later = (seconds: number) => { clock.now = new Date(clock.now.getTime() + seconds * 1000); };

beforeEach(() => {
  clock = { now: new Date('2026-11-01T10:00:00Z') };
  cluster = new FakeCluster(clock);
  cluster.all[0] = autoscaler();
});

const pools = (specs: Record<string, object>) => {
  cluster.pool = async name => name in specs ? V1_API.poolFacts({ metadata: { name }, spec: specs[name] } as ApiObject) : undefined;
};

test('a canary asks for a node of the NodePool and takes the NodeClaim along that was made for it', async () => {
  pools({ default: {}, gpu: {} });
  expect((await step().apply()).says).toMatch(/which only a new node of NodePool "default" can take/);
  expect((cluster.pods_[0].spec.affinity as any).nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchExpressions)
    .toEqual([{ key: 'karpenter.sh/nodepool', operator: 'In', values: ['default'] }]);
  later(5);
  cluster.allClaims = ['default-a', 'default-b'].map(name => ({ name, uid: name, pool: 'default', created: clock.now.getTime(), launched: true }));
  cluster.allEvents = [{ from: 'karpenter', reason: 'Nominated', message: 'Pod should schedule on: nodeclaim/default-a' }];
  await step().stop();
  expect(cluster.allClaims.filter(({ leaving }) => leaving !== undefined).map(({ name }) => name)).toEqual(['default-a']);
});

const WINDOWS = { template: { spec: { requirements: [{ key: 'kubernetes.io/os', operator: 'In', values: ['windows'] }] } } };

test.each<[string, object, RegExp]>([
  ['none is fixed', { default: {}, gpu: {} }, /only a new node of NodePool "default"/],
  ['the first is fixed', { default: { replicas: 2 }, gpu: {} }, /only a new node of NodePool "gpu"/],
  ['all are fixed', { default: { replicas: 2 }, gpu: { replicas: 0 } }, /^NodePool default, gpu keeps a fixed number of nodes, so Karpenter launches none for pods: add a NodePool without `replicas`$/],
  ['the first is for Windows', { default: WINDOWS, gpu: {} }, /only a new node of NodePool "gpu"/],
  ['all are for Windows', { default: WINDOWS, gpu: { replicas: 2 } }, /^NodePool default takes no canary pod, which needs a node of Linux: add a NodePool that makes one$/],
  ['the second one is missing', { default: { replicas: 2 } }, /^there is no NodePool "gpu"/],
])('a NodePool of a fixed size, or that takes no canary, is not asked for a node: %s', async (_name, specs, says) => {
  pools(specs as Record<string, object>);
  expect((await step().apply()).says).toMatch(says);
});

const condition = (type: string, status: string, reason?: string, message?: string) => ({ type, status, reason, message });

test.each<[string, ReturnType<typeof condition>[], RegExp]>([
  [
    'an instance', [condition('Launched', 'Unknown', 'LaunchFailed', 'creating instance, UnauthorizedOperation'), condition('Registered', 'Unknown'), condition('Initialized', 'Unknown')],
    /; nodeclaim default-1: Launched is Unknown LaunchFailed: creating instance, UnauthorizedOperation; EC2 gave no instance: see the limits .* quotas .* capacity .* image, .* role may do$/,
  ],
  [
    'the cluster', [condition('Initialized', 'Unknown', 'NodeNotFound'), condition('Registered', 'Unknown', 'NodeNotFound', 'Node not registered with cluster')],
    /; nodeclaim default-1: Registered is Unknown NodeNotFound: Node not registered with cluster; the instance does not join the cluster: see the access entry or the aws-auth mapping .* security groups .* user data$/,
  ],
  [
    'readiness', [condition('Initialized', 'Unknown', 'StartupTaintsExist', 'StartupTaint "a:NoSchedule" still exists')],
    /; nodeclaim default-1: Initialized is Unknown StartupTaintsExist: StartupTaint "a:NoSchedule" still exists; the node has joined .* startup taints .* resources .* CNI's pod$/,
  ],
])('where a canary gets no node it is said that its NodeClaim misses %s, and what that means', async (_name, unmet, says) => {
  pools({ default: {}, gpu: {} });
  await step().apply();
  cluster.allClaims = [{ name: 'default-1', uid: 'u', pool: 'default', created: clock.now.getTime() + 1000, launched: false, unmet }];
  later(601);
  expect(await step().apply()).toMatchObject({ kind: 'blocked', by: PauseReason.NO_NEW_NODE, says: expect.stringMatching(says) });
});

test('a long word of Karpenter does not cut off what it means', async () => {
  pools({ default: {}, gpu: {} });
  await step().apply();
  const unmet = [condition('Launched', 'Unknown', 'LaunchFailed', 'x'.repeat(5000))];
  cluster.allClaims = [{ name: 'default-1', uid: 'u', pool: 'default', created: clock.now.getTime() + 1000, launched: false, unmet }];
  later(601);
  const { says } = await step().apply();
  expect(says).toMatch(/x…; EC2 gave no instance/);
  expect(says.length).toBeLessThan(1000);
});
