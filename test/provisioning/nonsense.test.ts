import { Duration, Lazy, Size } from 'aws-cdk-lib';
import { EbsDeviceVolumeType } from 'aws-cdk-lib/aws-ec2';
import { importedCluster, nodeTemplateManifest, provisionerManifest } from './fixtures';
import { BlockDevice } from '../../src/provisioning/block-device';
import { EvictionThreshold } from '../../src/provisioning/eviction';
import { MetadataTokens } from '../../src/provisioning/metadata-options';
import { Requirement } from '../../src/provisioning/requirement';
import { Taint } from '../../src/provisioning/taint';
import { AWSNodeTemplate } from '../../src/provisioning/v0/aws-node-template';
import { AWSNodeTemplateOptions, AmiFamily } from '../../src/provisioning/v0/aws-node-template-options';
import { KubeletConfiguration } from '../../src/provisioning/v0/kubelet-configuration';
import { ProvisionerOptions } from '../../src/provisioning/v0/provisioner-options';

/** A complaint, what causes it, and a neighbour that nothing is wrong with: a check that refuses everything fails too. */
type Case<T> = [complaint: string, nonsense: () => T, neighbour: () => T];

const requirement = (make: () => Requirement) => (): ProvisionerOptions => ({ requirements: [make()] });
const label = (key: string, value: string) => (): ProvisionerOptions => ({ labels: { [key]: value } });
const taint = (...taints: Taint[]): ProvisionerOptions => ({ taints });
const kubelet = (kubeletConfiguration: KubeletConfiguration) => (): ProvisionerOptions => ({ kubeletConfiguration });
const hard = (threshold: () => EvictionThreshold) => (): ProvisionerOptions => kubelet({ evictionHard: { memoryAvailable: threshold() } })();
const late = Lazy.number({ produce: () => 5 });
const long = 'x'.repeat(64);

const PROVISIONERS: Case<ProvisionerOptions>[] = [
  ['Provisioner name "My_Pool" is not a DNS label', () => ({ name: 'My_Pool' }), () => ({ name: 'my-pool' })],
  ['Provisioner name "2nd" is not a DNS label', () => ({ name: '2nd' }), () => ({ name: 'second2' })],
  ['Provisioner name "a.b" is not a DNS label', () => ({ name: 'a.b' }), () => ({ name: 'a-b' })],
  ['Provisioner name "" is not a DNS label', () => ({ name: '' }), () => ({ name: 'a' })],
  [`Provisioner name "${long}" is not a DNS label`, () => ({ name: long }), () => ({ name: long.slice(1) })],
  ['AWSNodeTemplate name "-x" is not a DNS label', () => ({ nodeTemplateName: '-x' }), () => ({ nodeTemplateName: 'x' })],

  ['requirement on "a" has no values: give at least one value, or use Requirement.doesNotExist',
    requirement(() => Requirement.isIn('a', [])), requirement(() => Requirement.isIn('a', ['']))],
  ['requirement on "a" has no values: give at least one value, or use Requirement.exists',
    requirement(() => Requirement.isNotIn('a', [])), requirement(() => Requirement.isNotIn('a', ['b']))],
  ['requirement on "a" has the value "c m r", which is not a label value',
    requirement(() => Requirement.isIn('a', ['c m r'])), requirement(() => Requirement.isIn('a', ['c', 'm', 'r']))],
  ['bound of the requirement on "a" is -1: set a whole number of at least 0',
    requirement(() => Requirement.greaterThan('a', -1)), requirement(() => Requirement.greaterThan('a', 0))],
  ['bound of the requirement on "a" is 2.5: set a whole number',
    requirement(() => Requirement.lessThan('a', 2.5)), requirement(() => Requirement.lessThan('a', 3))],
  ['bound of the requirement on "a" is NaN: set a whole number',
    requirement(() => Requirement.lessThan('a', Number('two'))), requirement(() => Requirement.lessThan('a', 2))],
  ['requirement key "" is not a Kubernetes key', requirement(() => Requirement.exists('')), requirement(() => Requirement.exists('a'))],
  ['requirement key "a/b/c" is not a Kubernetes key', requirement(() => Requirement.exists('a/b/c')), requirement(() => Requirement.exists('a.b/c'))],
  ['requirement key "Example.com/a" is not a Kubernetes key',
    requirement(() => Requirement.exists('Example.com/a')), requirement(() => Requirement.exists('example.com/A'))],
  ['requirement key "karpenter.sh/provisioner-name" is restricted, as Karpenter sets it',
    requirement(() => Requirement.exists('karpenter.sh/provisioner-name')), requirement(() => Requirement.exists('karpenter.sh/capacity-type'))],
  ['requirement key "kubernetes.io/hostname" is restricted, as its domain ends in "kubernetes.io"',
    requirement(() => Requirement.isIn('kubernetes.io/hostname', ['a'])), requirement(() => Requirement.isIn('kubernetes.io/arch', ['arm64']))],
  ['requirement key "karpenter.k8s.aws/instance-ami-id" is restricted, as its domain ends in "karpenter.k8s.aws"',
    requirement(() => Requirement.exists('karpenter.k8s.aws/instance-ami-id')), requirement(() => Requirement.exists('karpenter.k8s.aws/instance-pods'))],
  ['requirement key "eks.node.kubernetes.io/a" is restricted',
    requirement(() => Requirement.exists('eks.node.kubernetes.io/a')), requirement(() => Requirement.exists('node.kubernetes.io/a'))],

  ['label key "karpenter.sh/provisioner-name" is restricted, as Karpenter sets it', label('karpenter.sh/provisioner-name', 'a'), label('provisioner-name', 'a')],
  ['label key "karpenter.sh/initialized" is restricted', label('karpenter.sh/initialized', 'true'), label('karpenter.sh/capacity-type', 'spot')],
  ['label key "mykubernetes.io/a" is restricted', label('mykubernetes.io/a', 'b'), label('mykubernetes.com/a', 'b')],
  ['label key "node-role.kubernetes.io/worker" is restricted', label('node-role.kubernetes.io/worker', ''), label('node-role/worker', '')],
  ['label key "a b" is not a Kubernetes key', label('a b', 'c'), label('a_b', 'c')],
  [`label key "${long}" is not a Kubernetes key`, label(long, 'c'), label(long.slice(1), 'c')],
  ['label "a" has the value "b/c", which is not a label value', label('a', 'b/c'), label('a', 'b.c')],
  [`label "a" has the value "${long}"`, label('a', long), label('a', long.slice(1))],
  ['annotation key "-a" is not a Kubernetes key', () => ({ annotations: { '-a': '' } }), () => ({ annotations: { a: '-' } })],

  ['taint key "" is not a Kubernetes key', () => taint(Taint.noSchedule('')), () => taint(Taint.noSchedule('a'))],
  ['taint "a" has the value "b=c"', () => taint(Taint.noExecute('a', 'b=c')), () => taint(Taint.noExecute('a', 'b-c'))],
  ['taint "a:NoSchedule" is given twice', () => taint(Taint.noSchedule('a', 'b'), Taint.noSchedule('a', 'c')),
    () => taint(Taint.noSchedule('a', 'b'), Taint.preferNoSchedule('a', 'b'))],
  ['taint "a:NoExecute" is given twice', () => ({ taints: [Taint.noExecute('a')], startupTaints: [Taint.noExecute('a')] }),
    () => ({ taints: [Taint.noExecute('a')], startupTaints: [Taint.noSchedule('a')] })],

  ['`expireAfter` is 0 seconds', () => ({ expireAfter: Duration.seconds(0) }), () => ({ expireAfter: Duration.seconds(1) })],
  ['`weight` is 0: set a whole number from 1 to 100', () => ({ weight: 0 }), () => ({ weight: 1 })],
  ['`weight` is 101: set a whole number from 1 to 100', () => ({ weight: 101 }), () => ({ weight: 100 })],
  ['`limits.cpu` is -1', () => ({ limits: { cpu: -1 } }), () => ({ limits: { cpu: 1 } })],
  ['`limits.cpu` is 0.0001', () => ({ limits: { cpu: 0.0001 } }), () => ({ limits: { cpu: 0.001 } })],
  ['`limits.cpu` is NaN', () => ({ limits: { cpu: NaN } }), () => ({ limits: {} })],
  ['`limits.cpu` is Infinity', () => ({ limits: { cpu: Infinity } }), () => ({ limits: { cpu: 1e6 } })],
  ['`limits.cpu` is a token', () => ({ limits: { cpu: late } }), () => ({ limits: { cpu: 5 } })],
  ['`limits.memory` is a token', () => ({ limits: { memory: Size.gibibytes(late) } }), () => ({ limits: { memory: Size.gibibytes(5) } })],
  ['`limits.pods` is 1.5', () => ({ limits: { pods: 1.5 } }), () => ({ limits: { pods: 2 } })],
  ['extended resource "mem" in `limits` has no domain', () => ({ limits: { extendedResources: { mem: 5 } } }),
    () => ({ limits: { extendedResources: { 'amd.com/gpu': 5 } } })],
  ['limit of "amd.com/gpu" is -5', () => ({ limits: { extendedResources: { 'amd.com/gpu': -5 } } }),
    () => ({ limits: { extendedResources: { 'amd.com/gpu': 0 } } })],

  ['`kubeletConfiguration.clusterDns` has "kube-dns", which is not an IP address', kubelet({ clusterDns: ['10.0.0.10', 'kube-dns'] }),
    kubelet({ clusterDns: ['10.0.0.10'] })],
  ['`kubeletConfiguration.maxPods` is 0: set a whole number from 1 to 2147483647', kubelet({ maxPods: 0 }), kubelet({ maxPods: 1 })],
  ['`kubeletConfiguration.maxPods` is 2147483648', kubelet({ maxPods: 2 ** 31 }), kubelet({ maxPods: 2 ** 31 - 1 })],
  ['`kubeletConfiguration.podsPerCore` is 1.5', kubelet({ podsPerCore: 1.5 }), kubelet({ podsPerCore: 1 })],
  ['`kubeletConfiguration.systemReserved.cpu` is -1', kubelet({ systemReserved: { cpu: -1 } }), kubelet({ systemReserved: { cpu: 0 } })],
  ['`kubeletConfiguration.kubeReserved.pid` is -1', kubelet({ kubeReserved: { pid: -1 } }), kubelet({ kubeReserved: { pid: 1 } })],
  ['`kubeletConfiguration.imageGcHighThresholdPercent` is 101', kubelet({ imageGcHighThresholdPercent: 101 }), kubelet({ imageGcHighThresholdPercent: 100 })],
  ['`kubeletConfiguration.imageGcLowThresholdPercent` is -1', kubelet({ imageGcLowThresholdPercent: -1 }), kubelet({ imageGcLowThresholdPercent: 0 })],
  ['`kubeletConfiguration.imageGcHighThresholdPercent` (70) must be greater than `kubeletConfiguration.imageGcLowThresholdPercent` (70)',
    kubelet({ imageGcHighThresholdPercent: 70, imageGcLowThresholdPercent: 70 }),
    kubelet({ imageGcHighThresholdPercent: 71, imageGcLowThresholdPercent: 70 })],
  ['must be greater than `kubeletConfiguration.imageGcLowThresholdPercent` (not set, the kubelet\'s is 80)',
    kubelet({ imageGcHighThresholdPercent: 80 }), kubelet({ imageGcHighThresholdPercent: 80, imageGcLowThresholdPercent: 79 })],
  ['eviction percentage is 100.5: set a number from 0 to 100', hard(() => EvictionThreshold.percentage(100.5)), hard(() => EvictionThreshold.percentage(100))],
  ['eviction percentage is -1', hard(() => EvictionThreshold.percentage(-1)), hard(() => EvictionThreshold.percentage(0))],
  ['eviction percentage is NaN', hard(() => EvictionThreshold.percentage(NaN)), hard(() => EvictionThreshold.percentage(0.5))],
  ['eviction percentage is a token', hard(() => EvictionThreshold.percentage(late)), hard(() => EvictionThreshold.percentage(5))],
  ['eviction threshold is 0: set a whole number of at least 1', hard(() => EvictionThreshold.count(0)), hard(() => EvictionThreshold.count(1))],
  ['eviction threshold is 0Gi, with which a kubelet does not start',
    hard(() => EvictionThreshold.size(Size.gibibytes(0))), hard(() => EvictionThreshold.size(Size.bytes(1)))],
];

test.each(PROVISIONERS)('a Provisioner is refused with: %s', (complaint, nonsense, neighbour) => {
  expect(() => provisionerManifest(nonsense())).toThrow(complaint);
  expect(() => provisionerManifest(neighbour())).not.toThrow();
});

const volume = (ebs: BlockDevice) => (): AWSNodeTemplateOptions => ({ blockDeviceMappings: [{ deviceName: '/dev/xvda', ebs }] });
const size = Size.gibibytes(100);
const { GP2, GP3, IO1, IO2, ST1 } = EbsDeviceVolumeType;

const NODE_TEMPLATES: Case<AWSNodeTemplateOptions>[] = [
  ['AWSNodeTemplate name "a_b" is not a DNS label', () => ({ name: 'a_b' }), () => ({ name: 'a-b' })],
  ['`subnetSelector` is empty', () => ({ subnetSelector: {} }), () => ({ subnetSelector: { a: '*' } })],
  ['`subnetSelector` has the entry "a": ""', () => ({ subnetSelector: { a: '' } }), () => ({ subnetSelector: { a: 'b' } })],
  ['`subnetSelector` has the entry "": "a"', () => ({ subnetSelector: { '': 'a' } }), () => ({ subnetSelector: { '*': 'a' } })],
  ['`subnetSelector` has "sg-1" under "aws-ids"', () => ({ subnetSelector: { 'aws-ids': 'subnet-1,sg-1' } }),
    () => ({ subnetSelector: { 'aws-ids': 'subnet-1,subnet-2' } })],
  ['`subnetSelector` has the key "aws::ids", which means nothing there: use a tag, or one of "aws-ids"',
    () => ({ subnetSelector: { 'aws::ids': 'subnet-1' } }), () => ({ subnetSelector: { 'aws:cloudformation:stack-name': 'a' } })],
  ['`securityGroupSelector` is empty', () => ({ securityGroupSelector: {} }), () => ({ securityGroupSelector: { a: 'b' } })],
  ['`securityGroupSelector` has "" under "aws-ids"', () => ({ securityGroupSelector: { 'aws-ids': 'sg-1,' } }),
    () => ({ securityGroupSelector: { 'aws-ids': 'sg-1' } })],
  ['`amiSelector` is empty', () => ({ amiSelector: {} }), () => ({ amiSelector: { a: 'b' } })],
  ['`amiSelector` has "AMI-1" under "aws::ids"', () => ({ amiSelector: { 'aws::ids': 'AMI-1' } }), () => ({ amiSelector: { 'aws::ids': 'ami-1' } })],
  ['`amiSelector` has the key "aws::owner", which means nothing there', () => ({ amiSelector: { 'aws::owner': 'self' } }),
    () => ({ amiSelector: { 'aws::owners': 'self' } })],
  ['`amiFamily` is Custom and `amiSelector` is not set', () => ({ amiFamily: AmiFamily.CUSTOM }),
    () => ({ amiFamily: AmiFamily.CUSTOM, amiSelector: { a: 'b' } })],
  ['`userData` is set and `amiFamily` is Windows2019', () => ({ amiFamily: AmiFamily.WINDOWS_2019, userData: 'a' }),
    () => ({ amiFamily: AmiFamily.WINDOWS_2019 })],
  ['`userData` is set and `amiFamily` is Windows2022', () => ({ amiFamily: AmiFamily.WINDOWS_2022, userData: '' }),
    () => ({ amiFamily: AmiFamily.UBUNTU, userData: '' })],
  ['`instanceProfileName` is "arn:aws:iam::111111111111:instance-profile/a"',
    () => ({ instanceProfileName: 'arn:aws:iam::111111111111:instance-profile/a' }), () => ({ instanceProfileName: 'a' })],
  ['`instanceProfileName` is ""', () => ({ instanceProfileName: '' }), () => ({})],
  ['a key in `tags` is empty', () => ({ tags: { '': 'a' } }), () => ({ tags: { a: '' } })],
  ['tag "kubernetes.io/cluster/prod" is restricted', () => ({ tags: { 'kubernetes.io/cluster/prod': 'owned' } }), () => ({ tags: { 'kubernetes.io/role': 'a' } })],
  ['tag "karpenter.sh/provisioner-name" is restricted', () => ({ tags: { 'karpenter.sh/provisioner-name': 'a' } }), () => ({ tags: { provisioner: 'a' } })],
  ['tag "karpenter.sh/managed-by" is restricted', () => ({ tags: { 'karpenter.sh/managed-by': 'a' } }), () => ({ tags: { 'managed-by': 'a' } })],
  ['`metadataOptions.httpPutResponseHopLimit` is 0: set a whole number from 1 to 64',
    () => ({ metadataOptions: { httpPutResponseHopLimit: 0 } }), () => ({ metadataOptions: { httpPutResponseHopLimit: 1 } })],
  ['`metadataOptions.httpPutResponseHopLimit` is 65', () => ({ metadataOptions: { httpPutResponseHopLimit: 65 } }),
    () => ({ metadataOptions: { httpPutResponseHopLimit: 64 } })],

  ['block device "/dev/xvda" is mapped twice',
    () => ({ blockDeviceMappings: [{ deviceName: '/dev/xvda', ebs: { volumeSize: size } }, { deviceName: '/dev/xvda', ebs: { volumeSize: size } }] }),
    () => ({ blockDeviceMappings: [{ deviceName: '/dev/xvda', ebs: { volumeSize: size } }, { deviceName: '/dev/xvdb', ebs: { volumeSize: size } }] })],
  ['a block device mapping has no device name', () => ({ blockDeviceMappings: [{ deviceName: '', ebs: { volumeSize: size } }] }),
    () => ({ blockDeviceMappings: [] })],
  ['block device "/dev/xvda" has neither `volumeSize` nor `snapshotId`', volume({}), volume({ snapshotId: 'snap-1' })],
  ['`volumeSize` of "/dev/xvda" is 900Mi: set a size from 1 GB to 64 TB', volume({ volumeSize: Size.mebibytes(900) }), volume({ volumeSize: Size.mebibytes(954) })],
  ['`volumeSize` of "/dev/xvda" is 60416Gi', volume({ volumeSize: Size.tebibytes(59) }), volume({ volumeSize: Size.tebibytes(58) })],
  ['`volumeSize` of "/dev/xvda" is a token', volume({ volumeSize: Size.gibibytes(late) }), volume({ volumeSize: Size.gibibytes(5) })],
  ['block device "/dev/xvda" has `iops` (3000) and its `volumeType` is gp2', volume({ volumeSize: size, volumeType: GP2, iops: 3000 }),
    volume({ volumeSize: size, volumeType: GP2 })],
  ['block device "/dev/xvda" has `iops` (3000) and its `volumeType` is not set', volume({ volumeSize: size, iops: 3000 }),
    volume({ volumeSize: size, volumeType: GP3, iops: 3000 })],
  ['`iops` of "/dev/xvda" is 2999: set a whole number from 3000 to 50000', volume({ volumeSize: size, volumeType: GP3, iops: 2999 }),
    volume({ volumeSize: size, volumeType: IO2, iops: 2999 })],
  ['block device "/dev/xvda" has no `iops`, which io2 requires', volume({ volumeSize: size, volumeType: IO2 }),
    volume({ volumeSize: size, volumeType: IO2, iops: 100 })],
  ['block device "/dev/xvda" has `throughput` (200) and its `volumeType` is io2', volume({ volumeSize: size, volumeType: IO2, iops: 100, throughput: 200 }),
    volume({ volumeSize: size, volumeType: GP3, throughput: 200 })],
  ['`throughput` of "/dev/xvda" is 1001', volume({ volumeSize: size, volumeType: GP3, throughput: 1001 }),
    volume({ volumeSize: size, volumeType: GP3, throughput: 1000, iops: 4000 })],
  ['`throughput` of "/dev/xvda" is 751: set a whole number from 125 to 750', volume({ volumeSize: size, volumeType: GP3, throughput: 751 }),
    volume({ volumeSize: size, volumeType: GP3, throughput: 750 })],
  ['`throughput` of "/dev/xvda" is 2001: set a whole number from 125 to 2000', volume({ volumeSize: size, volumeType: GP3, throughput: 2001, iops: 50000 }),
    volume({ volumeSize: size, volumeType: GP3, throughput: 2000, iops: 8000 })],
  ['`iops` of "/dev/xvda" is 16000: set a whole number from 3000 to 3000', volume({ volumeSize: Size.gibibytes(2), volumeType: GP3, iops: 16000 }),
    volume({ volumeSize: Size.gibibytes(2), volumeType: GP3, iops: 3000 })],
  ['`iops` of "/dev/xvda" is 80001: set a whole number from 3000 to 80000', volume({ volumeSize: Size.tebibytes(1), volumeType: GP3, iops: 80001 }),
    volume({ volumeSize: Size.gibibytes(160), volumeType: GP3, iops: 80000 })],
  ['`iops` of "/dev/xvda" is 256001: set a whole number from 100 to 256000', volume({ snapshotId: 'snap-1', volumeType: IO2, iops: 256001 }),
    volume({ volumeSize: Size.gibibytes(256), volumeType: IO2, iops: 256000 })],
  ['`iops` of "/dev/xvda" is 5001: set a whole number from 100 to 5000', volume({ volumeSize: size, volumeType: IO1, iops: 5001 }),
    volume({ volumeSize: size, volumeType: IO1, iops: 5000 })],
  ['`volumeSize` of "/dev/xvda" is 10Gi and its `volumeType` is st1: set a size from 125 to 16384 GiB', volume({ volumeSize: Size.gibibytes(10), volumeType: ST1 }),
    volume({ volumeSize: Size.gibibytes(125), volumeType: ST1 })],
  ['`volumeSize` of "/dev/xvda" is 20480Gi and its `volumeType` is gp2', volume({ volumeSize: Size.tebibytes(20), volumeType: GP2 }),
    volume({ volumeSize: Size.tebibytes(20), volumeType: GP3 })],
  ['`blockDeviceMappings[0].ebs.volumeType` is "gp4": set one of', volume({ volumeSize: size, volumeType: 'gp4' as EbsDeviceVolumeType }), volume({ volumeSize: size, volumeType: GP2 })],
  ['`metadataOptions.httpTokens` is "never": set one of required, optional', () => ({ metadataOptions: { httpTokens: 'never' as MetadataTokens } }),
    () => ({ metadataOptions: { httpTokens: MetadataTokens.REQUIRED } })],
  ['block device "/dev/xvda" has a `kmsKeyId` ("a") and is not encrypted', volume({ volumeSize: size, kmsKeyId: 'a' }),
    volume({ volumeSize: size, kmsKeyId: 'a', encrypted: true })],
];

test.each(NODE_TEMPLATES)('a node template is refused with: %s', (complaint, nonsense, neighbour) => {
  expect(() => nodeTemplateManifest(nonsense())).toThrow(complaint);
  expect(() => nodeTemplateManifest(neighbour())).not.toThrow();
});

const BESIDE_A_LAUNCH_TEMPLATE: [keyof AWSNodeTemplateOptions, AWSNodeTemplateOptions][] = [
  ['securityGroupSelector', { securityGroupSelector: { a: 'b' } }],
  ['amiSelector', { amiSelector: { a: 'b' } }],
  ['amiFamily', { amiFamily: AmiFamily.AL2 }],
  ['instanceProfileName', { instanceProfileName: 'a' }],
  ['userData', { userData: 'a' }],
  ['metadataOptions', { metadataOptions: {} }],
  ['blockDeviceMappings', { blockDeviceMappings: [] }],
];

test.each(BESIDE_A_LAUNCH_TEMPLATE)('a launch template and `%s` exclude each other', (property, options) => {
  expect(() => nodeTemplateManifest({ launchTemplateName: 'mine', ...options })).toThrow(`\`launchTemplateName\` ("mine") excludes \`${property}\``);
  expect(() => nodeTemplateManifest(options)).not.toThrow();
});

test('a node template and the name of one exclude each other', () => {
  const { stack, cluster } = importedCluster();
  const nodeTemplate = new AWSNodeTemplate(stack, 'NodeTemplate', { cluster });

  expect(() => provisionerManifest({ nodeTemplate, nodeTemplateName: 'other' })).toThrow('`nodeTemplate` and `nodeTemplateName` ("other") are both set');
  expect(() => provisionerManifest({ nodeTemplate })).not.toThrow();
});
