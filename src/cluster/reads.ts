import { Stack } from 'aws-cdk-lib';
import * as eks from 'aws-cdk-lib/aws-eks';
import { Construct } from 'constructs';
import { AwsProvider } from '../custom-resources/aws-provider';

/** Lets the AWS function read a cluster, its node groups and their network. */
export function allowReads(scope: Construct, cluster: eks.ICluster): void {
  const provider = AwsProvider.getOrCreate(scope);
  const nodegroups = Stack.of(scope).formatArn({ service: 'eks', resource: 'nodegroup', resourceName: `${cluster.clusterName}/*` });
  provider.allow({ actions: ['eks:DescribeCluster', 'eks:ListNodegroups'], resources: [cluster.clusterArn] });
  provider.allow({ actions: ['eks:DescribeNodegroup'], resources: [nodegroups] });
  // EC2 knows no resources for these.
  provider.allow({ actions: ['ec2:DescribeLaunchTemplateVersions', 'ec2:DescribeSubnets', 'ec2:DescribeSecurityGroups'], resources: ['*'] });
}
