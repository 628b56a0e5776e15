import { subnet } from '../facts';
import { nodeClass, pool, question, shape, stageFacts, TYPES } from './stage';
import { RolePolicies, StageFacts, StagePorts, VcpuFacts } from '../../../src/preflight/workloads/facts';
import { stageFactsQuery } from '../../../src/preflight/workloads/facts.aws';
import { stageQuestion } from '../../../src/preflight/workloads/question';
import { readStageFacts } from '../../../src/preflight/workloads/reading';
import { MigrationStage } from '../../../src/words/migration-stage';
import { WorkflowConfiguration } from '../../../src/workflow/contract';

function ports(facts: StageFacts, vcpus: () => VcpuFacts, types = () => TYPES, policies = (): RolePolicies => ['orders']): { ports: StagePorts; asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    ports: {
      kubernetes: { readStageFacts: async () => facts },
      aws: {
        readShapes: async (clusterName, nodegroups) => {
          asked.push(`shapes of ${clusterName} ${nodegroups?.join() ?? 'all'}`);
          return [shape('apps')];
        },
        selectSubnets: async (selector) => {
          asked.push(`subnets ${JSON.stringify(selector)}`);
          return [subnet('subnet-a')];
        },
        readVcpus: async () => vcpus(),
        readInstanceTypes: async () => types(),
        readPolicies: async (identity) => {
          asked.push(`policies ${JSON.stringify(identity)}`);
          return policies();
        },
      },
    },
  };
}

const denied = () => {
  throw Object.assign(new Error('not authorized to perform'), { name: 'AccessDeniedException' });
};

test('the subnets of the node templates that are used are read', async () => {
  const facts = stageFacts({ nodeClasses: [nodeClass(), nodeClass({ name: 'unused' })], pools: [pool(), pool({ name: 'more' })] });
  const { ports: through, asked } = ports(facts, () => ({ quota: 10, running: 4 }));
  const read = await readStageFacts(through, question({ nodegroups: ['apps'] }));
  expect(read).toMatchObject({ nodegroups: [shape('apps')], subnets: { default: [subnet('subnet-a')] }, vcpus: { quota: 10, running: 4 }, types: TYPES });
  expect(asked).toEqual(['shapes of prod apps', 'subnets [[{"name":"tag:karpenter.sh/discovery","values":["prod"]}]]', 'policies {"role":"nodes"}']);
});

test('the policies of the roles of node groups, and of node classes that are used, are read once each', async () => {
  const nodeClasses = [
    nodeClass({ identity: { role: 'karpenter' } }), nodeClass({ name: 'same', identity: { role: 'karpenter' } }), nodeClass({ name: 'plain' }),
    nodeClass({ name: 'templated', identity: null }), nodeClass({ name: 'unused', identity: { role: 'unused' } }),
  ];
  const facts = stageFacts({
    nodeClasses,
    defaultInstanceProfile: 'profile',
    pools: ['default', 'same', 'plain', 'templated'].map(name => pool({ name, nodeClass: name })),
    nodegroupPolicies: undefined,
    karpenterPolicies: undefined,
  });
  const { ports: through, asked } = ports(facts, () => ({ quota: 10, running: 4 }));
  expect(await readStageFacts(through, question())).toMatchObject({ nodegroupPolicies: { nodes: ['orders'] }, karpenterPolicies: [['orders'], ['orders']] });
  expect(asked.filter(one => one.startsWith('policies'))).toEqual(['policies {"role":"nodes"}', 'policies {"role":"karpenter"}', 'policies {"instanceProfile":"profile"}']);
});

test('policies that nobody tells are told as a problem', async () => {
  const facts = stageFacts({ nodegroupPolicies: undefined, karpenterPolicies: undefined });
  const read = await readStageFacts(ports(facts, () => ({ quota: 10, running: 4 }), undefined, denied).ports, question());
  expect([read.nodegroupPolicies, read.policiesProblem]).toEqual([undefined, 'AccessDeniedException: not authorized to perform']);
});

test('a quota that nobody tells is told as a problem', async () => {
  const { ports: through } = ports(stageFacts({ vcpus: undefined }), denied);
  expect(await readStageFacts(through, question())).toMatchObject({ vcpuProblem: 'AccessDeniedException: not authorized to perform' });
});

test('instance types that nobody tells are told as a problem, too', async () => {
  const { ports: through } = ports(stageFacts({ types: undefined }), () => ({ quota: 10, running: 4 }), denied);
  const { types, typesProblem } = await readStageFacts(through, question());
  expect([types, typesProblem]).toEqual([undefined, 'AccessDeniedException: not authorized to perform']);
});

test('a denial that may pass is thrown', async () => {
  const { ports: through } = ports(stageFacts(), denied);
  await expect(readStageFacts(through, question(), () => true)).rejects.toThrow('not authorized');
});

test('the query connects to the cluster that the question names', async () => {
  const seen: unknown[] = [];
  const answer = stageFactsQuery(async (...connection) => {
    seen.push(connection);
    return {
      readStageFacts: async asked => {
        seen.push(asked);
        return stageFacts();
      },
    };
  });
  expect(await answer({ Query: 'stage-facts', Question: question() })).toEqual(stageFacts());
  expect(seen).toEqual([['prod', 'role'], question()]);
  await expect(answer({ Query: 'stage-facts' })).rejects.toThrow('the query has no Question');
});

test('a run asks with its configuration', () => {
  const { criticalWorkloads, clusterAutoscaler, namespace, api } = question();
  const configuration = {
    ClusterName: 'prod',
    KubectlRoleArn: 'role',
    Nodegroups: ['apps'],
    Namespace: namespace,
    Api: api,
    KarpenterVersion: '1.8.6',
    CriticalWorkloads: criticalWorkloads,
    ClusterAutoscaler: clusterAutoscaler,
    ScaleDown: { Targets: [{ Nodegroup: 'apps', Size: 0 }] },
  } as unknown as WorkflowConfiguration;
  expect(stageQuestion(configuration, MigrationStage.SCALE_DOWN)).toEqual(question({
    nodegroups: ['apps'], targets: [{ Nodegroup: 'apps', Size: 0 }], karpenterVersion: '1.8.6',
  }));
});
