import { Aws, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { V0_API } from './api';
import { tokenKeys } from '../../custom-resources/token-keys';
import { ControllerContext, PolicyPart } from '../generation';

/** On all that this generation of Karpenter launches; its value is the Provisioner's name. */
const OWNER_TAG = V0_API.ownerLabel;

/** EC2's principal: in China role passing may name it with the suffix. */
const EC2_SERVICES = ['ec2.amazonaws.com', 'ec2.amazonaws.com.cn'];

/**
 * Upstream's statements for Karpenter 0.29.
 *
 * @see https://karpenter.sh/v0.29/getting-started/getting-started-with-karpenter/cloudformation.yaml
 */
export function scopedPolicies(scope: Construct, context: ControllerContext): PolicyPart[] {
  return [{ statements: scopedStatements(scope, context) }];
}

function scopedStatements(scope: Construct, context: ControllerContext): iam.PolicyStatement[] {
  const region = Stack.of(scope).region;
  const arns = (...types: string[]) => types.map(type => `arn:${Aws.PARTITION}:ec2:${region}:*:${type}/*`);
  const publicArns = (...types: string[]) => types.map(type => `arn:${Aws.PARTITION}:ec2:${region}::${type}/*`);
  const created = arns('fleet', 'instance', 'volume', 'network-interface', 'launch-template');
  const cluster = clusterTag(context);
  const requestOwner = { [`aws:RequestTag/${OWNER_TAG}`]: '*' };

  return [
    new iam.PolicyStatement({
      sid: 'AllowScopedEC2InstanceActions',
      actions: ['ec2:RunInstances', 'ec2:CreateFleet'],
      resources: [...publicArns('image', 'snapshot'), ...arns('spot-instances-request', 'security-group', 'subnet', 'launch-template')],
    }),
    new iam.PolicyStatement({
      sid: 'AllowScopedEC2InstanceActionsWithTags',
      actions: ['ec2:RunInstances', 'ec2:CreateFleet', 'ec2:CreateLaunchTemplate'],
      resources: created,
      conditions: {
        StringEquals: tokenKeys(scope, 'CreationTags', { [`aws:RequestTag/${cluster}`]: 'owned' }),
        StringLike: requestOwner,
      },
    }),
    new iam.PolicyStatement({
      sid: 'AllowScopedResourceCreationTagging',
      actions: ['ec2:CreateTags'],
      resources: created,
      conditions: {
        StringEquals: tokenKeys(scope, 'CreationTagging', {
          [`aws:RequestTag/${cluster}`]: 'owned',
          'ec2:CreateAction': ['RunInstances', 'CreateFleet', 'CreateLaunchTemplate'],
        }),
        StringLike: requestOwner,
      },
    }),
    // Karpenter links instances from before Machines by adding these two tags.
    new iam.PolicyStatement({
      sid: 'AllowMachineMigrationTagging',
      actions: ['ec2:CreateTags'],
      resources: arns('instance'),
      conditions: {
        'StringEquals': tokenKeys(scope, 'MigrationTagging', {
          [`aws:ResourceTag/${cluster}`]: 'owned',
          'aws:RequestTag/karpenter.sh/managed-by': context.clusterName,
        }),
        'StringLike': requestOwner,
        'ForAllValues:StringEquals': { 'aws:TagKeys': [OWNER_TAG, 'karpenter.sh/managed-by'] },
      },
    }),
    new iam.PolicyStatement({
      sid: 'AllowScopedDeletion',
      actions: ['ec2:TerminateInstances', 'ec2:DeleteLaunchTemplate'],
      resources: arns('instance', 'launch-template'),
      conditions: {
        StringEquals: tokenKeys(scope, 'Deletion', { [`aws:ResourceTag/${cluster}`]: 'owned' }),
        StringLike: { [`aws:ResourceTag/${OWNER_TAG}`]: '*' },
      },
    }),
    new iam.PolicyStatement({
      sid: 'AllowRegionalReadActions',
      actions: [
        'ec2:DescribeAvailabilityZones',
        'ec2:DescribeImages',
        'ec2:DescribeInstances',
        'ec2:DescribeInstanceTypeOfferings',
        'ec2:DescribeInstanceTypes',
        'ec2:DescribeLaunchTemplates',
        'ec2:DescribeSecurityGroups',
        'ec2:DescribeSpotPriceHistory',
        'ec2:DescribeSubnets',
      ],
      resources: ['*'],
      conditions: { StringEquals: { 'aws:RequestedRegion': region } },
    }),
    new iam.PolicyStatement({
      sid: 'AllowSSMReadActions',
      actions: ['ssm:GetParameter'],
      resources: [`arn:${Aws.PARTITION}:ssm:${region}::parameter/aws/service/*`],
    }),
    // The price list is served by a few regions only, whatever region it is about.
    new iam.PolicyStatement({ sid: 'AllowPricingReadActions', actions: ['pricing:GetProducts'], resources: ['*'] }),
    ...readQueue(context),
    passNodeRole('AllowPassingInstanceRole', context),
    new iam.PolicyStatement({
      sid: 'AllowAPIServerEndpointDiscovery',
      actions: ['eks:DescribeCluster'],
      resources: [context.clusterArn],
    }),
  ];
}

/**
 * The four statements of the migration guide, with a condition more for the end of instances and for the node role.
 *
 * @see https://karpenter.sh/v0.29/getting-started/migrating-from-cas/#create-iam-roles
 */
export function guidePolicies(scope: Construct, context: ControllerContext): PolicyPart[] {
  const statements = [
    new iam.PolicyStatement({
      sid: 'Karpenter',
      actions: [
        'ssm:GetParameter',
        'ec2:DescribeImages',
        'ec2:RunInstances',
        'ec2:DescribeSubnets',
        'ec2:DescribeSecurityGroups',
        'ec2:DescribeLaunchTemplates',
        'ec2:DescribeInstances',
        'ec2:DescribeInstanceTypes',
        'ec2:DescribeInstanceTypeOfferings',
        'ec2:DescribeAvailabilityZones',
        'ec2:DeleteLaunchTemplate',
        'ec2:CreateTags',
        'ec2:CreateLaunchTemplate',
        'ec2:CreateFleet',
        'ec2:DescribeSpotPriceHistory',
        'pricing:GetProducts',
      ],
      resources: ['*'],
    }),
    new iam.PolicyStatement({
      sid: 'ConditionalEC2Termination',
      actions: ['ec2:TerminateInstances'],
      resources: ['*'],
      conditions: {
        StringLike: { [`ec2:ResourceTag/${OWNER_TAG}`]: '*' },
        StringEquals: tokenKeys(scope, 'Termination', { [`ec2:ResourceTag/${clusterTag(context)}`]: 'owned' }),
      },
    }),
    passNodeRole('PassNodeIAMRole', context),
    new iam.PolicyStatement({ sid: 'EKSClusterEndpointLookup', actions: ['eks:DescribeCluster'], resources: [context.clusterArn] }),
    ...readQueue(context),
  ];
  return [{ statements }];
}

function clusterTag(context: ControllerContext): string {
  return `kubernetes.io/cluster/${context.clusterName}`;
}

function passNodeRole(sid: string, context: ControllerContext): iam.PolicyStatement {
  return new iam.PolicyStatement({
    sid,
    actions: ['iam:PassRole'],
    resources: [context.nodeRoleArn],
    conditions: { StringEquals: { 'iam:PassedToService': EC2_SERVICES } },
  });
}

function readQueue({ queueArn }: ControllerContext): iam.PolicyStatement[] {
  return queueArn === undefined ? [] : [new iam.PolicyStatement({
    sid: 'AllowInterruptionQueueActions',
    actions: ['sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:GetQueueUrl', 'sqs:ReceiveMessage'],
    resources: [queueArn],
  })];
}
