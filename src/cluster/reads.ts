import { Stack } from 'aws-cdk-lib';
import * as eks from 'aws-cdk-lib/aws-eks';
import { Construct } from 'constructs';
import { STANDARD_VCPU_QUOTA } from './vcpu-quota';
import { AwsProvider } from '../handlers/aws-provider';

/** Lets the AWS function read a cluster, its node groups and their network. */
export function allowReads(scope: Construct, cluster: eks.ICluster): void {
  const provider = AwsProvider.getOrCreate(scope);
  const nodegroups = Stack.of(scope).formatArn({ service: 'eks', resource: 'nodegroup', resourceName: `${cluster.clusterName}/*` });
  provider.allow({ actions: ['eks:DescribeCluster', 'eks:ListNodegroups'], resources: [cluster.clusterArn] });
  provider.allow({ actions: ['eks:DescribeNodegroup'], resources: [nodegroups] });
  // EC2 knows no resources for these.
  provider.allow({ actions: ['ec2:DescribeLaunchTemplateVersions', 'ec2:DescribeSubnets', 'ec2:DescribeSecurityGroups'], resources: ['*'] });
}

/** Lets the AWS function count what a stage that moves workloads needs. */
export function allowStageReads(scope: Construct): void {
  const provider = AwsProvider.getOrCreate(scope);
  // EC2 knows no resources for these.
  provider.allow({ actions: ['ec2:DescribeInstances', 'ec2:DescribeInstanceTypes'], resources: ['*'] });
  const { ServiceCode: resource, QuotaCode: resourceName } = STANDARD_VCPU_QUOTA;
  provider.allow({ actions: ['servicequotas:GetServiceQuota'], resources: [Stack.of(scope).formatArn({ service: 'servicequotas', resource, resourceName })] });
}
