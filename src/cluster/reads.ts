import { Stack } from 'aws-cdk-lib';
import * as eks from 'aws-cdk-lib/aws-eks';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { CLUSTER_READS } from './contract';
import { clusterArnOf, partitionOf } from '../custom-resources/arns';

/** What reading a cluster, its node groups and their network needs. */
export function clusterReads(scope: Construct, cluster: eks.ICluster): iam.PolicyStatementProps[] {
  return [
    ...eksReads(scope, cluster),
    // EC2 knows no resources for these.
    { actions: ['ec2:DescribeLaunchTemplateVersions', 'ec2:DescribeSubnets', 'ec2:DescribeSecurityGroups'], resources: ['*'] },
  ];
}

/** What EKS says about a cluster and its node groups. */
export function eksReads(scope: Construct, cluster: eks.ICluster): iam.PolicyStatementProps[] {
  const nodegroups = Stack.of(scope).formatArn({ partition: partitionOf(scope), service: 'eks', resource: 'nodegroup', resourceName: `${cluster.clusterName}/*` });
  return [
    { actions: CLUSTER_READS, resources: [clusterArnOf(cluster)] },
    { actions: ['eks:DescribeNodegroup'], resources: [nodegroups] },
  ];
}
