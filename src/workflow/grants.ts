import { Stack } from 'aws-cdk-lib';
import * as eks from 'aws-cdk-lib/aws-eks';
import { GROUP_TAGS } from './records';
import { AwsProvider } from '../custom-resources/aws-provider';

/** The tag that EKS puts on the Auto Scaling groups of its node groups. */
const CLUSTER_TAG = 'eks:cluster-name';

/** What the steps of the workflow need of AWS: reads where they read, writes bound to the cluster and to our own tags. */
export function grantSteps(aws: AwsProvider, cluster: eks.ICluster): void {
  const stack = Stack.of(aws);
  const ofCluster = (resource: string) => stack.formatArn({ service: 'eks', resource, resourceName: `${cluster.clusterName}/*` });
  const nodegroups = ofCluster('nodegroup');
  aws.allow({ actions: ['eks:DescribeCluster', 'eks:ListNodegroups'], resources: [cluster.clusterArn] });
  aws.allow({ actions: ['eks:DescribeNodegroup', 'eks:UpdateNodegroupConfig'], resources: [nodegroups] });
  aws.allow({
    actions: ['eks:TagResource', 'eks:UntagResource'],
    resources: [nodegroups],
    conditions: { 'ForAllValues:StringEquals': { 'aws:TagKeys': GROUP_TAGS } },
  });
  aws.allow({ actions: ['eks:DescribeAddon', 'eks:UpdateAddon'], resources: [ofCluster('addon'), cluster.clusterArn] });
  // These know no resources.
  aws.allow({
    actions: [
      'eks:DescribeAddonConfiguration', 'autoscaling:DescribeAutoScalingGroups', 'autoscaling:DescribeScalingActivities',
      'autoscaling:DescribeInstanceRefreshes', 'ec2:DescribeInstances',
    ],
    resources: ['*'],
  });
  aws.allow({
    actions: ['autoscaling:SuspendProcesses', 'autoscaling:ResumeProcesses', 'autoscaling:TerminateInstanceInAutoScalingGroup'],
    resources: [stack.formatArn({ service: 'autoscaling', resource: 'autoScalingGroup:*:autoScalingGroupName', resourceName: '*' })],
    conditions: { StringEquals: { [`aws:ResourceTag/${CLUSTER_TAG}`]: cluster.clusterName } },
  });
}
