import * as cdk from 'aws-cdk-lib';
import * as eks from 'aws-cdk-lib/aws-eks';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as logs from 'aws-cdk-lib/aws-logs';
import { KubectlV27Layer } from '@aws-cdk/lambda-layer-kubectl-v27';
const app = new cdk.App();
const stack = new cdk.Stack(app, 'Karpenter', { env: { account: process.env.CDK_DEFAULT_ACCOUNT, region: process.env.CDK_DEFAULT_REGION } });
const c = (n: string) => app.node.getContext(n);
const oidc = iam.OpenIdConnectProvider.fromOpenIdConnectProviderArn(stack, 'Oidc', c('openIdConnectProviderArn'));
const cluster = eks.Cluster.fromClusterAttributes(stack, 'Cluster', { clusterName: 'prod', kubectlRoleArn: c('kubectlRoleArn'), openIdConnectProvider: oidc, kubectlLayer: new KubectlV27Layer(stack, 'Kubectl') });
const issuer = c('openIdConnectProviderArn').split('oidc-provider/')[1];
const node = new iam.Role(stack, 'Node', { assumedBy: new iam.ServicePrincipal('ec2.amazonaws.com'), managedPolicies: ['AmazonEKSWorkerNodePolicy', 'AmazonEKS_CNI_Policy', 'AmazonSSMManagedInstanceCore', 'AmazonEC2ContainerRegistryReadOnly'].map(n => iam.ManagedPolicy.fromAwsManagedPolicyName(n)) });
const profile = new iam.CfnInstanceProfile(stack, 'Profile', { roles: [node.roleName] });
const controller = new iam.Role(stack, 'Controller', { assumedBy: new iam.FederatedPrincipal(c('openIdConnectProviderArn'), { StringEquals: { [`${issuer}:aud`]: 'sts.amazonaws.com', [`${issuer}:sub`]: 'system:serviceaccount:karpenter:karpenter' } }, 'sts:AssumeRoleWithWebIdentity') });
controller.addToPolicy(new iam.PolicyStatement({ actions: ['ssm:GetParameter', 'pricing:GetProducts', ...['RunInstances', 'CreateFleet', 'CreateLaunchTemplate', 'DeleteLaunchTemplate', 'CreateTags', 'DescribeImages', 'DescribeSubnets', 'DescribeSecurityGroups', 'DescribeLaunchTemplates', 'DescribeInstances', 'DescribeInstanceTypes', 'DescribeInstanceTypeOfferings', 'DescribeAvailabilityZones', 'DescribeSpotPriceHistory'].map(a => `ec2:${a}`)], resources: ['*'] }));
controller.addToPolicy(new iam.PolicyStatement({ actions: ['ec2:TerminateInstances'], resources: ['*'], conditions: { StringLike: { 'ec2:ResourceTag/karpenter.sh/provisioner-name': '*' } } }));
controller.addToPolicy(new iam.PolicyStatement({ actions: ['iam:PassRole'], resources: [node.roleArn] }));
controller.addToPolicy(new iam.PolicyStatement({ actions: ['eks:DescribeCluster'], resources: [cluster.clusterArn] }));
const crd = new eks.HelmChart(stack, 'Crd', { cluster, chart: 'karpenter-crd', repository: 'oci://public.ecr.aws/karpenter/karpenter-crd', version: 'v0.29.2', release: 'karpenter-crd', namespace: 'karpenter', createNamespace: true });
const kc = new eks.HelmChart(stack, 'Chart', { cluster, chart: 'karpenter', repository: 'oci://public.ecr.aws/karpenter/karpenter', version: 'v0.29.2', release: 'karpenter', namespace: 'karpenter', skipCrds: true, wait: true, timeout: cdk.Duration.minutes(10),
  values: { settings: { aws: { clusterName: 'prod', defaultInstanceProfile: profile.ref } }, serviceAccount: { annotations: { 'eks.amazonaws.com/role-arn': controller.roleArn } } } });
kc.node.addDependency(crd, controller);
const p = new eks.KubernetesManifest(stack, 'Prov', { cluster, manifest: [{ apiVersion: 'karpenter.k8s.aws/v1alpha1', kind: 'AWSNodeTemplate', metadata: { name: 'default' }, spec: { subnetSelector: { 'kubernetes.io/role/internal-elb': '1' }, securityGroupSelector: { 'kubernetes.io/cluster/prod': 'owned' } } },
  { apiVersion: 'karpenter.sh/v1alpha5', kind: 'Provisioner', metadata: { name: 'default' }, spec: { providerRef: { name: 'default' } } }] });
p.node.addDependency(kc);
new cdk.CfnOutput(stack, 'NodeRole', { value: node.roleArn });
