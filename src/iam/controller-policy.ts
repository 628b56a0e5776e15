import { Aws, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { tokenKeys } from '../custom-resources/token-keys';
import { OWNER_TAG } from '../karpenter/v0/controller-policy';

/** EC2's principal: in China role passing may name it with the suffix. */
const EC2_SERVICES = ['ec2.amazonaws.com', 'ec2.amazonaws.com.cn'];

/**
 * What a policy needs to know.
 * @internal
 */
export interface ControllerPolicyContext {
  readonly clusterName: string;
  readonly clusterArn: string;
  readonly nodeRoleArn: string;
}

/** What Karpenter's controller may do in AWS. */
export abstract class ControllerPolicy {
  /**
   * Upstream's statements for the same version, scoped to the cluster and the region.
   *
   * The controller may launch and tag only what carries the cluster's tag, terminate and delete only what carries it, and
   * read AMI parameters only below `/aws/service/`. There is no statement for an interruption queue, since none is made.
   *
   * Volumes encrypted with a KMS key of your own need a key policy that admits the controller's role.
   *
   * @see https://karpenter.sh/v0.29/getting-started/getting-started-with-karpenter/cloudformation.yaml
   */
  public static scoped(): ControllerPolicy {
    return new ScopedPolicy();
  }

  /**
   * The four statements of the migration guide.
   *
   * Two conditions are added, which Karpenter always meets: instances must carry the cluster's own tag to be terminated
   * (the guide lets the controller terminate the nodes of every cluster of the account), and the node role is passed to
   * EC2 only. Launching and tagging are as wide as in the guide: prefer `scoped()`.
   *
   * @see https://karpenter.sh/v0.29/getting-started/migrating-from-cas/#create-iam-roles
   */
  public static guide(): ControllerPolicy {
    return new GuidePolicy();
  }

  /** @internal */
  public abstract _statements(scope: Construct, context: ControllerPolicyContext): iam.PolicyStatement[];
}

class ScopedPolicy extends ControllerPolicy {
  public _statements(scope: Construct, context: ControllerPolicyContext): iam.PolicyStatement[] {
    const region = Stack.of(scope).region;
    const arns = (...types: string[]) => types.map(type => `arn:${Aws.PARTITION}:ec2:${region}:*:${type}/*`);
    const publicArns = (...types: string[]) => types.map(type => `arn:${Aws.PARTITION}:ec2:${region}::${type}/*`);
    const created = arns('fleet', 'instance', 'volume', 'network-interface', 'launch-template');
    const cluster = clusterTag(context);
    const requestOwner = { [`aws:RequestTag/${OWNER_TAG}`]: '*' };

    return [
      new iam.PolicyStatement({
        sid: 'AllowScopedEC2InstanceActions',
        actions: ['ec2:RunInstances', 'ec2:CreateFleet'],
        resources: [...publicArns('image', 'snapshot'), ...arns('spot-instances-request', 'security-group', 'subnet', 'launch-template')],
      }),
      new iam.PolicyStatement({
        sid: 'AllowScopedEC2InstanceActionsWithTags',
        actions: ['ec2:RunInstances', 'ec2:CreateFleet', 'ec2:CreateLaunchTemplate'],
        resources: created,
        conditions: {
          StringEquals: tokenKeys(scope, 'CreationTags', { [`aws:RequestTag/${cluster}`]: 'owned' }),
          StringLike: requestOwner,
        },
      }),
      new iam.PolicyStatement({
        sid: 'AllowScopedResourceCreationTagging',
        actions: ['ec2:CreateTags'],
        resources: created,
        conditions: {
          StringEquals: tokenKeys(scope, 'CreationTagging', {
            [`aws:RequestTag/${cluster}`]: 'owned',
            'ec2:CreateAction': ['RunInstances', 'CreateFleet', 'CreateLaunchTemplate'],
          }),
          StringLike: requestOwner,
        },
      }),
      // Karpenter links instances from before Machines by adding these two tags.
      new iam.PolicyStatement({
        sid: 'AllowMachineMigrationTagging',
        actions: ['ec2:CreateTags'],
        resources: arns('instance'),
        conditions: {
          'StringEquals': tokenKeys(scope, 'MigrationTagging', {
            [`aws:ResourceTag/${cluster}`]: 'owned',
            'aws:RequestTag/karpenter.sh/managed-by': context.clusterName,
          }),
          'StringLike': requestOwner,
          'ForAllValues:StringEquals': { 'aws:TagKeys': [OWNER_TAG, 'karpenter.sh/managed-by'] },
        },
      }),
      new iam.PolicyStatement({
        sid: 'AllowScopedDeletion',
        actions: ['ec2:TerminateInstances', 'ec2:DeleteLaunchTemplate'],
        resources: arns('instance', 'launch-template'),
        conditions: {
          StringEquals: tokenKeys(scope, 'Deletion', { [`aws:ResourceTag/${cluster}`]: 'owned' }),
          StringLike: { [`aws:ResourceTag/${OWNER_TAG}`]: '*' },
        },
      }),
      new iam.PolicyStatement({
        sid: 'AllowRegionalReadActions',
        actions: [
          'ec2:DescribeAvailabilityZones',
          'ec2:DescribeImages',
          'ec2:DescribeInstances',
          'ec2:DescribeInstanceTypeOfferings',
          'ec2:DescribeInstanceTypes',
          'ec2:DescribeLaunchTemplates',
          'ec2:DescribeSecurityGroups',
          'ec2:DescribeSpotPriceHistory',
          'ec2:DescribeSubnets',
        ],
        resources: ['*'],
        conditions: { StringEquals: { 'aws:RequestedRegion': region } },
      }),
      new iam.PolicyStatement({
        sid: 'AllowSSMReadActions',
        actions: ['ssm:GetParameter'],
        resources: [`arn:${Aws.PARTITION}:ssm:${region}::parameter/aws/service/*`],
      }),
      // The price list is served by a few regions only, whatever region it is about.
      new iam.PolicyStatement({ sid: 'AllowPricingReadActions', actions: ['pricing:GetProducts'], resources: ['*'] }),
      passNodeRole('AllowPassingInstanceRole', context),
      new iam.PolicyStatement({
        sid: 'AllowAPIServerEndpointDiscovery',
        actions: ['eks:DescribeCluster'],
        resources: [context.clusterArn],
      }),
    ];
  }
}

class GuidePolicy extends ControllerPolicy {
  public _statements(scope: Construct, context: ControllerPolicyContext): iam.PolicyStatement[] {
    return [
      new iam.PolicyStatement({
        sid: 'Karpenter',
        actions: [
          'ssm:GetParameter',
          'ec2:DescribeImages',
          'ec2:RunInstances',
          'ec2:DescribeSubnets',
          'ec2:DescribeSecurityGroups',
          'ec2:DescribeLaunchTemplates',
          'ec2:DescribeInstances',
          'ec2:DescribeInstanceTypes',
          'ec2:DescribeInstanceTypeOfferings',
          'ec2:DescribeAvailabilityZones',
          'ec2:DeleteLaunchTemplate',
          'ec2:CreateTags',
          'ec2:CreateLaunchTemplate',
          'ec2:CreateFleet',
          'ec2:DescribeSpotPriceHistory',
          'pricing:GetProducts',
        ],
        resources: ['*'],
      }),
      new iam.PolicyStatement({
        sid: 'ConditionalEC2Termination',
        actions: ['ec2:TerminateInstances'],
        resources: ['*'],
        conditions: {
          StringLike: { [`ec2:ResourceTag/${OWNER_TAG}`]: '*' },
          StringEquals: tokenKeys(scope, 'Termination', { [`ec2:ResourceTag/${clusterTag(context)}`]: 'owned' }),
        },
      }),
      passNodeRole('PassNodeIAMRole', context),
      new iam.PolicyStatement({ sid: 'EKSClusterEndpointLookup', actions: ['eks:DescribeCluster'], resources: [context.clusterArn] }),
    ];
  }
}

function clusterTag(context: ControllerPolicyContext): string {
  return `kubernetes.io/cluster/${context.clusterName}`;
}

function passNodeRole(sid: string, context: ControllerPolicyContext): iam.PolicyStatement {
  return new iam.PolicyStatement({
    sid,
    actions: ['iam:PassRole'],
    resources: [context.nodeRoleArn],
    conditions: { StringEquals: { 'iam:PassedToService': EC2_SERVICES } },
  });
}
