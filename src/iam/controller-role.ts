import { Token } from 'aws-cdk-lib';
import * as eks from 'aws-cdk-lib/aws-eks';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct, IConstruct } from 'constructs';
import { ControllerPolicy } from './controller-policy';
import { checkAccount, POLICY_NAME, ROLE_NAME } from './shapes';
import { acceptFinding } from '../custom-resources/accepted-findings';
import { clusterArnOf } from '../custom-resources/arns';
import { tokenKeys } from '../custom-resources/token-keys';
import { CLUSTER, QUEUE, ROLE } from '../input/cdk-kinds';
import { ANY_TEXT, instance, required } from '../input/kinds';
import { checkShape, Shape } from '../input/shape';
import { KarpenterRelease } from '../karpenter/karpenter-release';
import { RELEASE } from '../karpenter/shapes';
import { checkDnsName, checkNamespace } from '../kubernetes/kubernetes-names';

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
   * Where there are two managed policies, each takes it with what it is about: `<policyName>-NodeLifecycle`. More than
   * 128 characters of that are an error.
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

  /**
   * The queue by which the controller learns of interruptions. It may receive and delete its messages.
   *
   * A queue that is encrypted with a KMS key of your own needs a key policy that lets the role decrypt.
   *
   * @default - none
   */
  readonly interruptionQueue?: sqs.IQueue;
}

/** The role of Karpenter's controller for a cluster. */
export interface ControllerRoleProps extends ControllerRoleOptions {
  /** The cluster; it needs its `openIdConnectProvider` unless `role` is given. */
  readonly cluster: eks.ICluster;

  /** The role of the nodes: the only one that the controller may pass. */
  readonly nodeRole: iam.IRole;
}

const SHAPE: Shape<ControllerRoleProps> = {
  cluster: required(CLUSTER),
  nodeRole: required(ROLE),
  release: RELEASE,
  role: ROLE,
  policy: instance(ControllerPolicy, 'ControllerPolicy.scoped() or ControllerPolicy.guide()'),
  roleName: ROLE_NAME,
  policyName: POLICY_NAME,
  namespace: ANY_TEXT,
  serviceAccountName: ANY_TEXT,
  interruptionQueue: QUEUE,
};

/**
 * The role that Karpenter's controller assumes as its service account (IRSA).
 *
 * @see https://karpenter.sh/v0.29/getting-started/migrating-from-cas/#create-iam-roles
 */
export class ControllerRole extends Construct {
  /** The role, new or given. */
  public readonly role: iam.IRole;

  /**
   * What the controller may do, undefined if the role was given or has managed policies.
   *
   * Whatever needs a working controller, its removal included, depends on it.
   */
  public readonly policy?: iam.Policy;

  /** The same, where it is two managed policies; else empty. */
  public readonly managedPolicies: iam.ManagedPolicy[] = [];

  constructor(scope: Construct, id: string, props: ControllerRoleProps) {
    super(scope, id);
    checkShape('ControllerRole', props, SHAPE);
    checkNamespace('namespace', props.namespace);
    checkDnsName('serviceAccountName', props.serviceAccountName);
    checkAccount(this, '`nodeRole`', props.nodeRole);
    if (props.role) {
      checkAccount(this, 'the role of the controller', props.role);
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
    const parts = (props.policy ?? ControllerPolicy.scoped())._policies(release._generation, this, {
      clusterName: props.cluster.clusterName,
      clusterArn: clusterArnOf(props.cluster),
      nodeRoleArn: props.nodeRole.roleArn,
      queueArn: props.interruptionQueue?.queueArn,
    });
    for (const { name, statements } of parts) {
      if (name === undefined) {
        this.policy = new iam.Policy(this, 'Policy', { statements, policyName: props.policyName });
        // By the role, and last: one that `iam.Role.customizeRoles` leaves to others puts the statements into CDK's report and takes no policy.
        this.role.attachInlinePolicy(this.policy);
        accept(this.policy, statements);
      } else {
        const policy = new iam.ManagedPolicy(this, `${name}Policy`, {
          roles: [this.role],
          statements,
          managedPolicyName: managedPolicyName(props.policyName, name),
          description: `Karpenter controller: ${name}`,
        });
        accept(policy, statements);
        this.managedPolicies.push(policy);
      }
    }
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

/** IAM's limit for the name of a policy. */
const POLICY_NAME_LIMIT = 128;

function managedPolicyName(prefix: string | undefined, about: string): string | undefined {
  const name = prefix && `${prefix}-${about}`;
  if (name && !Token.isUnresolved(name) && name.length > POLICY_NAME_LIMIT) {
    throw new Error(`policyName "${prefix}" makes the name "${name}" of ${name.length} characters, IAM takes ${POLICY_NAME_LIMIT}: `
      + 'set a shorter one, or leave it out to get generated names');
  }
  return name;
}

/** Only where there is a wildcard, or the acceptance would be about nothing. */
function accept(policy: IConstruct, statements: readonly iam.PolicyStatement[]): void {
  if (statements.some(statement => statement.resources.some(resource => resource.includes('*')))) {
    acceptFinding(policy, 'AwsSolutions-IAM5', 'the ids of what Karpenter launches are not known before; conditions on tags, region and service bound them');
  }
}
