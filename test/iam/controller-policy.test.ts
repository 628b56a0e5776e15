import { App, CfnParameter, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Call, isAllowed } from './evaluate';
import { rendered } from './rendered';
import { importCluster } from './stack';
import { ControllerPolicy } from '../../src/iam/controller-policy';
import { ControllerRole } from '../../src/iam/controller-role';

const REGION = 'us-east-1';
const NODE_ROLE = 'arn:aws:iam::111111111111:role/nodes';

const ec2 = (type: string, id = '*', account = '111111111111') => `arn:aws:ec2:${REGION}:${account}:${type}/${id}`;
const requestTags = (cluster: string) => ({
  [`aws:RequestTag/kubernetes.io/cluster/${cluster}`]: 'owned',
  'aws:RequestTag/karpenter.sh/provisioner-name': 'default',
});
const resourceTags = (cluster: string, prefix = 'aws') => ({
  [`${prefix}:ResourceTag/kubernetes.io/cluster/${cluster}`]: 'owned',
  [`${prefix}:ResourceTag/karpenter.sh/provisioner-name`]: 'default',
});
const bothResourceTags = (cluster: string) => ({ ...resourceTags(cluster), ...resourceTags(cluster, 'ec2') });

/** Every AWS call in the source of Karpenter 0.29.2 but those on a queue, on each resource that IAM checks. */
function callsOfTheController(cluster: string): [string, Call][] {
  const region = { 'aws:RequestedRegion': REGION };
  const reads = [
    'DescribeAvailabilityZones', 'DescribeImages', 'DescribeInstances', 'DescribeInstanceTypeOfferings', 'DescribeInstanceTypes',
    'DescribeLaunchTemplates', 'DescribeSecurityGroups', 'DescribeSpotPriceHistory', 'DescribeSubnets',
  ].map((name): [string, Call] => [name, { action: `ec2:${name}`, resource: '*', context: region }]);
  const launches = ['ec2:RunInstances', 'ec2:CreateFleet'].flatMap(action => [
    ...['subnet', 'launch-template'].map((type): [string, Call] => [`${action} with a ${type}`, { action, resource: ec2(type, 'x-1') }]),
    ...['instance', 'volume'].map((type): [string, Call] =>
      [`${action} of a tagged ${type}`, { action, resource: ec2(type), context: requestTags(cluster) }]),
    [`${action} with an image`, { action, resource: `arn:aws:ec2:${REGION}::image/ami-1` }] as [string, Call],
  ]);
  const created = [['instance', 'RunInstances'], ['volume', 'RunInstances'], ['network-interface', 'RunInstances'], ['fleet', 'CreateFleet'],
    ['instance', 'CreateFleet'], ['volume', 'CreateFleet'], ['launch-template', 'CreateLaunchTemplate']];
  return [
    ...reads,
    ...launches,
    ['RunInstances with a security group', { action: 'ec2:RunInstances', resource: ec2('security-group', 'sg-1') }],
    ['RunInstances with a snapshot', { action: 'ec2:RunInstances', resource: `arn:aws:ec2:${REGION}::snapshot/snap-1` }],
    ['RunInstances of a tagged network interface', { action: 'ec2:RunInstances', resource: ec2('network-interface'), context: requestTags(cluster) }],
    ['CreateFleet of a tagged fleet', { action: 'ec2:CreateFleet', resource: ec2('fleet'), context: requestTags(cluster) }],
    ['a subnet that another account shares', { action: 'ec2:RunInstances', resource: ec2('subnet', 'subnet-1', '222222222222') }],
    ['spot requests', { action: 'ec2:RunInstances', resource: ec2('spot-instances-request') }],
    ['CreateLaunchTemplate', { action: 'ec2:CreateLaunchTemplate', resource: ec2('launch-template'), context: requestTags(cluster) }],
    ...created.map(([type, creation]): [string, Call] => [`tags of a new ${type} in ${creation}`, {
      action: 'ec2:CreateTags', resource: ec2(type), context: { ...requestTags(cluster), 'ec2:CreateAction': creation },
    }]),
    ['linking an instance to its Machine', {
      action: 'ec2:CreateTags',
      resource: ec2('instance', 'i-1'),
      context: {
        ...resourceTags(cluster),
        'aws:RequestTag/karpenter.sh/managed-by': cluster,
        'aws:RequestTag/karpenter.sh/provisioner-name': 'default',
        'aws:TagKeys': ['karpenter.sh/managed-by', 'karpenter.sh/provisioner-name'],
      },
    }],
    ['TerminateInstances', { action: 'ec2:TerminateInstances', resource: ec2('instance', 'i-1'), context: bothResourceTags(cluster) }],
    ['DeleteLaunchTemplate', { action: 'ec2:DeleteLaunchTemplate', resource: ec2('launch-template', 'lt-1'), context: resourceTags(cluster) }],
    ['GetParameter of an AMI', {
      action: 'ssm:GetParameter', resource: `arn:aws:ssm:${REGION}::parameter/aws/service/eks/optimized-ami/1.27/amazon-linux-2/recommended/image_id`,
    }],
    ['GetProducts', { action: 'pricing:GetProducts', resource: '*', context: { 'aws:RequestedRegion': 'us-east-1' } }],
    ['PassRole to EC2', { action: 'iam:PassRole', resource: NODE_ROLE, context: { 'iam:PassedToService': 'ec2.amazonaws.com' } }],
    ['PassRole to EC2 in China', { action: 'iam:PassRole', resource: NODE_ROLE, context: { 'iam:PassedToService': 'ec2.amazonaws.com.cn' } }],
    ['DescribeCluster', { action: 'eks:DescribeCluster', resource: `arn:aws:eks:${REGION}:111111111111:cluster/${cluster}` }],
  ];
}

const deniedByBoth: [string, Call][] = [
  ['termination of another cluster\'s instance', { action: 'ec2:TerminateInstances', resource: ec2('instance', 'i-1'), context: bothResourceTags('other') }],
  ['termination of an instance that is not Karpenter\'s', {
    action: 'ec2:TerminateInstances',
    resource: ec2('instance', 'i-1'),
    context: { 'aws:ResourceTag/kubernetes.io/cluster/prod': 'owned', 'ec2:ResourceTag/kubernetes.io/cluster/prod': 'owned' },
  }],
  ['termination of an untagged instance', { action: 'ec2:TerminateInstances', resource: ec2('instance', 'i-1') }],
  ['passing another role', {
    action: 'iam:PassRole', resource: 'arn:aws:iam::111111111111:role/admin', context: { 'iam:PassedToService': 'ec2.amazonaws.com' },
  }],
  ['passing the node role to Lambda', { action: 'iam:PassRole', resource: NODE_ROLE, context: { 'iam:PassedToService': 'lambda.amazonaws.com' } }],
  ['looking at another cluster', { action: 'eks:DescribeCluster', resource: `arn:aws:eks:${REGION}:111111111111:cluster/other` }],
  ['stopping instances', { action: 'ec2:StopInstances', resource: ec2('instance', 'i-1'), context: bothResourceTags('prod') }],
  ['removing tags', { action: 'ec2:DeleteTags', resource: ec2('instance', 'i-1'), context: { ...resourceTags('prod'), 'aws:TagKeys': ['Name'] } }],
];

const deniedByScopedOnly: [string, Call][] = [
  ['launching without tags', { action: 'ec2:RunInstances', resource: ec2('instance') }],
  ['launching for another cluster', { action: 'ec2:RunInstances', resource: ec2('instance'), context: requestTags('other') }],
  ['a fleet without tags', { action: 'ec2:CreateFleet', resource: ec2('fleet') }],
  ['a launch template without tags', { action: 'ec2:CreateLaunchTemplate', resource: ec2('launch-template') }],
  ['launching in another region', { action: 'ec2:RunInstances', resource: 'arn:aws:ec2:eu-west-1:111111111111:subnet/subnet-1' }],
  ['tagging another cluster\'s instance', {
    action: 'ec2:CreateTags',
    resource: ec2('instance', 'i-1'),
    context: {
      ...resourceTags('other'),
      'aws:RequestTag/karpenter.sh/managed-by': 'prod',
      'aws:RequestTag/karpenter.sh/provisioner-name': 'default',
      'aws:TagKeys': ['karpenter.sh/managed-by', 'karpenter.sh/provisioner-name'],
    },
  }],
  ['making a running instance the cluster\'s own', { action: 'ec2:CreateTags', resource: ec2('instance', 'i-1'), context: requestTags('prod') }],
  ['tagging a subnet', { action: 'ec2:CreateTags', resource: ec2('subnet', 'subnet-1'), context: requestTags('prod') }],
  ['another tag while linking', {
    action: 'ec2:CreateTags',
    resource: ec2('instance', 'i-1'),
    context: {
      ...resourceTags('prod'),
      'aws:RequestTag/karpenter.sh/managed-by': 'prod',
      'aws:RequestTag/karpenter.sh/provisioner-name': 'default',
      'aws:RequestTag/owner': 'me',
      'aws:TagKeys': ['karpenter.sh/managed-by', 'karpenter.sh/provisioner-name', 'owner'],
    },
  }],
  ['deletion of another cluster\'s launch template', {
    action: 'ec2:DeleteLaunchTemplate', resource: ec2('launch-template', 'lt-1'), context: resourceTags('other'),
  }],
  ['instances of another region', { action: 'ec2:DescribeInstances', resource: '*', context: { 'aws:RequestedRegion': 'eu-west-1' } }],
  ['parameters of the account', { action: 'ssm:GetParameter', resource: `arn:aws:ssm:${REGION}:111111111111:parameter/secret` }],
];

function documentOf(policy: ControllerPolicy | undefined, clusterName = 'prod', partition = 'aws', region = REGION) {
  const stack = new Stack(new App(), 'Test', { env: { account: '111111111111', region } });
  const name = clusterName === 'token' ? new CfnParameter(stack, 'ClusterName').valueAsString : clusterName;
  new ControllerRole(stack, 'Controller', {
    cluster: importCluster(stack, { clusterName: name }),
    nodeRole: iam.Role.fromRoleArn(stack, 'Nodes', NODE_ROLE),
    policy,
  });
  const template = Template.fromStack(stack);
  const [, resource] = Object.entries(template.findResources('AWS::IAM::Policy')).find(([id]) => id.startsWith('Controller'))!;
  return rendered(template, resource.Properties.PolicyDocument, { 'ClusterName': 'prod', 'AWS::Partition': partition });
}

describe.each([
  ['the scoped policy', ControllerPolicy.scoped(), 'prod'],
  ['the guide\'s policy', ControllerPolicy.guide(), 'prod'],
  ['the scoped policy for a cluster whose name is a token', ControllerPolicy.scoped(), 'token'],
  ['the guide\'s policy for a cluster whose name is a token', ControllerPolicy.guide(), 'token'],
])('%s', (_, policy, clusterName) => {
  const document = documentOf(policy, clusterName);

  test.each(callsOfTheController('prod'))('allows %s', async (__, call) => {
    expect(await isAllowed(document, call)).toBe(true);
  });

  test.each(deniedByBoth)('denies %s', async (__, call) => {
    expect(await isAllowed(document, call)).toBe(false);
  });
});

describe('the scoped policy', () => {
  const document = documentOf(undefined);

  test('is the default', () => {
    expect(document).toEqual(documentOf(ControllerPolicy.scoped()));
  });

  test.each(deniedByScopedOnly)('denies %s', async (_, call) => {
    expect(await isAllowed(document, call)).toBe(false);
  });

  test.each(deniedByScopedOnly)('is narrower than the guide\'s, which allows %s', async (_, call) => {
    expect(await isAllowed(documentOf(ControllerPolicy.guide()), call)).toBe(true);
  });
});

test('the guide\'s policy has the guide\'s four statements', () => {
  expect(documentOf(ControllerPolicy.guide()).Statement.map((statement: any) => statement.Sid))
    .toEqual(['Karpenter', 'ConditionalEC2Termination', 'PassNodeIAMRole', 'EKSClusterEndpointLookup']);
});

test('the longest cluster name in the longest partition leaves the scoped policy within IAM\'s quotas, inline (10240) and managed (6144)', () => {
  const document = documentOf(ControllerPolicy.scoped(), 'x'.repeat(100), 'aws-us-gov', 'us-gov-west-1');
  expect(JSON.stringify(document).length).toBeLessThan(6144);
});
