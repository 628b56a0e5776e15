import { gzipSync } from 'zlib';
import {
  DescribeImagesCommand, DescribeInstanceTypesCommand, DescribeLaunchTemplateVersionsCommand, DescribeSubnetsCommand, EC2Client,
  ResponseLaunchTemplateData,
} from '@aws-sdk/client-ec2';
import { DescribeClusterCommand, DescribeNodegroupCommand, EKSClient, ListNodegroupsCommand, Nodegroup } from '@aws-sdk/client-eks';
import { NODEGROUP_READS } from '../../../src/cli/pools/contract';
import { AwsNodegroupReader } from '../../../src/cli/pools/node-groups.aws';

const REGION = { region: 'us-east-1' };

class Fake {
  public readonly calls: string[] = [];
  public readonly inputs: any[] = [];

  constructor(
    private readonly groups: Record<string, Partial<Nodegroup>>,
    private readonly template: ResponseLaunchTemplateData = {},
    private readonly denied: readonly string[] = [],
    private readonly templateError?: string,
  ) {}

  public get reader(): AwsNodegroupReader {
    const [eks, ec2] = [new EKSClient(REGION), new EC2Client(REGION)];
    eks.send = (command: any) => this.send('eks', command);
    ec2.send = (command: any) => this.send('ec2', command);
    return new AwsNodegroupReader(eks, ec2);
  }

  private async send(service: string, command: any): Promise<any> {
    const action = `${service}:${command.constructor.name.replace(/Command$/, '')}`;
    this.calls.push(action);
    this.inputs.push(command.input);
    if (this.denied.includes(action)) {
      throw Object.assign(new Error('no'), { name: service === 'eks' ? 'AccessDeniedException' : 'UnauthorizedOperation' });
    }
    return this.answer(command);
  }

  private answer(command: any): unknown {
    if (command instanceof DescribeClusterCommand) {
      return { cluster: { resourcesVpcConfig: { clusterSecurityGroupId: 'sg-cluster' } } };
    }
    if (command instanceof ListNodegroupsCommand) {
      const names = Object.keys(this.groups);
      const start = Number(command.input.nextToken ?? 0);
      return { nodegroups: names.slice(start, start + 1), nextToken: start + 1 < names.length ? String(start + 1) : undefined };
    }
    if (command instanceof DescribeNodegroupCommand) {
      return { nodegroup: { nodegroupName: command.input.nodegroupName, status: 'ACTIVE', subnets: ['subnet-1'], ...this.groups[command.input.nodegroupName!] } };
    }
    if (command instanceof DescribeLaunchTemplateVersionsCommand) {
      if (this.templateError) {
        throw Object.assign(new Error('gone'), { name: this.templateError });
      }
      return { LaunchTemplateVersions: [{ LaunchTemplateData: this.template }] };
    }
    if (command instanceof DescribeSubnetsCommand) {
      return { Subnets: command.input.Filters![0].Values!.map(SubnetId => ({ SubnetId, AvailabilityZone: `zone-of-${SubnetId}` })) };
    }
    if (command instanceof DescribeImagesCommand) {
      return {
        Images: [{
          ImageId: 'ami-1', Name: 'golden', OwnerId: '111111111111', Architecture: 'x86_64', RootDeviceName: '/dev/xvda', BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { VolumeSize: 33 } }],
        }],
      };
    }
    if (command instanceof DescribeInstanceTypesCommand) {
      const second = command.input.NextToken !== undefined;
      return second
        ? { InstanceTypes: [{ InstanceType: 'g5g.metal', BareMetal: true, ProcessorInfo: { SupportedArchitectures: ['arm64'] }, VCpuInfo: { DefaultVCpus: 64 }, MemoryInfo: { SizeInMiB: 131072 }, GpuInfo: { Gpus: [{ Name: 'T4g', Manufacturer: 'NVIDIA', Count: 2 }] } }] }
        : {
          InstanceTypes: [{
            InstanceType: 'm5d.large',
            VCpuInfo: { DefaultVCpus: 2 },
            MemoryInfo: { SizeInMiB: 8192 },
            ProcessorInfo: { SupportedArchitectures: ['x86_64'] },
            NetworkInfo: { MaximumNetworkInterfaces: 3, Ipv4AddressesPerInterface: 10 },
            InstanceStorageInfo: { NvmeSupport: 'required' },
          }],
          NextToken: 'more',
        };
    }
    throw new Error('unexpected call');
  }
}

const template = { launchTemplate: { id: 'lt-1', version: '3' } };
const base64 = (text: string) => Buffer.from(text).toString('base64');

test('a node group without a launch template is read with its zones', async () => {
  const { nodegroups, clusterSecurityGroupId, unread } = await new Fake({
    b: {
      instanceTypes: ['m5.large'],
      capacityType: 'SPOT',
      amiType: 'AL2023_x86_64_STANDARD',
      diskSize: 30,
      labels: { a: 'b' },
      subnets: ['subnet-1', 'subnet-2'],
      taints: [{ key: 'c', value: '', effect: 'NO_SCHEDULE' }],
      scalingConfig: { minSize: 1, maxSize: 5, desiredSize: 2 },
      remoteAccess: { ec2SshKey: 'key' },
      nodeRepairConfig: { enabled: true },
    },
  }).reader.read('prod');
  expect(nodegroups).toEqual([{
    name: 'b',
    instanceTypes: ['m5.large'],
    capacityType: 'SPOT',
    amiType: 'AL2023_x86_64_STANDARD',
    diskSize: 30,
    labels: { a: 'b' },
    taints: [{ key: 'c', effect: 'NoSchedule' }],
    subnets: [{ id: 'subnet-1', zone: 'zone-of-subnet-1' }, { id: 'subnet-2', zone: 'zone-of-subnet-2' }],
    sizes: { min: 1, max: 5, desired: 2 },
    remoteAccess: true,
    nodeRepair: true,
  }]);
  expect({ clusterSecurityGroupId, unread }).toEqual({ clusterSecurityGroupId: 'sg-cluster', unread: [] });
});

test('all pages of node groups and of instance types are read', async () => {
  const { nodegroups, instanceTypes } = await new Fake({ b: {}, a: {}, c: { status: 'DELETING' } }).reader.read('prod');
  expect(nodegroups.map(({ name }) => name)).toEqual(['a', 'b']);
  expect(instanceTypes).toEqual([
    { name: 'm5d.large', arch: 'amd64', resources: { cpu: 2, memory: 8 * 2 ** 30 }, gpu: undefined, accelerated: false, bareMetal: false, localNvme: true, pods: 29 },
    { name: 'g5g.metal', arch: 'arm64', resources: { 'cpu': 64, 'memory': 128 * 2 ** 30, 'nvidia.com/gpu': 2 }, gpu: 'T4g', accelerated: true, bareMetal: true, localNvme: false, pods: undefined },
  ]);
});

test('only the node groups that are wanted are read, and one that does not exist is an error', async () => {
  const fake = new Fake({ a: {}, b: {} });
  expect((await fake.reader.read('prod', ['b'])).nodegroups.map(({ name }) => name)).toEqual(['b']);
  await expect(fake.reader.read('prod', ['x'])).rejects.toThrow('has no managed node group "x"');
});

test('a launch template is read with its image', async () => {
  const { nodegroups: [group] } = await new Fake({ a: { ...template, amiType: 'CUSTOM' } }, {
    ImageId: 'ami-1',
    InstanceType: 'm5.xlarge',
    UserData: base64('#!/bin/sh'),
    KeyName: 'key',
    IamInstanceProfile: { Name: 'own' },
    Monitoring: { Enabled: true },
    BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { VolumeSize: 50, VolumeType: 'gp3', Iops: 3000, Throughput: 125, Encrypted: true, KmsKeyId: 'key', DeleteOnTermination: true } },
      { DeviceName: '/dev/xvdb', VirtualName: 'ephemeral0' }, { DeviceName: '/dev/xvdc', NoDevice: '' }],
    MetadataOptions: { HttpTokens: 'required', HttpPutResponseHopLimit: 2, InstanceMetadataTags: 'enabled' },
    NetworkInterfaces: [{ Groups: ['sg-1'], AssociatePublicIpAddress: true }],
    TagSpecifications: [{ ResourceType: 'instance', Tags: [{ Key: 'a', Value: 'b' }] }, { ResourceType: 'volume', Tags: [{ Key: 'c', Value: 'd' }] }],
    Placement: { Tenancy: 'default', GroupName: 'group' },
    CreditSpecification: { CpuCredits: 'unlimited' },
    DisableApiTermination: false,
    MaintenanceOptions: { AutoRecovery: 'default' },
    CapacityReservationSpecification: { CapacityReservationPreference: 'open' },
    CpuOptions: { CoreCount: 1, ThreadsPerCore: 1 },
  }).reader.read('prod');
  expect(group).toMatchObject({ instanceTypes: ['m5.xlarge'], diskSize: undefined });
  expect(group.launchTemplate).toEqual({
    id: 'lt-1',
    version: '3',
    userData: { text: '#!/bin/sh' },
    securityGroupIds: ['sg-1'],
    tags: { instance: { a: 'b' }, volume: { c: 'd' } },
    instanceProfile: 'own',
    image: {
      id: 'ami-1', name: 'golden', owner: '111111111111', ownerAlias: undefined, architecture: 'amd64', platform: undefined, rootDevice: '/dev/xvda', volumeSizes: { '/dev/xvda': 33 },
    },
    blockDevices: [
      expect.objectContaining({ deviceName: '/dev/xvda', size: 50, type: 'gp3', iops: 3000, throughput: 125, encrypted: true, kmsKeyId: 'key', deleteOnTermination: true, notEbs: undefined }),
      expect.objectContaining({ deviceName: '/dev/xvdb', notEbs: 'the instance\'s own disk ephemeral0' }),
      expect.objectContaining({ deviceName: '/dev/xvdc', notEbs: 'a device that is taken out of the image' }),
    ],
    metadataOptions: { httpTokens: 'required', httpPutResponseHopLimit: 2, httpEndpoint: undefined, httpProtocolIpv6: undefined },
    detailedMonitoring: true,
    associatePublicIpAddress: true,
    others: [
      { field: 'KeyName', value: 'key' }, { field: 'CpuOptions', value: '{"CoreCount":1,"ThreadsPerCore":1}' }, { field: 'CreditSpecification', value: 'unlimited' },
      { field: 'Placement', value: '{"GroupName":"group"}' }, { field: 'InstanceMetadataTags', value: 'enabled' },
    ],
  });
});

test('compressed user data is known as such', async () => {
  const { nodegroups: [group] } = await new Fake({ a: template }, { UserData: gzipSync('#!/bin/sh').toString('base64') }).reader.read('prod');
  expect(group.launchTemplate?.userData).toEqual({ gzip: true });
});

test('a node group that nobody gave a type has EKS\'s own', async () => {
  expect((await new Fake({ a: {} }).reader.read('prod')).nodegroups[0].instanceTypes).toEqual(['t3.medium']);
});

test.each([
  ['eks:ListNodegroups', 'cannot read the node groups of prod: needs eks:ListNodegroups'],
  ['eks:DescribeNodegroup', 'cannot read node group a: needs eks:DescribeNodegroup'],
  ['eks:DescribeCluster', 'cannot read cluster prod: needs eks:DescribeCluster'],
  ['ec2:DescribeLaunchTemplateVersions', 'cannot read launch template lt-1 of node group a: needs ec2:DescribeLaunchTemplateVersions'],
  ['ec2:DescribeSubnets', 'cannot read subnets: needs ec2:DescribeSubnets'],
  ['ec2:DescribeImages', 'cannot read images: needs ec2:DescribeImages'],
  ['ec2:DescribeInstanceTypes', 'cannot read instance types: needs ec2:DescribeInstanceTypes'],
])('without %s there is a line and no crash', async (action, line) => {
  const { unread, nodegroups } = await new Fake({ a: template }, { ImageId: 'ami-1' }, [action]).reader.read('prod');
  expect(unread.map(({ what, needs }) => `cannot read ${what}: needs ${needs.join(', ')}`)).toEqual([line]);
  expect(unread[0].why).toBe('not allowed: no');
  expect(nodegroups.map(({ name, launchTemplateUnread }) => [name, launchTemplateUnread ?? false]))
    .toEqual(/Nodegroup/.test(action) ? [] : [['a', action === 'ec2:DescribeLaunchTemplateVersions']]);
});

test('a launch template that is gone is a line', async () => {
  const { unread, nodegroups: [group] } = await new Fake({ a: template }, {}, [], 'InvalidLaunchTemplateId.NotFound').reader.read('prod');
  expect(unread).toEqual([{ what: 'launch template lt-1 of node group a', why: 'it or its version 3 is gone', needs: [] }]);
  expect(group).toMatchObject({ launchTemplateUnread: true, instanceTypes: [] });
});

test('an error of another kind is one', async () => {
  await expect(new Fake({ a: template }, {}, [], 'RequestLimitExceeded').reader.read('prod')).rejects.toThrow('gone');
});

test('the listed actions are those that are called', async () => {
  const fake = new Fake({ a: template }, { ImageId: 'ami-1' });
  await fake.reader.read('prod');
  expect([...new Set(fake.calls)].sort()).toEqual([...NODEGROUP_READS].sort());
});

test('subnets and images are asked for in pieces that EC2 takes, each once', async () => {
  const subnets = Array.from({ length: 450 }, (_, index) => `subnet-${index}`);
  const fake = new Fake({ a: { subnets }, b: { subnets } });
  await fake.reader.read('prod');
  expect(fake.inputs.flatMap(({ Filters: [filter] = [] }) => filter?.Name === 'subnet-id' ? [filter.Values.length] : [])).toEqual([200, 200, 50]);
});
