const { App, Stack } = require('aws-cdk-lib');
const eks = require('aws-cdk-lib/aws-eks');
const iam = require('aws-cdk-lib/aws-iam');
const { KubectlV34Layer } = require('@aws-cdk/lambda-layer-kubectl-v34');

const ACCOUNT = '111111111111';
const REGION = 'us-east-1';

/** The stack that every app has. */
function stack() {
  return new Stack(new App(), 'Karpenter', { env: { account: ACCOUNT, region: REGION } });
}

/** A cluster as most teams import it, with one manifest, so that CDK's own kubectl provider is there with and without Karpenter. */
function imported(scope) {
  const cluster = eks.Cluster.fromClusterAttributes(scope, 'Cluster', {
    clusterName: 'prod',
    kubectlRoleArn: `arn:aws:iam::${ACCOUNT}:role/kubectl`,
    openIdConnectProvider: iam.OpenIdConnectProvider.fromOpenIdConnectProviderArn(
      scope, 'Oidc', `arn:aws:iam::${ACCOUNT}:oidc-provider/oidc.eks.${REGION}.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE`,
    ),
    kubectlLayer: new KubectlV34Layer(scope, 'Kubectl'),
  });
  cluster.addManifest('Marker', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'marker' } });
  return cluster;
}

/** A cluster that the app makes, with the node group that it gets by default. */
function made(scope) {
  return new eks.Cluster(scope, 'Cluster', {
    version: eks.KubernetesVersion.V1_34,
    kubectlLayer: new KubectlV34Layer(scope, 'Kubectl'),
    authenticationMode: eks.AuthenticationMode.API_AND_CONFIG_MAP,
  });
}

module.exports = { stack, imported, made };
