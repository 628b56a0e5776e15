import { Aws, Stack, Token } from 'aws-cdk-lib';
import * as eks from 'aws-cdk-lib/aws-eks';
import * as iam from 'aws-cdk-lib/aws-iam';
import { RegionInfo } from 'aws-cdk-lib/region-info';
import { Construct } from 'constructs';

/** The partition of a stack, as text where its region is known: a reference would make eight lines of a template of each ARN. */
export function partitionOf(scope: Construct): string {
  const { region } = Stack.of(scope);
  return (Token.isUnresolved(region) ? undefined : RegionInfo.get(region).partition) ?? Aws.PARTITION;
}

/** The ARN of a cluster, as text where that is possible. */
export function clusterArnOf(cluster: eks.ICluster): string {
  return cluster instanceof eks.Cluster ? cluster.clusterArn : Stack.of(cluster).formatArn({
    partition: partitionOf(cluster), service: 'eks', resource: 'cluster', resourceName: cluster.clusterName,
  });
}

/** A policy that AWS keeps. */
export function awsManagedPolicy(scope: Construct, name: string): iam.IManagedPolicy {
  return { managedPolicyArn: `arn:${partitionOf(scope)}:iam::aws:policy/${name}` } as iam.IManagedPolicy;
}
