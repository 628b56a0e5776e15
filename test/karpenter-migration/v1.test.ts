import { CfnParameter, Fn, Token } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { before, chartValues, deployedManifest, differences, flat, Given, idsBelow, importCluster, manifest, migrate, only, Rendered, rendered } from './stack';
import { Discovery } from '../../src/discovery-tags/discovery';
import { ControllerPolicy } from '../../src/iam/controller-policy';
import { IamNames } from '../../src/iam/iam-names';
import { InterruptionQueue } from '../../src/interruption/interruption-queue';
import { KarpenterRelease } from '../../src/karpenter/karpenter-release';
import { KarpenterReleaseV1Options } from '../../src/karpenter/v1/release-options';
import { KarpenterMigration } from '../../src/karpenter-migration';
import { Requirement } from '../../src/provisioning/requirement';
import { AmiAlias } from '../../src/provisioning/v1/ami';
import { NodePool } from '../../src/provisioning/v1/node-pool';
import { SubnetTerm } from '../../src/provisioning/v1/selector-terms';
import { MigrationStage } from '../../src/words/migration-stage';

const OWNED = { 'cdk-karpenter-migration/owner': 'Test/Migration' };

const v1 = (options?: KarpenterReleaseV1Options, given: Given = () => ({})) =>
  migrate(scope => ({ release: KarpenterRelease.v1(options), ...given(scope) }));
const SPOT = [Requirement.isIn('karpenter.sh/capacity-type', ['spot', 'on-demand'])];
const NODE_ROLE = 'arn:aws:iam::111111111111:role/team/nodes';
const withNodeRole: Given = stack => ({ nodeRole: iam.Role.fromRoleArn(stack, 'Nodes', NODE_ROLE) });

const { stack, migration } = v1();
const template = rendered(stack);
const idOf = ({ Resources }: Rendered, type: string) => Object.keys(Resources).find(id => Resources[id].Type === type)!;
const typed = ({ Resources }: Rendered, type: string) => Object.values(Resources).filter(({ Type }) => Type === type);

describe('a migration with Karpenter v1', () => {
  test('installs 1.14.3 in kube-system, with charts whose version has no v', () => {
    expect([migration.namespace, migration.karpenterVersion]).toEqual(['kube-system', '1.14.3']);
    expect(typed(template, 'Custom::AWSCDK-EKS-HelmChart').map(({ Properties }) => [Properties.Chart, Properties.Version, Properties.Namespace]).sort())
      .toEqual([['karpenter', '1.14.3', 'kube-system'], ['karpenter-crd', '1.14.3', 'kube-system']]);
    expect(JSON.stringify(template.Resources[idsBelow(template, 'MigrationControllerRole')[0]].Properties.AssumeRolePolicyDocument))
      .toContain('"system:serviceaccount:kube-system:karpenter"');
  });

  test('tells the controller its cluster and its queue', () => {
    const { settings, serviceAccount, controller, affinity } = chartValues(template);
    expect(settings).toEqual({ clusterName: 'prod', interruptionQueue: `<${idOf(template, 'AWS::SQS::Queue')}>` });
    expect(serviceAccount.name).toBe('karpenter');
    expect(controller.resources).toEqual({ requests: { cpu: '1', memory: '1Gi' }, limits: { cpu: '1', memory: '1Gi' } });
    expect(affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms).toEqual([{
      matchExpressions: [
        { key: 'karpenter.sh/nodepool', operator: 'DoesNotExist' },
        { key: 'eks.amazonaws.com/nodegroup', operator: 'Exists' },
      ],
    }]);
  });

  test('gives nodes a role that may pull images only, and makes no instance profile', () => {
    const policies = JSON.stringify(template.Resources[idsBelow(template, 'MigrationNodeRole')[0]].Properties.ManagedPolicyArns);
    expect(policies.match(/policy\/\w+/g)).toEqual([
      'policy/AmazonEKSWorkerNodePolicy', 'policy/AmazonEKS_CNI_Policy', 'policy/AmazonEC2ContainerRegistryPullOnly', 'policy/AmazonSSMManagedInstanceCore',
    ]);
    expect(typed(template, 'AWS::IAM::InstanceProfile')).toEqual([]);
    expect(migration.instanceProfile).toBeUndefined();
  });

  test('gives the controller two managed policies and waits for them', () => {
    const policies = idsBelow(template, 'MigrationControllerRole').filter(id => template.Resources[id].Type === 'AWS::IAM::ManagedPolicy');
    expect(policies.map(id => id.replace(/^MigrationControllerRole|Policy.{8}$/g, '')).sort())
      .toEqual(['Integration', 'NodeLifecycle']);
    expect([...before(template, idsBelow(template, 'MigrationKarpenterChart')[0])]).toEqual(expect.arrayContaining(policies));
  });

  test('makes the guide\'s NodePool, but on-demand', () => {
    expect(manifest(template, 'MigrationNodePool')).toEqual({
      apiVersion: 'karpenter.sh/v1',
      kind: 'NodePool',
      metadata: { name: 'default', annotations: OWNED },
      spec: {
        template: {
          spec: {
            nodeClassRef: { group: 'karpenter.k8s.aws', kind: 'EC2NodeClass', name: 'default' },
            requirements: [
              { key: 'kubernetes.io/arch', operator: 'In', values: ['amd64'] },
              { key: 'kubernetes.io/os', operator: 'In', values: ['linux'] },
              { key: 'karpenter.sh/capacity-type', operator: 'In', values: ['on-demand'] },
              { key: 'karpenter.k8s.aws/instance-category', operator: 'In', values: ['c', 'm', 'r'] },
              { key: 'karpenter.k8s.aws/instance-generation', operator: 'Gt', values: ['2'] },
            ],
            expireAfter: '720h',
          },
        },
        disruption: { consolidationPolicy: 'WhenEmptyOrUnderutilized', consolidateAfter: '1m', budgets: [{ nodes: '10%' }] },
        limits: { cpu: expect.anything() },
      },
    });
    expect(String(manifest(template, 'MigrationNodePool').spec.limits.cpu)).toBe('1000');
  });

  test('makes the guide\'s node class, of the migration\'s role, with two hops to the instance metadata', () => {
    expect(manifest(template, 'MigrationNodeClassManifest')).toEqual({
      apiVersion: 'karpenter.k8s.aws/v1',
      kind: 'EC2NodeClass',
      metadata: { name: 'default', annotations: OWNED },
      spec: {
        role: `<${idsBelow(template, 'MigrationNodeRole')[0]}>`,
        amiSelectorTerms: [{ alias: 'al2023@latest' }],
        subnetSelectorTerms: [{ tags: { 'karpenter.sh/discovery': 'prod' } }],
        securityGroupSelectorTerms: [{ tags: { 'karpenter.sh/discovery': 'prod' } }],
        metadataOptions: { httpEndpoint: 'enabled', httpProtocolIPv6: 'disabled', httpPutResponseHopLimit: 2, httpTokens: 'required' },
      },
    });
  });

  test('is compared with what 1.14 serves and makes, over zones', () => {
    expect(only(template, 'Custom::KarpenterPreflight').Properties).toMatchObject({
      Api: 'karpenter.sh/v1',
      MinimumVersion: '1.26',
      MaximumVersion: '1.36',
      Namespace: 'kube-system',
      Crds: [
        'nodepools.karpenter.sh', 'nodeclaims.karpenter.sh', 'ec2nodeclasses.karpenter.k8s.aws', 'nodeoverlays.karpenter.sh',
        'capacitybuffers.autoscaling.x-k8s.io',
      ],
      Objects: ['nodepools.v1.karpenter.sh/default', 'ec2nodeclasses.v1.karpenter.k8s.aws/default'],
      SpreadOverZones: true,
    });
  });

  test('is carried out with its API and its first NodePool', () => {
    const { Configuration } = only(template, 'Custom::KarpenterMigrationStage').Properties;
    expect(JSON.parse(flat(Configuration))).toMatchObject({ Api: 'karpenter.sh/v1', KarpenterVersion: '1.14.3', Pools: ['default'], Namespace: 'kube-system' });
  });

  test('waits for all replicas, then for a node class that Karpenter calls ready, then applies the NodePool', () => {
    const [chartReady] = idsBelow(template, 'MigrationKarpenterReady');
    const [nodeClass] = idsBelow(template, 'MigrationNodeClassManifest');
    const [ready] = idsBelow(template, 'MigrationNodeClassReady');
    const [pool] = idsBelow(template, 'MigrationNodePool');
    expect(template.Resources[chartReady].Properties).not.toHaveProperty('Probe');
    expect(before(template, nodeClass)).toContain(chartReady);
    expect(before(template, ready)).toContain(nodeClass);
    expect(before(template, pool)).toContain(ready);
    expect(before(template, idOf(template, 'Custom::KarpenterMigrationStage'))).toContain(pool);
    const { Manifest, Wait, ServiceToken: _, LibraryVersion: __, KubernetesFunction: ___, ClusterName, ...of }
      = template.Resources[ready].Properties;
    expect([Wait, ClusterName]).toEqual([true, 'prod']);
    expect(of).toEqual({
      KubectlRoleArn: expect.anything(),
      Group: 'karpenter.k8s.aws',
      Version: 'v1',
      Plural: 'ec2nodeclasses',
      Word: 'EC2NodeClass',
      Name: 'default',
      RememberedReasons: ['CreateLaunchTemplateAuthCheckFailed', 'CreateFleetAuthCheckFailed', 'RunInstancesAuthCheckFailed'],
      RememberedMinutes: 30,
    });
    // It changes with the manifest, and with what the manifest refers to.
    expect(flat(Manifest)).toMatch(/^[0-9a-f]{16} <MigrationNodeRole\w+>$/);
  });

  test('shows its queue in the outputs', () => {
    const output = Object.entries(template.Outputs).find(([name]) => name.includes('InterruptionQueueName'));
    expect(flat(output?.[1].Value)).toBe(`<${idOf(template, 'AWS::SQS::Queue')}>`);
    expect(Token.isUnresolved(migration.interruptionQueue?.queueName)).toBe(true);
  });
});

describe('retention', () => {
  const removed = rendered(v1(undefined, () => ({ stage: MigrationStage.REMOVED })).stack);
  const KEPT = ['MigrationInterruptionQueue', 'MigrationControllerRole', 'MigrationNodeRole', 'MigrationNodeClass', 'MigrationNodePool'];

  test.each(KEPT)('%s is kept while a Karpenter may live, and goes with the stack after the removal', (path) => {
    const ids = idsBelow(template, path);
    expect(ids).not.toEqual([]);
    expect(ids.filter(id => template.Resources[id].DeletionPolicy !== 'RetainExceptOnCreate')).toEqual([]);
    expect(ids.filter(id => ![undefined, 'Delete'].includes(removed.Resources[id].DeletionPolicy))).toEqual([]);
  });

  test('a migration that takes over keeps even its queue', () => {
    const taken = rendered(v1(undefined, () => ({ takeOver: true })).stack);
    expect(KEPT.flatMap(path => idsBelow(taken, path)).filter(id => taken.Resources[id].DeletionPolicy !== 'Retain')).toEqual([]);
  });

  test('a node class goes before the controller, its rights and the node role, and only when it is really gone', () => {
    const [nodeClass] = idsBelow(removed, 'MigrationNodeClassManifest');
    const [guard] = idsBelow(removed, 'MigrationNodeClassGuard');
    const [chart] = idsBelow(removed, 'MigrationKarpenterChart');
    expect(before(removed, idsBelow(removed, 'MigrationNodePool')[0])).toContain(nodeClass);
    expect(before(removed, nodeClass)).toContain(guard);
    expect(removed.Resources[guard].Properties).toMatchObject({ Plural: 'ec2nodeclasses', Singular: 'ec2nodeclass', Name: 'default' });
    const needed = [chart, ...idsBelow(removed, 'MigrationControllerRole'), ...idsBelow(removed, 'MigrationNodeRole'), ...idsBelow(removed, 'MigrationCrds')];
    expect(needed.length).toBeGreaterThan(5);
    expect([...before(removed, guard)]).toEqual(expect.arrayContaining(needed));
  });

  test('the way to REMOVED changes the stage, marks NodePools, and does not wait for node classes any more', () => {
    const bare = ({ Resources }: Rendered) =>
      Object.fromEntries(Object.entries(Resources).map(([id, { DeletionPolicy, UpdateReplacePolicy, ...rest }]) => [id, rest]));
    const preflight = `${idOf(template, 'Custom::KarpenterPreflight')}.Properties.AcceptedRisks`;
    expect(differences(bare(template), bare(removed)).filter(path => !path.startsWith(preflight)).sort()).toEqual([
      `${idOf(template, 'Custom::KarpenterPreflight')}.Properties.Migrates`,
      `${idOf(template, 'Custom::KarpenterPreflight')}.Properties.Stage`,
      `${idOf(template, 'Custom::KarpenterClaim')}.Properties.Revision`,
      `${idOf(template, 'Custom::KarpenterAccessEntry')}.Properties.Revision`,
      `${idsBelow(template, 'MigrationNodeClassReady')[0]}.Properties.Wait`,
      `${idsBelow(template, 'MigrationNodePool')[0]}.Properties.Manifest`,
      `${idOf(template, 'Custom::KarpenterMigrationStage')}.Properties.Stage`,
    ].sort());
    expect(manifest(removed, 'MigrationNodePool').metadata.annotations).toEqual({ ...OWNED, 'cdk-karpenter-migration/stage': 'REMOVED' });
  });
});

describe('NodePools and node classes that are added', () => {
  const added = v1({ nodeClass: { name: 'base' } });
  const nodeClass = added.migration.addNodeClass('GpuClass', {
    name: 'gpu', amiAlias: AmiAlias.al2Latest(), metadataOptions: { httpPutResponseHopLimit: 1 },
  });
  const gpu = added.migration.addNodePool('Gpu', { name: 'gpu', nodeClass });
  added.migration.addNodePool('Arm', { name: 'arm' });
  const made = rendered(added.stack);

  test('are beside the first ones', () => {
    expect([added.migration.nodePool.nodePoolName, added.migration.nodeClass?.nodeClassName]).toEqual(['default', 'base']);
    expect([gpu.nodePoolName, nodeClass.nodeClassName]).toEqual(['gpu', 'gpu']);
    expect(JSON.parse(flat(only(made, 'Custom::KarpenterMigrationStage').Properties.Configuration)).Pools).toEqual(['default', 'gpu', 'arm']);
    expect(only(made, 'Custom::KarpenterPreflight').Properties.Objects).toEqual([
      'nodepools.v1.karpenter.sh/default', 'nodepools.v1.karpenter.sh/gpu', 'nodepools.v1.karpenter.sh/arm',
      'ec2nodeclasses.v1.karpenter.k8s.aws/base', 'ec2nodeclasses.v1.karpenter.k8s.aws/gpu',
    ]);
  });

  test('with images of Amazon Linux 2 are told to the preflight, which knows the version of Kubernetes', () => {
    expect(only(made, 'Custom::KarpenterPreflight').Properties.Al2NodeClasses).toEqual(['gpu']);
    expect(only(template, 'Custom::KarpenterPreflight').Properties).not.toHaveProperty('Al2NodeClasses');
  });

  test('are launched by the first node class unless they name one', () => {
    const refs = ['MigrationNodePool', 'MigrationGpuManifest', 'MigrationArm'].map(path => manifest(made, path).spec.template.spec.nodeClassRef.name);
    expect(refs).toEqual(['base', 'gpu', 'base']);
  });

  test('say themselves what they say, and have the rest of the migration', () => {
    const { role, subnetSelectorTerms, metadataOptions } = manifest(made, 'MigrationGpuClassManifest').spec;
    expect(role).toBe(`<${idsBelow(made, 'MigrationNodeRole')[0]}>`);
    expect(subnetSelectorTerms).toEqual([{ tags: { 'karpenter.sh/discovery': 'prod' } }]);
    expect(metadataOptions.httpPutResponseHopLimit).toBe(1);
  });

  test('come after what they need, are waited for, and are kept', () => {
    const [object] = idsBelow(made, 'MigrationGpuManifest');
    const [ready] = idsBelow(made, 'MigrationGpuClassReady');
    expect(before(made, object)).toContain(ready);
    expect(before(made, idOf(made, 'Custom::KarpenterMigrationStage'))).toContain(object);
    for (const id of [object, ready, ...idsBelow(made, 'MigrationGpuClassManifest')]) {
      expect(made.Resources[id].DeletionPolicy).toBe('RetainExceptOnCreate');
    }
  });

  test('need a name of their own', () => {
    expect(() => added.migration.addNodePool('Again', { name: 'gpu' })).toThrow('the migration has a NodePool "gpu" already');
    expect(() => added.migration.addNodeClass('Again', { name: 'gpu' })).toThrow('the migration has an EC2NodeClass "gpu" already');
  });
});

describe('the network', () => {
  test('has a term for each id', () => {
    const made = rendered(v1(undefined, () => ({ discovery: Discovery.ids({ subnetIds: ['subnet-1', 'subnet-2'], securityGroupIds: ['sg-1'] }) })).stack);
    const { subnetSelectorTerms, securityGroupSelectorTerms } = manifest(made, 'MigrationNodeClassManifest').spec;
    expect(subnetSelectorTerms).toEqual([{ id: 'subnet-1' }, { id: 'subnet-2' }]);
    expect(securityGroupSelectorTerms).toEqual([{ id: 'sg-1' }]);
  });

  describe('may be lists of which not even the length is known', () => {
    const listed = v1(undefined, scope => ({
      discovery: Discovery.ids({
        subnetIds: Fn.split(',', new CfnParameter(scope, 'Subnets').valueAsString),
        securityGroupIds: new CfnParameter(scope, 'Groups', { type: 'List<AWS::EC2::SecurityGroup::Id>' }).valueAsList,
      }),
    }));
    listed.migration.addNodeClass('Own', { name: 'own', subnetSelectorTerms: [SubnetTerm.id('subnet-9')] });
    const made = rendered(listed.stack);
    const deployed = (path: string) => deployedManifest(made, path, { Subnets: 'subnet-1,subnet-2,subnet-3', Groups: ['sg-1', 'sg-2'] }).spec;

    test('each id becomes a term in the deployment', () => {
      const { subnetSelectorTerms, securityGroupSelectorTerms } = deployed('MigrationNodeClassManifest');
      expect(subnetSelectorTerms).toEqual([{ id: 'subnet-1' }, { id: 'subnet-2' }, { id: 'subnet-3' }]);
      expect(securityGroupSelectorTerms).toEqual([{ id: 'sg-1' }, { id: 'sg-2' }]);
      expect(JSON.stringify(made.Resources[idsBelow(made, 'MigrationNodeClassReady')[0]].Properties.Manifest)).toMatch(/"Groups".*"Subnets"/);
    });

    test('a node class that says its own keeps them', () => {
      const { subnetSelectorTerms, securityGroupSelectorTerms } = deployed('MigrationOwnManifest');
      expect(subnetSelectorTerms).toEqual([{ id: 'subnet-9' }]);
      expect(securityGroupSelectorTerms).toEqual([{ id: 'sg-1' }, { id: 'sg-2' }]);
    });

    test('the preflight looks at the same ones, and no resource is made to turn lists into JSON', () => {
      const { SubnetIds, SecurityGroupIds } = only(made, 'Custom::KarpenterPreflight').Properties;
      expect([SubnetIds, SecurityGroupIds]).toEqual([{ 'Fn::Split': [',', { Ref: 'Subnets' }] }, { Ref: 'Groups' }]);
      expect(typed(made, 'Custom::AWSCDKCfnJsonStringify')).toEqual([]);
    });
  });
});

describe('the interruption queue', () => {
  test('may be one of the user\'s own, after whose policy the chart comes', () => {
    const own = v1(undefined, (scope) => {
      const queue = new sqs.Queue(scope, 'Mine', { enforceSSL: true });
      return { interruptionQueue: InterruptionQueue.existing(queue) };
    });
    const made = rendered(own.stack);
    const [queue] = idsBelow(made, 'Mine').filter(id => made.Resources[id].Type === 'AWS::SQS::Queue');
    expect(typed(made, 'AWS::Events::Rule')).toEqual([]);
    expect(chartValues(made).settings.interruptionQueue).toBe(`<${queue}>`);
    expect(before(made, idsBelow(made, 'MigrationKarpenterChart')[0])).toContain(idOf(made, 'AWS::SQS::QueuePolicy'));
    // Karpenter does not start without the queue that it was told.
    expect(made.Resources[queue].DeletionPolicy).toBe('RetainExceptOnCreate');
    const [policy] = idsBelow(made, 'MigrationControllerRoleIntegrationPolicy');
    const { Statement } = made.Resources[policy].Properties.PolicyDocument;
    expect(Statement.find(({ Sid }: any) => Sid === 'AllowInterruptionQueueActions').Resource).toEqual({ 'Fn::GetAtt': [queue, 'Arn'] });
  });

  test('may be none', () => {
    const none = v1(undefined, () => ({ interruptionQueue: InterruptionQueue.none() }));
    const made = rendered(none.stack);
    expect(none.migration.interruptionQueue).toBeUndefined();
    expect(chartValues(made).settings).toEqual({ clusterName: 'prod' });
    expect(JSON.stringify(made)).not.toContain('sqs:');
  });

  test('is not made with v0 unless it is wanted, and then reaches that chart and policy', () => {
    expect(typed(rendered(migrate().stack), 'AWS::SQS::Queue')).toEqual([]);
    for (const controllerPolicy of [undefined, ControllerPolicy.guide()]) {
      const made = rendered(migrate(() => ({ interruptionQueue: InterruptionQueue.managed(), controllerPolicy })).stack);
      const queue = idOf(made, 'AWS::SQS::Queue');
      expect(chartValues(made).settings.aws).toMatchObject({ clusterName: 'prod', interruptionQueueName: `<${queue}>` });
      expect(typed(made, 'AWS::Events::Rule')).toHaveLength(1);
      const { Statement } = made.Resources[idsBelow(made, 'MigrationControllerRolePolicy')[0]].Properties.PolicyDocument;
      expect(Statement.find(({ Sid }: any) => Sid === 'AllowInterruptionQueueActions')).toMatchObject({
        Action: ['sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:GetQueueUrl', 'sqs:ReceiveMessage'],
        Resource: { 'Fn::GetAtt': [queue, 'Arn'] },
      });
    }
  });

  test('is not contradicted by values', () => {
    expect(() => v1(undefined, () => ({ values: { settings: { interruptionQueue: 'other' } } })))
      .toThrow('values.settings.interruptionQueue must not be set, got "other"; it follows from `interruptionQueue`');
    expect(() => migrate(() => ({
      interruptionQueue: InterruptionQueue.managed(), values: { settings: { aws: { interruptionQueueName: 'other' } } },
    }))).toThrow('values.settings.aws.interruptionQueueName must not be set, got "other"; it follows from `interruptionQueue`');
    expect(() => v1(undefined, () => ({ values: { settings: { clusterName: 'other' } } })))
      .toThrow('values.settings.clusterName must not be set, got "other"; it follows from `cluster`');
    expect(() => v1(undefined, () => ({ values: { settings: { featureGates: { spotToSpotConsolidation: true } } } }))).not.toThrow();
  });
});

describe('Spot', () => {
  const SPOT_ROLE = 'Custom::KarpenterSpotServiceLinkedRole';

  test('needs nothing where no pool launches it', () => {
    expect(typed(template, SPOT_ROLE)).toEqual([]);
    expect(typed(rendered(migrate().stack), SPOT_ROLE)).toEqual([]);
    expect(JSON.stringify(template)).not.toContain('iam:CreateServiceLinkedRole');
  });

  test.each<[string, () => { stack: typeof stack; migration: KarpenterMigration }, string]>([
    ['the first NodePool', () => v1({ nodePool: { requirements: SPOT } }), 'MigrationNodePool'],
    ['a NodePool that is added', () => {
      const one = v1();
      one.migration.addNodePool('Spot', { name: 'spot', requirements: SPOT });
      return one;
    }, 'MigrationSpotManifest'],
    ['a Provisioner', () => migrate(() => ({ release: KarpenterRelease.v0({ provisioner: { requirements: SPOT } }) })), 'MigrationProvisioner'],
  ])('has its role made sure of before %s', (_, make, path) => {
    const made = rendered(make().stack);
    const role = idOf(made, SPOT_ROLE);
    expect(before(made, idsBelow(made, path)[0])).toContain(role);
    expect(before(made, role)).toContain(idOf(made, 'Custom::KarpenterClaim'));
    expect(made.Resources[role].DeletionPolicy).toBe('RetainExceptOnCreate');
  });

  test('has its role made sure of once', () => {
    const one = v1({ nodePool: { requirements: SPOT } });
    one.migration.addNodePool('Spot', { name: 'spot', requirements: SPOT });
    expect(typed(rendered(one.stack), SPOT_ROLE)).toHaveLength(1);
  });
});

describe('what belongs to a release', () => {
  const members = (of: KarpenterMigration): [string, string, () => unknown][] => [
    ['provisioner', 'v0', () => of.provisioner],
    ['nodeTemplate', 'v0', () => of.nodeTemplate],
    ['addProvisioner', 'v0', () => of.addProvisioner('Other', { name: 'other' })],
    ['addNodeTemplate', 'v0', () => of.addNodeTemplate('Other', { name: 'other' })],
    ['nodePool', 'v1', () => of.nodePool],
    ['nodeClass', 'v1', () => of.nodeClass],
    ['addNodePool', 'v1', () => of.addNodePool('Other', { name: 'other' })],
    ['addNodeClass', 'v1', () => of.addNodeClass('Other', { name: 'other' })],
  ];

  test.each([['v0', '0.29.2', migrate().migration], ['v1', '1.14.3', migration]])('is an error with another one than %s', (release, version, of) => {
    for (const [member, belongsTo, use] of members(of).filter(([, its]) => its !== release)) {
      expect(use).toThrow(`\`${member}\` belongs to KarpenterRelease.${belongsTo}, and \`release\` is KarpenterRelease.${release} (Karpenter ${version}): `
        + `use what belongs to that, or set \`release\` to KarpenterRelease.${belongsTo}()`);
    }
  });

  test('is there with its own', () => {
    expect(migration.nodePool).toBeInstanceOf(NodePool);
    expect(v1({ nodePool: { nodeClassName: 'elsewhere' } }).migration.nodeClass).toBeUndefined();
  });
});

describe('contradictions', () => {
  test.each<[string, KarpenterReleaseV1Options, Given, string]>([
    ['a node class that nothing uses', { nodePool: { nodeClassName: 'mine' }, nodeClass: {} }, () => ({}),
      'nodePool.nodeClassName ("mine") is set, so nodeClass would have no effect: keep one of them'],
    ['a profile without its role', { nodeClass: { instanceProfile: 'mine' } }, () => ({}),
      '`instanceProfile` of the node class "default" is set without `nodeRole`: set `nodeRole` of the migration to the role in that profile'],
    ['a field that the version does not know', { version: '1.10.0', nodeClass: { nestedVirtualization: true } }, () => ({}),
      'EC2NodeClass has what Karpenter 1.10.0 does not know: `nestedVirtualization` (from 1.13 on)'],
    ['an operator that the version does not know', { version: '1.8.8', nodePool: { requirements: [Requirement.atLeast('karpenter.k8s.aws/instance-cpu', 4)] } }, () => ({}),
      'NodePool has what Karpenter 1.8.8 does not know: `Requirement.atLeast` on "karpenter.k8s.aws/instance-cpu" (from 1.9 on)'],
  ])('%s is refused', (_, options, given, reason) => {
    expect(() => v1(options, given)).toThrow(reason);
  });

  test('another role for nodes is refused, which nobody lets in', () => {
    const { stack: other, migration: of } = v1();
    const role = iam.Role.fromRoleArn(other, 'Admin', 'arn:aws:iam::111111111111:role/admin');
    expect(() => of.addNodeClass('Other', { name: 'other', role })).toThrow('`role` of the node class "other" is not the migration\'s node role');
    expect(() => of.addNodeClass('Same', { name: 'same', role: of.nodeRole })).not.toThrow();
  });

  test('an instance profile of the user\'s own is for all node classes', () => {
    const { stack: own, migration: of } = v1({ nodeClass: { instanceProfile: 'mine' } }, withNodeRole);
    expect(() => of.addNodeClass('Other', { name: 'other' })).toThrow('the node class "other" has no `instanceProfile`, and the first one has');
    of.addNodeClass('Third', { name: 'third', instanceProfile: 'mine' });
    const made = rendered(own);
    const { role, instanceProfile } = manifest(made, 'MigrationNodeClassManifest').spec;
    expect([role, instanceProfile]).toEqual([undefined, 'mine']);
    const policies = JSON.stringify(idsBelow(made, 'MigrationControllerRole').map(id => made.Resources[id]));
    expect(policies).not.toContain('iam:CreateInstanceProfile');
    expect(policies).toContain(NODE_ROLE);
  });
});

test.each<[string, object[], boolean]>([
  ['prefer the spread over zones', [{ maxSkew: 1, topologyKey: 'topology.kubernetes.io/zone', whenUnsatisfiable: 'ScheduleAnyway' }], false],
  ['want it', [{ maxSkew: 1, topologyKey: 'topology.kubernetes.io/zone', whenUnsatisfiable: 'DoNotSchedule' }], true],
  ['say only where', [{ topologyKey: 'topology.kubernetes.io/zone' }], true],
  ['want another one', [{ topologyKey: 'kubernetes.io/hostname', whenUnsatisfiable: 'DoNotSchedule' }], false],
  ['want none', [], false],
])('values that %s decide what the preflight asks of the host node groups', (_, topologySpreadConstraints, expected) => {
  for (const release of [KarpenterRelease.v0(), KarpenterRelease.v1()]) {
    const made = rendered(migrate(() => ({ release, values: { topologySpreadConstraints } })).stack);
    expect(only(made, 'Custom::KarpenterPreflight').Properties.SpreadOverZones ?? false).toBe(expected);
  }
});

test('the guide\'s names are given to roles and managed policies', () => {
  const made = rendered(v1(undefined, () => ({ iamNames: IamNames.guide('prod') })).stack);
  expect(typed(made, 'AWS::IAM::ManagedPolicy').map(({ Properties }) => Properties.ManagedPolicyName).sort()).toEqual([
    'KarpenterControllerPolicy-prod-Integration', 'KarpenterControllerPolicy-prod-NodeLifecycle',
  ]);
});

test('a cluster whose name is a token is migrated as well', () => {
  const made = rendered(v1(undefined, scope => ({
    cluster: importCluster(scope, { clusterName: new CfnParameter(scope, 'Name').valueAsString }),
  })).stack);
  expect(chartValues(made).settings.clusterName).toBe('<Name>');
  expect(manifest(made, 'MigrationNodeClassManifest').spec.subnetSelectorTerms).toEqual([{ tags: { 'karpenter.sh/discovery': '<Name>' } }]);
});
