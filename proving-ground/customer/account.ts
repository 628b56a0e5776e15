import * as ec2 from '@aws-sdk/client-ec2';
import * as eks from '@aws-sdk/client-eks';
import type { LocalAws } from '../aws';
import { clientConfig } from '../aws/client-config';
import { createCluster } from '../aws/create-cluster';
import { query, signedAs } from '../aws/gateway/query';
import type { ClusterFacts } from '../aws/options';
import { until } from '../cluster/until';

/** Where all clusters of a customer are. */
export interface CustomerNetwork {
  readonly vpcId: string;
  /** In three zones; all node groups use them. */
  readonly privateSubnetIds: readonly string[];
  /** No node group uses it. */
  readonly publicSubnetId: string;
}

/** What a customer has of a cluster before the migration. */
export interface Customer extends CustomerNetwork {
  /** Made by EKS; the only group that carries the cluster's tag. */
  readonly clusterSecurityGroupId: string;
  /** In the network interface of the launch template of `apps`. */
  readonly appsSecurityGroupId: string;
  readonly launchTemplateId: string;
  readonly nodeRoleArn: string;
  readonly nodegroups: readonly string[];
  /** One in each zone of the private subnets, as the claims of a StatefulSet get them. */
  readonly volumes: readonly { readonly volumeId: string; readonly zone: string }[];
}

/** What there is before the cluster. */
export type Ground = Omit<Customer, 'clusterSecurityGroupId' | 'nodegroups' | 'volumes'>;

/** What a cluster has that its owner makes by hand. */
export interface HandMade {
  readonly oidcProviderArn: string;
  /** Trusts the account; the cluster knows it as an administrator. */
  readonly kubectlRoleArn: string;
}

/** The name of the role with which kubectl comes to a cluster. */
export function kubectlRole(clusterName: string): string {
  return `${clusterName}-kubectl`;
}

/** Sizes of the node groups; a third one, `batch`, is at zero. */
export interface CustomerSizes { readonly apps: number; readonly system: number }

/** Creates, through the gateway, what a customer has in a network before a cluster. */
export async function createGround(aws: LocalAws, network: CustomerNetwork, clusterName: string): Promise<Ground> {
  return { ...network, ...await createTemplate(aws, network, clusterName), nodeRoleArn: await createNodeRole(aws, clusterName) };
}

/** A cluster that somebody makes without CloudFormation, and what it needs. */
export async function createClusterByHand(aws: LocalAws, facts: ClusterFacts, ground: Ground): Promise<HandMade> {
  const roleArn = await createRole(aws, `${facts.name}-cluster`, { Service: 'eks.amazonaws.com' });
  const kubectlRoleArn = await createRole(aws, kubectlRole(facts.name), { AWS: `arn:aws:iam::${roleArn.split(':')[4]}:root` });
  await createCluster(new eks.EKSClient(clientConfig(aws)), {
    name: facts.name,
    roleArn,
    version: facts.version ?? '1.27',
    resourcesVpcConfig: { subnetIds: [...ground.privateSubnetIds, ground.publicSubnetId] },
  });
  const provider = await iam(aws, {
    'Action': 'CreateOpenIDConnectProvider',
    'Url': facts.oidcIssuer,
    'ClientIDList.member.1': 'sts.amazonaws.com',
    'ThumbprintList.member.1': '9e99a48a9960b14926bb7f3b02e22da2b0ab7280',
  });
  return { kubectlRoleArn, oidcProviderArn: provider.CreateOpenIDConnectProviderResult.OpenIDConnectProviderArn };
}

/** Gives a cluster that is ACTIVE its three node groups, and volumes. */
export async function furnishCluster(aws: LocalAws, facts: ClusterFacts, ground: Ground, sizes: CustomerSizes): Promise<Customer> {
  const client = new eks.EKSClient(clientConfig(aws));
  const { cluster } = await client.send(new eks.DescribeClusterCommand({ name: facts.name }));
  const nodegroup = (name: string, size: number, more: Partial<eks.CreateNodegroupCommandInput>) => client.send(new eks.CreateNodegroupCommand({
    clusterName: facts.name,
    nodegroupName: name,
    nodeRole: ground.nodeRoleArn,
    subnets: [...ground.privateSubnetIds],
    scalingConfig: { minSize: size, desiredSize: size, maxSize: size + 3 },
    ...more,
  }));
  // At its minimum, below which Auto Scaling ends nothing.
  await nodegroup('apps', sizes.apps, { launchTemplate: { id: ground.launchTemplateId, version: '1' } });
  await nodegroup('system', sizes.system, {
    instanceTypes: ['m5.large'], scalingConfig: { minSize: sizes.system - 1, desiredSize: sizes.system, maxSize: sizes.system + 3 },
  });
  await nodegroup('batch', 0, { instanceTypes: ['c5.2xlarge'] });
  return {
    ...ground,
    clusterSecurityGroupId: cluster!.resourcesVpcConfig!.clusterSecurityGroupId!,
    nodegroups: ['apps', 'system', 'batch'],
    volumes: await createVolumes(aws, facts.name),
  };
}

const ZONES = ['a', 'b', 'c'];

async function createVolumes(aws: LocalAws, clusterName: string): Promise<Customer['volumes']> {
  const client = new ec2.EC2Client(clientConfig(aws));
  return Promise.all(ZONES.map(async (letter) => {
    const zone = `us-east-1${letter}`;
    const { VolumeId } = await client.send(new ec2.CreateVolumeCommand({
      AvailabilityZone: zone,
      Size: 20,
      VolumeType: 'gp3',
      TagSpecifications: [{ ResourceType: 'volume', Tags: [{ Key: `kubernetes.io/cluster/${clusterName}`, Value: 'owned' }] }],
    }));
    return { volumeId: VolumeId!, zone };
  }));
}

/** Makes coredns an add-on of EKS, as a cluster made in the console has it, and waits until it is one. */
export async function createCorednsAddon(aws: LocalAws, clusterName: string, configurationValues?: string): Promise<void> {
  const client = new eks.EKSClient(clientConfig(aws));
  const addon = { clusterName, addonName: 'coredns' };
  await client.send(new eks.CreateAddonCommand({ ...addon, addonVersion: 'v1.10.1-eksbuild.1', resolveConflicts: 'OVERWRITE', configurationValues }));
  await until('the add-on coredns is ACTIVE', 60, async () =>
    (await client.send(new eks.DescribeAddonCommand(addon))).addon?.status === 'ACTIVE');
}

function named(type: ec2.ResourceType, name: string, more: Record<string, string> = {}): ec2.TagSpecification[] {
  return [{ ResourceType: type, Tags: Object.entries({ Name: name, ...more }).map(([Key, Value]) => ({ Key, Value })) }];
}

/** @param name what its parts are called after */
export async function createNetwork(aws: LocalAws, name: string): Promise<CustomerNetwork> {
  const client = new ec2.EC2Client(clientConfig(aws));
  const { Vpc } = await client.send(new ec2.CreateVpcCommand({ CidrBlock: '10.0.0.0/16', TagSpecifications: named('vpc', name) }));
  const VpcId = Vpc!.VpcId!;
  const subnet = async (zone: string, CidrBlock: string, called: string, tag: string) => (await client.send(new ec2.CreateSubnetCommand({
    VpcId, CidrBlock, AvailabilityZone: `us-east-1${zone}`, TagSpecifications: named('subnet', called, { [tag]: '1' }),
  }))).Subnet!.SubnetId!;
  const privateSubnetIds: string[] = [];
  for (const [i, zone] of ZONES.entries()) {
    privateSubnetIds.push(await subnet(zone, `10.0.${32 * (i + 1)}.0/19`, `${name}-private-${zone}`, 'kubernetes.io/role/internal-elb'));
  }
  return { vpcId: VpcId, privateSubnetIds, publicSubnetId: await subnet('a', '10.0.0.0/24', `${name}-public-a`, 'kubernetes.io/role/elb') };
}

/** What the node group `apps` is made from. */
async function createTemplate(aws: LocalAws, { vpcId }: CustomerNetwork, clusterName: string): Promise<Pick<Customer, 'appsSecurityGroupId' | 'launchTemplateId'>> {
  const client = new ec2.EC2Client(clientConfig(aws));
  const name = `${clusterName}-apps`;
  const appsSecurityGroupId = (await client.send(new ec2.CreateSecurityGroupCommand({
    VpcId: vpcId, GroupName: name, Description: 'nodes of apps', TagSpecifications: named('security-group', name),
  }))).GroupId!;
  const template = await client.send(new ec2.CreateLaunchTemplateCommand({
    LaunchTemplateName: name,
    LaunchTemplateData: { InstanceType: 'm5.xlarge', NetworkInterfaces: [{ DeviceIndex: 0, Groups: [appsSecurityGroupId] }] },
  }));
  return { appsSecurityGroupId, launchTemplateId: template.LaunchTemplate!.LaunchTemplateId! };
}

async function createNodeRole(aws: LocalAws, clusterName: string): Promise<string> {
  const name = `${clusterName}-nodes`;
  const arn = await createRole(aws, name, { Service: 'ec2.amazonaws.com' });
  for (const policy of ['AmazonEKSWorkerNodePolicy', 'AmazonEKS_CNI_Policy', 'AmazonEC2ContainerRegistryReadOnly']) {
    await iam(aws, { Action: 'AttachRolePolicy', RoleName: name, PolicyArn: `arn:aws:iam::aws:policy/${policy}` });
  }
  return arn;
}

async function createRole(aws: LocalAws, name: string, principal: object): Promise<string> {
  return (await iam(aws, {
    Action: 'CreateRole',
    RoleName: name,
    AssumeRolePolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: principal, Action: 'sts:AssumeRole' }] }),
  })).CreateRoleResult.Role.Arn;
}

async function iam(aws: LocalAws, parameters: Record<string, string>): Promise<any> {
  return query(aws.endpoint, 'iam', signedAs(aws.env.AWS_ACCESS_KEY_ID, aws.env.AWS_REGION, 'iam'), parameters);
}
