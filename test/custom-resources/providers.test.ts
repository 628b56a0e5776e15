import { Match, Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { AwsProvider } from '../../src/custom-resources/aws-provider';
import { KubernetesProvider } from '../../src/custom-resources/kubernetes-provider';
import { importCluster, KUBECTL_ROLE, testStack } from '../karpenter-migration/stack';

const ours = (template: Template, description: string) => {
  const found = template.findResources('AWS::Lambda::Function', { Properties: { Description: Match.stringLikeRegexp(description) } });
  return Object.values(found).map(({ Properties }) => Properties);
};

describe('the function that needs AWS only', () => {
  test('is there once per stack, wherever it is asked for', () => {
    const stack = testStack();
    const one = AwsProvider.getOrCreate(new Construct(stack, 'A'));
    expect(AwsProvider.getOrCreate(new Construct(stack, 'B'))).toBe(one);
    expect(ours(Template.fromStack(stack), 'AWS APIs only')).toHaveLength(1);
  });

  test('may do nothing but what is asked for', () => {
    const policies = (allow: (provider: AwsProvider) => void) => {
      const stack = testStack();
      allow(AwsProvider.getOrCreate(stack));
      return Object.values(Template.fromStack(stack).findResources('AWS::IAM::Policy', {
        Properties: { Roles: [{ Ref: Match.stringLikeRegexp('^KarpenterMigrationAwsFunctionServiceRole') }] },
      }));
    };
    expect(policies(() => undefined)).toEqual([]);
    const asked = policies((provider) => {
      provider.allow({ actions: ['eks:DescribeCluster'], resources: ['arn:aws:eks:us-east-1:111111111111:cluster/a'] });
      provider.allow({ actions: ['ec2:DescribeSubnets'], resources: ['*'], conditions: { StringEquals: { 'aws:RequestedRegion': 'us-east-1' } } });
    });
    expect(asked).toHaveLength(1);
    expect(asked[0].Properties.PolicyDocument.Statement).toEqual([
      { Effect: 'Allow', Action: 'eks:DescribeCluster', Resource: 'arn:aws:eks:us-east-1:111111111111:cluster/a' },
      { Effect: 'Allow', Action: 'ec2:DescribeSubnets', Resource: '*', Condition: { StringEquals: { 'aws:RequestedRegion': 'us-east-1' } } },
    ]);
  });

  test('is asked again for almost an hour, because CloudFormation waits for one', () => {
    const stack = testStack();
    AwsProvider.getOrCreate(stack);
    const [{ Properties }] = Object.values(Template.fromStack(stack).findResources('AWS::StepFunctions::StateMachine'));
    const { IntervalSeconds, MaxAttempts } = /"IntervalSeconds":(?<IntervalSeconds>\d+),"MaxAttempts":(?<MaxAttempts>\d+)/
      .exec(JSON.stringify(Properties.DefinitionString).replace(/\\/g, ''))!.groups!;
    const minutes = Number(IntervalSeconds) * Number(MaxAttempts) / 60;
    expect(minutes).toBeGreaterThanOrEqual(55);
    expect(minutes).toBeLessThan(60);
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
    Template.fromStack(stack).hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: [
          { Effect: 'Allow', Action: 'eks:DescribeCluster', Resource: { 'Fn::Join': ['', Match.arrayWith([':eks:us-east-1:111111111111:cluster/prod'])] } },
          { Effect: 'Allow', Action: 'sts:AssumeRole', Resource: KUBECTL_ROLE },
        ],
      },
    });
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
    expect(ours(template, 'talk to the Kubernetes API')[0].Role).toBe(`arn:aws:iam::111111111111:role/${expected}`);
    expect(Object.values(template.findResources('AWS::IAM::Policy', { Properties: { Roles: [expected] } }))).toEqual([]);
  });

  test('runs outside of any VPC where the import names no private subnets', () => {
    const stack = testStack();
    const vpc = ec2.Vpc.fromVpcAttributes(stack, 'Vpc', { vpcId: 'vpc-1', availabilityZones: ['us-east-1a'] });
    KubernetesProvider.getOrCreate(stack, importCluster(stack, { vpc }));
    expect(ours(Template.fromStack(stack), 'talk to the Kubernetes API')[0].VpcConfig).toBeUndefined();
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
    expect(ours(Template.fromStack(stack), 'talk to the Kubernetes API')[0].VpcConfig).toEqual({ SubnetIds: ['subnet-0a0a0a0a'], SecurityGroupIds: ['sg-0a0a0a0a'] });
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
