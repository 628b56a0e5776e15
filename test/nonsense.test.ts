import { join } from 'path';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as eks from 'aws-cdk-lib/aws-eks';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Given, importCluster, migrate, testStack } from './karpenter-migration/stack';
import { ClusterSurvey } from '../src/cluster/cluster-survey';
import { Discovery } from '../src/discovery-tags/discovery';
import { DiscoveryTags } from '../src/discovery-tags/discovery-tags';
import { SecurityGroupSource, SubnetSource } from '../src/discovery-tags/sources';
import { ControllerPolicy } from '../src/iam/controller-policy';
import { IamNames } from '../src/iam/iam-names';
import { ChartSource } from '../src/karpenter/chart-source';
import { KarpenterChart } from '../src/karpenter/karpenter-chart';
import { KarpenterRelease } from '../src/karpenter/karpenter-release';
import { KarpenterReleaseV0Options } from '../src/karpenter/v0/release-options';
import { AWSNodeTemplate } from '../src/provisioning/v0/aws-node-template';

/** What is wrong, what causes it, and what is said. A text is the whole message; several are parts of it. */
type Case = [nonsense: string, given: () => unknown, complaint: string | string[]];

const CHARTS = join(__dirname, 'karpenter-migration', 'charts');
const long = 'x'.repeat(64);

const migration = (given: Given) => () => migrate(given);
const v0 = (given: (stack: Parameters<Given>[0]) => KarpenterReleaseV0Options) =>
  migration(stack => ({ release: KarpenterRelease.v0(given(stack)) }));
const imported = (attributes: Partial<eks.ClusterAttributes>) => migration(stack => ({ cluster: importCluster(stack, attributes) }));
const vpcOf = (stack: Parameters<Given>[0]) => ec2.Vpc.fromVpcAttributes(stack, 'Vpc', { vpcId: 'vpc-0a0a0a0a', availabilityZones: ['us-east-1a'] });
const tagKey = (key: string) => migration(() => ({ discovery: Discovery.tags({ key }) }));
const badKey = (key: string, problem: string) => `"${key}" cannot be the key of the discovery tag: ${problem}; set \`tagKey\` or leave it at karpenter.sh/discovery`;
const release = (version: string) => () => KarpenterRelease.v0({ version });
const badRelease = (version: string) =>
  `KarpenterRelease.v0 takes the versions 0.29.x, 0.30.x, 0.31.x without a leading v, got "${version}"; set version to one of them, for instance "0.29.2"`;
const badNodegroup = (property: string, name: string) =>
  `\`${property}\` is "${name}": set the name of a node group: 1 to 63 letters, digits, - and _, the first a letter or digit`;
const role = (stack: Parameters<Given>[0], name: string) => iam.Role.fromRoleArn(stack, name, `arn:aws:iam::111111111111:role/${name}`);

const CASES: Case[] = [
  ['no kubectl role', imported({ kubectlRoleArn: undefined }), [
    'the cluster "Test/Cluster" does not say all that a migration needs, set on `eks.Cluster.fromClusterAttributes`:\n- `kubectlRoleArn`: ', 'kubectlProvider',
  ]],
  ['no layer', imported({ kubectlLayer: undefined }), ['- `kubectlLayer`: the layer with kubectl and helm', 'new KubectlV27Layer(this, \'Kubectl\')']],
  ['no OIDC provider', imported({ openIdConnectProvider: undefined }), ['- `openIdConnectProvider`: ', 'aws iam list-open-id-connect-providers']],
  ['nothing but a name', imported({ kubectlRoleArn: undefined, kubectlLayer: undefined, openIdConnectProvider: undefined }),
    ['- `kubectlRoleArn`', '\n- `kubectlLayer`', '\n- `openIdConnectProvider`']],
  ['private subnets without a VPC and a security group', imported({ kubectlPrivateSubnetIds: ['subnet-0a0a0a0a'] }),
    ['- `vpc`: the VPC of `kubectlPrivateSubnetIds`', '- `kubectlSecurityGroupId`: the security group of the functions']],
  ['private subnets that are none', migration(stack => ({
    cluster: importCluster(stack, { vpc: vpcOf(stack), kubectlPrivateSubnetIds: [], kubectlSecurityGroupId: 'sg-0a0a0a0a' }),
  })), ['- `kubectlPrivateSubnetIds`: it is empty', 'leave it out for a public endpoint']],

  ['no node groups', migration(() => ({ nodegroups: [] })), '`nodegroups` is empty: name at least one node group, or leave it out'],
  ['an empty name of a node group', migration(() => ({ nodegroups: ['a', ''] })), badNodegroup('nodegroups[1]', '')],
  ['a node group with a blank', migration(() => ({ nodegroups: ['my group'] })), badNodegroup('nodegroups[0]', 'my group')],
  ['a node group with 64 characters', migration(() => ({ hostNodegroups: [long] })), badNodegroup('hostNodegroups[0]', long)],
  ['no hosts', migration(() => ({ hostNodegroups: [] })), '`hostNodegroups` is empty: name at least one node group, or leave it out'],
  ['a survey of no node groups', () => {
    const stack = testStack();
    return new ClusterSurvey(stack, 'Survey', { cluster: importCluster(stack), nodegroups: [] });
  }, '`nodegroups` is empty: name at least one node group, or leave it out'],

  ['an empty tag key', tagKey(''), badKey('', 'it must have 1 to 127 characters')],
  ['a tag key of 128 characters', tagKey('k'.repeat(128)), badKey('k'.repeat(128), 'it must have 1 to 127 characters')],
  ['a tag key with a blank', tagKey('my key'), badKey('my key', 'it may hold letters, digits and _ . : / = + - @')],
  ['a tag key that AWS reserves', tagKey('aws:karpenter'), badKey('aws:karpenter', 'AWS and Karpenter reserve aws: and aws-ids')],
  ['a tag key that means ids', tagKey('aws-ids'), badKey('aws-ids', 'AWS and Karpenter reserve aws: and aws-ids')],
  ['our own marker as the tag key', () => {
    const stack = testStack();
    return new DiscoveryTags(stack, 'Tags', { cluster: importCluster(stack), tagKey: 'cdk-karpenter-migration/prod' });
  }, badKey('cdk-karpenter-migration/prod', 'cdk-karpenter-migration/ is what we remember our tags by')],
  ['no subnets by id', () => Discovery.ids({ subnetIds: [], securityGroupIds: ['sg-1'] }),
    'at least one subnet id is needed, got none: pass ids like "subnet-0123456789abcdef0"'],
  ['no security groups by id', () => Discovery.ids({ subnetIds: ['subnet-1'], securityGroupIds: [] }),
    'at least one security group id is needed, got none: pass ids like "sg-0123456789abcdef0"'],
  ['a security group as a subnet', () => SubnetSource.ids('subnet-1', 'sg-1'), '"sg-1" cannot be subnet ids: they look like "subnet-0123456789abcdef0"'],
  ['names as security groups', () => SecurityGroupSource.ids('default', 'web'),
    '"default", "web" cannot be security group ids: they look like "sg-0123456789abcdef0"'],

  ['a version with a v', release('v0.29.2'), badRelease('v0.29.2')],
  ['a version before this API', release('0.28.1'), badRelease('0.28.1')],
  ['a version after this API', release('0.32.0'), badRelease('0.32.0')],
  ['a version of another generation', release('1.0.0'), badRelease('1.0.0')],
  ['half a version', release('0.29'), badRelease('0.29')],
  ['no version', release(''), badRelease('')],

  ['a profile without its role', migration(stack => ({ instanceProfile: iam.InstanceProfile.fromInstanceProfileName(stack, 'Profile', 'nodes') })),
    'instanceProfile is set without nodeRole: set nodeRole to the role in that profile, because it must be let into the cluster and be passed'],
  ['a policy for a role that is not modified', migration(stack => ({ controllerRole: role(stack, 'controller'), controllerPolicy: ControllerPolicy.guide() })),
    'an existing controller role is never modified, so `policy` would have no effect: remove it, or remove `role` to get a new one'],
  ['the guide\'s names for a cluster with a long one', migration(() => ({ iamNames: IamNames.guide('x'.repeat(47)) })),
    `the guide's name for the node role leaves 46 characters for the cluster name, "${'x'.repeat(47)}" has 47 (IAM takes 64 in all): `
    + 'use IamNames.generated() or pass a node role of your own'],

  ['a namespace in capitals', migration(() => ({ namespace: 'Karpenter' })),
    'namespace "Karpenter" is not a DNS label: at most 63 lower-case letters, digits or "-" that begin and end with a letter or digit'],
  ['an empty namespace', migration(() => ({ namespace: '' })),
    'namespace "" is not a DNS label: at most 63 lower-case letters, digits or "-" that begin and end with a letter or digit'],
  ['a namespace of 64 characters', migration(() => ({ namespace: long })),
    `namespace "${long}" is not a DNS label: at most 63 lower-case letters, digits or "-" that begin and end with a letter or digit`],
  ['a service account that no account can have', migration(() => ({ serviceAccountName: 'my_account' })),
    'serviceAccountName "my_account" is not a DNS name: at most 253 lower-case letters, digits, "-" or "." that begin and end with a letter or digit'],
  ['a service account in the values', migration(() => ({ values: { serviceAccount: { name: 'other' } } })),
    'values.serviceAccount.name must not be set, got "other"; set serviceAccountName, so that the controller\'s role can trust it'],
  ['another cluster in the values', migration(() => ({ values: { settings: { aws: { clusterName: 'other' } } } })),
    'values.settings.aws.clusterName must not be set, got "other"; it follows from `cluster`'],
  ['another instance profile in the values', migration(() => ({ values: { settings: { aws: { defaultInstanceProfile: 'other' } } } })),
    'values.settings.aws.defaultInstanceProfile must not be set, got "other"; it follows from `instanceProfile`'],
  ['another role in the values', migration(() => ({ values: { serviceAccount: { annotations: { 'eks.amazonaws.com/role-arn': 'other' } } } })),
    'values.serviceAccount.annotations["eks.amazonaws.com/role-arn"] must not be set, got "other"; it follows from `controllerRole`'],

  ['a registry without its scheme', () => ChartSource.oci('public.ecr.aws/karpenter'),
    'the prefix of the charts\' repositories must begin with oci:// and have no trailing slash, got "public.ecr.aws/karpenter"'],
  ['a registry with a slash at its end', () => ChartSource.oci('oci://public.ecr.aws/karpenter/'),
    'the prefix of the charts\' repositories must begin with oci:// and have no trailing slash, got "oci://public.ecr.aws/karpenter/"'],
  ['a directory without charts', migration(() => ({ chartSource: ChartSource.directory(__dirname) })), [
    `the directory of charts must contain karpenter-crd/Chart.yaml, there is none in "${__dirname}"; get it with helm pull oci://`, '--version v0.29.2 --untar',
  ]],
  ['charts of another release', migration(() => ({ chartSource: ChartSource.directory(CHARTS), release: KarpenterRelease.v0({ version: '0.30.0' }) })),
    `the chart in "${join(CHARTS, 'karpenter-crd')}" has version v0.29.2, the release needs v0.30.0; put that chart there or set release to the version of the chart`],

  ['a node template that the Provisioner does not use', v0(() => ({ nodeTemplate: { name: 'mine' }, provisioner: { nodeTemplateName: 'other' } })),
    'provisioner.nodeTemplateName ("other") is set, so nodeTemplate would have no effect: keep one of them'],
  ['a node template beside one that is built', v0((stack) => {
    const nodeTemplate = new AWSNodeTemplate(stack, 'Own', { cluster: importCluster(stack, {}, 'Same') });
    return { nodeTemplate: {}, provisioner: { nodeTemplate } };
  }), 'provisioner.nodeTemplate is set, so nodeTemplate would have no effect: keep one of them'],
  ['security groups beside a launch template', v0(() => ({ nodeTemplate: { launchTemplateName: 'mine', securityGroupSelector: { a: 'b' } } })),
    ['`launchTemplateName` ("mine") excludes `securityGroupSelector`']],
  ['two Provisioners of the default name', () => migrate().migration.addProvisioner('Second', {}),
    'the migration has a Provisioner "default" already: set `name` to one that is not among default'],
  ['two Provisioners of one name', () => {
    const { migration: migrated } = migrate(() => ({ release: KarpenterRelease.v0({ provisioner: { name: 'main' } }) }));
    migrated.addProvisioner('A', { name: 'gpu' });
    return migrated.addProvisioner('B', { name: 'gpu' });
  }, 'the migration has a Provisioner "gpu" already: set `name` to one that is not among main, gpu'],
  ['two node templates of the default name', () => migrate().migration.addNodeTemplate('Second', {}),
    'the migration has an AWSNodeTemplate "default" already: set `name` to one that is not among default'],
  ['two node templates of one name', () => {
    const { migration: migrated } = migrate(() => ({ release: KarpenterRelease.v0({ nodeTemplate: { name: 'main' } }) }));
    migrated.addNodeTemplate('A', { name: 'gpu' });
    return migrated.addNodeTemplate('B', { name: 'gpu' });
  }, 'the migration has an AWSNodeTemplate "gpu" already: set `name` to one that is not among main, gpu'],
  ['no instance profile for a chart that needs one', () => {
    const stack = testStack();
    return new KarpenterChart(stack, 'Chart', { cluster: importCluster(stack), controllerRole: role(stack, 'controller') });
  }, 'instanceProfileName is not set: set it to the profile of Karpenter\'s nodes, Karpenter 0.29.2 makes none itself'],

  ['subnets of no VPC', migration(() => ({ kubernetesHandler: { vpcSubnets: {} } })),
    'kubernetesHandler.vpcSubnets is set without a VPC: set kubernetesHandler.vpc, or kubectlPrivateSubnetIds and vpc of the import'],
  ['security groups of no VPC', migration(() => ({ kubernetesHandler: { securityGroups: [] } })),
    'kubernetesHandler.securityGroups is set without a VPC: set kubernetesHandler.vpc, or kubectlPrivateSubnetIds and vpc of the import'],
];

test.each(CASES)('%s is refused', (_, given, complaint) => {
  const message = messageOf(given);
  if (typeof complaint === 'string') {
    expect(message).toBe(complaint);
  } else {
    complaint.forEach(part => expect(message).toContain(part));
  }
  // Names of the API and values may begin with a capital, sentences do not.
  expect(message).toMatch(/^([a-z`"]|KarpenterRelease\.v0)/);
  expect(message).not.toMatch(/\.$/);
});

test('neighbours of what is refused are taken', () => {
  const neighbours: Given[] = [
    () => ({ nodegroups: ['a'], hostNodegroups: [long.slice(1)] }),
    () => ({ discovery: Discovery.tags({ key: 'k'.repeat(127) }) }),
    () => ({ namespace: '1-karpenter', serviceAccountName: 'my.account' }),
    () => ({ release: KarpenterRelease.v0({ nodeTemplate: { name: 'mine' }, provisioner: { name: 'other' } }) }),
    () => ({ values: { serviceAccount: { annotations: { a: 'b' } } } }),
    stack => ({ nodeRole: role(stack, 'nodes'), instanceProfile: iam.InstanceProfile.fromInstanceProfileName(stack, 'Profile', 'nodes') }),
  ];
  for (const given of neighbours) {
    expect(() => migrate(given)).not.toThrow();
  }
});

function messageOf(given: () => unknown): string {
  try {
    given();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('nothing was refused');
}
