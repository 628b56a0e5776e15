import { CustomResource, Stack } from 'aws-cdk-lib';
import * as eks from 'aws-cdk-lib/aws-eks';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { clusterArnOf } from './arns';
import { AwsProvider } from './aws-provider';
import { KubernetesFunction } from './kubernetes-function';
import { KubernetesHandlerOptions } from './kubernetes-handler-options';
import { FUNCTION_PROPERTY } from './resource-query';
import { functionRole, INNER_FUNCTION, ResourceProvider } from './two-phase-provider';
import { ROLE, SECURITY_GROUP, VPC } from '../input/cdk-kinds';
import { free, list } from '../input/kinds';
import { Shape } from '../input/shape';

export const KUBERNETES_HANDLER_OPTIONS: Shape<KubernetesHandlerOptions> = {
  role: ROLE,
  vpc: VPC,
  vpcSubnets: free({}, 'an ec2.SubnetSelection, such as { subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS }'),
  securityGroups: list(SECURITY_GROUP),
};

/**
 * The function behind every custom resource that talks to the Kubernetes API, once per cluster and stack: two clusters
 * of one stack may live in two VPCs.
 */
export class KubernetesProvider extends Construct implements ResourceProvider {
  /**
   * @param options of the first call decide; later ones give the same or none
   */
  public static getOrCreate(scope: Construct, cluster: eks.ICluster, options?: KubernetesHandlerOptions): KubernetesProvider {
    const stack = Stack.of(scope);
    const id = `KarpenterMigrationKubernetes-${cluster.node.addr.slice(-8)}`;
    const existing = stack.node.tryFindChild(id) as KubernetesProvider | undefined;
    if (existing && options && fingerprint(options) !== existing.fingerprint) {
      throw new Error(`kubernetesHandler of "${scope.node.path}" differs from what the function for the cluster "${cluster.node.path}" was made with: `
        + 'give the same to all constructs of a cluster');
    }
    return existing ?? new KubernetesProvider(stack, id, cluster, options ?? {});
  }

  public readonly serviceToken: string;
  public readonly function: KubernetesFunction;
  /** As whom the function runs. */
  public readonly role: iam.IRole;
  /** The role that the cluster knows as an administrator; the function assumes it for every call. */
  public readonly kubectlRoleArn: string;
  /** That each of its resources is left to its function. */
  public readonly properties: Readonly<Record<string, string>>;
  private readonly fingerprint: string;
  private readonly aws: AwsProvider;

  private constructor(scope: Construct, id: string, cluster: eks.ICluster, options: KubernetesHandlerOptions) {
    super(scope, id);
    this.fingerprint = fingerprint(options);
    const imported = importedRole(cluster);
    const givenRole = options.role ?? imported.lambdaRole;
    this.kubectlRoleArn = imported.kubectlRoleArn;
    this.aws = AwsProvider.getOrCreate(this);
    this.serviceToken = this.aws.serviceToken;
    const where = network(cluster, options);
    const role = givenRole ? unmodified(givenRole, this) : functionRole(this, this.aws.logGroup, [
      { actions: ['eks:DescribeCluster'], resources: [clusterArnOf(cluster)] },
      { actions: ['sts:AssumeRole'], resources: [this.kubectlRoleArn] },
    ], where.vpc !== undefined);
    this.function = new KubernetesFunction(this, 'Function', {
      ...INNER_FUNCTION,
      description: 'Karpenter migration: what talks to the Kubernetes API',
      logGroup: this.aws.logGroup,
      role,
      ...where,
    });
    this.role = givenRole ?? role;
    this.properties = { [FUNCTION_PROPERTY]: this.function.functionName };
  }

  /** Lets the function that CloudFormation calls ask this one. */
  public allow(resource: CustomResource, statements: readonly iam.PolicyStatementProps[] = []): void {
    this.aws.allow(resource, [{ actions: ['lambda:InvokeFunction'], resources: [this.function.functionArn] }, ...statements]);
  }
}

function importedRole(cluster: eks.ICluster): { kubectlRoleArn: string; lambdaRole?: iam.IRole } {
  const provider = cluster.kubectlProvider;
  return provider
    ? { kubectlRoleArn: provider.roleArn, lambdaRole: provider.handlerRole }
    : { kubectlRoleArn: cluster.kubectlRole!.roleArn, lambdaRole: cluster.kubectlLambdaRole };
}

function network(cluster: eks.ICluster, options: KubernetesHandlerOptions): Omit<KubernetesHandlerOptions, 'role'> {
  const vpc = options.vpc ?? (cluster.kubectlPrivateSubnets ? cluster.vpc : undefined);
  if (!vpc && (options.vpcSubnets || options.securityGroups)) {
    throw new Error(`kubernetesHandler.${options.vpcSubnets ? 'vpcSubnets' : 'securityGroups'} is set without a VPC: set kubernetesHandler.vpc, `
      + 'or kubectlPrivateSubnetIds and vpc of the import');
  }
  return vpc
    ? {
      vpc,
      vpcSubnets: options.vpcSubnets ?? (cluster.kubectlPrivateSubnets && { subnets: cluster.kubectlPrivateSubnets }),
      securityGroups: options.securityGroups ?? (cluster.kubectlSecurityGroup && [cluster.kubectlSecurityGroup]),
    }
    : {};
}

/** What tells one way to run from another; structs may arrive as copies. */
function fingerprint({ role, vpc, vpcSubnets, securityGroups }: KubernetesHandlerOptions): string {
  return JSON.stringify([role?.node.path, vpc?.node.path, vpc?.selectSubnets(vpcSubnets).subnetIds, securityGroups?.map(group => group.node.path)]);
}

/** A role that somebody else owns, as CDK sees it when it must not add policies to it. */
function unmodified(role: iam.IRole, scope: Construct): iam.IRole {
  return iam.Role.fromRoleArn(scope, 'Role', role.roleArn, { mutable: false });
}
