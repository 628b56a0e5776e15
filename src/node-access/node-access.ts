import { Construct } from 'constructs';
import { AwsAuthRoleMapping, AwsAuthRoleMappingProps } from './aws-auth-role-mapping';
import { NodeAccessKind } from './contract';

/** How the nodes that Karpenter launches get into the cluster. */
export abstract class NodeAccess {
  /**
   * One entry in the ConfigMap `aws-auth`, as in the guide; everything else in it stays byte for byte.
   *
   * For clusters whose authentication mode is `CONFIG_MAP` or `API_AND_CONFIG_MAP`.
   *
   * @see https://docs.aws.amazon.com/eks/latest/userguide/auth-configmap.html
   */
  public static awsAuth(): NodeAccess {
    return new AwsAuthNodeAccess();
  }

  /**
   * Done elsewhere: the node role is mapped already, or has an access entry of type `EC2_LINUX`.
   *
   * Without either, instances launch but never become nodes.
   */
  public static unmanaged(): NodeAccess {
    return new UnmanagedNodeAccess();
  }

  /**
   * What the cluster has to be able to do for it.
   *
   * @internal
   */
  public abstract readonly _kind: NodeAccessKind;

  /**
   * Lets the role in; what comes back has to be there before an instance is launched.
   *
   * @internal
   */
  public abstract _bind(scope: Construct, props: AwsAuthRoleMappingProps): Construct | undefined;
}

class AwsAuthNodeAccess extends NodeAccess {
  public readonly _kind = 'aws-auth';

  public _bind(scope: Construct, props: AwsAuthRoleMappingProps): Construct {
    return new AwsAuthRoleMapping(scope, 'NodeAccess', props);
  }
}

class UnmanagedNodeAccess extends NodeAccess {
  public readonly _kind = 'unmanaged';

  public _bind(): undefined {
    return undefined;
  }
}
