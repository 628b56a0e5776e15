import { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { V1_API } from './api';
import { partitionOf } from '../../custom-resources/arns';
import { tokenKeys } from '../../custom-resources/token-keys';
import { clusterTag } from '../controller-statements';
import { ControllerContext } from '../generation';

/** On all that Karpenter launches; its value is the NodePool's name. */
export const OWNER_TAG = V1_API.ownerLabel;
/** On all that Karpenter makes; its value is the cluster's name. */
export const CLUSTER_NAME_TAG = 'eks:eks-cluster-name';
const NODE_CLASS_TAG = 'karpenter.k8s.aws/ec2nodeclass';
const REGION_TAG = 'topology.kubernetes.io/region';

export const QUEUE_ACTIONS = ['sqs:DeleteMessage', 'sqs:GetQueueUrl', 'sqs:ReceiveMessage'];

/** The calls that began with a minor version, 1.x. */
export const SINCE = { instanceProfileList: 7, placementGroups: 11, instanceStatus: 12, zonalShift: 12, reboot: 15 };
/** The last minor version that makes capacity reservations part of what is tagged. */
export const LAST_TAGGED_RESERVATIONS = 8;

/** What the statements are about, for one minor version, 1.x, of Karpenter. */
export interface Subject extends ControllerContext {
  readonly minor: number;
  /** Whether Karpenter makes instance profiles from the node role; else it is given one. */
  readonly makesInstanceProfiles: boolean;
}

/** Karpenter makes an instance profile of the node role for each node class, and deletes it with that. */
export function instanceProfileWrites(scope: Construct, subject: Subject): iam.PolicyStatement[] {
  if (!subject.makesInstanceProfiles) {
    return [];
  }
  const { region } = Stack.of(scope);
  const cluster = clusterTag(subject);
  const resources = [instanceProfiles(scope)];
  const resourceTags = { [`aws:ResourceTag/${cluster}`]: 'owned', [`aws:ResourceTag/${REGION_TAG}`]: region };
  const requestTags = {
    [`aws:RequestTag/${cluster}`]: 'owned',
    [`aws:RequestTag/${CLUSTER_NAME_TAG}`]: subject.clusterName,
    [`aws:RequestTag/${REGION_TAG}`]: region,
  };
  const existing = { [`aws:ResourceTag/${NODE_CLASS_TAG}`]: '*' };
  const requested = { [`aws:RequestTag/${NODE_CLASS_TAG}`]: '*' };
  return [
    new iam.PolicyStatement({
      sid: 'AllowScopedInstanceProfileCreationActions',
      actions: ['iam:CreateInstanceProfile'],
      resources,
      conditions: { StringEquals: tokenKeys(scope, 'ProfileCreation', requestTags), StringLike: requested },
    }),
    new iam.PolicyStatement({
      sid: 'AllowScopedInstanceProfileTagActions',
      actions: ['iam:TagInstanceProfile'],
      resources,
      conditions: { StringEquals: tokenKeys(scope, 'ProfileTags', { ...resourceTags, ...requestTags }), StringLike: { ...existing, ...requested } },
    }),
    new iam.PolicyStatement({
      sid: 'AllowScopedInstanceProfileActions',
      actions: ['iam:AddRoleToInstanceProfile', 'iam:RemoveRoleFromInstanceProfile', 'iam:DeleteInstanceProfile'],
      resources,
      conditions: { StringEquals: tokenKeys(scope, 'Profiles', resourceTags), StringLike: existing },
    }),
  ];
}

export function instanceProfileReads(scope: Construct, { minor }: Subject): iam.PolicyStatement[] {
  return [
    ...minor < SINCE.instanceProfileList ? [] : [new iam.PolicyStatement({
      sid: 'AllowUnscopedInstanceProfileListAction', actions: ['iam:ListInstanceProfiles'], resources: ['*'],
    })],
    new iam.PolicyStatement({ sid: 'AllowInstanceProfileReadActions', actions: ['iam:GetInstanceProfile'], resources: [instanceProfiles(scope)] }),
  ];
}

function instanceProfiles(scope: Construct): string {
  return `arn:${partitionOf(scope)}:iam::${Stack.of(scope).account}:instance-profile/*`;
}
