import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';

/**
 * Where and as whom our function that talks to the Kubernetes API runs.
 *
 * All of it follows from the import of the cluster by default, exactly as CDK's own kubectl provider does.
 */
export interface KubernetesHandlerOptions {
  /**
   * The role of the function. It must be able to assume the cluster's kubectl role, may call `eks:DescribeCluster` on
   * the cluster and write its logs; it is used as it is and never modified.
   *
   * @default - `kubectlLambdaRole` of the import, else the handler role of its `kubectlProvider`, else a new role that
   * the kubectl role has to trust
   */
  readonly role?: iam.IRole;

  /**
   * The VPC of the function.
   *
   * @default - the cluster's VPC where the import has `kubectlPrivateSubnetIds`, else none
   */
  readonly vpc?: ec2.IVpc;

  /**
   * The subnets of the function; needs `vpc`.
   *
   * @default - `kubectlPrivateSubnetIds` of the import
   */
  readonly vpcSubnets?: ec2.SubnetSelection;

  /**
   * The security groups of the function; the cluster's endpoint must admit them.
   *
   * @default - `kubectlSecurityGroupId` of the import
   */
  readonly securityGroups?: ec2.ISecurityGroup[];
}
