import { Annotations } from 'aws-cdk-lib';
import * as eks from 'aws-cdk-lib/aws-eks';
import { Construct } from 'constructs';
import { KubernetesHandlerOptions } from '../custom-resources/kubernetes-handler-options';
import { checkRoleArn } from '../input/cdk-kinds';

/** What a chapter needs of a cluster. */
export interface ImportNeeds {
  /** Our own function talks to the Kubernetes API. */
  readonly kubernetesApi?: boolean;
  /** CDK's kubectl provider applies charts and manifests. */
  readonly kubectl?: boolean;
  /** A role is trusted through the cluster's OIDC provider. */
  readonly openIdConnectProvider?: boolean;
  /** Where our function runs; its own VPC stands in for the import's. */
  readonly kubernetesHandler?: KubernetesHandlerOptions;
}

/** One thing that the import does not say. */
interface Gap {
  readonly property: string;
  readonly reason: string;
  readonly source: string;
}

/**
 * Makes sure that the cluster says all that is needed.
 *
 * CDK itself complains about one thing at a time, in terms of its own classes, and lets pass: a missing `kubectlLayer` (the
 * function then fails in the deployment, without helm and kubectl), `kubectlPrivateSubnetIds` that are empty (the function gets a VPC
 * without subnets) or without a security group next to a `kubectlProvider`, and a `kubectlSecurityGroupId` without subnets (nothing uses it).
 *
 * @throws one error that names everything missing, the property to set and how to find its value
 */
export function assertImport(scope: Construct, cluster: eks.ICluster, needs: ImportNeeds): void {
  assertModule(cluster);
  const gaps = [
    ...needs.kubernetesApi || needs.kubectl ? accessGaps(cluster, needs) : [],
    ...needs.kubernetesApi || needs.kubectl ? networkGaps(cluster, needs) : [],
    ...needs.openIdConnectProvider ? identityGaps(cluster) : [],
  ];
  if (gaps.length > 0) {
    const lines = gaps.map(gap => `- \`${gap.property}\`: ${gap.reason}; ${gap.source}`);
    const where = cluster instanceof eks.Cluster ? '`new eks.Cluster`' : '`eks.Cluster.fromClusterAttributes`';
    throw new Error(`the cluster "${cluster.node.path}" does not say all that a migration needs, set on ${where}:\n${lines.join('\n')}`);
  }
  const kubectlRole = cluster.kubectlProvider?.roleArn ?? cluster.kubectlRole?.roleArn;
  if ((needs.kubernetesApi || needs.kubectl) && kubectlRole !== undefined) {
    checkRoleArn('`kubectlRoleArn` of the cluster', kubectlRole);
  }
  if ((needs.kubernetesApi || needs.kubectl) && cluster.kubectlSecurityGroup && !cluster.kubectlPrivateSubnets) {
    Annotations.of(scope).addWarningV2('cdk-karpenter-migration:securityGroupUnused',
      '`kubectlSecurityGroupId` of the import is not used without `kubectlPrivateSubnetIds`: the functions run outside of the VPC');
  }
}

/** JavaScript does not tell a cluster of another module, which has no kubectl role: everything would be undefined. */
function assertModule(cluster: eks.ICluster): void {
  if (!('kubectlRole' in cluster) && cluster.kubectlProvider?.roleArn === undefined) {
    throw new Error(`the cluster "${cluster.node.path}" is not of aws-cdk-lib/aws-eks, as one of aws-cdk-lib/aws-eks-v2 is not: import it once more by `
      + 'eks.Cluster.fromClusterAttributes of aws-cdk-lib/aws-eks, with its name, kubectlRoleArn and kubectlLayer, and give that one');
  }
}

function accessGaps(cluster: eks.ICluster, needs: ImportNeeds): Gap[] {
  if (cluster.kubectlProvider) {
    return [];
  }
  const orProvider = 'or give a `kubectlProvider` instead (eks.KubectlProvider.fromKubectlProviderAttributes)';
  return [
    ...cluster.kubectlRole ? [] : [{
      property: 'kubectlRoleArn',
      reason: 'the role that the cluster knows as an administrator',
      source: 'one that `kubectl -n kube-system get configmap aws-auth -o yaml` maps to system:masters, or that '
        + `\`aws eks list-access-entries --cluster-name ${cluster.clusterName}\` names; ${orProvider}`,
    }],
    ...!needs.kubectl || cluster.kubectlLayer ? [] : [{
      property: 'kubectlLayer',
      reason: 'the layer with kubectl and helm; without it the synthesis succeeds and the deployment fails',
      source: 'new KubectlV27Layer(this, \'Kubectl\') of @aws-cdk/lambda-layer-kubectl-v27, its version that of '
        + `\`aws eks describe-cluster --name ${cluster.clusterName} --query cluster.version\`; ${orProvider}`,
    }],
  ];
}

function networkGaps(cluster: eks.ICluster, needs: ImportNeeds): Gap[] {
  // A function with a network of its own needs none of the import, unless CDK's takes part, which has no other.
  const usesImport = !needs.kubernetesHandler?.vpc || (needs.kubectl && !cluster.kubectlProvider);
  if (!cluster.kubectlPrivateSubnets || !usesImport) {
    return [];
  }
  const describe = (field: string) => `\`aws eks describe-cluster --name ${cluster.clusterName} --query cluster.resourcesVpcConfig.${field}\``;
  return [
    ...cluster.kubectlPrivateSubnets.length > 0 ? [] : [{
      property: 'kubectlPrivateSubnetIds',
      reason: 'it is empty, and a function in a VPC needs a subnet',
      source: `leave it out for a public endpoint, else private subnets out of ${describe('subnetIds')}`,
    }],
    ...provided(() => cluster.vpc) ? [] : [{
      property: 'vpc',
      reason: 'the VPC of `kubectlPrivateSubnetIds`',
      source: `ec2.Vpc.fromLookup(this, 'Vpc', { vpcId }) with the id out of ${describe('vpcId')}`,
    }],
    ...cluster.kubectlSecurityGroup ? [] : [{
      property: 'kubectlSecurityGroupId',
      reason: 'the security group of the functions in `kubectlPrivateSubnetIds`, which the endpoint has to admit',
      source: `the cluster's own works: ${describe('clusterSecurityGroupId')}`,
    }],
  ];
}

function identityGaps(cluster: eks.ICluster): Gap[] {
  return provided(() => cluster.openIdConnectProvider) ? [] : [{
    property: 'openIdConnectProvider',
    reason: 'the IAM OIDC provider of the cluster\'s issuer, which the controller role trusts',
    source: 'eks.OpenIdConnectProvider.fromOpenIdConnectProviderArn(this, \'Oidc\', arn) with the ARN out of `aws iam list-open-id-connect-providers` that ends in '
      + `what \`aws eks describe-cluster --name ${cluster.clusterName} --query cluster.identity.oidc.issuer\` gives; if there is none: `
      + `\`eksctl utils associate-iam-oidc-provider --cluster ${cluster.clusterName} --approve\``,
  }];
}

/** An import has no way to ask: its getters throw for what it was not given. */
function provided(get: () => unknown): boolean {
  try {
    return get() !== undefined;
  } catch (error) {
    if (/is not defined for this imported cluster/.test((error as Error).message)) {
      return false;
    }
    throw error;
  }
}
