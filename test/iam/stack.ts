import { App, Stack } from 'aws-cdk-lib';
import * as eks from 'aws-cdk-lib/aws-eks';
import * as iam from 'aws-cdk-lib/aws-iam';

export const ISSUER = 'oidc.eks.us-east-1.amazonaws.com/id/ABC';
export const PROVIDER_ARN = `arn:aws:iam::111111111111:oidc-provider/${ISSUER}`;

export function testStack(): Stack {
  return new Stack(new App(), 'Test', { env: { account: '111111111111', region: 'us-east-1' } });
}

interface Import { readonly id?: string; readonly clusterName?: string; readonly providerArn?: string; readonly kubectlRoleArn?: string }

export function importCluster(stack: Stack, options: Import = {}): eks.ICluster {
  const id = options.id ?? 'Cluster';
  return eks.Cluster.fromClusterAttributes(stack, id, {
    clusterName: options.clusterName ?? 'prod',
    kubectlRoleArn: options.kubectlRoleArn,
    openIdConnectProvider: iam.OpenIdConnectProvider.fromOpenIdConnectProviderArn(stack, `${id}Oidc`, options.providerArn ?? PROVIDER_ARN),
  });
}
