import { Duration, Size } from 'aws-cdk-lib';
import { EbsDeviceVolumeType } from 'aws-cdk-lib/aws-ec2';
import { nodeClassManifest, nodePoolManifest } from './fixtures';
import { many } from './manifest-row';
import { EvictionThreshold } from '../../../src/provisioning/eviction';
import { Requirement } from '../../../src/provisioning/requirement';
import { Taint } from '../../../src/provisioning/taint';
import { AmiAlias, AmiTerm, NodeClassAmiFamily } from '../../../src/provisioning/v1/ami';
import { Consolidation, NodeExpiry } from '../../../src/provisioning/v1/disruption';
import { DisruptionBudget, DisruptionReason } from '../../../src/provisioning/v1/disruption-budget';
import { EC2NodeClassOptions } from '../../../src/provisioning/v1/ec2-node-class-options';
import { NodePoolOptions } from '../../../src/provisioning/v1/node-pool-options';
import { SecurityGroupTerm, SubnetTerm } from '../../../src/provisioning/v1/selector-terms';
import { WellKnownLabel } from '../../../src/provisioning/well-known-label';

/**
 * A complaint, what causes it, and a neighbour that nothing is wrong with: a check that refuses everything fails too. The API server takes
 * all of these; Karpenter, the kubelet or EC2 does not. What the API server refuses is in the tables.
 */
type Case<T> = [complaint: string, nonsense: () => T, neighbour: () => T];

const { isIn, isNotIn, exists, doesNotExist, greaterThan, lessThan, atLeast, atMost } = Requirement;
const asking = (...requirements: (() => Requirement)[]) => (): NodePoolOptions => ({ requirements: requirements.map((make) => make()) });
const window = (schedule: string, duration = Duration.hours(1)) => (): NodePoolOptions =>
  ({ disruptionBudgets: [DisruptionBudget.nodes(1, { window: { schedule, duration } })] });
const reasons = (...given: DisruptionReason[]) => (): NodePoolOptions => ({ disruptionBudgets: [DisruptionBudget.nodes(1, { reasons: given })] });
const { ARCH, CAPACITY_TYPE, INSTANCE_CPU, INSTANCE_FAMILY, INSTANCE_TENANCY, ZONE } = WellKnownLabel;
const contradicts = (key: string) => `requirements and labels on "${key}" contradict each other`;
const long = 'x'.repeat(64);

const NODE_POOLS: Case<NodePoolOptions>[] = [
  ['NodePool name "My_Pool" is not a DNS name', () => ({ name: 'My_Pool' }), () => ({ name: 'my-pool' })],
  ['NodePool name "" is not a DNS name', () => ({ name: '' }), () => ({ name: '1' })],
  [`NodePool name "${long}" has 64 characters: write at most 63`, () => ({ name: long }), () => ({ name: long.slice(1) })],
  ['EC2NodeClass name "-x" is not a DNS name', () => ({ nodeClassName: '-x' }), () => ({ nodeClassName: 'x' })],
  ['object label "a" has the value "b c"', () => ({ objectLabels: { a: 'b c' } }), () => ({ objectLabels: { a: 'b-c' } })],
  ['object annotation key "karpenter.sh/nodepool-hash" is restricted', () => ({ objectAnnotations: { 'karpenter.sh/nodepool-hash': '1' } }),
    () => ({ objectAnnotations: { 'example.com/nodepool-hash': '1' } })],
  ['object annotation key "cdk-karpenter-migration/stage" is restricted', () => ({ objectAnnotations: { 'cdk-karpenter-migration/stage': 'REMOVED' } }),
    () => ({ objectAnnotations: { stage: 'REMOVED' } })],
  ['annotation key "-a" is not a Kubernetes key', () => ({ annotations: { '-a': '' } }), () => ({ annotations: { a: '-' } })],

  ['requirement on "a" has no values: give at least one value, or use Requirement.exists', asking(() => isNotIn('a', [])), asking(() => isNotIn('a', ['b']))],
  ['requirement on "a" has the value "c m r", which is not a label value', asking(() => isIn('a', ['c m r'])), asking(() => isIn('a', ['c', 'm', 'r']))],
  ['bound of the requirement on "a" is 2.5', asking(() => lessThan('a', 2.5)), asking(() => lessThan('a', 3))],
  ['requirement or label "kubernetes.io/arch" has the value "x86_64", which no node has: use amd64, arm64', asking(() => isIn(ARCH, ['arm64', 'x86_64'])),
    asking(() => isIn(ARCH, ['arm64', 'amd64']))],
  ['requirement or label "beta.kubernetes.io/os" has the value "Linux"', asking(() => isIn('beta.kubernetes.io/os', ['Linux'])), asking(() => isIn('beta.kubernetes.io/os', ['linux']))],
  ['requirement or label "karpenter.sh/capacity-type" has the value "Spot"', asking(() => isNotIn(CAPACITY_TYPE, ['Spot'])), asking(() => isNotIn(CAPACITY_TYPE, ['spot']))],
  ['requirement or label "karpenter.k8s.aws/instance-tenancy" has the value "host"', asking(() => isIn(INSTANCE_TENANCY, ['host'])),
    asking(() => isIn(INSTANCE_TENANCY, ['dedicated']))],
  ['requirement or label "kubernetes.io/arch" has the value "aarch64"', () => ({ labels: { [ARCH]: 'aarch64' } }), () => ({ labels: { [ARCH]: 'arm64' } })],
  ['requirement on "a" says that the label is absent, so it has no values to choose from', asking(() => doesNotExist('a').withMinValues(1)),
    asking(() => isNotIn('a', ['b']).withMinValues(1))],
  ['requirement on "a" has 1 values and asks for at least 2', asking(() => isIn('a', ['b', 'b']).withMinValues(2)), asking(() => isIn('a', ['b', 'c']).withMinValues(2))],

  [contradicts('a'), asking(() => exists('a'), () => doesNotExist('a')), asking(() => isNotIn('a', ['b']), () => doesNotExist('a'))],
  [contradicts('a'), asking(() => isIn('a', ['b']), () => isIn('a', ['c'])), asking(() => isIn('a', ['b', 'd']), () => isIn('a', ['c', 'd']))],
  [contradicts('a'), asking(() => isIn('a', ['b', 'c']), () => isNotIn('a', ['c', 'b'])), asking(() => isIn('a', ['b', 'c']), () => isNotIn('a', ['c']))],
  [contradicts(ZONE), asking(() => isIn(ZONE, ['a']), () => isIn('failure-domain.beta.kubernetes.io/zone', ['b'])),
    asking(() => isIn(ZONE, ['a']), () => isIn('failure-domain.beta.kubernetes.io/zone', ['a', 'b']))],
  [contradicts(INSTANCE_CPU), asking(() => greaterThan(INSTANCE_CPU, 8), () => lessThan(INSTANCE_CPU, 9)),
    asking(() => greaterThan(INSTANCE_CPU, 8), () => lessThan(INSTANCE_CPU, 10))],
  [contradicts(INSTANCE_CPU), asking(() => atLeast(INSTANCE_CPU, 9), () => atMost(INSTANCE_CPU, 8)),
    asking(() => atLeast(INSTANCE_CPU, 8), () => atMost(INSTANCE_CPU, 8))],
  [contradicts(INSTANCE_CPU), asking(() => isIn(INSTANCE_CPU, ['2', '4']), () => greaterThan(INSTANCE_CPU, 4)),
    asking(() => isIn(INSTANCE_CPU, ['2', '4']), () => greaterThan(INSTANCE_CPU, 3))],
  [contradicts(INSTANCE_FAMILY), asking(() => isIn(INSTANCE_FAMILY, ['m5']), () => atMost(INSTANCE_FAMILY, 5)),
    asking(() => isIn(INSTANCE_FAMILY, ['m5']), () => exists(INSTANCE_FAMILY))],
  [contradicts('a'), () => ({ requirements: [isIn('a', ['b'])], labels: { a: 'c' } }), () => ({ requirements: [isIn('a', ['b'])], labels: { a: 'b' } })],
  [contradicts('a'), () => ({ requirements: [doesNotExist('a')], labels: { a: 'c' } }), () => ({ requirements: [doesNotExist('b')], labels: { a: 'c' } })],

  ['label key "a b" is not a Kubernetes key', () => ({ labels: { 'a b': 'c' } }), () => ({ labels: { a_b: 'c' } })],
  ['taint "a" has the value "b/c"', () => ({ taints: [Taint.noSchedule('a', 'b/c')] }), () => ({ taints: [Taint.noSchedule('a', 'b.c')] })],
  ['taint "a:NoExecute" is given twice', () => ({ taints: [Taint.noExecute('a')], startupTaints: [Taint.noExecute('a', 'b')] }),
    () => ({ taints: [Taint.noExecute('a')], startupTaints: [Taint.noSchedule('a', 'b')] })],

  ['`expireAfter` is 0 seconds', () => ({ expireAfter: NodeExpiry.after(Duration.seconds(0)) }), () => ({ expireAfter: NodeExpiry.after(Duration.seconds(1)) })],
  ['`expireAfter` is 106752 days: set at most 2562047 hours', () => ({ expireAfter: NodeExpiry.after(Duration.hours(2562048)) }),
    () => ({ expireAfter: NodeExpiry.after(Duration.hours(2562047)) })],
  ['`consolidation` is 120000 days', () => ({ consolidation: Consolidation.whenEmpty(Duration.days(120000)) }), () => ({ consolidation: Consolidation.never() })],
  ['`terminationGracePeriod` is 120000 days', () => ({ terminationGracePeriod: Duration.days(120000) }), () => ({ terminationGracePeriod: Duration.days(100000) })],
  ['disruption budget has an empty list of reasons', reasons(), reasons(DisruptionReason.EMPTY)],
  ['disruption budget has the reason "Empty" twice', reasons(DisruptionReason.EMPTY, DisruptionReason.EMPTY), reasons(DisruptionReason.EMPTY, DisruptionReason.DRIFTED)],
  ['`duration` of a disruption budget is 0 minutes', window('@daily', Duration.minutes(0)), window('@daily', Duration.minutes(1))],
  ['schedule of a disruption budget is "@every 1h 2 3 4 5"', window('@every 1h 2 3 4 5'), window('@hourly')],
  ['schedule of a disruption budget is "@dailyish"', window('@dailyish'), window('@midnight')],
  ['schedule of a disruption budget is "0 0 9 * * mon"', window('0 0 9 * * mon'), window('0 9 * * mon')],
  ['has "60" as its minute: write numbers from 0 to 59', window('60 9 * * *'), window('59 9 * * *')],
  ['has "24" as its hour', window('0 24 * * *'), window('0 23 * * *')],
  ['has "0" as its day of the month: write numbers from 1 to 31', window('0 9 0 * *'), window('0 9 1,31 * *')],
  ['has "0" as its month: write numbers from 1 to 12, or jan to dec', window('0 9 * 0 *'), window('0 9 * DEC *')],
  ['has "7" as its day of the week: write numbers from 0 to 6, or sun to sat', window('0 9 * * 7'), window('0 9 * * 0')],
  ['has "fri-mon" as its day of the week', window('0 9 * * fri-mon'), window('0 9 * * mon-fri')],
  ['has "*/0" as its minute', window('*/0 9 * * *'), window('*/1 9 * * *')],
  ['has "1-2-3" as its hour', window('0 1-2-3 * * *'), window('0 1-2,3 * * *')],
  ['has "1," as its hour', window('0 1, * * *'), window('0 1/2 * * *')],
  ['`limits.cpu` is -1', () => ({ limits: { cpu: -1 } }), () => ({ limits: { cpu: 1 } })],
  ['extended resource "mem" in `limits` has no domain', () => ({ limits: { extendedResources: { mem: 5 } } }), () => ({ limits: { extendedResources: { 'amd.com/gpu': 5 } } })],
];

test.each(NODE_POOLS)('a NodePool is refused with: %s (%#)', (complaint, nonsense, neighbour) => {
  expect(() => nodePoolManifest(nonsense())).toThrow(complaint);
  expect(() => nodePoolManifest(neighbour())).not.toThrow();
});

const volumes = (...names: string[]) => (): EC2NodeClassOptions =>
  ({ blockDeviceMappings: names.map((deviceName) => ({ deviceName, ebs: { volumeSize: Size.gibibytes(1) } })) });
const { GP2, GP3 } = EbsDeviceVolumeType;
const iops = (volumeType: EbsDeviceVolumeType) => (): EC2NodeClassOptions =>
  ({ blockDeviceMappings: [{ deviceName: '/dev/xvda', ebs: { volumeSize: Size.gibibytes(100), volumeType, iops: 3000 } }] });
const image = (make: () => AmiTerm) => (): EC2NodeClassOptions => ({ amiSelectorTerms: [make()], amiFamily: NodeClassAmiFamily.CUSTOM });
const alias = (make: () => AmiAlias) => (): EC2NodeClassOptions => ({ amiAlias: make() });
const subnet = (make: () => SubnetTerm) => (): EC2NodeClassOptions => ({ subnetSelectorTerms: [make()] });
const group = (make: () => SecurityGroupTerm) => (): EC2NodeClassOptions => ({ securityGroupSelectorTerms: [make()] });
const tags = (count: number, others = {}) => ({ ...Object.fromEntries(many(count, (index) => [`example.com/${index}`, 'x'])), ...others });

const NODE_CLASSES: Case<EC2NodeClassOptions>[] = [
  ['EC2NodeClass name "a_b" is not a DNS name', () => ({ name: 'a_b' }), () => ({ name: 'a.b' })],
  [`EC2NodeClass name "${long}" has 64 characters`, () => ({ name: long }), () => ({ name: long.slice(1) })],
  ['object label key "karpenter.k8s.aws/a" is restricted', () => ({ objectLabels: { 'karpenter.k8s.aws/a': 'b' } }), () => ({ objectLabels: { 'k8s.aws/a': 'b' } })],
  ['`instanceProfile` is "arn:aws:iam::111111111111:instance-profile/a"', () => ({ instanceProfile: 'arn:aws:iam::111111111111:instance-profile/a' }),
    () => ({ instanceProfile: 'a' })],

  ['AL2023 image has the version "20260801": set a release such as "v20260801", or use AmiAlias.al2023Latest()',
    alias(() => AmiAlias.al2023('20260801')), alias(() => AmiAlias.al2023('v20260801'))],
  ['AL2023 image has the version "latest"', alias(() => AmiAlias.al2023('latest')), alias(() => AmiAlias.al2023Latest())],
  ['AL2 image has the version "v2025@1"', alias(() => AmiAlias.al2('v2025@1')), alias(() => AmiAlias.al2('v20251120'))],
  ['Bottlerocket image has the version "v1.50"', alias(() => AmiAlias.bottlerocket('v1.50')), alias(() => AmiAlias.bottlerocket('v1.50.0'))],
  ['image id is "AMI-1"', image(() => AmiTerm.id('AMI-1')), image(() => AmiTerm.id('ami-1'))],
  ['image id is "my-ami-1"', image(() => AmiTerm.id('my-ami-1')), image(() => AmiTerm.id('ami-2'))],
  ['SSM parameter of an image is empty', image(() => AmiTerm.ssmParameter('')), image(() => AmiTerm.ssmParameter('a'))],
  ['image term has an empty `name`', image(() => AmiTerm.matching({ name: '' })), image(() => AmiTerm.matching({ name: '*' }))],
  ['image term has an empty `owner`', image(() => AmiTerm.matching({ name: 'a', owner: '' })), image(() => AmiTerm.matching({ name: 'a', owner: 'amazon' }))],
  ['image term has no tags, which would select everything', image(() => AmiTerm.matching({ tags: {} })), image(() => AmiTerm.matching({ tags: { a: '*' } }))],
  ['subnet term has no tags', subnet(() => SubnetTerm.tags({})), subnet(() => SubnetTerm.tags({ a: 'b' }))],
  ['id "my-subnet-1" is not of the form', subnet(() => SubnetTerm.id('my-subnet-1')), subnet(() => SubnetTerm.id('subnet-1'))],
  ['security group term has an empty name', group(() => SecurityGroupTerm.groupName('')), group(() => SecurityGroupTerm.groupName('*'))],
  ['id "sg-1,sg-2" is not of the form', group(() => SecurityGroupTerm.id('sg-1,sg-2')), group(() => SecurityGroupTerm.id('sg-1'))],

  ['block device "/dev/xvda" is mapped twice', volumes('/dev/xvda', '/dev/xvda'), volumes('/dev/xvda', '/dev/xvdb')],
  ['a block device mapping has no device name', volumes(''), volumes('/dev/xvda')],
  ['block device "/dev/xvda" has `iops` (3000) and its `volumeType` is gp2', iops(GP2), iops(GP3)],
  ['block device "/dev/xvda" has an empty `snapshotId`', () => ({ blockDeviceMappings: [{ deviceName: '/dev/xvda', ebs: { snapshotId: '' } }] }),
    () => ({ blockDeviceMappings: [{ deviceName: '/dev/xvda', ebs: { snapshotId: 'snap-1' } }] })],
  ['`kubelet.maxPods` is 0: set a whole number from 1', () => ({ kubelet: { maxPods: 0 } }), () => ({ kubelet: { maxPods: 1 } })],
  ['`kubelet.clusterDns` has "kube-dns", which is not an IP address', () => ({ kubelet: { clusterDns: ['kube-dns'] } }), () => ({ kubelet: { clusterDns: ['10.0.0.10'] } })],
  ['`kubelet.evictionMaxPodGracePeriod` in seconds is 2147483648', () => ({ kubelet: { evictionMaxPodGracePeriod: Duration.seconds(2 ** 31) } }),
    () => ({ kubelet: { evictionMaxPodGracePeriod: Duration.seconds(2 ** 31 - 1) } })],
  ['`kubelet.evictionSoft` has the threshold 0.001%',
    () => ({ kubelet: { evictionSoft: { pidAvailable: { threshold: EvictionThreshold.percentage(0.001), gracePeriod: Duration.minutes(1) } } } }),
    () => ({ kubelet: { evictionSoft: { pidAvailable: { threshold: EvictionThreshold.percentage(0.01), gracePeriod: Duration.minutes(1) } } } })],
  ['(not set, the kubelet\'s is 85)', () => ({ kubelet: { imageGcLowThresholdPercent: 85 } }), () => ({ kubelet: { imageGcLowThresholdPercent: 84 } })],
  ['tag "aws:a" is restricted', () => ({ tags: { 'aws:a': 'b' } }), () => ({ tags: { awsa: 'b' } })],
  ['`tags` has 45 entries: give at most 44', () => ({ tags: tags(45) }), () => ({ tags: tags(44, { Name: 'x' }) })],
  ['`userData` has 16385 bytes: write at most 16384', () => ({ userData: `${'x'.repeat(16383)}ä` }), () => ({ userData: 'x'.repeat(16384) })],
];

test.each(NODE_CLASSES)('a node class is refused with: %s (%#)', (complaint, nonsense, neighbour) => {
  expect(() => nodeClassManifest(nonsense())).toThrow(complaint);
  expect(() => nodeClassManifest(neighbour())).not.toThrow();
});
