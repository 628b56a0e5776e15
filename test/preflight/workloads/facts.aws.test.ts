import {
  DescribeInstancesCommand, DescribeInstanceTypesCommand, DescribeLaunchTemplateVersionsCommand, DescribeSubnetsCommand, EC2Client,
} from '@aws-sdk/client-ec2';
import { DescribeNodegroupCommand, EKSClient, ListNodegroupsCommand, Nodegroup, ResourceNotFoundException } from '@aws-sdk/client-eks';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import { question } from './stage';
import { ApiObject } from '../../../src/karpenter/api/karpenter-api';
import { V0_API } from '../../../src/karpenter/v0/api';
import { AwsStageReader, LambdaStageFactsReader } from '../../../src/preflight/workloads/facts.aws';

const REGION = { region: 'us-east-1' };

interface Account {
  readonly groups?: Record<string, Partial<Nodegroup> | undefined>;
  readonly template?: object;
  readonly instances?: object[];
  readonly quota?: () => object;
  readonly types?: object[];
}

/** Lists come in pages of one. */
function account({ groups = {}, template, instances = [], quota = () => ({ Quota: { Value: 64 } }), types = [] }: Account) {
  const asked: any[] = [];
  const pageOf = (all: any[], token?: string) => {
    const start = Number(token ?? 0);
    return [all.slice(start, start + 1), start + 1 < all.length ? String(start + 1) : undefined] as const;
  };
  const eks = Object.assign(new EKSClient(REGION), {
    send: async (command: unknown) => {
      if (command instanceof ListNodegroupsCommand) {
        const [nodegroups, nextToken] = pageOf(Object.keys(groups), command.input.nextToken);
        return { nodegroups, nextToken };
      }
      if (command instanceof DescribeNodegroupCommand) {
        const group = groups[command.input.nodegroupName!];
        if (!group) {
          throw new ResourceNotFoundException({ message: 'gone', $metadata: {} });
        }
        return { nodegroup: { nodegroupName: command.input.nodegroupName, status: 'ACTIVE', nodeRole: 'arn:aws:iam::111111111111:role/path/nodes', ...group } };
      }
      throw new Error('unexpected call');
    },
  });
  const ec2 = Object.assign(new EC2Client(REGION), {
    send: async (command: any) => {
      asked.push(command.input);
      if (command instanceof DescribeLaunchTemplateVersionsCommand) {
        return { LaunchTemplateVersions: [{ LaunchTemplateData: template }] };
      }
      if (command instanceof DescribeSubnetsCommand) {
        return { Subnets: [{ SubnetId: 'subnet-1', AvailabilityZone: 'us-east-1a', AvailableIpAddressCount: 7 }] };
      }
      if (command instanceof DescribeInstancesCommand) {
        const [page, NextToken] = pageOf(instances, command.input.NextToken);
        return { Reservations: [{ Instances: page }], NextToken };
      }
      if (command instanceof DescribeInstanceTypesCommand) {
        if (command.input.InstanceTypes === undefined) {
          const [InstanceTypes, NextToken] = pageOf(types, command.input.NextToken);
          return { InstanceTypes, NextToken };
        }
        return { InstanceTypes: command.input.InstanceTypes!.map(InstanceType => ({ InstanceType, VCpuInfo: { DefaultVCpus: InstanceType.endsWith('.xlarge') ? 4 : 2 } })) };
      }
      throw new Error('unexpected call');
    },
  });
  const quotas = Object.assign(new ServiceQuotasClient(REGION), {
    send: async (command: any) => {
      asked.push(command.input);
      return quota();
    },
  });
  return { asked, reader: new AwsStageReader(eks as any, ec2 as any, quotas as any) };
}

test('a node group comes with what its nodes have', async () => {
  const { reader } = account({
    groups: {
      apps: {
        capacityType: 'SPOT',
        amiType: 'BOTTLEROCKET_x86_64',
        diskSize: 50,
        scalingConfig: { desiredSize: 3 },
        labels: { team: 'a' },
        taints: [{ key: 'gpu', value: 'yes', effect: 'NO_SCHEDULE' }, { key: 'x', effect: 'PREFER_NO_SCHEDULE' }],
      },
    },
  });
  expect(await reader.readShapes('prod')).toEqual([{
    name: 'apps',
    desired: 3,
    capacityType: 'SPOT',
    amiType: 'BOTTLEROCKET_x86_64',
    ownAmi: false,
    userData: false,
    diskGib: 50,
    labels: { team: 'a' },
    taints: [{ key: 'gpu', value: 'yes', effect: 'NoSchedule' }, { key: 'x', value: undefined, effect: 'PreferNoSchedule' }],
    role: 'nodes',
  }]);
});

test('a launch template tells its image, its user data and its biggest disk', async () => {
  const template = { ImageId: 'ami-1', UserData: 'eA==', BlockDeviceMappings: [{ Ebs: { VolumeSize: 20 } }, { Ebs: { VolumeSize: 100 } }, { VirtualName: 'ephemeral0' }] };
  const { reader, asked } = account({ groups: { apps: { launchTemplate: { id: 'lt-1', version: '4' } } }, template });
  expect(await reader.readShapes('prod')).toMatchObject([{ ownAmi: true, userData: true, diskGib: 100, amiType: 'CUSTOM', desired: 0 }]);
  expect(asked).toEqual([{ LaunchTemplateId: 'lt-1', Versions: ['4'] }]);
  expect(await account({ groups: { apps: { launchTemplate: { id: 'lt-1', version: '4' } } }, template: {} }).reader.readShapes('prod'))
    .toMatchObject([{ ownAmi: false, userData: false, diskGib: undefined }]);
});

test('node groups of all pages are read, but those in deletion and those that were not asked for', async () => {
  const { reader } = account({ groups: { a: {}, b: { status: 'DELETING' }, c: undefined, d: {} } });
  expect((await reader.readShapes('prod')).map(({ name }) => name)).toEqual(['a', 'd']);
  expect((await reader.readShapes('prod', ['d', 'no-such'])).map(({ name }) => name)).toEqual(['d']);
});

const nodeTemplate = (subnetSelector: Record<string, string>): ApiObject =>
  ({ metadata: { name: 'default', uid: 'u', resourceVersion: '1', creationTimestamp: '2024-05-01T10:00:00Z' }, spec: { subnetSelector } });

test('subnets are selected as Karpenter selects them', async () => {
  const { reader, asked } = account({});
  expect(await reader.selectSubnets(V0_API.nodeClassFacts([nodeTemplate({ 'aws-ids': 'subnet-1, subnet-2', 'own': '*', 'karpenter.sh/discovery': 'prod' })], [])[0].subnets))
    .toEqual([{ id: 'subnet-1', zone: 'us-east-1a', availableAddresses: 7, tags: {} }]);
  expect(asked).toMatchObject([{
    Filters: [
      { Name: 'subnet-id', Values: ['subnet-1', 'subnet-2'] }, { Name: 'tag-key', Values: ['own'] }, { Name: 'tag:karpenter.sh/discovery', Values: ['prod'] },
    ],
  }]);
});

test('no selector selects nothing, where EC2 would answer with everything', async () => {
  const { reader, asked } = account({});
  expect(await reader.selectSubnets(V0_API.nodeClassFacts([nodeTemplate({})], [])[0].subnets)).toEqual([]);
  expect(asked).toEqual([]);
});

test('vCPUs of on-demand instances of the standard families count', async () => {
  const instances = ['m5.xlarge', 'm5.xlarge', 't3.large', 'im4gn.large', 'g5.xlarge', 'inf1.xlarge', 'x2gd.large'].map(InstanceType => ({ InstanceType }));
  const { reader, asked } = account({ instances: [...instances, { InstanceType: 'c5.xlarge', InstanceLifecycle: 'spot' }] });
  expect(await reader.readVcpus()).toEqual({ quota: 64, running: 4 + 4 + 2 + 2 });
  expect(asked[0]).toEqual({ ServiceCode: 'ec2', QuotaCode: 'L-1216C47A' });
  expect(asked.at(-1).InstanceTypes).toEqual(['m5.xlarge', 't3.large', 'im4gn.large']);
});

test('instance types of all pages come with what Karpenter may count on', async () => {
  const described = (InstanceType: string, SupportedArchitectures: string[], DefaultVCpus: number, SizeInMiB: number, more: object = {}) =>
    ({ InstanceType, ProcessorInfo: { SupportedArchitectures }, VCpuInfo: { DefaultVCpus }, MemoryInfo: { SizeInMiB }, ...more });
  const { reader, asked } = account({
    types: [
      described('m5.large', ['x86_64'], 2, 8192),
      described('m7g.large', ['arm64'], 2, 8192),
      described('p4d.24xlarge', ['x86_64'], 96, 1_179_648, {
        GpuInfo: { Gpus: [{ Manufacturer: 'NVIDIA', Count: 8 }] }, NetworkInfo: { EfaInfo: { MaximumEfaInterfaces: 4 } },
      }),
      described('dl1.24xlarge', ['x86_64'], 96, 786_432, { GpuInfo: { Gpus: [{ Manufacturer: 'Habana', Count: 8 }] } }),
      described('g4ad.xlarge', ['x86_64'], 4, 16_384, { GpuInfo: { Gpus: [{ Manufacturer: 'AMD', Count: 1 }] } }),
      described('inf2.24xlarge', ['x86_64'], 96, 393_216, { NeuronInfo: { NeuronDevices: [{ Count: 6, CoreInfo: { Count: 2 } }] } }),
      described('inf1.xlarge', ['x86_64'], 4, 8192, { InferenceAcceleratorInfo: { Accelerators: [{ Count: 1 }] } }),
    ],
  });
  const GI = 2 ** 30;
  expect(await reader.readInstanceTypes()).toEqual([
    { name: 'm5.large', arch: 'amd64', resources: { cpu: 2, memory: 8 * GI } },
    { name: 'm7g.large', arch: 'arm64', resources: { cpu: 2, memory: 8 * GI } },
    { name: 'p4d.24xlarge', arch: 'amd64', resources: { 'cpu': 96, 'memory': 1152 * GI, 'nvidia.com/gpu': 8, 'vpc.amazonaws.com/efa': 4 } },
    { name: 'dl1.24xlarge', arch: 'amd64', resources: { 'cpu': 96, 'memory': 768 * GI, 'habana.ai/gaudi': 8 } },
    { name: 'g4ad.xlarge', arch: 'amd64', resources: { 'cpu': 4, 'memory': 16 * GI, 'amd.com/gpu': 1 } },
    { name: 'inf2.24xlarge', arch: 'amd64', resources: { 'cpu': 96, 'memory': 384 * GI, 'aws.amazon.com/neuron': 6, 'aws.amazon.com/neuroncore': 12 } },
    { name: 'inf1.xlarge', arch: 'amd64', resources: { 'cpu': 4, 'memory': 8 * GI, 'aws.amazon.com/neuron': 1 } },
  ]);
  expect(asked).toHaveLength(7);
  expect(asked[0]).toMatchObject({ MaxResults: 100, Filters: [{ Name: 'supported-virtualization-type' }, { Name: 'processor-info.supported-architecture' }] });
});

test('a quota that is denied, or has no value, is an error', async () => {
  await expect(account({ quota: () => { throw new Error('denied'); } }).reader.readVcpus()).rejects.toThrow('denied');
  await expect(account({ quota: () => ({}) }).reader.readVcpus()).rejects.toThrow('Service Quotas gives no value');
});

test('the Kubernetes function gets the question as it is', async () => {
  const sent: any[] = [];
  const client = new LambdaClient(REGION);
  client.send = (async (command: InvokeCommand) => {
    sent.push({ name: command.input.FunctionName, payload: JSON.parse(Buffer.from(command.input.Payload as Uint8Array).toString()) });
    return { Payload: Buffer.from('{"workloads":[]}') };
  }) as any;
  expect(await new LambdaStageFactsReader('arn', client).readStageFacts(question())).toEqual({ workloads: [] });
  expect(sent).toEqual([{ name: 'arn', payload: { Query: 'stage-facts', Question: JSON.parse(JSON.stringify(question())) } }]);
});
