import { Readings, reasonOf } from '../../../src/cli/access/readings';
import { PlanDocument } from '../../../src/cli/plan/contract';
import { makePlan, PlanParts } from '../../../src/cli/plan/plan';
import { PlanPorts } from '../../../src/cli/plan/ports';
import { printPlan } from '../../../src/cli/plan/print';
import { snippet } from '../../../src/cli/plan/snippet';
import { SynthesizedMigration, synthesize } from '../../../src/cli/plan/synthesis';
import { plain } from '../../../src/cli/terminal/terminal';
import { MigrationStage } from '../../../src/words/migration-stage';
import { PreflightCheck } from '../../../src/words/preflight-check';
import { cluster, facts, FakeReader, host, kubernetes } from '../../preflight/facts';
import { budget, placement, stageFacts, TYPES, workload } from '../../preflight/workloads/stage';
import { KARPENTER, World, WorkloadSpec } from '../../workflow/scale-down/world';
import { facts as poolFacts, nodegroup as group } from '../pools/facts';

const WEB: WorkloadSpec = { name: 'web', replicas: 9, budget: 1, readySeconds: 8 };
const API: WorkloadSpec = { name: 'api', replicas: 6, readySeconds: 5 };

/** Each takes seconds, and its answer is the same. */
const synthesized = new Map<string, SynthesizedMigration>();
const parts: PlanParts = {
  synthesize: (imported, attach) => {
    const key = JSON.stringify([imported, String(attach)]);
    const migration = synthesized.get(key) ?? synthesize(imported, attach);
    synthesized.set(key, migration);
    return migration;
  },
  snippet: about => snippet('typescript', about),
};

interface Changes {
  readonly ports?: Partial<PlanPorts>;
  readonly version?: string;
  readonly generation?: 'v0' | 'v1';
  readonly stage?: Parameters<typeof stageFacts>[0];
  readonly kubernetes?: Parameters<typeof kubernetes>[0];
}

async function plan({ ports: changes, version = '1.34', generation, stage, kubernetes: inCluster }: Changes = {}): Promise<PlanDocument> {
  const world = new World([{ name: 'apps', min: 6, max: 9, desired: 6 }, { name: 'system', min: 1, max: 4, desired: 3 }], [WEB, API, KARPENTER]);
  const known = facts({ cluster: cluster({ version, authenticationMode: 'API_AND_CONFIG_MAP' }) });
  const { nodegroups: shapes, subnets: _subnets, vcpus, nodegroupPolicies, types, ...ofKubernetes } =
    stageFacts({ pools: [], nodeClasses: [], subnets: {}, ...stage });
  const ports: PlanPorts = {
    cluster: new FakeReader(known),
    preflight: { readFacts: async () => kubernetes({ hosts: [host('node-1', { zone: 'us-east-1a' }), host('node-2', { zone: 'us-east-1b' })], ...inCluster }) },
    stage: {
      kubernetes: { readStageFacts: async () => ofKubernetes },
      aws: {
        readShapes: async () => [...shapes],
        selectSubnets: async () => [],
        readVcpus: async () => vcpus!,
        readPolicies: async ({ role }: { role?: string }) => nodegroupPolicies![role!] ?? [],
        readInstanceTypes: async () => types!,
      },
    } as PlanPorts['stage'],
    identity: { openIdConnectProvider: async () => 'arn:aws:iam::111111111111:oidc-provider/oidc.eks.us-east-1.amazonaws.com/id/ABC', administrators: async () => ['arn:aws:iam::111111111111:role/admin'], trusting: async roles => roles },
    mastersOfAwsAuth: async () => ['arn:aws:iam::111111111111:role/admin', 'arn:aws:iam::111111111111:role/old'],
    pools: async () => poolFacts(group({ name: 'apps' }), group({ name: 'system', taints: [{ key: 'dedicated', value: 'system', effect: 'NoSchedule' }] })),
    nodegroups: () => world.nodegroups(),
    drain: async () => ({ nodes: await world.nodes(), pods: (await world.pods()).pods, controllers: [] }),
    hasLoadBalancers: async () => false,
    autoscalers: async () => [],
    workload: async () => undefined,
    ...changes,
  };
  const question = { cluster: 'prod', account: '111111111111', region: 'us-east-1', generation, now: world.now };
  return makePlan(ports, parts, question, new Readings(() => undefined));
}

const denied = (what: string) => Object.assign(new Error(`User: me is not authorized to perform: ${what}`), { name: 'AccessDeniedException' });

test('a cluster in whose way nothing stands is ready, and the plan says what each stage does', async () => {
  const made = await plan();
  expect(made.findings.filter(({ stops }) => stops)).toEqual([]);
  expect(made).toMatchObject({ ready: true, unread: [], release: { generation: 'v1' }, cluster: { name: 'prod', kubernetes: '1.34' } });
  expect(made.scaleDown!.goes).toHaveLength(7);
  expect(made.scaleDown!.unprotected).toEqual([]);
  expect(made.cutOver).toMatchObject({ pinned: [], absent: ['Deployment kube-system/coredns', 'Deployment kube-system/metrics-server'], autoscalers: [] });
  expect(made.snippet!.code).toContain('kubectlRoleArn: \'arn:aws:iam::111111111111:role/admin\'');
  expect(made.snippet!.code).toContain('or another administrator: arn:aws:iam::111111111111:role/old');
});

test('the pools that would be made are the ones that workloads are judged by', async () => {
  const made = await plan();
  expect(made.pools!.pools.map(({ name, nodegroups }) => [name, nodegroups])).toEqual([['apps', ['apps']], ['system', ['system']]]);
  expect(made.install!.does).toContain('makes the pools apps, system');
  expect(made.findings.map(({ check }) => check)).not.toContain(PreflightCheck.POOLS);
  const arm = await plan({ stage: { placements: [placement({ nodeSelector: { 'kubernetes.io/arch': 'arm64' } })] } });
  expect(arm.findings.filter(({ stops }) => stops).map(({ message }) => message).join()).toMatch(/arm64/);
  const onArm = await plan({
    stage: { placements: [placement({ nodeSelector: { 'kubernetes.io/arch': 'arm64' } })], types: TYPES },
    ports: { pools: async () => poolFacts(group({ name: 'apps' }), group({ name: 'arm', amiType: 'AL2023_ARM_64_STANDARD', instanceTypes: ['m6g.large'] })) },
  });
  expect(onArm.pools!.pools.map(({ name }) => name)).toContain('arm');
});

test('what stops a drain comes with the stage that it stops, its remedy and its article', async () => {
  const { ready, findings } = await plan({ stage: { budgets: [budget('cart', { maxUnavailable: 0 })] } });
  expect(ready).toBe(false);
  expect(findings[0]).toMatchObject({ check: PreflightCheck.BLOCKING_BUDGETS, stops: MigrationStage.SCALE_DOWN, runbook: expect.stringMatching(/runbook\.md#preflight-findings$/) });
  expect(findings.filter(({ check }) => check === PreflightCheck.BLOCKING_BUDGETS)).toHaveLength(1);
  expect(findings[0].remedy).not.toBe('');
});

test('what stops the installation comes first', async () => {
  const { findings } = await plan({ kubernetes: { karpenters: ['karpenter/karpenter'] }, stage: { budgets: [budget('cart', { maxUnavailable: 0 })] } });
  expect(findings.slice(0, 2).map(({ check, stops }) => [check, stops])).toEqual([
    [PreflightCheck.OTHER_KARPENTER, MigrationStage.INSTALL], [PreflightCheck.BLOCKING_BUDGETS, MigrationStage.SCALE_DOWN],
  ]);
});

test('a workload without a budget gets a limit, which the plan names', async () => {
  const { scaleDown } = await plan({ stage: { workloads: [workload('cart', { budgets: [], unprotected: 8, pods: 8 })], budgets: [] } });
  expect(scaleDown!.unprotected).toEqual([{ workload: 'Deployment shop/cart', pods: 8, atATime: 2 }]);
});

const autoscaler = {
  namespace: 'kube-system', name: 'cluster-autoscaler', version: '1', labels: {}, replicas: 2, available: 2, observed: true, selector: '', arguments: [], environment: {},
};

test('the autoscaler that was found is named, and one that is not clear says what to set', async () => {
  expect((await plan({ ports: { autoscalers: async () => [autoscaler] } })).cutOver!.autoscalers).toEqual([{ name: 'kube-system/cluster-autoscaler', replicas: 2 }]);
  expect((await plan()).cutOver!.unclear).toContain('ClusterAutoscaler.none()');
});

test('an autoscaler at zero stays there: a migration holds it, or somebody stopped it', async () => {
  const printed = async (replicas: number) =>
    printPlan(await plan({ ports: { autoscalers: async () => [{ ...autoscaler, replicas }] } }), plain, 140);
  expect(await printed(2)).toContain('scales the Cluster Autoscaler kube-system/cluster-autoscaler from 2 to 0, and remembers the 2');
  expect(await printed(0)).toContain('finds the Cluster Autoscaler kube-system/cluster-autoscaler at 0 already, and leaves it there');
});

test.each<[string, Partial<PlanPorts>, string]>([
  ['Auto Scaling groups', { nodegroups: () => Promise.reject(denied('autoscaling:DescribeAutoScalingGroups')) }, 'autoscaling:DescribeAutoScalingGroups'],
  ['nodes and pods', { drain: () => Promise.reject(denied('list pods')) }, 'list pods'],
  ['workloads', { stage: { kubernetes: { readStageFacts: () => Promise.reject(denied('list jobs')) }, aws: {} } as unknown as PlanPorts['stage'] }, 'list jobs.batch and cronjobs.batch'],
  ['OIDC providers', { identity: { openIdConnectProvider: () => Promise.reject(denied('iam:List')), administrators: async () => [], trusting: async () => [] } }, 'iam:ListOpenIDConnectProviders'],
  ['the Cluster Autoscaler', { autoscalers: () => Promise.reject(denied('list deployments')) }, 'get and list deployments.apps'],
])('%s that may not be read are a line, and all else is said', async (what, ports, needs) => {
  const made = await plan({ ports });
  expect(made.ready).toBe(false);
  expect(made.unread.map(one => one.what)).toEqual([what]);
  expect(made.unread[0].needs).toContain(needs);
  expect(made.unread[0].why).toMatch(/^not allowed: User: me is not authorized/);
  expect(made.snippet!.code).toContain('KarpenterMigration');
  expect(made.install!.does.length).toBeGreaterThan(3);
});

test('a cluster that no release serves is said to be so, and nothing else is asked', async () => {
  const made = await plan({ version: '1.99', ports: { nodegroups: () => Promise.reject(new Error('nobody asks')) } });
  expect(made).toMatchObject({ ready: false, unread: [] });
  expect(made.release).toBeUndefined();
  expect(printPlan(made, plain, 100)).toContain('Not ready: no release of Karpenter that this library knows serves Kubernetes 1.99.');
});

test('a generation that does not serve the cluster is what somebody has typed', async () => {
  await expect(plan({ version: '1.34', generation: 'v0' })).rejects.toThrow('--release v0 does not serve Kubernetes 1.34 of cluster "prod": leave it out');
  expect((await plan({ version: '1.27', generation: 'v0' })).release).toMatchObject({ generation: 'v0' });
  expect((await plan({ version: '1.27' })).release).toMatchObject({ generation: 'v1' });
});

test('a migration that has the cluster is not held up by its own claim', async () => {
  const made = await plan({ kubernetes: { claim: { owner: 'Other/Migration', abandoned: false }, karpenters: ['kube-system/karpenter'] } });
  expect(made.claim).toEqual({ owner: 'Other/Migration', abandoned: false });
  expect(made.findings.filter(({ stops }) => stops)).toEqual([]);
});

test('a plan for people fits the width, says first what stops, and ends with the code and a verdict', async () => {
  const made = await plan({ stage: { budgets: [budget('cart', { maxUnavailable: 0 })], workloads: [workload('cart', { budgets: ['shop/cart'] })] } });
  const text = printPlan(made, plain, 100);
  const code = made.snippet!.code.split('\n');
  expect(text.split('\n').filter(line => line.length > 100 && !code.includes(line) && !line.includes('https://'))).toEqual([]);
  const order = ['prod in us-east-1', 'What was found: 1 thing that would stop', 'BLOCKING_BUDGETS (stops SCALE_DOWN)', '1. INSTALL', '2. CUT_OVER', '3. SCALE_DOWN', 'Write this', 'Not ready: BLOCKING_BUDGETS.'];
  expect(order.map(part => text.indexOf(part))).toEqual([...order.map(part => text.indexOf(part))].sort((a, b) => a - b));
  expect(order.map(part => text.indexOf(part))).not.toContain(-1);
});

test.each([
  ['what is forbidden', Object.assign(new Error('x'), { code: 403, body: '{"message":"pods is forbidden"}' }), 'not allowed: pods is forbidden'],
  ['a stranger', Object.assign(new Error('HTTP 401'), { code: 401, body: {} }), 'the cluster does not know the caller: HTTP 401'],
  ['silence', Object.assign(new Error('no way'), { name: 'TimeoutError' }), 'TimeoutError: no way'],
  ['a body that is no JSON', Object.assign(new Error('x'), { code: 500, body: 'not json' }), 'Error: x'],
])('%s is a line for people', (_name, error, says) => {
  expect(reasonOf(error)).toBe(says);
});
