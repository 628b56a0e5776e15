import { Call } from './evaluate';

export const REGION = 'us-east-1';
export const ACCOUNT = '111111111111';
export const NODE_ROLE = `arn:aws:iam::${ACCOUNT}:role/nodes`;

export type Row = [title: string, call: Call];

/** What tells what Karpenter made, in one generation. */
interface Tags {
  /** Its value is the name of a pool. */
  readonly owner: string;
  /** Its value is the cluster's name, where a request has one more tag of that kind. */
  readonly cluster?: string;
  /** A parameter that holds the id of an image. */
  readonly imageParameter: string;
}

export const ec2 = (type: string, id = '*', account = ACCOUNT) => `arn:aws:ec2:${REGION}:${account}:${type}/${id}`;

/** The calls that the controller of every generation makes, and what it must not do, told by the tags of one. */
export function controllerCalls({ owner, cluster: clusterTag, imageParameter }: Tags) {
  const requestTags = (cluster: string): Record<string, string> => ({
    [`aws:RequestTag/kubernetes.io/cluster/${cluster}`]: 'owned',
    ...clusterTag === undefined ? {} : { [`aws:RequestTag/${clusterTag}`]: cluster },
    [`aws:RequestTag/${owner}`]: 'default',
  });
  const resourceTags = (cluster: string, prefix = 'aws'): Record<string, string> => ({
    [`${prefix}:ResourceTag/kubernetes.io/cluster/${cluster}`]: 'owned',
    [`${prefix}:ResourceTag/${owner}`]: 'default',
  });
  const bothResourceTags = (cluster: string) => ({ ...resourceTags(cluster), ...resourceTags(cluster, 'ec2') });

  const allowed = (cluster: string): Row[] => [
    ...[
      'DescribeImages', 'DescribeInstances', 'DescribeInstanceTypeOfferings', 'DescribeInstanceTypes', 'DescribeLaunchTemplates', 'DescribeSecurityGroups',
      'DescribeSpotPriceHistory', 'DescribeSubnets',
    ].map(read),
    ...['ec2:RunInstances', 'ec2:CreateFleet'].flatMap((action): Row[] => [
      [`${action} with a subnet`, { action, resource: ec2('subnet', 'subnet-1') }],
      ...['instance', 'volume'].map((type): Row => [`${action} of a tagged ${type}`, { action, resource: ec2(type), context: requestTags(cluster) }]),
      [`${action} with an image`, { action, resource: `arn:aws:ec2:${REGION}::image/ami-1` }],
    ]),
    ['RunInstances with a security group', { action: 'ec2:RunInstances', resource: ec2('security-group', 'sg-1') }],
    ['RunInstances with a snapshot', { action: 'ec2:RunInstances', resource: `arn:aws:ec2:${REGION}::snapshot/snap-1` }],
    ['RunInstances of a tagged network interface', { action: 'ec2:RunInstances', resource: ec2('network-interface'), context: requestTags(cluster) }],
    ['CreateFleet of a tagged fleet', { action: 'ec2:CreateFleet', resource: ec2('fleet'), context: requestTags(cluster) }],
    ['a subnet that another account shares', { action: 'ec2:RunInstances', resource: ec2('subnet', 'subnet-1', '222222222222') }],
    ['CreateLaunchTemplate', { action: 'ec2:CreateLaunchTemplate', resource: ec2('launch-template'), context: requestTags(cluster) }],
    ...([
      ['instance', 'RunInstances'], ['volume', 'RunInstances'], ['network-interface', 'RunInstances'], ['fleet', 'CreateFleet'], ['instance', 'CreateFleet'],
      ['volume', 'CreateFleet'], ['launch-template', 'CreateLaunchTemplate'],
    ] as const).map(([type, creation]) => tagging(type, creation, cluster)),
    ['TerminateInstances', { action: 'ec2:TerminateInstances', resource: ec2('instance', 'i-1'), context: bothResourceTags(cluster) }],
    ['DeleteLaunchTemplate', { action: 'ec2:DeleteLaunchTemplate', resource: ec2('launch-template', 'lt-1'), context: resourceTags(cluster) }],
    ['GetParameter of an AMI', { action: 'ssm:GetParameter', resource: `arn:aws:ssm:${REGION}::parameter${imageParameter}` }],
    ['GetProducts', { action: 'pricing:GetProducts', resource: '*', context: { 'aws:RequestedRegion': 'us-east-1' } }],
    ['PassRole to EC2', { action: 'iam:PassRole', resource: NODE_ROLE, context: { 'iam:PassedToService': 'ec2.amazonaws.com' } }],
    ['PassRole to EC2 in China', { action: 'iam:PassRole', resource: NODE_ROLE, context: { 'iam:PassedToService': 'ec2.amazonaws.com.cn' } }],
    ['DescribeCluster', { action: 'eks:DescribeCluster', resource: `arn:aws:eks:${REGION}:${ACCOUNT}:cluster/${cluster}` }],
  ];

  function tagging(type: string, creation: string, cluster: string): Row {
    return [`tags of a new ${type} in ${creation}`, {
      action: 'ec2:CreateTags', resource: ec2(type), context: { ...requestTags(cluster), 'ec2:CreateAction': creation },
    }];
  }

  const deniedByBoth: Row[] = [
    ['termination of another cluster\'s instance', { action: 'ec2:TerminateInstances', resource: ec2('instance', 'i-1'), context: bothResourceTags('other') }],
    ['termination of an instance that is not Karpenter\'s', {
      action: 'ec2:TerminateInstances',
      resource: ec2('instance', 'i-1'),
      context: { 'aws:ResourceTag/kubernetes.io/cluster/prod': 'owned', 'ec2:ResourceTag/kubernetes.io/cluster/prod': 'owned' },
    }],
    ['termination of an untagged instance', { action: 'ec2:TerminateInstances', resource: ec2('instance', 'i-1') }],
    ['passing another role', {
      action: 'iam:PassRole', resource: `arn:aws:iam::${ACCOUNT}:role/admin`, context: { 'iam:PassedToService': 'ec2.amazonaws.com' },
    }],
    ['passing the node role to Lambda', { action: 'iam:PassRole', resource: NODE_ROLE, context: { 'iam:PassedToService': 'lambda.amazonaws.com' } }],
    ['looking at another cluster', { action: 'eks:DescribeCluster', resource: `arn:aws:eks:${REGION}:${ACCOUNT}:cluster/other` }],
    ['stopping instances', { action: 'ec2:StopInstances', resource: ec2('instance', 'i-1'), context: bothResourceTags('prod') }],
    ['removing tags', { action: 'ec2:DeleteTags', resource: ec2('instance', 'i-1'), context: { ...resourceTags('prod'), 'aws:TagKeys': ['Name'] } }],
  ];

  const deniedByScopedOnly: Row[] = [
    ['launching without tags', { action: 'ec2:RunInstances', resource: ec2('instance') }],
    ['launching for another cluster', { action: 'ec2:RunInstances', resource: ec2('instance'), context: requestTags('other') }],
    ['a fleet without tags', { action: 'ec2:CreateFleet', resource: ec2('fleet') }],
    ['a launch template without tags', { action: 'ec2:CreateLaunchTemplate', resource: ec2('launch-template') }],
    ['launching in another region', { action: 'ec2:RunInstances', resource: `arn:aws:ec2:eu-west-1:${ACCOUNT}:subnet/subnet-1` }],
    ['making a running instance the cluster\'s own', { action: 'ec2:CreateTags', resource: ec2('instance', 'i-1'), context: requestTags('prod') }],
    ['tagging a subnet', { action: 'ec2:CreateTags', resource: ec2('subnet', 'subnet-1'), context: requestTags('prod') }],
    ['deletion of another cluster\'s launch template', {
      action: 'ec2:DeleteLaunchTemplate', resource: ec2('launch-template', 'lt-1'), context: resourceTags('other'),
    }],
    ['instances of another region', { action: 'ec2:DescribeInstances', resource: '*', context: { 'aws:RequestedRegion': 'eu-west-1' } }],
    ['parameters of the account', { action: 'ssm:GetParameter', resource: `arn:aws:ssm:${REGION}:${ACCOUNT}:parameter/secret` }],
  ];

  return { requestTags, resourceTags, bothResourceTags, tagging, allowed, deniedByBoth, deniedByScopedOnly };
}

/** A look at all of a kind in the cluster's region. */
export function read(name: string): Row {
  return [name, { action: `ec2:${name}`, resource: '*', context: { 'aws:RequestedRegion': REGION } }];
}
