import { join } from 'path';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import { before, chartValues, differences, idsBelow, manifest, migrate, only, OIDC_PROVIDER, Rendered, rendered, withoutAssetHashes } from './karpenter-migration/stack';
import { Discovery } from '../src/discovery-tags/discovery';
import { ControllerPolicy } from '../src/iam/controller-policy';
import { IamNames } from '../src/iam/iam-names';
import { ChartSource } from '../src/karpenter/chart-source';
import { KarpenterRelease } from '../src/karpenter/karpenter-release';
import { NodeAccess } from '../src/node-access/node-access';
import { Requirement } from '../src/provisioning/requirement';
import { MigrationStage } from '../src/words/migration-stage';
import { PreflightCheck } from '../src/words/preflight-check';

const CUSTOM_RESOURCES = [
  'Custom::KarpenterClusterSurvey',
  'Custom::KarpenterPreflight',
  'Custom::KarpenterClaim',
  'Custom::KarpenterDiscoveryTags',
  'Custom::KarpenterAccessEntry',
  'Custom::KarpenterNodeAccess',
  'Custom::KarpenterNamespace',
  'Custom::KarpenterReleaseGuard',
  'Custom::KarpenterControllerReady',
  'Custom::KarpenterMigrationStage',
];

function idOf({ Resources }: Rendered, type: string): string {
  return Object.keys(Resources).find(id => Resources[id].Type === type)!;
}

/** One synthesis serves all tests that only look. */
const installed = migrate();
const install = rendered(installed.stack);
const remove = rendered(migrate(() => ({ stage: MigrationStage.REMOVED })).stack);

test('the default migration is this template', () => {
  expect(withoutAssetHashes(install)).toMatchSnapshot();
});

describe('order', () => {
  const precedes = (earlier: string[], later: string) => {
    expect(earlier).not.toEqual([]);
    expect([...before(install, later)]).toEqual(expect.arrayContaining(earlier));
  };
  const [chart] = idsBelow(install, 'MigrationKarpenterChart');
  const stage = idOf(install, 'Custom::KarpenterMigrationStage');

  test('nothing is made before the preflight has passed and the cluster is claimed', () => {
    const claim = idOf(install, 'Custom::KarpenterClaim');
    precedes([idOf(install, 'Custom::KarpenterPreflight')], claim);
    expect([...before(install, claim)]).not.toEqual(expect.arrayContaining(idsBelow(install, 'MigrationSurvey')));
    const readOnly = [claim, ...idsBelow(install, 'MigrationSurvey'), ...idsBelow(install, 'MigrationPreflight')];
    const others = idsBelow(install, 'Migration').filter(id => !readOnly.includes(id));
    expect(others.filter(id => !before(install, id).has(claim))).toEqual([]);
    expect(others.length).toBeGreaterThan(10);
  });

  test('whether CDK\'s kubectl gets into the cluster is tried after our own checks, and before anything is made', () => {
    const [probe] = Object.keys(install.Resources).filter(id => install.Resources[id].Type === 'Custom::AWSCDK-EKS-KubernetesObjectValue');
    precedes([idOf(install, 'Custom::KarpenterPreflight')], probe);
    precedes([probe], idOf(install, 'Custom::KarpenterClaim'));
    expect(before(install, probe)).not.toContain(idOf(install, 'Custom::KarpenterClaim'));
    expect(install.Resources[probe].Properties).toMatchObject({ ObjectType: 'namespace', ObjectName: 'kube-system' });
  });

  test.each([
    ['its namespace', 'MigrationNamespace'],
    ['the CRDs', 'MigrationCrdsChart'],
    ['the look for a killed run of Helm', 'MigrationKarpenterGuard'],
    ['the controller\'s policy', 'MigrationControllerRolePolicy'],
    ['the discovery tags', 'MigrationDiscoveryTags'],
    ['the mapping of the node role', 'MigrationNodeAccess'],
    ['the access entry of the node role', 'MigrationAccessEntry'],
    ['the instance profile', 'MigrationInstanceProfile'],
    ['the node role', 'MigrationNodeRole'],
  ])('the chart comes after %s', (_, path) => precedes(idsBelow(install, path), chart));

  test('a Provisioner and a node template come after the chart is ready', () => {
    const [ready] = idsBelow(install, 'MigrationKarpenterReady');
    precedes([chart], ready);
    precedes([ready], idsBelow(install, 'MigrationNodeTemplate')[0]);
    precedes([ready, ...idsBelow(install, 'MigrationNodeTemplate')], idsBelow(install, 'MigrationProvisioner')[0]);
  });

  test('the stage comes after all else, so that it is deleted first', () => {
    precedes(idsBelow(install, 'Migration').filter(id => id !== stage), stage);
  });

  test('the stage comes after Provisioners that are added later, which come after the chart is ready', () => {
    const { stack, migration } = migrate();
    migration.addProvisioner('Gpu', { name: 'gpu' });
    const template = rendered(stack);
    const [gpu] = idsBelow(template, 'MigrationGpu');
    expect(before(template, idOf(template, 'Custom::KarpenterMigrationStage'))).toContain(gpu);
    expect([...before(template, gpu)]).toEqual(expect.arrayContaining(idsBelow(template, 'MigrationKarpenterReady')));
  });

  test('the chart comes after policies that the same stack gives to roles of the user\'s own', () => {
    const { stack } = migrate((scope) => {
      const controllerRole = new iam.Role(scope, 'Controller', { assumedBy: new iam.ServicePrincipal('pods.eks.amazonaws.com') });
      controllerRole.addToPolicy(new iam.PolicyStatement({ actions: ['ec2:*'], resources: ['*'] }));
      const nodeRole = new iam.Role(scope, 'Nodes', { assumedBy: new iam.ServicePrincipal('ec2.amazonaws.com') });
      nodeRole.addToPolicy(new iam.PolicyStatement({ actions: ['ssm:*'], resources: ['*'] }));
      return { controllerRole, nodeRole };
    });
    const template = rendered(stack);
    const policies = ['Controller', 'Nodes'].flatMap(path => idsBelow(template, `${path}DefaultPolicy`));
    expect(policies).toHaveLength(2);
    expect([...before(template, idsBelow(template, 'MigrationKarpenterChart')[0])]).toEqual(expect.arrayContaining(policies));
  });
});

describe('retention', () => {
  const readOnly = ['Custom::KarpenterClusterSurvey', 'Custom::KarpenterPreflight', 'Custom::AWSCDK-EKS-KubernetesObjectValue', 'Custom::KarpenterMigrationStage'];
  const policiesOf = (template: Rendered, id: string) => [template.Resources[id].DeletionPolicy, template.Resources[id].UpdateReplacePolicy];
  const [crds] = idsBelow(install, 'MigrationCrdsChart');
  const workflow = idsBelow(install, 'MigrationStageWorkflow');
  const footing = idsBelow(install, 'Migration').filter(id => id !== crds && !workflow.includes(id) && !readOnly.includes(install.Resources[id].Type));

  test('until the removal is verified, all that a living Karpenter stands on is kept, except when a creation rolls back', () => {
    expect(footing.map(id => install.Resources[id].Type)).toEqual(expect.arrayContaining([
      'AWS::IAM::Role', 'AWS::IAM::Policy', 'AWS::IAM::InstanceProfile', 'Custom::AWSCDK-EKS-HelmChart', 'Custom::AWSCDK-EKS-KubernetesResource',
      'Custom::KarpenterClaim', 'Custom::KarpenterDiscoveryTags', 'Custom::KarpenterAccessEntry', 'Custom::KarpenterNodeAccess', 'Custom::KarpenterNamespace',
    ]));
    expect(footing.filter(id => policiesOf(install, id).join() !== 'RetainExceptOnCreate,Retain')).toEqual([]);
  });

  test('what only reads, and the stage that guards the removal, is deleted with the stack', () => {
    for (const type of readOnly) {
      expect([undefined, 'Delete']).toContain(only(install, type).DeletionPolicy);
    }
  });

  test('the workflow is deleted with the stack, because nothing that lives stands on it', () => {
    expect(workflow.map(id => install.Resources[id].Type)).toContain('AWS::StepFunctions::StateMachine');
    expect(workflow.filter(id => ![undefined, 'Delete'].includes(install.Resources[id].DeletionPolicy))).toEqual([]);
  });

  test('after the removal everything goes with the stack', () => {
    const kept = footing.filter(id => ![undefined, 'Delete'].includes(remove.Resources[id].DeletionPolicy));
    expect(kept).toEqual([]);
  });

  test('the CRDs stay in any case, also when a creation rolls back', () => {
    expect(policiesOf(install, crds)).toEqual(['Retain', 'Retain']);
    expect(policiesOf(remove, crds)).toEqual(['Retain', 'Retain']);
  });

  test('a Provisioner that is added later is kept as the first one is', () => {
    for (const [stage, policy] of [[MigrationStage.INSTALL, 'RetainExceptOnCreate'], [MigrationStage.REMOVED, 'Delete']] as const) {
      const { stack, migration } = migrate(() => ({ stage }));
      migration.addProvisioner('Gpu', { name: 'gpu' });
      const template = rendered(stack);
      expect(template.Resources[idsBelow(template, 'MigrationGpu')[0]].DeletionPolicy).toBe(policy);
    }
  });

  test('what renders conditions with tokens in their keys is kept with the role that needs it', () => {
    const { stack } = migrate(() => ({ release: KarpenterRelease.v0(), controllerPolicy: ControllerPolicy.guide() }));
    expect(rendered(stack).Resources[idsBelow(rendered(stack), 'MigrationControllerRolePolicy')[0]].DeletionPolicy).toBe('RetainExceptOnCreate');
  });
});

describe('the way to REMOVED', () => {
  const bare = ({ Resources, Outputs }: Rendered) => ({
    Outputs,
    Resources: Object.fromEntries(Object.entries(Resources).map(([id, { DeletionPolicy, UpdateReplacePolicy, ...rest }]) => [id, rest])),
  });

  test('changes the stage, with which node access is looked at, the Provisioners and what the preflight accepts, and nothing else, so that no resource is replaced', () => {
    const preflight = `Resources.${idOf(install, 'Custom::KarpenterPreflight')}.Properties.AcceptedRisks`;
    expect(differences(bare(install), bare(remove)).filter(path => !path.startsWith(preflight)).sort()).toEqual([
      `Outputs.${Object.keys(install.Outputs).find(name => install.Outputs[name].Value === 'INSTALL')}.Value`,
      `Resources.${idOf(install, 'Custom::KarpenterAccessEntry')}.Properties.Revision`,
      `Resources.${idOf(install, 'Custom::KarpenterClaim')}.Properties.Revision`,
      `Resources.${idOf(install, 'Custom::KarpenterPreflight')}.Properties.Migrates`,
      `Resources.${idOf(install, 'Custom::KarpenterPreflight')}.Properties.Stage`,
      `Resources.${idsBelow(install, 'MigrationProvisioner')[0]}.Properties.Manifest`,
      `Resources.${idOf(install, 'Custom::KarpenterMigrationStage')}.Properties.Stage`,
    ]);
    expect(only(install, 'Custom::KarpenterMigrationStage').Properties.Stage).toBe('INSTALL');
    expect(only(remove, 'Custom::KarpenterMigrationStage').Properties.Stage).toBe('REMOVED');
  });

  test('does not stop at what would stand in the way of an installation', () => {
    expect(only(remove, 'Custom::KarpenterPreflight').Properties.AcceptedRisks).toEqual(Object.values(PreflightCheck).sort());
    expect(only(install, 'Custom::KarpenterPreflight').Properties.AcceptedRisks).toEqual([]);
  });

  test('marks all Provisioners, the later ones as well, and leaves their limits to the run', () => {
    const provisioners = (stage: MigrationStage) => {
      const { stack, migration } = migrate(() => ({ stage, release: KarpenterRelease.v0({ provisioner: { limits: { cpu: 100, pods: 50 } } }) }));
      migration.addProvisioner('Gpu', { name: 'gpu' });
      return ['MigrationProvisioner', 'MigrationGpu'].map(path => manifest(rendered(stack), path));
    };
    const [first, gpu] = provisioners(MigrationStage.INSTALL);
    expect(first.metadata.annotations).toEqual({ 'cdk-karpenter-migration/owner': 'Test/Migration' });
    const annotations = { ...first.metadata.annotations, 'cdk-karpenter-migration/stage': 'REMOVED' };
    expect(provisioners(MigrationStage.REMOVED)).toEqual([
      { ...first, metadata: { ...first.metadata, annotations } },
      { ...gpu, metadata: { ...gpu.metadata, annotations } },
    ]);
  });
});

describe('Provisioners', () => {
  test('launch by default as the guide\'s do', () => {
    expect(manifest(install, 'MigrationProvisioner').spec).toEqual({
      providerRef: { name: 'default' },
      requirements: [
        { key: 'karpenter.k8s.aws/instance-category', operator: 'In', values: ['c', 'm', 'r'] },
        { key: 'karpenter.k8s.aws/instance-generation', operator: 'Gt', values: ['2'] },
      ],
    });
    expect(manifest(install, 'MigrationNodeTemplate').spec).toEqual({
      subnetSelector: { 'karpenter.sh/discovery': 'prod' },
      securityGroupSelector: { 'karpenter.sh/discovery': 'prod' },
    });
  });

  test('that are added use the node template of the migration', () => {
    const { stack, migration } = migrate(() => ({ release: KarpenterRelease.v0({ nodeTemplate: { name: 'mine' } }) }));
    migration.addProvisioner('Gpu', { name: 'gpu', requirements: [Requirement.isIn('karpenter.k8s.aws/instance-family', ['g5'])] });
    const template = rendered(stack);
    expect(manifest(template, 'MigrationGpu')).toMatchObject({ metadata: { name: 'gpu' }, spec: { providerRef: { name: 'mine' } } });
    expect([...before(template, idsBelow(template, 'MigrationGpu')[0])]).toEqual(expect.arrayContaining(idsBelow(template, 'MigrationNodeTemplate')));
  });

  test('that are added use the node template of the first one where that brings its own', () => {
    const { stack, migration } = migrate(() => ({ release: KarpenterRelease.v0({ provisioner: { nodeTemplateName: 'elsewhere' } }) }));
    migration.addProvisioner('Gpu', { name: 'gpu' });
    migration.addProvisioner('Arm', { name: 'arm', nodeTemplateName: 'third' });
    expect(migration.nodeTemplate).toBeUndefined();
    expect(manifest(rendered(stack), 'MigrationGpu').spec.providerRef).toEqual({ name: 'elsewhere' });
    expect(manifest(rendered(stack), 'MigrationArm').spec.providerRef).toEqual({ name: 'third' });
  });

  test('need no security groups of a node template with a launch template, which has its own', () => {
    const { stack } = migrate(() => ({ release: KarpenterRelease.v0({ nodeTemplate: { launchTemplateName: 'mine' } }) }));
    expect(manifest(rendered(stack), 'MigrationNodeTemplate').spec).toEqual({
      subnetSelector: { 'karpenter.sh/discovery': 'prod' }, launchTemplate: 'mine',
    });
  });
});

describe('what exists already', () => {
  const NODE_ROLE = 'arn:aws:iam::111111111111:role/team/nodes';
  const CONTROLLER_ROLE = 'arn:aws:iam::111111111111:role/controller';
  const { stack, migration } = migrate(scope => ({
    nodeRole: iam.Role.fromRoleArn(scope, 'Nodes', NODE_ROLE),
    instanceProfile: iam.InstanceProfile.fromInstanceProfileName(scope, 'Profile', 'nodes'),
    controllerRole: iam.Role.fromRoleArn(scope, 'Controller', CONTROLLER_ROLE),
  }));
  const template = rendered(stack);

  test('is used', () => {
    expect(only(template, 'Custom::KarpenterNodeAccess').Properties.RoleArn).toBe(NODE_ROLE);
    expect(only(template, 'Custom::KarpenterAccessEntry').Properties.RoleArn).toBe(NODE_ROLE);
    expect(chartValues(template)).toMatchObject({
      settings: { aws: { defaultInstanceProfile: 'nodes' } },
      serviceAccount: { annotations: { 'eks.amazonaws.com/role-arn': CONTROLLER_ROLE } },
    });
    expect([migration.nodeRole.roleArn, migration.instanceProfile?.instanceProfileName, migration.controllerRole.roleArn])
      .toEqual([NODE_ROLE, 'nodes', CONTROLLER_ROLE]);
  });

  test('is not modified, and nothing is made instead', () => {
    const made = idsBelow(template, 'Migration').filter(id => template.Resources[id].Type.startsWith('AWS::IAM::'));
    expect(made.filter(id => !id.startsWith('MigrationStageWorkflow'))).toEqual([]);
    const attached = Object.values(template.Resources).filter(({ Type, Properties }) => /IAM::(Managed)?Policy$/.test(Type)
      && /nodes|controller"|kubectl"/.test(JSON.stringify(Properties.Roles)));
    expect(attached).toEqual([]);
  });

  test('the node role gets a profile where only the role is given, and is the one role that may be passed', () => {
    const half = migrate(scope => ({ nodeRole: iam.Role.fromRoleArn(scope, 'Nodes', NODE_ROLE) }));
    const roles = Template.fromStack(half.stack);
    roles.hasResourceProperties('AWS::IAM::InstanceProfile', { Roles: ['nodes'] });
    roles.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: { Statement: Match.arrayWith([Match.objectLike({ Action: 'iam:PassRole', Resource: NODE_ROLE })]) },
    });
  });
});

describe('choices', () => {
  test('discovery by ids tags nothing and may tag nothing', () => {
    const { stack } = migrate(() => ({ discovery: Discovery.ids({ subnetIds: ['subnet-1', 'subnet-2'], securityGroupIds: ['sg-1'] }) }));
    const template = rendered(stack);
    expect(idsBelow(template, 'MigrationDiscoveryTags')).toEqual([]);
    const functions = (of: Rendered) => JSON.stringify(idsBelow(of, 'KarpenterMigrationAwsFor').map(id => of.Resources[id]));
    expect(functions(install)).toContain('ec2:CreateTags');
    expect(functions(template)).not.toContain('ec2:CreateTags');
    expect(manifest(template, 'MigrationNodeTemplate').spec).toEqual({
      subnetSelector: { 'aws-ids': 'subnet-1,subnet-2' }, securityGroupSelector: { 'aws-ids': 'sg-1' },
    });
    expect(only(template, 'Custom::KarpenterPreflight').Properties).toMatchObject({ SubnetIds: ['subnet-1', 'subnet-2'], SecurityGroupIds: ['sg-1'] });
    expect(only(template, 'Custom::KarpenterPreflight').Properties.TagKey).toBeUndefined();
    const outputs = Object.fromEntries(Object.entries(template.Outputs).map(([name, { Value }]) => [name.replace(/^MigrationOutputs|.{8}$/g, ''), Value]));
    expect(outputs).toMatchObject({ SubnetIds: 'subnet-1,subnet-2', SecurityGroupIds: 'sg-1' });
  });

  test('another tag key reaches the tags, the node template and the preflight', () => {
    const template = rendered(migrate(() => ({ discovery: Discovery.tags({ key: 'team/discovery' }) })).stack);
    expect(only(template, 'Custom::KarpenterDiscoveryTags').Properties.TagKey).toBe('team/discovery');
    expect(only(template, 'Custom::KarpenterPreflight').Properties.TagKey).toBe('team/discovery');
    expect(manifest(template, 'MigrationNodeTemplate').spec.subnetSelector).toEqual({ 'team/discovery': 'prod' });
  });

  test('unmanaged node access leaves aws-auth alone, and the preflight does not ask for it', () => {
    const template = rendered(migrate(() => ({ nodeAccess: NodeAccess.unmanaged() })).stack);
    expect(idsBelow(template, 'MigrationNodeAccess')).toEqual([]);
    expect(idsBelow(template, 'MigrationAccessEntry')).toEqual([]);
    expect(only(template, 'Custom::KarpenterPreflight').Properties.NodeAccess).toBe('unmanaged');
    expect(only(install, 'Custom::KarpenterPreflight').Properties.NodeAccess).toBe('auto');
  });

  test('what another discovery or node access has made goes with the removal, for which its resources stay', () => {
    const { stack } = migrate(() => ({
      discovery: Discovery.ids({ subnetIds: ['subnet-1'], securityGroupIds: ['sg-1'] }), nodeAccess: NodeAccess.unmanaged(),
    }));
    const template = rendered(stack);
    const ownerOf = (of: Rendered, type: string) => only(of, type).Properties.Owner;
    for (const type of ['Custom::KarpenterAccessEntry', 'Custom::KarpenterNodeAccess']) {
      expect(ownerOf(template, type)).toBe(ownerOf(install, type));
    }
    expect(only(template, 'Custom::KarpenterDiscoveryTags').Properties.Retired).toBe(true);
    const former = idsBelow(template, 'MigrationFormer');
    expect(former.map(id => template.Resources[id].DeletionPolicy)).toEqual(['RetainExceptOnCreate', 'RetainExceptOnCreate', 'RetainExceptOnCreate']);
    expect([...before(template, idsBelow(template, 'MigrationKarpenterChart')[0])]).toEqual(expect.arrayContaining(former));
    expect(idsBelow(install, 'MigrationFormer')).toEqual([]);
  });

  test('charts come from a registry of the user\'s own', () => {
    const template = rendered(migrate(() => ({ chartSource: ChartSource.oci('oci://mirror.example.com/charts') })).stack);
    const charts = Object.values(template.Resources).filter(({ Type }) => Type === 'Custom::AWSCDK-EKS-HelmChart');
    expect(charts.map(({ Properties }) => Properties.Repository).sort())
      .toEqual(['oci://mirror.example.com/charts/karpenter', 'oci://mirror.example.com/charts/karpenter-crd']);
  });

  test('charts come from a directory, as assets', () => {
    const template = rendered(migrate(() => ({ chartSource: ChartSource.directory(join(__dirname, 'karpenter-migration', 'charts')) })).stack);
    const charts = Object.values(template.Resources).filter(({ Type }) => Type === 'Custom::AWSCDK-EKS-HelmChart');
    expect(charts).toHaveLength(2);
    for (const { Properties } of charts) {
      expect(Properties.ChartAssetURL).toBeDefined();
      expect(Properties.Repository).toBeUndefined();
    }
  });

  test('values are merged deeply into the guide\'s', () => {
    const template = rendered(migrate(() => ({
      values: { settings: { aws: { interruptionQueueName: 'queue' } }, controller: { resources: { limits: { memory: '2Gi' } } }, logLevel: 'debug' },
    })).stack);
    expect(chartValues(template)).toMatchObject({
      settings: { aws: { clusterName: 'prod', interruptionQueueName: 'queue' } },
      controller: { resources: { requests: { cpu: '1', memory: '1Gi' }, limits: { cpu: '1', memory: '2Gi' } } },
      serviceAccount: { name: 'karpenter' },
      logLevel: 'debug',
    });
  });

  test('namespace and service account reach the chart, the trust, the preflight and what makes the namespace', () => {
    const { stack, migration } = migrate(() => ({ namespace: 'autoscaling', serviceAccountName: 'scaler' }));
    const template = rendered(stack);
    expect(migration.namespace).toBe('autoscaling');
    expect(template.Resources[idsBelow(template, 'MigrationKarpenterChart')[0]].Properties.Namespace).toBe('autoscaling');
    expect(chartValues(template).serviceAccount.name).toBe('scaler');
    for (const type of ['Custom::KarpenterNamespace', 'Custom::KarpenterPreflight', 'Custom::KarpenterControllerReady']) {
      expect(only(template, type).Properties.Namespace).toBe('autoscaling');
    }
    expect(JSON.stringify(template.Resources[idsBelow(template, 'MigrationControllerRole')[0]].Properties.AssumeRolePolicyDocument))
      .toContain('"system:serviceaccount:autoscaling:scaler"');
  });

  test('the guide\'s names are given to all four IAM resources', () => {
    const template = Template.fromStack(migrate(() => ({ iamNames: IamNames.guide('prod') })).stack);
    template.hasResourceProperties('AWS::IAM::Role', { RoleName: 'KarpenterNodeRole-prod' });
    template.hasResourceProperties('AWS::IAM::Role', { RoleName: 'KarpenterControllerRole-prod' });
    template.hasResourceProperties('AWS::IAM::InstanceProfile', { InstanceProfileName: 'KarpenterNodeInstanceProfile-prod' });
    template.hasResourceProperties('AWS::IAM::Policy', { PolicyName: 'KarpenterControllerPolicy-prod' });
  });

  test('the guide\'s name is not missed where a role of the user\'s own is given instead', () => {
    const clusterName = 'x'.repeat(41);
    expect(() => migrate(scope => ({
      iamNames: IamNames.guide(clusterName),
      controllerRole: iam.Role.fromRoleArn(scope, 'Controller', 'arn:aws:iam::111111111111:role/controller'),
    }))).not.toThrow();
    expect(() => migrate(() => ({ iamNames: IamNames.guide(clusterName) }))).toThrow('the guide\'s name for the controller role leaves 40 characters');
  });

  test('node groups take part; the controller is hosted by them unless other ones are named', () => {
    const hosts = (template: Rendered) =>
      chartValues(template).affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchExpressions[1];
    const some = rendered(migrate(() => ({ nodegroups: ['a', 'b'] })).stack);
    expect(hosts(install)).toEqual({ key: 'eks.amazonaws.com/nodegroup', operator: 'Exists' });
    expect(hosts(some)).toEqual({ key: 'eks.amazonaws.com/nodegroup', operator: 'In', values: ['a', 'b'] });
    expect(only(some, 'Custom::KarpenterPreflight').Properties).toMatchObject({ Nodegroups: ['a', 'b'], HostNodegroups: ['a', 'b'] });
    const other = rendered(migrate(() => ({ nodegroups: ['a', 'b'], hostNodegroups: ['system'] })).stack);
    expect(hosts(other).values).toEqual(['system']);
    expect(only(other, 'Custom::KarpenterDiscoveryTags').Properties.NodegroupNames).toEqual(['a', 'b']);
  });

  test('accepted risks reach the preflight', () => {
    const template = rendered(migrate(() => ({ acceptedRisks: [PreflightCheck.SUBNET_ADDRESSES, PreflightCheck.HOST_CAPACITY] })).stack);
    expect(only(template, 'Custom::KarpenterPreflight').Properties.AcceptedRisks).toEqual(['HOST_CAPACITY', 'SUBNET_ADDRESSES']);
  });

  test('several security groups of the cluster are accepted by the tags as well', () => {
    const several = (...acceptedRisks: PreflightCheck[]) =>
      String(only(rendered(migrate(() => ({ acceptedRisks })).stack), 'Custom::KarpenterDiscoveryTags').Properties.SeveralClusterSecurityGroups);
    expect(several(PreflightCheck.CLUSTER_SECURITY_GROUPS)).toBe('true');
    expect(several(PreflightCheck.HOST_CAPACITY)).toBe('false');
  });

  test('the preflight looks for every Provisioner that will be made, each once', () => {
    const { stack, migration } = migrate();
    migration.addProvisioner('Gpu', { name: 'gpu' });
    expect(only(rendered(stack), 'Custom::KarpenterPreflight').Properties.Objects)
      .toEqual(['provisioners.v1alpha5.karpenter.sh/default', 'provisioners.v1alpha5.karpenter.sh/gpu', 'awsnodetemplates.v1alpha1.karpenter.k8s.aws/default']);
  });

  test('a migration that takes over keeps what it found, even when its creation rolls back', () => {
    const template = rendered(migrate(() => ({ takeOver: true })).stack);
    expect(only(template, 'Custom::KarpenterPreflight').Properties.TakeOver).toBe(true);
    for (const type of [
      'Custom::KarpenterClaim', 'Custom::KarpenterDiscoveryTags', 'Custom::KarpenterNamespace', 'Custom::KarpenterNodeAccess', 'Custom::KarpenterAccessEntry',
      'AWS::IAM::InstanceProfile',
    ]) {
      expect(only(template, type).DeletionPolicy).toBe('Retain');
    }
    const policies = Object.values(template.Resources).filter(({ Type }) => /^Custom::AWSCDK-EKS-(HelmChart|KubernetesResource)/.test(Type)).map(({ DeletionPolicy }) => DeletionPolicy);
    expect(policies).toEqual(['Retain', 'Retain', 'Retain', 'Retain']);
  });

  test.each([PreflightCheck.ABANDONED_MIGRATION, PreflightCheck.OTHER_KARPENTER, PreflightCheck.OTHER_CRDS, PreflightCheck.OTHER_OBJECTS])(
    'who accepts %s installs over something that lives, and keeps it as one that takes over does', (risk) => {
      const template = rendered(migrate(() => ({ acceptedRisks: [risk] })).stack);
      const over = rendered(migrate(() => ({ takeOver: true })).stack);
      const policiesOf = ({ Resources }: Rendered) =>
        Object.fromEntries(Object.entries(Resources).map(([id, { DeletionPolicy }]) => [id, DeletionPolicy]));
      expect(policiesOf(template)).toEqual(policiesOf(over));
      expect(Object.values(policiesOf(template))).not.toContain('RetainExceptOnCreate');
      expect(only(template, 'Custom::KarpenterMigrationStage').Properties.TakesOver).toBe(true);
    });

  test.each([
    [undefined, {}],
    [['again'], { revision: 'again' }],
    [['CUT_OVER'], { stage: MigrationStage.CUT_OVER }],
    [['SCALE_DOWN again'], { stage: MigrationStage.SCALE_DOWN, revision: 'again' }],
  ])('the claim is looked at with %j', (expected, props) => {
    expect(only(rendered(migrate(() => props).stack), 'Custom::KarpenterClaim').Properties.Revision).toBe(expected?.[0]);
  });

  test('a risk that is about nothing that lives keeps nothing more', () => {
    const template = rendered(migrate(() => ({ acceptedRisks: [PreflightCheck.HOST_CAPACITY] })).stack);
    expect(only(template, 'Custom::KarpenterClaim').DeletionPolicy).toBe('RetainExceptOnCreate');
    expect(only(template, 'Custom::KarpenterMigrationStage').Properties.TakesOver).toBeUndefined();
  });

  test('another release reaches charts, CRDs and the preflight', () => {
    const { stack, migration } = migrate(() => ({ release: KarpenterRelease.v0({ version: '0.31.0' }) }));
    const template = rendered(stack);
    expect(migration.karpenterVersion).toBe('0.31.0');
    const charts = Object.values(template.Resources).filter(({ Type }) => Type === 'Custom::AWSCDK-EKS-HelmChart');
    expect(charts.map(({ Properties }) => Properties.Version)).toEqual(['v0.31.0', 'v0.31.0']);
    expect(only(template, 'Custom::KarpenterPreflight').Properties.MaximumVersion).toBe('1.28');
  });

  test('a controller image of the user\'s own reaches the chart', () => {
    const template = rendered(migrate(() => ({ controllerImage: { repository: 'mirror.example.com/controller' } })).stack);
    expect(chartValues(template).controller.image).toEqual({ repository: 'mirror.example.com/controller' });
  });
});

test('everything that a function of ours serves is called again with another version of the library', () => {
  const served = Object.values(install.Resources).filter(({ Type }) => Type.startsWith('Custom::Karpenter'));
  expect(served.length).toBeGreaterThan(CUSTOM_RESOURCES.length);
  expect(served.filter(({ Properties }) => !/^\d+\.\d+\.\d+/.test(Properties.LibraryVersion))).toEqual([]);
});

test('a new revision reaches all that looks at the cluster, and only that changes', () => {
  const again = rendered(migrate(() => ({ revision: '2' })).stack);
  const changed = differences(install, again).map(path => path.split('.'));
  expect(changed.every(path => path[2] === 'Properties' && path[3] === 'Revision')).toBe(true);
  expect([...new Set(changed.map(([, id]) => again.Resources[id].Type))].sort()).toEqual([...CUSTOM_RESOURCES].sort());
});

test('the outputs say what was found and made', () => {
  const names = Object.keys(install.Outputs).map(name => name.replace(/^MigrationOutputs|.{8}$/g, ''));
  expect(names.sort()).toEqual([
    'AcceptedRisks', 'ControllerRoleArn', 'InstanceProfileName', 'KarpenterVersion', 'KubernetesVersion', 'Namespace', 'NodeRoleArn',
    'SecurityGroupIds', 'Stage', 'StartExecution', 'State', 'StatusCommand', 'SubnetIds', 'Warnings',
  ]);
  expect(Object.values(install.Outputs).filter(({ Value }) => Value === undefined || Value === '')).toEqual([]);
});

test('the controller is trusted as its service account only, through the provider of the import', () => {
  const trust = install.Resources[idsBelow(install, 'MigrationControllerRole')[0]].Properties.AssumeRolePolicyDocument.Statement;
  const issuer = OIDC_PROVIDER.split('oidc-provider/')[1];
  expect(trust).toEqual([{
    Effect: 'Allow',
    Action: 'sts:AssumeRoleWithWebIdentity',
    Principal: { Federated: OIDC_PROVIDER },
    Condition: { StringEquals: { [`${issuer}:aud`]: 'sts.amazonaws.com', [`${issuer}:sub`]: 'system:serviceaccount:karpenter:karpenter' } },
  }]);
});

test('every type of ours is part of the default migration', () => {
  const types = new Set(Object.values(install.Resources).map(({ Type }) => Type).filter(type => type.startsWith('Custom::Karpenter')));
  expect([...types].sort()).toEqual([...CUSTOM_RESOURCES].sort());
});
