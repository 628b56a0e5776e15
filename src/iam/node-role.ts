import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { INSTANCE_PROFILE_NAME, ROLE_NAME } from './shapes';
import { acceptFinding } from '../custom-resources/accepted-findings';
import { awsManagedPolicy } from '../custom-resources/arns';
import { ROLE } from '../input/cdk-kinds';
import { required } from '../input/kinds';
import { checkShape, Shape } from '../input/shape';
import { KarpenterRelease } from '../karpenter/karpenter-release';
import { RELEASE } from '../karpenter/shapes';

/** The role of Karpenter's nodes. */
export interface NodeRoleProps {
  /**
   * The name of the role, at most 64 characters.
   *
   * `IamNames.guide(clusterName).nodeRole` is the guide's.
   *
   * @default - generated
   */
  readonly roleName?: string;

  /**
   * The version of Karpenter, whose guide says which managed policies the nodes need.
   *
   * @default KarpenterRelease.v0()
   */
  readonly release?: KarpenterRelease;
}

const NODE_ROLE: Shape<NodeRoleProps> = { roleName: ROLE_NAME, release: RELEASE };

/**
 * The role of the nodes that Karpenter launches, with the managed policies of the guide.
 *
 * The cluster has to admit it: see `NodeAccess`.
 *
 * @see https://karpenter.sh/v0.29/getting-started/migrating-from-cas/#create-iam-roles
 */
export class NodeRole extends iam.Role {
  constructor(scope: Construct, id: string, props: NodeRoleProps = {}) {
    checkShape('NodeRole', props, NODE_ROLE);
    const { nodePolicies } = (props.release ?? KarpenterRelease.v0())._generation;
    super(scope, id, {
      roleName: props.roleName,
      description: 'Nodes launched by Karpenter',
      assumedBy: new iam.ServicePrincipal('ec2.amazonaws.com'),
      managedPolicies: nodePolicies.map(name => awsManagedPolicy(scope, name)),
    });
    acceptFinding(this, 'AwsSolutions-IAM4', 'EKS documents these managed policies for nodes and extends them with what its agents need');
  }
}

/** The instance profile of Karpenter's nodes. */
export interface NodeInstanceProfileProps {
  /** The role of the nodes, ours or one that exists; it is not modified. */
  readonly role: iam.IRole;

  /**
   * The name of the instance profile, at most 128 characters.
   *
   * `IamNames.guide(clusterName).instanceProfile` is the guide's.
   *
   * @default - generated
   */
  readonly instanceProfileName?: string;
}

const NODE_INSTANCE_PROFILE: Shape<NodeInstanceProfileProps> = { role: required(ROLE), instanceProfileName: INSTANCE_PROFILE_NAME };

/**
 * The instance profile through which EC2 hands the node role to the instances that Karpenter launches.
 *
 * EC2 may call a new profile invalid for some seconds; Karpenter tries again by itself.
 *
 * @see https://karpenter.sh/v0.29/getting-started/migrating-from-cas/#create-iam-roles
 */
export class NodeInstanceProfile extends iam.InstanceProfile {
  constructor(scope: Construct, id: string, props: NodeInstanceProfileProps) {
    checkShape('NodeInstanceProfile', props, NODE_INSTANCE_PROFILE);
    super(scope, id, { role: props.role, instanceProfileName: props.instanceProfileName });
  }
}
