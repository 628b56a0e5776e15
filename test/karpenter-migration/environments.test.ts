import { KubectlV27Layer } from '@aws-cdk/lambda-layer-kubectl-v27';
import { CfnParameter, Fn, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as eks from 'aws-cdk-lib/aws-eks';
import * as iam from 'aws-cdk-lib/aws-iam';
import { before, flat, idsBelow, importCluster, manifest, migrate, only, rendered, Resource, testStack } from './stack';
import { KarpenterRelease } from '../../src/karpenter/karpenter-release';
import { KarpenterMigration } from '../../src/karpenter-migration';
import { MigrationStage } from '../../src/words/migration-stage';

const KUBERNETES_TYPES = ['Claim', 'NodeAccess', 'Namespace', 'ReleaseGuard', 'ControllerReady'].map(name => `Custom::Karpenter${name}`);

describe('two migrations in one stack', () => {
  const stack = testStack();
  const suffix: Record<string, string> = { blue: '0b0b0b0b', green: '0e0e0e0e' };
  for (const name of ['blue', 'green']) {
    const vpc = ec2.Vpc.fromVpcAttributes(stack, `${name}Vpc`, {
      vpcId: `vpc-${suffix[name]}`, availabilityZones: ['us-east-1a'], privateSubnetIds: [`subnet-${suffix[name]}`],
    });
    const cluster = importCluster(stack, {
      clusterName: name,
      kubectlRoleArn: `arn:aws:iam::111111111111:role/${name}`,
      vpc,
      kubectlPrivateSubnetIds: [`subnet-${suffix[name]}`],
      kubectlSecurityGroupId: `sg-${suffix[name]}`,
    }, `${name}Cluster`);
    new KarpenterMigration(stack, name, { cluster });
  }
  const template = rendered(stack);

  test.each(['blue', 'green'])('what is made for %s says so everywhere', (name) => {
    const other = name === 'blue' ? 'green' : 'blue';
    const mine = idsBelow(template, name).map(id => template.Resources[id]).filter(({ Type }) => Type.startsWith('Custom::'));
    expect(mine.length).toBeGreaterThan(10);
    expect(mine.filter(({ Properties }) => Properties.ClusterName !== name)).toEqual([]);
    expect(mine.filter(({ Properties }) => JSON.stringify(Properties).includes(`"${other}"`))).toEqual([]);
  });

  test.each(['blue', 'green'])('the Kubernetes function of %s runs in its VPC, and serves its resources only', (name) => {
    const functions = idsBelow(template, 'KarpenterMigrationKubernetes').filter(id => template.Resources[id].Properties.VpcConfig?.SubnetIds[0] === `subnet-${suffix[name]}`);
    expect(functions).toHaveLength(1);
    expect(template.Resources[functions[0]].Properties.VpcConfig).toEqual({ SecurityGroupIds: [`sg-${suffix[name]}`], SubnetIds: [`subnet-${suffix[name]}`] });
    const used = idsBelow(template, name).map(id => template.Resources[id])
      .filter(({ Type }) => KUBERNETES_TYPES.includes(Type)).map(({ Properties }) => Properties.KubernetesFunction.Ref);
    expect(used.length).toBeGreaterThan(4);
    expect(used.filter(id => id !== functions[0])).toEqual([]);
  });

  /** The policies of the function for AWS that say a thing, by their ids. */
  const policiesWith = (...words: string[]) => Object.entries(template.Resources)
    .filter(([id, { Type, Properties }]) => /^AWS::IAM::(Managed)?Policy$/.test(Type) && id.startsWith('KarpenterMigrationAws') && words.every(word => JSON.stringify(Properties).includes(word)))
    .map(([id]) => id);

  test.each(['blue', 'green'])('what %s needs to be removed stays until it is, whatever becomes of the other', (name) => {
    const other = name === 'blue' ? 'green' : 'blue';
    const needs: Record<string, string[]> = {
      DiscoveryTags: ['ec2:DeleteTags', `cdk-karpenter-migration/${name}"`],
      AccessEntry: ['eks:DeleteAccessEntry', 'eks:ListNodegroups', `/${name}/*`],
      Stage: ['ec2:DeleteLaunchTemplate', 'autoscaling:ResumeProcesses', `"${name}"`],
      Namespace: ['lambda:InvokeFunction', 'states:StartExecution', `cluster/${name}"`],
    };
    for (const [part, words] of Object.entries(needs)) {
      const policies = policiesWith(...words);
      expect(policies).toHaveLength(1);
      expect(JSON.stringify(template.Resources[policies[0]].Properties.PolicyDocument)).not.toContain(other);
      const resource = idsBelow(template, `${name}${part}`).find(id => template.Resources[id].Type.startsWith('Custom::Karpenter'))!;
      expect(before(template, resource)).toContain(policies[0]);
    }
  });

  test('have policies that fit into what a role takes: 10,240 characters inline together, 6,144 in each of ten managed ones', () => {
    const sizes = (type: string) => policiesWith().filter(id => template.Resources[id].Type === type)
      .map(id => JSON.stringify(template.Resources[id].Properties.PolicyDocument, (_key, value) => value?.['Fn::Join'] ? flat(value) : value).length);
    expect(sizes('AWS::IAM::Policy').reduce((sum, size) => sum + size, 0)).toBeLessThan(10240);
    expect(sizes('AWS::IAM::ManagedPolicy')).toHaveLength(2);
    expect(Math.max(...sizes('AWS::IAM::ManagedPolicy'))).toBeLessThan(6144);
  });

  test('share the function that needs AWS only, which stays outside of both VPCs', () => {
    const functions = idsBelow(template, 'KarpenterMigrationAwsFunction').filter(id => template.Resources[id].Type === 'AWS::Lambda::Function');
    expect(functions).toHaveLength(1);
    expect(template.Resources[functions[0]].Properties.VpcConfig).toBeUndefined();
  });
});

describe('names that are known only in the deployment', () => {
  const stack = testStack({});
  const parameter = (id: string, type = 'String') => new CfnParameter(stack, id, { type });
  const cluster = eks.Cluster.fromClusterAttributes(stack, 'Cluster', {
    clusterName: parameter('Name').valueAsString,
    kubectlRoleArn: Fn.importValue('KubectlRoleArn'),
    kubectlLayer: new KubectlV27Layer(stack, 'Kubectl'),
    openIdConnectProvider: iam.OpenIdConnectProvider.fromOpenIdConnectProviderArn(stack, 'Oidc', parameter('OidcArn').valueAsString),
  });
  const migration = new KarpenterMigration(stack, 'Migration', {
    cluster,
    nodegroups: parameter('Nodegroups', 'CommaDelimitedList').valueAsList,
    hostNodegroups: [Fn.importValue('Host')],
    namespace: parameter('Namespace').valueAsString,
    serviceAccountName: parameter('ServiceAccount').valueAsString,
    release: KarpenterRelease.v0({ provisioner: { name: parameter('Provisioner').valueAsString } }),
    stage: MigrationStage.INSTALL,
  });
  migration.addProvisioner('Second', { name: parameter('SecondName').valueAsString });
  // Looks for cycles as well.
  const template = rendered(stack);

  test('no token is left in the template, and no condition has a function as its key', () => {
    const text = JSON.stringify(template);
    expect(text).not.toMatch(/\$\{Token\[|#\{Token\[/);
    const controller = template.Resources[idsBelow(template, 'MigrationControllerRolePolicy')[0]];
    expect(JSON.stringify(controller)).toContain('Fn::GetAtt');
  });

  test('the cluster\'s name is the parameter in every resource', () => {
    const custom = idsBelow(template, 'Migration').map(id => template.Resources[id]).filter(({ Type }) => /^Custom::(Karpenter|AWSCDK-EKS)/.test(Type));
    expect(custom.length).toBeGreaterThan(10);
    expect(custom.filter(({ Properties }) => Properties.ClusterName.Ref !== 'Name')).toEqual([]);
    expect(manifest(template, 'MigrationNodeTemplate').spec.subnetSelector).toEqual({ 'karpenter.sh/discovery': '<Name>' });
  });

  test('node groups, role, namespace and Provisioner are what was given', () => {
    expect(only(template, 'Custom::KarpenterClusterSurvey').Properties.Nodegroups).toEqual({ Ref: 'Nodegroups' });
    expect(only(template, 'Custom::KarpenterClaim').Properties.KubectlRoleArn).toEqual({ 'Fn::ImportValue': 'KubectlRoleArn' });
    expect(only(template, 'Custom::KarpenterNamespace').Properties.Namespace).toEqual({ Ref: 'Namespace' });
    expect(only(template, 'Custom::KarpenterPreflight').Properties.Objects.map(flat)).toContain('provisioners.v1alpha5.karpenter.sh/<Provisioner>');
    expect(manifest(template, 'MigrationProvisioner').metadata.name).toBe('<Provisioner>');
  });

  test('what only renders tokens comes before what uses it', () => {
    const conditions = Object.keys(template.Resources).filter(id => template.Resources[id].Type === 'Custom::AWSCDKCfnJson');
    expect(conditions.length).toBeGreaterThan(0);
    const [chart] = idsBelow(template, 'MigrationKarpenterChart');
    expect(conditions.filter(id => id.startsWith('MigrationControllerRole') && !before(template, chart).has(id))).toEqual([]);
  });
});

test('node groups that are a list token host the controller', () => {
  const { stack } = migrate((scope) => {
    const nodegroups = new CfnParameter(scope, 'Nodegroups', { type: 'CommaDelimitedList' }).valueAsList;
    return { nodegroups };
  });
  const [, values] = /"operator":"In","values":<(\w+)>/.exec(flat(rendered(stack).Resources[idsBelow(rendered(stack), 'MigrationKarpenterChart')[0]].Properties.Values))!;
  expect(rendered(stack).Resources[values]).toMatchObject({ Type: 'Custom::AWSCDKCfnJsonStringify', Properties: { Value: { Ref: 'Nodegroups' } } });
});

test('an import with a kubectl provider of its own needs neither role nor layer', () => {
  const { stack } = migrate(scope => ({
    cluster: eks.Cluster.fromClusterAttributes(scope, 'Cluster', {
      clusterName: 'prod',
      openIdConnectProvider: iam.OpenIdConnectProvider.fromOpenIdConnectProviderArn(scope, 'Oidc',
        'arn:aws:iam::111111111111:oidc-provider/oidc.eks.us-east-1.amazonaws.com/id/ABC'),
      kubectlProvider: eks.KubectlProvider.fromKubectlProviderAttributes(scope, 'Provider', {
        functionArn: 'arn:aws:lambda:us-east-1:111111111111:function:kubectl',
        kubectlRoleArn: 'arn:aws:iam::111111111111:role/admin',
        handlerRole: iam.Role.fromRoleArn(scope, 'Handler', 'arn:aws:iam::111111111111:role/handler'),
      }),
    }),
  }));
  const template = Template.fromStack(stack);
  template.resourceCountIs('AWS::CloudFormation::Stack', 0);
  template.allResourcesProperties('Custom::AWSCDK-EKS-HelmChart', {
    ServiceToken: 'arn:aws:lambda:us-east-1:111111111111:function:kubectl', RoleArn: 'arn:aws:iam::111111111111:role/admin',
  });
  template.hasResourceProperties('Custom::KarpenterClaim', { KubectlRoleArn: 'arn:aws:iam::111111111111:role/admin' });
  template.hasResourceProperties('AWS::Lambda::Function', {
    Description: Match.stringLikeRegexp('what talks to the Kubernetes API'), Role: 'arn:aws:iam::111111111111:role/handler',
  });
});

describe('a cluster of the same stack', () => {
  const newCluster = (stack: Stack) => new eks.Cluster(stack, 'Cluster', {
    version: eks.KubernetesVersion.V1_27, kubectlLayer: new KubectlV27Layer(stack, 'Kubectl'), defaultCapacity: 2,
  });
  const alone = testStack();
  newCluster(alone);
  const together = testStack();
  const cluster = newCluster(together);
  new KarpenterMigration(together, 'Migration', { cluster });
  const template = rendered(together);
  const comparable = ({ Type, Properties, DependsOn }: Resource) => ({ Type, Properties, DependsOn });

  test('is not changed by its migration, but for the list of who gets in', () => {
    const own = rendered(alone).Resources;
    expect(Object.keys(own).length).toBeGreaterThan(20);
    const [list, ...others] = idsBelow(rendered(alone), 'ClusterAwsAuthmanifest');
    expect(others).toEqual([]);
    expect(template.Resources[list]).not.toEqual(own[list]);
    for (const [id, resource] of Object.entries(own).filter(([each]) => each !== list)) {
      expect({ id, ...comparable(template.Resources[id]) }).toEqual({ id, ...comparable(resource) });
    }
  });

  test('trusts the role of the Kubernetes function, which is that of CDK\'s handler', () => {
    const fn = Object.values(template.Resources).find(({ Type, Properties }) =>
      Type === 'AWS::Lambda::Function' && /what talks to the Kubernetes API/.test(Properties.Description))!;
    const [handler] = fn.Properties.Role['Fn::GetAtt'];
    const [creation] = idsBelow(template, 'ClusterCreationRole').filter(id => template.Resources[id].Type === 'AWS::IAM::Role');
    expect(only(template, 'Custom::KarpenterClaim').Properties.KubectlRoleArn).toEqual({ 'Fn::GetAtt': [creation, 'Arn'] });
    expect(JSON.stringify(template.Resources[creation].Properties.AssumeRolePolicyDocument)).toContain(`"Fn::GetAtt":["${handler}","Arn"]`);
  });

  test('can be made in the same deployment: the migration may be ordered behind its node groups', () => {
    const stack = testStack();
    const made = newCluster(stack);
    new KarpenterMigration(stack, 'Migration', { cluster: made }).node.addDependency(made.defaultNodegroup!);
    const ordered = rendered(stack);
    const [nodegroup] = idsBelow(ordered, 'ClusterNodegroupDefaultCapacity').filter(id => ordered.Resources[id].Type === 'AWS::EKS::Nodegroup');
    expect([...before(ordered, idsBelow(ordered, 'MigrationPreflight')[0])]).toContain(nodegroup);
  });
});

describe('partitions', () => {
  const arns = (value: unknown) => JSON.stringify(value).match(/arn:aws[\w-]*:/g) ?? [];

  test('nothing of the migration names the partition of most regions', () => {
    const { stack } = migrate(scope => ({
      cluster: importCluster(scope, {
        kubectlRoleArn: 'arn:aws-cn:iam::111111111111:role/kubectl',
        openIdConnectProvider: iam.OpenIdConnectProvider.fromOpenIdConnectProviderArn(scope, 'OidcCn',
          'arn:aws-cn:iam::111111111111:oidc-provider/oidc.eks.cn-north-1.amazonaws.com.cn/id/ABC'),
      }),
    }), testStack({ env: { account: '111111111111', region: 'cn-north-1' } }));
    const template = rendered(stack);
    expect([...new Set(arns(template))]).toEqual(['arn:aws-cn:']);
    const trust = JSON.stringify(template.Resources[idsBelow(template, 'MigrationControllerRole')[0]].Properties.AssumeRolePolicyDocument);
    expect(trust).toContain('"oidc.eks.cn-north-1.amazonaws.com.cn/id/ABC:sub"');
    const passed = JSON.stringify(template.Resources[idsBelow(template, 'MigrationControllerRolePolicy')[0]]);
    expect(passed).toContain('"ec2.amazonaws.com.cn"');
  });

  test('a stack without region and account works wherever it is deployed', () => {
    const template = rendered(migrate(() => ({}), testStack({})).stack);
    const policy = JSON.stringify(template.Resources[idsBelow(template, 'MigrationControllerRolePolicy')[0]]);
    expect(policy).toContain('{"aws:RequestedRegion":{"Ref":"AWS::Region"}}');
    expect(policy).not.toContain('us-east-1');
  });
});
