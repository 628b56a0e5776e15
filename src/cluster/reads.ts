import { Stack } from 'aws-cdk-lib';
import * as eks from 'aws-cdk-lib/aws-eks';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { CLUSTER_READS } from './contract';
import { AwsProvider } from '../custom-resources/aws-provider';

/** Lets the AWS function read a cluster, its node groups and their network. */
export function allowReads(scope: Construct, cluster: eks.ICluster): void {
  const provider = AwsProvider.getOrCreate(scope);
  eksReads(scope, cluster).forEach(statement => provider.allow(statement));
  // EC2 knows no resources for these.
  provider.allow({ actions: ['ec2:DescribeLaunchTemplateVersions', 'ec2:DescribeSubnets', 'ec2:DescribeSecurityGroups'], resources: ['*'] });
}

/** What EKS says about a cluster and its node groups. */
export function eksReads(scope: Construct, cluster: eks.ICluster): iam.PolicyStatementProps[] {
  const nodegroups = Stack.of(scope).formatArn({ service: 'eks', resource: 'nodegroup', resourceName: `${cluster.clusterName}/*` });
  return [
    { actions: CLUSTER_READS, resources: [cluster.clusterArn] },
    { actions: ['eks:DescribeNodegroup'], resources: [nodegroups] },
  ];
}
