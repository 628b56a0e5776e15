import { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { STANDARD_VCPU_QUOTA } from './vcpu-quota';
import { partitionOf } from '../custom-resources/arns';

/** What counting what a stage that moves workloads needs, needs. */
export function stageReads(scope: Construct): iam.PolicyStatementProps[] {
  const stack = Stack.of(scope);
  const partition = partitionOf(scope);
  const ofIam = (resource: string) => stack.formatArn({ partition, service: 'iam', region: '', resource, resourceName: '*' });
  const { ServiceCode: resource, QuotaCode: resourceName } = STANDARD_VCPU_QUOTA;
  return [
    // Which roles node groups have is known in the deployment only.
    { actions: ['iam:ListAttachedRolePolicies', 'iam:ListRolePolicies'], resources: [ofIam('role')] },
    { actions: ['iam:GetInstanceProfile'], resources: [ofIam('instance-profile')] },
    // EC2 knows no resources for these.
    { actions: ['ec2:DescribeInstances', 'ec2:DescribeInstanceTypes'], resources: ['*'] },
    { actions: ['servicequotas:GetServiceQuota'], resources: [stack.formatArn({ partition, service: 'servicequotas', resource, resourceName })] },
  ];
}
