import { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { ControllerContext } from './generation';
import { partitionOf } from '../custom-resources/arns';

/** Statements of the controller's policies that every generation has. */

/** EC2's principal: in China role passing may name it with the suffix. */
const EC2_SERVICES = ['ec2.amazonaws.com', 'ec2.amazonaws.com.cn'];

/** On all that belongs to a cluster. */
export function clusterTag({ clusterName }: ControllerContext): string {
  return `kubernetes.io/cluster/${clusterName}`;
}

/** All of EC2's resources of some types in the region, of whatever account. */
export function ec2Arns(scope: Construct, ...types: string[]): string[] {
  return types.map(type => `arn:${partitionOf(scope)}:ec2:${Stack.of(scope).region}:*:${type}/*`);
}

/** The same of types that belong to no account. */
export function publicEc2Arns(scope: Construct, ...types: string[]): string[] {
  return types.map(type => `arn:${partitionOf(scope)}:ec2:${Stack.of(scope).region}::${type}/*`);
}

/** Looks at what EC2 has in the region; EC2 knows no resources for it. */
export function readRegion(scope: Construct, actions: string[]): iam.PolicyStatement {
  return new iam.PolicyStatement({
    sid: 'AllowRegionalReadActions',
    actions,
    resources: ['*'],
    conditions: { StringEquals: { 'aws:RequestedRegion': Stack.of(scope).region } },
  });
}

/** Finds images and prices. */
export function readImagesAndPrices(scope: Construct): iam.PolicyStatement[] {
  return [
    new iam.PolicyStatement({
      sid: 'AllowSSMReadActions',
      actions: ['ssm:GetParameter'],
      resources: [`arn:${partitionOf(scope)}:ssm:${Stack.of(scope).region}::parameter/aws/service/*`],
    }),
    // The price list is served by a few regions only, whatever region it is about.
    new iam.PolicyStatement({ sid: 'AllowPricingReadActions', actions: ['pricing:GetProducts'], resources: ['*'] }),
  ];
}

export function lookAtCluster(sid: string, { clusterArn }: ControllerContext): iam.PolicyStatement {
  return new iam.PolicyStatement({ sid, actions: ['eks:DescribeCluster'], resources: [clusterArn] });
}

export function passNodeRole(sid: string, { nodeRoleArn }: ControllerContext): iam.PolicyStatement {
  return new iam.PolicyStatement({
    sid,
    actions: ['iam:PassRole'],
    resources: [nodeRoleArn],
    conditions: { StringEquals: { 'iam:PassedToService': EC2_SERVICES } },
  });
}

/** None where there is no queue. */
export function readQueue({ queueArn }: ControllerContext, actions: string[]): iam.PolicyStatement[] {
  return queueArn === undefined ? [] : [new iam.PolicyStatement({ sid: 'AllowInterruptionQueueActions', actions, resources: [queueArn] })];
}
