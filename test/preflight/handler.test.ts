import { cluster, facts, FakeReader, host, kubernetes, nodegroup, properties, request, subnet } from './facts';
import { budget, question, stageFacts } from './workloads/stage';
import { BUDGET_BYTES, isComplete, sentBytes, shortReason } from '../../src/custom-resources/lifecycle';
import { PreflightFacts } from '../../src/preflight/checks';
import { PreflightProperties } from '../../src/preflight/contract';
import { preflightHandler } from '../../src/preflight/handler';
import { KubernetesFacts, KubernetesQuestion } from '../../src/preflight/kubernetes-facts';
import { StageFacts, VcpuFacts } from '../../src/preflight/workloads/facts';
import { StageQuestion } from '../../src/preflight/workloads/question';
import { MigrationStage } from '../../src/words/migration-stage';
import { PreflightCheck } from '../../src/words/preflight-check';

interface Options {
  readonly kubernetes?: () => KubernetesFacts;
  readonly rollingBack?: boolean;
  readonly stage?: StageFacts;
  readonly vcpus?: () => Promise<VcpuFacts>;
}

function setup(known: PreflightFacts, options: Options = {}) {
  const reader = new FakeReader(known);
  const questions: KubernetesQuestion[] = [];
  const stageQuestions: StageQuestion[] = [];
  const stage = options.stage ?? stageFacts();
  const handler = preflightHandler({
    reader,
    factsReader: () => ({
      readFacts: async (asked) => {
        questions.push(asked);
        return options.kubernetes?.() ?? known.kubernetes!;
      },
    }),
    stagePorts: () => ({
      kubernetes: {
        readStageFacts: async (asked) => {
          stageQuestions.push(asked);
          return stage;
        },
      },
      aws: {
        readShapes: async () => [...stage.nodegroups],
        selectSubnets: async () => [...stage.subnets.default],
        readVcpus: options.vcpus ?? (async () => stage.vcpus!),
        readInstanceTypes: async () => stage.types!,
        readPolicies: async () => [],
      },
    }),
    isRollingBack: async () => options.rollingBack ?? false,
  });
  return { reader, questions, stageQuestions, handler };
}

beforeEach(() => {
  jest.spyOn(console, 'log').mockImplementation();
});

afterEach(() => {
  jest.restoreAllMocks();
});

test('a creation passes on a healthy cluster and says its version', async () => {
  const { handler, reader, questions } = setup(facts());
  expect(await handler.apply(request('Create', properties())))
    .toEqual({ done: true, attributes: { clusterVersion: '1.27', warnings: 'none', accepted: 'none' } });
  expect(reader.asked).toEqual(['cluster prod all', 'subnets subnet-a,subnet-b', 'security groups sg-apps,sg-cluster']);
  expect(questions).toEqual([expect.objectContaining({ clusterName: 'prod', namespace: 'karpenter', replicas: 2, cpu: '1', memory: '1Gi' })]);
});

test('a creation fails with every broken assumption at once', async () => {
  const { handler } = setup(facts({ cluster: cluster({ version: '1.30', authenticationMode: 'API' }) }));
  await expect(handler.apply(request('Create', properties()))).rejects.toThrow(/: KUBERNETES_VERSION, AUTHENTICATION_MODE do not hold[^]*1\. KUBERNETES_VERSION: [^]*2\. AUTHENTICATION_MODE: /);
});

test('a creation at another stage is refused before anything is made', async () => {
  const { handler } = setup(facts());
  const late = properties({ Stage: MigrationStage.REMOVED, Migrates: true });
  await expect(handler.apply(request('Create', late))).rejects.toThrow(/nothing was changed: FIRST_STAGE/);
  expect(await handler.apply(request('Update', late, { oldProperties: properties() }))).toMatchObject({ done: true });
  expect(handler.parse({ ...late, Migrates: 'true' })).toMatchObject({ Migrates: true });
});

test('an update checks again, and what stands against going on is known then but does not stand in the way of staying', async () => {
  const { handler } = setup(facts({ cluster: cluster({ version: '1.30' }) }));
  expect(await handler.apply(request('Update', properties(), { oldProperties: properties() })))
    .toMatchObject({ done: true, attributes: { warnings: expect.stringMatching(/^KUBERNETES_VERSION/) } });
});

describe('on the way back', () => {
  const { criticalWorkloads, clusterAutoscaler, targets } = question();
  const at = (Stage: MigrationStage, more: Partial<PreflightProperties> = {}) => properties({
    Stage, Migrates: true, StagePlan: JSON.stringify({ criticalWorkloads, clusterAutoscaler, targets }), ...more,
  });
  const fullSubnet = { subnets: [subnet('subnet-a', { availableAddresses: 0 }), subnet('subnet-b')] };
  const notReady = { kubernetes: kubernetes({ hosts: [host('node-1'), host('node-2', { obstacle: 'it is not Ready' })] }) };
  const BROKEN: ReadonlyArray<[string, Partial<PreflightFacts>, PreflightCheck]> = [
    ['a subnet without addresses', fullSubnet, PreflightCheck.SUBNET_ADDRESSES],
    ['a node that is not Ready', notReady, PreflightCheck.HOST_CAPACITY],
    ['a control plane that was upgraded', { cluster: cluster({ version: '1.28' }) }, PreflightCheck.KUBERNETES_VERSION],
    ['a launch template that was deleted', { cluster: cluster({ nodegroups: [nodegroup('apps', { launchTemplateGone: true }), nodegroup('system')] }) }, PreflightCheck.NETWORK_SELECTION],
    ['a cluster that is being updated', { cluster: cluster({ status: 'UPDATING' }) }, PreflightCheck.CLUSTER_ACTIVE],
    ['a foreign Karpenter', { kubernetes: kubernetes({ karpenters: ['their/karpenter'], claim: { owner: 'Other', abandoned: false } }) }, PreflightCheck.OTHER_KARPENTER],
  ];
  const WAYS: ReadonlyArray<[MigrationStage, MigrationStage]> = [
    [MigrationStage.SCALE_DOWN, MigrationStage.CUT_OVER], [MigrationStage.SCALE_DOWN, MigrationStage.INSTALL],
    [MigrationStage.CUT_OVER, MigrationStage.INSTALL],
    [MigrationStage.CUT_OVER, MigrationStage.CUT_OVER],
  ];

  test.each(BROKEN.flatMap(([title, changes, check]) => WAYS.map(([from, to]) => ({ title, changes, check, from, to }))))(
    '$title is a warning from $from to $to', async ({ changes, check, from, to }) => {
      const { handler } = setup(facts(changes));
      expect(await handler.apply(request('Update', at(to), { oldProperties: at(from) })))
        .toMatchObject({ done: true, attributes: { warnings: expect.stringContaining(`${check}: `) } });
    });

  test.each([
    [MigrationStage.INSTALL, MigrationStage.CUT_OVER], [MigrationStage.CUT_OVER, MigrationStage.SCALE_DOWN],
    [MigrationStage.REMOVED, MigrationStage.INSTALL],
  ])('from %s to %s is none: what is broken stops it', async (from, to) => {
    for (const [, changes, check] of BROKEN) {
      const { handler } = setup(facts(changes));
      await expect(handler.apply(request('Update', at(to), { oldProperties: at(from) }))).rejects.toThrow(check);
    }
  });

  test('a stage of before that was not said was INSTALL', async () => {
    const { handler } = setup(facts(fullSubnet));
    await expect(handler.apply(request('Update', at(MigrationStage.CUT_OVER), { oldProperties: properties() }))).rejects.toThrow('SUBNET_ADDRESSES');
    expect(await handler.apply(request('Update', properties(), { oldProperties: at(MigrationStage.CUT_OVER) }))).toMatchObject({ done: true });
  });

  test.each<[string, Partial<PreflightProperties>, PreflightCheck]>([
    ['a release that does not serve the cluster', { MaximumVersion: '1.26' }, PreflightCheck.KUBERNETES_VERSION],
    ['another issuer', { Issuer: 'oidc.eks.us-east-1.amazonaws.com/id/XYZ' }, PreflightCheck.OIDC_ISSUER],
    ['another generation', { Api: 'karpenter.sh/v1' }, PreflightCheck.KARPENTER_GENERATION],
    ['a node group that does not exist', { Nodegroups: ['nope'] }, PreflightCheck.NODEGROUPS],
  ])('stops at what the deployment itself brings along: %s', async (_, change, check) => {
    const { handler } = setup(facts());
    await expect(handler.apply(request('Update', at(MigrationStage.INSTALL, change), { oldProperties: at(MigrationStage.CUT_OVER) }))).rejects.toThrow(check);
  });

  test('stops before it takes over an object of somebody else under a new name', async () => {
    const gpu = 'provisioners.v1alpha5.karpenter.sh/gpu';
    const { handler } = setup(facts({ kubernetes: kubernetes({ objects: [gpu], claim: { owner: 'Stack/Migration', abandoned: false } }) }));
    await expect(handler.apply(request('Update', properties({ Objects: [...properties().Objects, gpu] }), { oldProperties: properties() }))).rejects.toThrow('OTHER_OBJECTS');
  });
});

test('a security group that has vanished is a finding, and none in the way of a removal', async () => {
  const { handler, reader } = setup(facts());
  reader.readSecurityGroups = async ids => ids.filter(id => id !== 'sg-apps').map(id => ({ id, tags: {} }));
  await expect(handler.apply(request('Create', properties()))).rejects.toThrow('NETWORK_SELECTION: sg-apps does not exist in this account and region');
  const removal = properties({ Stage: MigrationStage.REMOVED, Migrates: true, AcceptedRisks: Object.values(PreflightCheck) });
  expect(await handler.apply(request('Update', removal, { oldProperties: properties() }))).toMatchObject({ done: true });
});

test.each([
  ['a connection that was reset', Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' })],
  ['a server in trouble', new Error('the kubernetes function failed: HTTP-Code: 503 Message: Unknown API Status Code!')],
])('%s is waited for, and a finding when it lasts', async (_, problem) => {
  const { handler } = setup(facts(), { kubernetes: () => { throw problem; } });
  const handlers = { T: handler };
  const event = {
    RequestType: 'Create' as const,
    ResourceType: 'T',
    ResourceProperties: { ...properties() },
    LogicalResourceId: 'l',
    StackId: 's',
    RequestId: 'r',
    PhysicalResourceId: 'p',
    StartedAt: '2026-01-01T12:00:00Z',
  };
  jest.spyOn(console, 'warn').mockImplementation();
  expect(await isComplete(handlers, event, new Date('2026-01-01T12:01:59Z'))).toEqual({ IsComplete: false });
  await expect(isComplete(handlers, event, new Date('2026-01-01T12:02:01Z'))).rejects.toThrow('KUBERNETES_ACCESS');
});

test('an update that takes a failed one back does not fail', async () => {
  const { handler } = setup(facts({ cluster: cluster({ version: '1.30' }) }), { rollingBack: true });
  expect((await handler.apply(request('Update', properties(), { oldProperties: properties() }))).done).toBe(true);
});

test('what the same resource made under another owner is its own', async () => {
  const known = facts({ kubernetes: kubernetes({ karpenters: ['karpenter/karpenter'], claim: { owner: 'Stack/Old', abandoned: false } }) });
  const { handler } = setup(known);
  await expect(handler.apply(request('Create', properties()))).rejects.toThrow(/OTHER_KARPENTER/);
  expect((await handler.apply(request('Update', properties(), { oldProperties: properties({ Owner: 'Stack/Old' }) }))).done).toBe(true);
});

test('accepted risks and warnings come out as attributes', async () => {
  const { handler } = setup(facts({
    cluster: cluster({ version: '1.30' }),
    kubernetes: kubernetes({ terminationHandlers: ['DaemonSet kube-system/nth'] }),
  }));
  const outcome = await handler.apply(request('Create', properties({ AcceptedRisks: [PreflightCheck.KUBERNETES_VERSION] })));
  expect(outcome).toEqual({
    done: true,
    attributes: {
      clusterVersion: '1.30',
      warnings: 'TERMINATION_HANDLER: the AWS Node Termination Handler runs: DaemonSet kube-system/nth',
      accepted: expect.stringMatching(/^KUBERNETES_VERSION: cluster "prod" runs Kubernetes 1\.30/),
    },
  });
});

test('the Kubernetes API of a cluster that is not ACTIVE is not asked', async () => {
  const { handler, questions } = setup(facts({ cluster: cluster({ status: 'CREATING' }) }));
  await expect(handler.apply(request('Create', properties()))).rejects.toThrow(/CLUSTER_ACTIVE/);
  expect(questions).toEqual([]);
});

test('an API that does not answer hides none of the other findings', async () => {
  const { handler } = setup(facts({ cluster: cluster({ version: '1.30' }) }), {
    kubernetes: () => {
      throw new Error('connect ETIMEDOUT');
    },
  });
  await expect(handler.apply(request('Create', properties()))).rejects.toThrow(/1\. KUBERNETES_VERSION: [^]*2\. KUBERNETES_ACCESS: .*ETIMEDOUT/);
});

test('a denial in the first minute is waited out', async () => {
  const { handler } = setup(facts(), {
    kubernetes: () => {
      throw new Error('the kubernetes function failed: AccessDenied: not yet');
    },
  });
  expect(await handler.apply(request('Create', properties(), { elapsed: 59_000 }))).toEqual({ done: false, waitingFor: expect.stringMatching(/AccessDenied/) });
});

test('a denial after the first minute is a finding', async () => {
  const { handler } = setup(facts(), {
    kubernetes: () => {
      throw new Error('the kubernetes function failed: AccessDenied: never');
    },
  });
  await expect(handler.apply(request('Create', properties(), { elapsed: 61_000 }))).rejects.toThrow(/KUBERNETES_ACCESS/);
});

test('an AWS error that is no denial is thrown as it is', async () => {
  const { handler, reader } = setup(facts());
  reader.readCluster = () => Promise.reject(new Error('No cluster found for name: prod.'));
  await expect(handler.apply(request('Create', properties(), { elapsed: 0 }))).rejects.toThrow('No cluster found for name: prod.');
});

test('a deletion does nothing, twice', async () => {
  const { handler, reader } = setup(facts());
  expect(await handler.remove(request('Delete', properties()))).toEqual({ done: true });
  expect(await handler.remove(request('Delete', properties()))).toEqual({ done: true });
  expect(reader.asked).toEqual([]);
});

test('with 60 node groups of the longest names, reason and attributes stay far below 4096 bytes', async () => {
  const names = Array.from({ length: 60 }, (_, index) => `${index}`.padStart(63, 'n'));
  const known = facts({
    cluster: cluster({
      version: '1.30',
      nodegroups: names.map((name, index) => nodegroup(name, { subnetIds: [`subnet-${index}`.padEnd(24, '0')] })),
    }),
    kubernetes: kubernetes({ hosts: [], karpenters: names, objects: names, terminationHandlers: names }),
    subnets: names.map((_, index) => subnet(`subnet-${index}`.padEnd(24, '0'), { availableAddresses: index % 2 })),
  });
  const { handler } = setup(known);
  const reason = await handler.apply(request('Create', properties())).then(() => '', (error: Error) => error.message);
  expect(reason).toMatch(/^nothing was changed: KUBERNETES_VERSION, HOST_CAPACITY, OTHER_KARPENTER, OTHER_OBJECTS, SUBNET_ADDRESSES do not hold/);
  expect(reason).toMatch(/and \d+ more, see the log/);
  expect(Buffer.byteLength(shortReason(reason))).toBeLessThan(3000);
  expect(sentBytes(reason)).toBeLessThanOrEqual(BUDGET_BYTES);
  expect(shortReason(reason)).toBe(reason);

  const accepted = await handler.apply(request('Create', properties({ AcceptedRisks: Object.values(PreflightCheck) })));
  expect(Buffer.byteLength(JSON.stringify(accepted))).toBeLessThan(2500);
});

test('properties survive the way through CloudFormation, where every scalar is text', () => {
  const { handler } = setup(facts());
  const sent = { ...properties(), Replicas: '2', TakeOver: 'false' } as unknown as Record<string, unknown>;
  expect(handler.parse(sent)).toEqual(properties());
  expect(handler.identify(handler.parse(sent))).toBe('karpenter-preflight/prod');
});

test('a way of node access that does not exist is refused', () => {
  const { handler } = setup(facts());
  expect(() => handler.parse({ ...properties(), NodeAccess: 'magic' })).toThrow('property NodeAccess must be one of auto, access-entry, aws-auth, unmanaged, got "magic"');
});

test('a security group source that does not exist is refused', () => {
  const { handler } = setup(facts());
  expect(() => handler.parse({ ...properties(), SecurityGroupSource: 'all' })).toThrow(/SecurityGroupSource must be one of/);
});

describe('a stage that moves what runs', () => {
  const { criticalWorkloads, clusterAutoscaler, targets } = question();
  const blocked = stageFacts({ budgets: [budget('cart', { maxUnavailable: 0 })] });
  const plan = JSON.stringify({ criticalWorkloads, clusterAutoscaler, targets });
  const atStage = (Stage: MigrationStage) => properties({ Stage, StagePlan: plan });

  test('is checked with all the rest, at once', async () => {
    const { handler, stageQuestions } = setup(facts({ cluster: cluster({ version: '1.30' }) }), { stage: blocked });
    await expect(handler.apply(request('Update', atStage(MigrationStage.SCALE_DOWN)))).rejects.toThrow(/KUBERNETES_VERSION, BLOCKING_BUDGETS do not hold/);
    expect(stageQuestions).toEqual([question({ kubectlRoleArn: 'arn:aws:iam::111111111111:role/kubectl' })]);
  });

  test('passes with what is a warning only', async () => {
    const { handler } = setup(facts(), { stage: blocked });
    expect(await handler.apply(request('Update', atStage(MigrationStage.CUT_OVER))))
      .toMatchObject({ done: true, attributes: { warnings: expect.stringMatching(/^BLOCKING_BUDGETS: .*shop\/cart/) } });
  });

  test('passes with a risk that is accepted', async () => {
    const { handler } = setup(facts(), { stage: blocked });
    const accepting = { ...atStage(MigrationStage.SCALE_DOWN), AcceptedRisks: [PreflightCheck.BLOCKING_BUDGETS] };
    expect(await handler.apply(request('Update', accepting)))
      .toMatchObject({ attributes: { warnings: 'none', accepted: expect.stringMatching(/^BLOCKING_BUDGETS/) } });
  });

  test('is not asked about without a stage, and not where the API does not answer', async () => {
    const without = setup(facts());
    await without.handler.apply(request('Update', properties()));
    const silent = setup(facts(), { kubernetes: () => { throw new Error('timeout'); } });
    await expect(silent.handler.apply(request('Update', atStage(MigrationStage.SCALE_DOWN)))).rejects.toThrow('KUBERNETES_ACCESS');
    expect([...without.stageQuestions, ...silent.stageQuestions]).toEqual([]);
  });

  test('waits for a right to the quota that may still come, and goes on without one that does not', async () => {
    const denial = Object.assign(new Error('not authorized to perform'), { name: 'AccessDeniedException' });
    const { handler } = setup(facts(), { stage: stageFacts({ vcpus: undefined }), vcpus: () => Promise.reject(denial) });
    expect(await handler.apply(request('Update', atStage(MigrationStage.SCALE_DOWN), { elapsed: 1000 }))).toMatchObject({ done: false });
    expect(await handler.apply(request('Update', atStage(MigrationStage.SCALE_DOWN)))).toMatchObject({ attributes: { warnings: expect.stringMatching(/^VCPU_QUOTA/) } });
  });

  test('is read from the properties as CloudFormation sends them', () => {
    const { handler } = setup(facts());
    const { Stage, StagePlan, ...rest } = atStage(MigrationStage.SCALE_DOWN);
    expect(handler.parse({ ...rest, Stage, StagePlan })).toMatchObject({ Stage, StagePlan });
    expect(handler.parse({ ...rest })).toMatchObject({ Stage: undefined, StagePlan: undefined });
  });
});
