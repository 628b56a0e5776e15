import { Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { STANDARD_VCPU_QUOTA } from './vcpu-quota';
import { AwsProvider } from '../custom-resources/aws-provider';

/** Lets the AWS function count what a stage that moves workloads needs. */
export function allowStageReads(scope: Construct): void {
  const provider = AwsProvider.getOrCreate(scope);
  const iam = (resource: string) => Stack.of(scope).formatArn({ service: 'iam', region: '', resource, resourceName: '*' });
  // Which roles node groups have is known in the deployment only.
  provider.allow({ actions: ['iam:ListAttachedRolePolicies', 'iam:ListRolePolicies'], resources: [iam('role')] });
  provider.allow({ actions: ['iam:GetInstanceProfile'], resources: [iam('instance-profile')] });
  // EC2 knows no resources for these.
  provider.allow({ actions: ['ec2:DescribeInstances', 'ec2:DescribeInstanceTypes'], resources: ['*'] });
  const { ServiceCode: resource, QuotaCode: resourceName } = STANDARD_VCPU_QUOTA;
  provider.allow({ actions: ['servicequotas:GetServiceQuota'], resources: [Stack.of(scope).formatArn({ service: 'servicequotas', resource, resourceName })] });
}
