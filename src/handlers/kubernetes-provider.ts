import { Duration, Names, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as eks from 'aws-cdk-lib/aws-eks';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { twoPhaseProvider } from './aws-provider';
import { KubernetesFunction } from './kubernetes-function';
import { KubernetesHandlerOptions } from './kubernetes-handler-options';

/**
 * The function behind every custom resource that talks to the Kubernetes API, once per cluster and stack: two clusters
 * of one stack may live in two VPCs.
 */
export class KubernetesProvider extends Construct {
  public static getOrCreate(scope: Construct, cluster: eks.ICluster, options: KubernetesHandlerOptions = {}): KubernetesProvider {
    const stack = Stack.of(scope);
    const id = `${Names.nodeUniqueId(cluster.node)}-KarpenterMigrationKubernetes`;
    return (stack.node.tryFindChild(id) as KubernetesProvider | undefined) ?? new KubernetesProvider(stack, id, cluster, options);
  }

  public readonly serviceToken: string;
  public readonly function: KubernetesFunction;
  /** The role that the cluster knows as an administrator; the function assumes it for every call. */
  public readonly kubectlRoleArn: string;

  private constructor(scope: Construct, id: string, cluster: eks.ICluster, options: KubernetesHandlerOptions) {
    super(scope, id);
    const imported = importedRole(cluster);
    const givenRole = options.role ?? imported.lambdaRole;
    this.kubectlRoleArn = imported.kubectlRoleArn;
    const logGroup = new logs.LogGroup(this, 'Logs', { retention: logs.RetentionDays.ONE_YEAR, removalPolicy: RemovalPolicy.DESTROY });
    this.function = new KubernetesFunction(this, 'Function', {
      description: 'Karpenter migration: resources that talk to the Kubernetes API',
      timeout: Duration.minutes(5),
      memorySize: 512,
      logGroup,
      role: givenRole && unmodified(givenRole, this),
      ...network(cluster, options),
    });
    if (!givenRole) {
      this.function.addToRolePolicy(new iam.PolicyStatement({ actions: ['eks:DescribeCluster'], resources: [cluster.clusterArn] }));
      this.function.addToRolePolicy(new iam.PolicyStatement({ actions: ['sts:AssumeRole'], resources: [this.kubectlRoleArn] }));
    }
    this.serviceToken = twoPhaseProvider(this, this.function, logGroup).serviceToken;
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
  return vpc
    ? {
      vpc,
      vpcSubnets: options.vpcSubnets ?? (cluster.kubectlPrivateSubnets && { subnets: cluster.kubectlPrivateSubnets }),
      securityGroups: options.securityGroups ?? (cluster.kubectlSecurityGroup && [cluster.kubectlSecurityGroup]),
    }
    : {};
}

/** A role that somebody else owns, as CDK sees it when it must not add policies to it. */
function unmodified(role: iam.IRole, scope: Construct): iam.IRole {
  return iam.Role.fromRoleArn(scope, 'Role', role.roleArn, { mutable: false });
}
