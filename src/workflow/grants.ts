import { Stack } from 'aws-cdk-lib';
import * as eks from 'aws-cdk-lib/aws-eks';
import * as iam from 'aws-cdk-lib/aws-iam';
import { AlarmsConfiguration, ScaleDownConfiguration } from './contract';
import { resourcesOf } from './scale-down/alarms';
import { GROUP_TAGS } from './scale-down/sizes';
import { Grant, GrantTarget } from './step-row';
import { STEPS } from './steps';
import { clusterArnOf, partitionOf } from '../custom-resources/arns';

/** The tag that EKS puts on the Auto Scaling groups of its node groups. */
const CLUSTER_TAG = 'eks:cluster-name';

/** What the steps of the workflow need of AWS: reads where they read, writes bound to the cluster and to our own tags. */
export function stepGrants(stack: Stack, cluster: eks.ICluster, { PauseWhile }: Pick<ScaleDownConfiguration, 'PauseWhile'>): iam.PolicyStatementProps[] {
  const grants = STEPS.flatMap(({ grants: ofStep }): readonly Grant[] => ofStep);
  return Object.entries(boundsOf(stack, cluster, PauseWhile)).filter(([, { resources }]) => resources.length > 0).map(([target, bounds]) => {
    const actions = new Set(grants.filter(({ on }) => on === target).flatMap(grant => grant.actions));
    return { actions: [...actions], ...bounds };
  });
}

function boundsOf(
  stack: Stack, cluster: eks.ICluster, alarms?: AlarmsConfiguration,
): Record<GrantTarget, Pick<iam.PolicyStatementProps, 'conditions'> & { readonly resources: string[] }> {
  const partition = partitionOf(stack);
  const ofCluster = (resource: string) => stack.formatArn({ partition, service: 'eks', resource, resourceName: `${cluster.clusterName}/*` });
  return {
    'cluster': { resources: [clusterArnOf(cluster)] },
    'nodegroups': { resources: [ofCluster('nodegroup')] },
    'tags of nodegroups': { resources: [ofCluster('nodegroup')], conditions: { 'ForAllValues:StringEquals': { 'aws:TagKeys': GROUP_TAGS } } },
    'addons': { resources: [ofCluster('addon'), clusterArnOf(cluster)] },
    // These know no resources.
    'everything': { resources: ['*'] },
    'groups of the cluster': {
      resources: [stack.formatArn({ partition, service: 'autoscaling', resource: 'autoScalingGroup:*:autoScalingGroupName', resourceName: '*' })],
      conditions: { StringEquals: { [`aws:ResourceTag/${CLUSTER_TAG}`]: cluster.clusterName } },
    },
    'alarms': { resources: alarms ? [...resourcesOf(alarms)] : [] },
  };
}
