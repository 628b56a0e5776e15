import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import {
  CLUSTER_NAME_TAG, instanceProfileReads, instanceProfileWrites, LAST_TAGGED_RESERVATIONS, OWNER_TAG, QUEUE_ACTIONS, SINCE, Subject,
} from './statements';
import { tokenKeys } from '../../custom-resources/token-keys';
import {
  clusterTag, ec2Arns, lookAtCluster, passNodeRole, publicEc2Arns, readImagesAndPrices, readQueue, readRegion,
} from '../controller-statements';
import { PolicyPart } from '../generation';

/**
 * Upstream's statements, but for what a version does not call.
 *
 * Two policies, because with the name of a cluster in many conditions they exceed what one managed policy may have. Upstream has six.
 *
 * @see https://karpenter.sh/v1.14/reference/cloudformation/
 */
export function scopedPolicies(scope: Construct, subject: Subject): PolicyPart[] {
  const { clusterArn, minor } = subject;
  return [
    { name: 'NodeLifecycle', statements: nodeLifecycle(scope, subject) },
    {
      name: 'Integration',
      statements: [
        passNodeRole('AllowPassingInstanceRole', subject),
        ...instanceProfileWrites(scope, subject),
        lookAtCluster('AllowAPIServerEndpointDiscovery', subject),
        ...readQueue(subject, QUEUE_ACTIONS),
        ...minor < SINCE.zonalShift ? [] : [new iam.PolicyStatement({
          sid: 'AllowZonalShiftStatusReadOnly',
          actions: ['arc-zonal-shift:GetManagedResource'],
          resources: ['*'],
          conditions: { StringEquals: { 'arc-zonal-shift:ResourceIdentifier': clusterArn } },
        })],
        ...resourceDiscovery(scope, subject),
      ],
    },
  ];
}

function nodeLifecycle(scope: Construct, subject: Subject): iam.PolicyStatement[] {
  const { minor, clusterName } = subject;
  const arns = (...types: string[]) => ec2Arns(scope, ...types);
  const cluster = clusterTag(subject);
  const created = arns('fleet', 'instance', 'volume', 'network-interface', 'launch-template', 'spot-instances-request',
    ...minor > LAST_TAGGED_RESERVATIONS ? [] : ['capacity-reservation']);
  const requested = { [`aws:RequestTag/${cluster}`]: 'owned', [`aws:RequestTag/${CLUSTER_NAME_TAG}`]: clusterName };
  const requestedOwner = { [`aws:RequestTag/${OWNER_TAG}`]: '*' };
  const owned = (id: string) => ({
    StringEquals: tokenKeys(scope, id, { [`aws:ResourceTag/${cluster}`]: 'owned' }),
    StringLike: { [`aws:ResourceTag/${OWNER_TAG}`]: '*' },
  });

  return [
    new iam.PolicyStatement({
      sid: 'AllowScopedEC2InstanceAccessActions',
      actions: ['ec2:RunInstances', 'ec2:CreateFleet'],
      resources: [
        ...publicEc2Arns(scope, 'image', 'snapshot'),
        ...arns('security-group', 'subnet', 'capacity-reservation', ...minor < SINCE.placementGroups ? [] : ['placement-group']),
      ],
    }),
    new iam.PolicyStatement({
      sid: 'AllowScopedEC2LaunchTemplateAccessActions',
      actions: ['ec2:RunInstances', 'ec2:CreateFleet'],
      resources: arns('launch-template'),
      conditions: owned('LaunchTemplates'),
    }),
    new iam.PolicyStatement({
      sid: 'AllowScopedEC2InstanceActionsWithTags',
      actions: ['ec2:RunInstances', 'ec2:CreateFleet', 'ec2:CreateLaunchTemplate'],
      resources: created,
      conditions: { StringEquals: tokenKeys(scope, 'CreationTags', requested), StringLike: requestedOwner },
    }),
    new iam.PolicyStatement({
      sid: 'AllowScopedResourceCreationTagging',
      actions: ['ec2:CreateTags'],
      resources: created,
      conditions: {
        StringEquals: tokenKeys(scope, 'CreationTagging', {
          ...requested, 'ec2:CreateAction': ['RunInstances', 'CreateFleet', 'CreateLaunchTemplate'],
        }),
        StringLike: requestedOwner,
      },
    }),
    // A node that has registered gives its name and that of its NodeClaim to its instance.
    new iam.PolicyStatement({
      sid: 'AllowScopedResourceTagging',
      actions: ['ec2:CreateTags'],
      resources: arns('instance'),
      conditions: {
        ...owned('Tagging'),
        'StringEqualsIfExists': { [`aws:RequestTag/${CLUSTER_NAME_TAG}`]: clusterName },
        'ForAllValues:StringEquals': { 'aws:TagKeys': [CLUSTER_NAME_TAG, 'karpenter.sh/nodeclaim', 'Name'] },
      },
    }),
    new iam.PolicyStatement({
      sid: 'AllowScopedDeletion',
      actions: ['ec2:TerminateInstances', 'ec2:DeleteLaunchTemplate', ...minor < SINCE.reboot ? [] : ['ec2:RebootInstances']],
      resources: arns('instance', 'launch-template'),
      conditions: owned('Deletion'),
    }),
  ];
}

function resourceDiscovery(scope: Construct, subject: Subject): iam.PolicyStatement[] {
  const { minor } = subject;
  return [
    readRegion(scope, [
      'ec2:DescribeCapacityReservations',
      'ec2:DescribeImages',
      'ec2:DescribeInstances',
      'ec2:DescribeInstanceTypeOfferings',
      'ec2:DescribeInstanceTypes',
      'ec2:DescribeLaunchTemplates',
      'ec2:DescribeSecurityGroups',
      'ec2:DescribeSpotPriceHistory',
      'ec2:DescribeSubnets',
      ...minor < SINCE.placementGroups ? [] : ['ec2:DescribePlacementGroups'],
      ...minor < SINCE.instanceStatus ? [] : ['ec2:DescribeInstanceStatus'],
    ]),
    ...readImagesAndPrices(scope),
    ...instanceProfileReads(scope, subject),
  ];
}
