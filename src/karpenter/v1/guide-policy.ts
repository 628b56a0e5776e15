import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { instanceProfileReads, instanceProfileWrites, OWNER_TAG, QUEUE_ACTIONS, SINCE, Subject } from './statements';
import { tokenKeys } from '../../custom-resources/token-keys';
import { clusterTag, lookAtCluster, passNodeRole, readQueue } from '../controller-statements';
import { PolicyPart } from '../generation';

/**
 * The migration guide's statements, with what the guide forgets: the status of instances, and the queue.
 *
 * @see https://karpenter.sh/v1.14/getting-started/migrating-from-cas/#create-iam-roles
 */
export function guidePolicies(scope: Construct, subject: Subject): PolicyPart[] {
  const { minor } = subject;
  return [{
    statements: [
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
          'ec2:DeleteLaunchTemplate',
          'ec2:CreateTags',
          'ec2:CreateLaunchTemplate',
          'ec2:CreateFleet',
          'ec2:DescribeSpotPriceHistory',
          'pricing:GetProducts',
          ...minor < SINCE.instanceStatus ? [] : ['ec2:DescribeInstanceStatus'],
        ],
        resources: ['*'],
      }),
      new iam.PolicyStatement({
        sid: 'ConditionalEC2Termination',
        actions: ['ec2:TerminateInstances', ...minor < SINCE.reboot ? [] : ['ec2:RebootInstances']],
        resources: ['*'],
        conditions: {
          StringLike: { [`ec2:ResourceTag/${OWNER_TAG}`]: '*' },
          StringEquals: tokenKeys(scope, 'Termination', { [`ec2:ResourceTag/${clusterTag(subject)}`]: 'owned' }),
        },
      }),
      passNodeRole('PassNodeIAMRole', subject),
      lookAtCluster('EKSClusterEndpointLookup', subject),
      ...instanceProfileWrites(scope, subject),
      ...instanceProfileReads(scope, subject),
      ...readQueue(subject, QUEUE_ACTIONS),
    ],
  }];
}
