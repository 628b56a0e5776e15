import { Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { AwsProvider } from '../../src/custom-resources/aws-provider';
import { KubernetesProvider } from '../../src/custom-resources/kubernetes-provider';
import { twoPhaseResource } from '../../src/custom-resources/two-phase-provider';
import { before, idsBelow, importCluster, KUBECTL_ROLE, only, rendered, testStack } from '../karpenter-migration/stack';

const ours = (template: Template, description: string) => {
  const found = template.findResources('AWS::Lambda::Function', { Properties: { Description: Match.stringLikeRegexp(description) } });
  return Object.values(found).map(({ Properties }) => Properties);
};

describe('the function that needs AWS only', () => {
  test('is there once per stack, wherever it is asked for', () => {
    const stack = testStack();
    const one = AwsProvider.getOrCreate(new Construct(stack, 'A'));
    expect(AwsProvider.getOrCreate(new Construct(stack, 'B'))).toBe(one);
    expect(ours(Template.fromStack(stack), 'resources, and the steps')).toHaveLength(1);
  });

  const policiesOf = (stack: Stack) => Object.entries(rendered(stack).Resources)
    .filter(([, { Type, Properties }]) => /^AWS::IAM::(Managed)?Policy$/.test(Type) && JSON.stringify(Properties.Roles).includes('KarpenterMigrationAwsRole'));

  const resourceIn = (scope: Construct) => twoPhaseResource(scope, AwsProvider.getOrCreate(scope), 'Custom::Thing', {});

  const READ = { actions: ['eks:DescribeCluster'], resources: ['arn:aws:eks:us-east-1:111111111111:cluster/a'] };

  test('by itself may write its log only', () => {
    const stack = testStack();
    AwsProvider.getOrCreate(stack);
    expect(policiesOf(stack)).toEqual([]);
    const template = rendered(stack);
    const role = template.Resources[idsBelow(template, 'KarpenterMigrationAwsRole')[0]].Properties;
    expect(role.ManagedPolicyArns).toBeUndefined();
    expect(role.Policies).toHaveLength(1);
    expect(role.Policies[0].PolicyDocument.Statement).toEqual([
      { Effect: 'Allow', Action: ['logs:CreateLogStream', 'logs:PutLogEvents'], Resource: { 'Fn::GetAtt': [idsBelow(template, 'KarpenterMigrationAwsLogs')[0], 'Arn'] } },
    ]);
  });

  test('may ask again, and what a resource needs, as soon as the resource comes and until it is gone', () => {
    const stack = testStack();
    AwsProvider.getOrCreate(stack).allow(resourceIn(new Construct(stack, 'Thing')), [READ]);
    const [[id, { Properties }], ...others] = policiesOf(stack);
    expect(others).toEqual([]);
    expect(Properties.PolicyDocument.Statement).toEqual(expect.arrayContaining([
      { Effect: 'Allow', Action: 'states:StartExecution', Resource: { Ref: expect.stringMatching(/^KarpenterMigrationAwsWaiter/) } },
      { Effect: 'Allow', Action: 'eks:DescribeCluster', Resource: 'arn:aws:eks:us-east-1:111111111111:cluster/a' },
    ]));
    const template = rendered(stack);
    expect(before(template, idsBelow(template, 'Thing')[0])).toContain(id);
  });

  test('has policies that nobody else narrows: one for each resource, or for all that go together', () => {
    const stack = testStack();
    const family = new Construct(stack, 'Family');
    AwsProvider.shareRights(family);
    [new Construct(family, 'A'), new Construct(family, 'B'), new Construct(stack, 'C')].forEach(resourceIn);
    expect(policiesOf(stack).map(([id]) => id)).toEqual([
      expect.stringMatching(/^KarpenterMigrationAwsForTestFamily/), expect.stringMatching(/^KarpenterMigrationAwsForTestC/),
    ]);
  });

  test('has a second policy for what is known late, which the first resources of a family need not wait for', () => {
    const stack = testStack();
    const family = new Construct(stack, 'Family');
    AwsProvider.shareRights(family);
    resourceIn(new Construct(family, 'Early'));
    AwsProvider.getOrCreate(stack).allowLate(resourceIn(new Construct(family, 'Late')), [READ], iam.ManagedPolicy);
    const template = rendered(stack);
    const [late] = idsBelow(template, 'KarpenterMigrationAwsLateForTestFamily');
    expect(template.Resources[late].Type).toBe('AWS::IAM::ManagedPolicy');
    expect(before(template, idsBelow(template, 'FamilyLate')[0])).toContain(late);
    expect(before(template, idsBelow(template, 'FamilyEarly')[0])).not.toContain(late);
  });
});

describe('the state machine that asks again', () => {
  const stack = testStack();
  AwsProvider.getOrCreate(stack);
  const template = rendered(stack);
  const { Properties } = only(template, 'AWS::StepFunctions::StateMachine');
  const { States } = JSON.parse(Properties.DefinitionString);
  const [functionId] = idsBelow(template, 'KarpenterMigrationAwsFunction');

  test('has the name of the function, which finds it by that', () => {
    expect(Properties.StateMachineName).toEqual({ Ref: functionId });
  });

  test('may call the function, and nothing else', () => {
    const [role] = idsBelow(template, 'KarpenterMigrationAwsWaiterRole');
    expect(Properties.DefinitionSubstitutions).toEqual({ Function: { 'Fn::GetAtt': [functionId, 'Arn'] } });
    expect(template.Resources[role].Properties.Policies.flatMap(({ PolicyDocument }: any) => PolicyDocument.Statement)).toEqual([
      { Effect: 'Allow', Action: 'lambda:InvokeFunction', Resource: { 'Fn::GetAtt': [functionId, 'Arn'] } },
    ]);
  });

  test('asks until the function has answered', () => {
    expect(States.Ask).toMatchObject({ Resource: '${Function}', ResultPath: '$.Progress', Next: 'Answered?' });
    expect(States['Answered?']).toEqual({ Type: 'Choice', Choices: [{ Variable: '$.Progress.done', BooleanEquals: true, Next: 'Answered' }], Default: 'Wait' });
    expect(States.Wait).toEqual({ Type: 'Wait', SecondsPath: '$.Progress.waitSeconds', Next: 'Ask' });
  });

  test('lets the function say what happened where no call comes to its end, before CloudFormation gives up', () => {
    expect(States.Ask.Catch).toEqual([{ ErrorEquals: ['States.ALL'], ResultPath: '$.Failure', Next: 'Give up' }]);
    const [{ IntervalSeconds, BackoffRate, MaxDelaySeconds, MaxAttempts }] = States.Ask.Retry;
    const pauses = Array.from({ length: MaxAttempts }, (_, index) => Math.min(IntervalSeconds * BackoffRate ** index, MaxDelaySeconds));
    const timeout = template.Resources[functionId].Properties.Timeout;
    const minutes = (pauses.reduce((sum, pause) => sum + pause, 0) + (MaxAttempts + 1) * timeout) / 60;
    expect(minutes).toBeLessThan(60);
    expect(States['Give up']).toMatchObject({ Resource: '${Function}', Next: 'Answered' });
  });
});

describe('the function that talks to the Kubernetes API', () => {
  test('is there once per cluster', () => {
    const stack = testStack();
    const [blue, green] = ['Blue', 'Green'].map(id => importCluster(stack, { clusterName: id }, id));
    const provider = KubernetesProvider.getOrCreate(new Construct(stack, 'A'), blue);
    expect(KubernetesProvider.getOrCreate(new Construct(stack, 'B'), blue)).toBe(provider);
    expect(KubernetesProvider.getOrCreate(stack, green)).not.toBe(provider);
  });

  test('has a role of its own, which may describe this cluster and assume its kubectl role only', () => {
    const stack = testStack();
    const provider = KubernetesProvider.getOrCreate(stack, importCluster(stack));
    expect(provider.kubectlRoleArn).toBe(KUBECTL_ROLE);
    const template = rendered(stack);
    const { Properties } = template.Resources[idsBelow(template, 'KarpenterMigrationKubernetes').find(id => /Role\w{8}$/.test(id))!];
    expect(Properties.ManagedPolicyArns).toBeUndefined();
    expect(Properties.Policies.flatMap(({ PolicyDocument }: any) => PolicyDocument.Statement)).toEqual([
      { Effect: 'Allow', Action: ['logs:CreateLogStream', 'logs:PutLogEvents'], Resource: { 'Fn::GetAtt': [idsBelow(template, 'KarpenterMigrationAwsLogs')[0], 'Arn'] } },
      { Effect: 'Allow', Action: 'eks:DescribeCluster', Resource: 'arn:aws:eks:us-east-1:111111111111:cluster/prod' },
      { Effect: 'Allow', Action: 'sts:AssumeRole', Resource: KUBECTL_ROLE },
    ]);
  });

  test.each([
    ['the role that is given', 'given', { kubectlLambdaRole: true, role: true }],
    ['the import\'s kubectlLambdaRole without one', 'lambda', { kubectlLambdaRole: true, role: false }],
  ])('runs as %s, and does not modify it', (_, expected, has) => {
    const stack = testStack();
    const role = (name: string) => iam.Role.fromRoleArn(stack, name, `arn:aws:iam::111111111111:role/${name}`);
    const cluster = importCluster(stack, has.kubectlLambdaRole ? { kubectlLambdaRole: role('lambda') } : {});
    KubernetesProvider.getOrCreate(stack, cluster, has.role ? { role: role('given') } : {});
    const template = Template.fromStack(stack);
    expect(ours(template, 'what talks to the Kubernetes API')[0].Role).toBe(`arn:aws:iam::111111111111:role/${expected}`);
    expect(Object.values(template.findResources('AWS::IAM::Policy', { Properties: { Roles: [expected] } }))).toEqual([]);
  });

  test('runs outside of any VPC where the import names no private subnets', () => {
    const stack = testStack();
    const vpc = ec2.Vpc.fromVpcAttributes(stack, 'Vpc', { vpcId: 'vpc-1', availabilityZones: ['us-east-1a'] });
    KubernetesProvider.getOrCreate(stack, importCluster(stack, { vpc }));
    expect(ours(Template.fromStack(stack), 'what talks to the Kubernetes API')[0].VpcConfig).toBeUndefined();
  });

  const network = (stack: Construct, name: string) => ({
    vpc: ec2.Vpc.fromVpcAttributes(stack, `Vpc${name}`, { vpcId: `vpc-${name}`, availabilityZones: ['us-east-1a'], privateSubnetIds: [`subnet-${name}`] }),
    securityGroups: [ec2.SecurityGroup.fromSecurityGroupId(stack, `Group${name}`, `sg-${name}`)],
  });

  test('runs where it is told to, rather than where the import says', () => {
    const stack = testStack();
    const { vpc } = network(stack, '0b0b0b0b');
    const cluster = importCluster(stack, { vpc, kubectlPrivateSubnetIds: ['subnet-0b0b0b0b'], kubectlSecurityGroupId: 'sg-0b0b0b0b' });
    const own = network(stack, '0a0a0a0a');
    KubernetesProvider.getOrCreate(stack, cluster, { ...own, vpcSubnets: { subnets: own.vpc.privateSubnets } });
    expect(ours(Template.fromStack(stack), 'what talks to the Kubernetes API')[0].VpcConfig).toEqual({ SubnetIds: ['subnet-0a0a0a0a'], SecurityGroupIds: ['sg-0a0a0a0a'] });
  });

  test('is the same for all constructs of a cluster: a copy of its options is none, another role is an error', () => {
    const stack = testStack();
    const cluster = importCluster(stack);
    const options = network(stack, '0a0a0a0a');
    const first = KubernetesProvider.getOrCreate(stack, cluster, options);
    expect(KubernetesProvider.getOrCreate(stack, cluster, { ...options, securityGroups: [...options.securityGroups] })).toBe(first);
    expect(KubernetesProvider.getOrCreate(stack, cluster)).toBe(first);
    const role = iam.Role.fromRoleArn(stack, 'Role', 'arn:aws:iam::111111111111:role/other');
    expect(() => KubernetesProvider.getOrCreate(new Construct(stack, 'Late'), cluster, { role })).toThrow(new Error(
      'kubernetesHandler of "Test/Late" differs from what the function for the cluster "Test/Cluster" was made with: give the same to all constructs of a cluster',
    ));
  });

  test.each(['vpcSubnets', 'securityGroups'])('has no use for %s without a VPC', (property) => {
    const stack = testStack();
    const options = property === 'vpcSubnets' ? { vpcSubnets: {} } : { securityGroups: network(stack, '0a0a0a0a').securityGroups };
    expect(() => KubernetesProvider.getOrCreate(stack, importCluster(stack), options)).toThrow(new Error(
      `kubernetesHandler.${property} is set without a VPC: set kubernetesHandler.vpc, or kubectlPrivateSubnetIds and vpc of the import`,
    ));
  });
});
