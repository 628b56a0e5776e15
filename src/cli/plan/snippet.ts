import { Snippet } from './contract';
import { SnippetFacts } from './plan';
import { namedVersion } from './pools';
import { codeOf, imported, PoolsCode } from '../pools/code/code';

/** The whole app, to be read, changed and kept: the cluster's side of it is filled in. */
export function snippet(language: Snippet['language'], facts: SnippetFacts): Snippet {
  const pools = codeOf(facts.proposal, language, namedVersion(facts.release));
  return { language, code: (language === 'python' ? python : typescript)(facts, pools) };
}

interface FunctionNetwork { readonly vpc: string; readonly subnets: readonly string[]; readonly securityGroup: string }

/** Where functions must be for a cluster whose endpoint is not open to all; undefined where they need not be anywhere. */
function networkOf({ cluster }: SnippetFacts): FunctionNetwork | undefined {
  return cluster.privateEndpoint ? { vpc: cluster.vpcId, subnets: cluster.subnetIds, securityGroup: cluster.clusterSecurityGroupId } : undefined;
}

function layerOf(kubernetes: string): string {
  return `V${kubernetes.split('.')[1]}`;
}

const ROLE_UNKNOWN = 'a role that the cluster knows as an administrator, and that trusts the account';
const PROVIDER_UNKNOWN = 'the account has no IAM OIDC provider of the cluster: eksctl utils associate-iam-oidc-provider --approve --cluster';

/** Which of several roles it is, nobody but the user knows. */
function roleOf({ administrators: { trusting, others }, account }: SnippetFacts): { readonly arn: string; readonly remarks: readonly string[] } {
  const [role = others[0], ...more] = [...trusting, ...trusting.length > 0 ? [] : others];
  return {
    arn: role ?? 'FILL-IN',
    remarks: [
      ...role === undefined ? [ROLE_UNKNOWN] : [],
      ...role !== undefined && trusting.length === 0 ? [`it must trust the functions: let it trust arn:aws:iam::${account}:root, or see the finding KUBERNETES_ACCESS`] : [],
      ...more.length > 0 ? [`or another administrator: ${more.slice(0, 3).join(', ')}`] : [],
    ],
  };
}

function typescript(facts: SnippetFacts, pools: PoolsCode): string {
  const { cluster, account, region, openIdConnectProviderArn: provider } = facts;
  const network = networkOf(facts);
  const layer = layerOf(cluster.version);
  const role = roleOf(facts);
  return [
    `import { Kubectl${layer}Layer } from '@aws-cdk/lambda-layer-kubectl-${layer.toLowerCase()}';`,
    ...network ? ['import * as ec2 from \'aws-cdk-lib/aws-ec2\';'] : [],
    'import * as eks from \'aws-cdk-lib/aws-eks\';',
    'import * as iam from \'aws-cdk-lib/aws-iam\';',
    imported(['App', 'Stack', 'KarpenterMigration', 'MigrationStage', ...pools.names], 'typescript'),
    '',
    'const app = new App();',
    `const stack = new Stack(app, 'Karpenter', { env: { account: '${account}', region: '${region}' } });`,
    'const cluster = eks.Cluster.fromClusterAttributes(stack, \'Cluster\', {',
    `  clusterName: '${cluster.name}',`,
    ...role.remarks.map(remark => `  // ${remark}`),
    `  kubectlRoleArn: '${role.arn}',`,
    ...provider ? [] : [`  // ${PROVIDER_UNKNOWN} ${cluster.name}`],
    `  openIdConnectProvider: iam.OpenIdConnectProvider.fromOpenIdConnectProviderArn(stack, 'Oidc', '${provider ?? 'FILL-IN'}'),`,
    `  kubectlLayer: new Kubectl${layer}Layer(stack, 'Kubectl'),`,
    ...network ? [
      `  vpc: ec2.Vpc.fromLookup(stack, 'Vpc', { vpcId: '${network.vpc}' }),`,
      '  // private ones of these, with a way out by a NAT gateway or by interface endpoints',
      `  kubectlPrivateSubnetIds: [${network.subnets.map(id => `'${id}'`).join(', ')}],`,
      `  kubectlSecurityGroupId: '${network.securityGroup}',`,
    ] : [],
    '});',
    '',
    `${pools.additions ? 'const migration = ' : ''}new KarpenterMigration(stack, 'Migration', {`,
    '  cluster,',
    indented(pools.properties, '  '),
    '  stage: MigrationStage.INSTALL, // then CUT_OVER, then SCALE_DOWN; back at any time; REMOVED before `cdk destroy`',
    '});',
    ...pools.additions ? [pools.additions] : [],
    '',
  ].join('\n');
}

function python(facts: SnippetFacts, pools: PoolsCode): string {
  const { cluster, account, region, openIdConnectProviderArn: provider } = facts;
  const network = networkOf(facts);
  const layer = layerOf(cluster.version);
  const role = roleOf(facts);
  return [
    `from aws_cdk import ${network ? 'aws_ec2 as ec2, ' : ''}aws_eks as eks, aws_iam as iam`,
    `from aws_cdk.lambda_layer_kubectl_${layer.toLowerCase()} import Kubectl${layer}Layer`,
    imported(['App', 'Environment', 'Stack', 'KarpenterMigration', 'MigrationStage', ...pools.names], 'python'),
    '',
    'app = App()',
    `stack = Stack(app, "Karpenter", env=Environment(account="${account}", region="${region}"))`,
    'cluster = eks.Cluster.from_cluster_attributes(',
    '    stack, "Cluster",',
    `    cluster_name="${cluster.name}",`,
    ...role.remarks.map(remark => `    # ${remark}`),
    `    kubectl_role_arn="${role.arn}",`,
    ...provider ? [] : [`    # ${PROVIDER_UNKNOWN} ${cluster.name}`],
    `    open_id_connect_provider=iam.OpenIdConnectProvider.from_open_id_connect_provider_arn(stack, "Oidc", "${provider ?? 'FILL-IN'}"),`,
    `    kubectl_layer=Kubectl${layer}Layer(stack, "Kubectl"),`,
    ...network ? [
      `    vpc=ec2.Vpc.from_lookup(stack, "Vpc", vpc_id="${network.vpc}"),`,
      '    # private ones of these, with a way out by a NAT gateway or by interface endpoints',
      `    kubectl_private_subnet_ids=[${network.subnets.map(id => `"${id}"`).join(', ')}],`,
      `    kubectl_security_group_id="${network.securityGroup}",`,
    ] : [],
    ')',
    '',
    `${pools.additions ? 'migration = ' : ''}KarpenterMigration(`,
    '    stack, "Migration",',
    '    cluster=cluster,',
    indented(pools.properties, '    '),
    '    stage=MigrationStage.INSTALL,  # then CUT_OVER, then SCALE_DOWN; back at any time; REMOVED before `cdk destroy`',
    ')',
    ...pools.additions ? [pools.additions] : [],
    'app.synth()',
    '',
  ].join('\n');
}

function indented(code: string, by: string): string {
  return code.split('\n').map(line => `${by}${line}`).join('\n');
}
