import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as eks from 'aws-cdk-lib/aws-eks';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { assertImport, ImportNeeds } from '../../src/cluster/import-requirements';

const ALL: ImportNeeds = { kubernetesApi: true, kubectl: true, openIdConnectProvider: true };
const PROPERTIES = ['kubectlRoleArn', 'kubectlLayer', 'kubectlPrivateSubnetIds', 'vpc', 'kubectlSecurityGroupId', 'openIdConnectProvider'];

function stack(): Stack {
  return new Stack(new App(), 'Test', { env: { account: '111111111111', region: 'us-east-1' } });
}

function kubectlLayer(scope: Stack): lambda.ILayerVersion {
  return lambda.LayerVersion.fromLayerVersionArn(scope, 'Layer', 'arn:aws:lambda:us-east-1:111111111111:layer:kubectl:1');
}

interface Given {
  readonly role?: boolean;
  readonly layer?: boolean;
  readonly provider?: boolean;
  readonly oidc?: boolean;
  readonly subnets?: string[];
  readonly vpc?: boolean;
  readonly securityGroup?: boolean;
}

function imported(scope: Stack, given: Given): eks.ICluster {
  return eks.Cluster.fromClusterAttributes(scope, 'Cluster', {
    clusterName: 'prod',
    kubectlRoleArn: given.role ? 'arn:aws:iam::111111111111:role/kubectl' : undefined,
    kubectlLayer: given.layer ? kubectlLayer(scope) : undefined,
    kubectlProvider: given.provider
      ? eks.KubectlProvider.fromKubectlProviderAttributes(scope, 'Provider', {
        functionArn: 'arn:aws:lambda:us-east-1:111111111111:function:kubectl',
        kubectlRoleArn: 'arn:aws:iam::111111111111:role/kubectl',
        handlerRole: iam.Role.fromRoleArn(scope, 'Handler', 'arn:aws:iam::111111111111:role/handler'),
      })
      : undefined,
    openIdConnectProvider: given.oidc
      ? eks.OpenIdConnectProvider.fromOpenIdConnectProviderArn(scope, 'Oidc', 'arn:aws:iam::111111111111:oidc-provider/oidc.eks.us-east-1.amazonaws.com/id/ABC')
      : undefined,
    kubectlPrivateSubnetIds: given.subnets,
    kubectlSecurityGroupId: given.securityGroup ? 'sg-1' : undefined,
    vpc: given.vpc ? ec2.Vpc.fromVpcAttributes(scope, 'Vpc', { vpcId: 'vpc-1', availabilityZones: ['us-east-1a'] }) : undefined,
  });
}

/** The properties that the one error names. */
function missing(given: Given, needs: ImportNeeds = ALL): string[] {
  const scope = stack();
  try {
    assertImport(scope, imported(scope, given), needs);
    return [];
  } catch (error) {
    return PROPERTIES.filter(property => (error as Error).message.includes(`\n- \`${property}\`:`));
  }
}

/** The rules in words, for every combination. */
function expected(given: Given): string[] {
  const network = given.subnets !== undefined;
  return [
    ...given.provider || given.role ? [] : ['kubectlRoleArn'],
    ...given.provider || given.layer ? [] : ['kubectlLayer'],
    ...network && given.subnets!.length === 0 ? ['kubectlPrivateSubnetIds'] : [],
    ...network && !given.vpc ? ['vpc'] : [],
    ...network && !given.securityGroup ? ['kubectlSecurityGroupId'] : [],
    ...given.oidc ? [] : ['openIdConnectProvider'],
  ];
}

const flags = [true, false];
const COMBINATIONS: Given[] = flags.flatMap(role => flags.flatMap(layer => flags.flatMap(provider => flags.flatMap(oidc =>
  [undefined, [], ['subnet-1']].flatMap(subnets => flags.flatMap(vpc => flags.map(securityGroup =>
    ({ role, layer, provider, oidc, subnets, vpc, securityGroup }))))))));

test('every combination of what an import may lack is named completely, and nothing else', () => {
  expect(COMBINATIONS).toHaveLength(192);
  for (const given of COMBINATIONS) {
    expect({ given, missing: missing(given) }).toEqual({ given, missing: expected(given) });
  }
});

test('an empty import gives one error with property, reason and command for each', () => {
  const scope = stack();
  expect(() => assertImport(scope, imported(scope, { subnets: ['subnet-1'] }), ALL)).toThrow(new RegExp([
    '^the cluster "Test/Cluster" does not say all that a migration needs, set on `eks.Cluster.fromClusterAttributes`:',
    '- `kubectlRoleArn`: .*aws eks list-access-entries --cluster-name prod.*kubectlProvider.*',
    '- `kubectlLayer`: .*KubectlV27Layer.*kubectlProvider.*',
    '- `vpc`: .*aws eks describe-cluster --name prod --query cluster.resourcesVpcConfig.vpcId.*',
    '- `kubectlSecurityGroupId`: .*clusterSecurityGroupId.*',
    '- `openIdConnectProvider`: .*aws iam list-open-id-connect-providers.*$',
  ].join('\n')));
});

test.each<[string, ImportNeeds, string[]]>([
  ['nothing', {}, []],
  ['the Kubernetes API', { kubernetesApi: true }, ['kubectlRoleArn']],
  ['kubectl', { kubectl: true }, ['kubectlRoleArn', 'kubectlLayer']],
  ['the OIDC provider', { openIdConnectProvider: true }, ['openIdConnectProvider']],
])('who needs %s is told of that only', (_title, needs, properties) => {
  expect(missing({}, needs)).toEqual(properties);
});

test('a network of our function\'s own stands in for the import\'s, but not for CDK\'s function', () => {
  const kubernetesHandler = { vpc: ec2.Vpc.fromVpcAttributes(stack(), 'Own', { vpcId: 'vpc-2', availabilityZones: ['us-east-1a'] }) };
  const given = { role: true, layer: true, oidc: true, subnets: ['subnet-1'] };
  expect(missing(given, { kubernetesApi: true, kubernetesHandler })).toEqual([]);
  expect(missing(given, { ...ALL, kubernetesHandler })).toEqual(['vpc', 'kubectlSecurityGroupId']);
  expect(missing({ ...given, provider: true }, { ...ALL, kubernetesHandler })).toEqual([]);
});

test('a security group that nothing uses is worth a warning', () => {
  const scope = stack();
  assertImport(scope, imported(scope, { role: true, layer: true, oidc: true, securityGroup: true }), ALL);
  const warnings = scope.node.metadata.filter(entry => entry.type === 'aws:cdk:warning').map(entry => entry.data);
  expect(warnings).toEqual([expect.stringMatching('`kubectlSecurityGroupId` of the import is not used without `kubectlPrivateSubnetIds`')]);
});

test('a cluster of the same app has all of it', () => {
  const scope = stack();
  const cluster = new eks.Cluster(scope, 'Cluster', { version: eks.KubernetesVersion.V1_27, kubectlLayer: kubectlLayer(scope) });
  expect(() => assertImport(scope, cluster, ALL)).not.toThrow();
});

test('an error of another kind is not taken for a missing property', () => {
  const scope = stack();
  const cluster = imported(scope, { role: true, layer: true });
  Object.defineProperty(cluster, 'openIdConnectProvider', {
    get: () => {
      throw new Error('something else');
    },
  });
  expect(() => assertImport(scope, cluster, ALL)).toThrow('something else');
});

describe('CDK alone', () => {
  const chart = (given: Given) => {
    const scope = stack();
    new eks.HelmChart(scope, 'Chart', { cluster: imported(scope, given), chart: 'karpenter' });
    const provider = scope.node.children.find(child => child instanceof eks.KubectlProvider);
    const functions = provider ? Template.fromStack(provider as eks.KubectlProvider).findResources('AWS::Lambda::Function') : {};
    return Object.values(functions).find(one => one.Properties.Description?.includes('kubectl'))?.Properties;
  };

  test.each<[string, Given, object]>([
    ['a function without kubectl and helm', { role: true }, { Layers: [expect.anything()] }],
    ['a function in a VPC without subnets', { role: true, layer: true, subnets: [], vpc: true, securityGroup: true }, { VpcConfig: { SubnetIds: [] } }],
  ])('lets pass %s', (_title, given, properties) => {
    expect(chart(given)).toMatchObject(properties);
  });

  test('lets pass a network without VPC and security group next to a kubectlProvider', () => {
    expect(() => chart({ provider: true, subnets: ['subnet-1'] })).not.toThrow();
  });

  test('lets pass a security group without subnets', () => {
    expect(chart({ role: true, layer: true, securityGroup: true })).not.toHaveProperty('VpcConfig');
  });
});
