import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { V0_API } from './api';
import { tokenKeys } from '../../custom-resources/token-keys';
import {
  clusterTag, ec2Arns, lookAtCluster, passNodeRole, publicEc2Arns, readImagesAndPrices, readQueue, readRegion,
} from '../controller-statements';
import { ControllerContext, PolicyPart } from '../generation';

/** On all that this generation of Karpenter launches; its value is the Provisioner's name. */
const OWNER_TAG = V0_API.ownerLabel;

const QUEUE_ACTIONS = ['sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:GetQueueUrl', 'sqs:ReceiveMessage'];

/**
 * Upstream's statements for Karpenter 0.29.
 *
 * @see https://karpenter.sh/v0.29/getting-started/getting-started-with-karpenter/cloudformation.yaml
 */
export function scopedPolicies(scope: Construct, context: ControllerContext): PolicyPart[] {
  return [{ statements: scopedStatements(scope, context) }];
}

function scopedStatements(scope: Construct, context: ControllerContext): iam.PolicyStatement[] {
  const created = ec2Arns(scope, 'fleet', 'instance', 'volume', 'network-interface', 'launch-template');
  const cluster = clusterTag(context);
  const requestOwner = { [`aws:RequestTag/${OWNER_TAG}`]: '*' };

  return [
    new iam.PolicyStatement({
      sid: 'AllowScopedEC2InstanceActions',
      actions: ['ec2:RunInstances', 'ec2:CreateFleet'],
      resources: [...publicEc2Arns(scope, 'image', 'snapshot'), ...ec2Arns(scope, 'spot-instances-request', 'security-group', 'subnet', 'launch-template')],
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
      resources: ec2Arns(scope, 'instance'),
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
      resources: ec2Arns(scope, 'instance', 'launch-template'),
      conditions: {
        StringEquals: tokenKeys(scope, 'Deletion', { [`aws:ResourceTag/${cluster}`]: 'owned' }),
        StringLike: { [`aws:ResourceTag/${OWNER_TAG}`]: '*' },
      },
    }),
    readRegion(scope, [
      'ec2:DescribeAvailabilityZones',
      'ec2:DescribeImages',
      'ec2:DescribeInstances',
      'ec2:DescribeInstanceTypeOfferings',
      'ec2:DescribeInstanceTypes',
      'ec2:DescribeLaunchTemplates',
      'ec2:DescribeSecurityGroups',
      'ec2:DescribeSpotPriceHistory',
      'ec2:DescribeSubnets',
    ]),
    ...readImagesAndPrices(scope),
    ...readQueue(context, QUEUE_ACTIONS),
    passNodeRole('AllowPassingInstanceRole', context),
    lookAtCluster('AllowAPIServerEndpointDiscovery', context),
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
    lookAtCluster('EKSClusterEndpointLookup', context),
    ...readQueue(context, QUEUE_ACTIONS),
  ];
  return [{ statements }];
}
