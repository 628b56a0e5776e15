import * as eks from 'aws-cdk-lib/aws-eks';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { ControllerPolicy } from './controller-policy';
import { acceptFinding } from '../custom-resources/accepted-findings';
import { tokenKeys } from '../custom-resources/token-keys';
import { KarpenterRelease } from '../karpenter/karpenter-release';

/** How Karpenter's controller is known to AWS. */
export interface ControllerRoleOptions {
  /**
   * The version of Karpenter.
   *
   * @default KarpenterRelease.v0()
   */
  readonly release?: KarpenterRelease;

  /**
   * A role that exists; it is used as it is and never modified.
   *
   * It must trust the service account through the cluster's OIDC provider and may do what `ControllerPolicy.scoped()`
   * lists. An error together with `policy`, which would have no effect.
   *
   * @default - a new role
   */
  readonly role?: iam.IRole;

  /**
   * What the controller may do.
   *
   * The guide's own policy is wider than upstream's for the same version.
   *
   * @default ControllerPolicy.scoped()
   */
  readonly policy?: ControllerPolicy;

  /**
   * The name of the role, at most 64 characters.
   *
   * `IamNames.guide(clusterName).controllerRole` is the guide's.
   *
   * @default - generated
   */
  readonly roleName?: string;

  /**
   * The name of the inline policy, at most 128 characters.
   *
   * @default - generated
   */
  readonly policyName?: string;

  /**
   * The namespace of the controller's service account.
   *
   * @default - the release's
   */
  readonly namespace?: string;

  /**
   * The name of the controller's service account.
   *
   * @default - the release's
   */
  readonly serviceAccountName?: string;
}

/** The role of Karpenter's controller for a cluster. */
export interface ControllerRoleProps extends ControllerRoleOptions {
  /** The cluster; it needs its `openIdConnectProvider` unless `role` is given. */
  readonly cluster: eks.ICluster;

  /** The role of the nodes: the only one that the controller may pass. */
  readonly nodeRole: iam.IRole;
}

/**
 * The role that Karpenter's controller assumes as its service account (IRSA).
 *
 * @see https://karpenter.sh/v0.29/getting-started/migrating-from-cas/#create-iam-roles
 */
export class ControllerRole extends Construct {
  /** The role, new or given. */
  public readonly role: iam.IRole;

  /**
   * What the controller may do, undefined if the role was given.
   *
   * Whatever needs a working controller, its removal included, depends on it.
   */
  public readonly policy?: iam.Policy;

  constructor(scope: Construct, id: string, props: ControllerRoleProps) {
    super(scope, id);
    if (props.role) {
      if (props.policy) {
        throw new Error('an existing controller role is never modified, so `policy` would have no effect: remove it, or remove `role` to get a new one');
      }
      this.role = props.role;
      return;
    }
    const release = props.release ?? KarpenterRelease.v0();
    this.role = new iam.Role(this, 'Role', {
      roleName: props.roleName,
      description: 'Karpenter controller',
      assumedBy: this.serviceAccountPrincipal(props, release),
    });
    this.policy = new iam.Policy(this, 'Policy', {
      policyName: props.policyName,
      roles: [this.role],
      statements: (props.policy ?? ControllerPolicy.scoped())._statements(release._generation, this, {
        clusterName: props.cluster.clusterName,
        clusterArn: props.cluster.clusterArn,
        nodeRoleArn: props.nodeRole.roleArn,
      }),
    });
    acceptFinding(this.policy, 'AwsSolutions-IAM5', 'the ids of what Karpenter launches are not known before; conditions on tags, region and service bound them');
  }

  private serviceAccountPrincipal(props: ControllerRoleProps, release: KarpenterRelease): iam.IPrincipal {
    const provider = props.cluster.openIdConnectProvider;
    const issuer = provider.openIdConnectProviderIssuer;
    const namespace = props.namespace ?? release.defaultNamespace;
    const serviceAccountName = props.serviceAccountName ?? release.defaultServiceAccountName;
    return new iam.FederatedPrincipal(provider.openIdConnectProviderArn, {
      StringEquals: tokenKeys(this, 'Trust', {
        [`${issuer}:aud`]: 'sts.amazonaws.com',
        [`${issuer}:sub`]: `system:serviceaccount:${namespace}:${serviceAccountName}`,
      }),
    }, 'sts:AssumeRoleWithWebIdentity');
  }
}
