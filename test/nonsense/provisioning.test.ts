import { Duration, Lazy, Size } from 'aws-cdk-lib';
import { Nonsense, refuses, takes, untyped } from './case';
import { EvictionThreshold } from '../../src/provisioning/eviction';
import { Requirement } from '../../src/provisioning/requirement';
import { Taint } from '../../src/provisioning/taint';
import { AWSNodeTemplateOptions } from '../../src/provisioning/v0/aws-node-template-options';
import { Deprovisioning } from '../../src/provisioning/v0/deprovisioning';
import { ProvisionerOptions } from '../../src/provisioning/v0/provisioner-options';
import { AmiTerm } from '../../src/provisioning/v1/ami';
import { CapacityReservationTerm } from '../../src/provisioning/v1/capacity-reservation-term';
import { Consolidation, NodeExpiry } from '../../src/provisioning/v1/disruption';
import { DisruptionBudget } from '../../src/provisioning/v1/disruption-budget';
import { EC2NodeClassOptions } from '../../src/provisioning/v1/ec2-node-class-options';
import { PlacementGroup } from '../../src/provisioning/v1/node-class-network';
import { NodePoolOptions } from '../../src/provisioning/v1/node-pool-options';
import { SecurityGroupTerm, SubnetTerm } from '../../src/provisioning/v1/selector-terms';
import { WellKnownLabel } from '../../src/provisioning/well-known-label';
import { nodeTemplateManifest, provisionerManifest } from '../provisioning/fixtures';
import { nodeClassManifest, nodePoolManifest } from '../provisioning/v1/fixtures';

const provisioner = (options: Partial<Record<keyof ProvisionerOptions | string, unknown>>) => () => provisionerManifest(untyped(options));
const template = (options: Partial<Record<keyof AWSNodeTemplateOptions | string, unknown>>) => () => nodeTemplateManifest(untyped(options));
const pool = (options: Partial<Record<keyof NodePoolOptions | string, unknown>>) => () => nodePoolManifest(untyped(options));
const nodeClass = (options: Partial<Record<keyof EC2NodeClassOptions | string, unknown>>) => () => nodeClassManifest(untyped(options));
const { isIn, isNotIn, doesNotExist, exists, greaterThan, lessThan } = Requirement;
const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`tag${index}`, 'x']));
const long = (length: number) => 'k'.repeat(length);
const contradicts = (key: string, how: string) =>
  `requirements and labels on "${key}" contradict each other (${how}), so that no node can be launched: change or remove one of them`;
const noNodeHas = (key: string, value: string, known: string) => `requirement or label "${key}" has the value "${value}", which no node has: use ${known}`;
const aDuration = 'a Duration of whole seconds of at least 0 seconds, such as Duration.minutes(1)';
const aRequirement = 'Requirement.isIn(...) or another Requirement';
const aTaint = 'Taint.noSchedule(...) or another Taint';
const limits = 'an object with some of `cpu`, `memory`, `ephemeralStorage`, `pods`, `extendedResources`';
const restrictedTag = (key: string) => `tag "${key}" is restricted, as Karpenter or AWS sets it itself to know what is its own: remove it from \`tags\``;
const { ARCH, OS, CAPACITY_TYPE, INSTANCE_CATEGORY, INSTANCE_CPU } = WellKnownLabel;

const GENERATIONS = Object.entries({ v0: [provisioner, template], v1: [pool, nodeClass] } as const);

/** What both generations refuse alike, in a pool and in a node class. */
const COMMON: Nonsense[] = GENERATIONS.flatMap(([generation, [aPool, aClass]]): Nonsense[] => [
  ['an architecture that no node has', aPool({ requirements: [isIn(ARCH, ['x86_64'])] }), noNodeHas(ARCH, 'x86_64', 'amd64, arm64')],
  ['an operating system in capitals', aPool({ requirements: [isNotIn(OS, ['Linux'])] }), noNodeHas(OS, 'Linux', 'linux, windows')],
  ['a capacity type in capitals', aPool({ requirements: [isIn(CAPACITY_TYPE, ['Spot'])] }),
    noNodeHas(CAPACITY_TYPE, 'Spot', generation === 'v0' ? 'on-demand, spot' : 'on-demand, spot, reserved')],
  ['an architecture as a label that no node has', aPool({ labels: { [ARCH]: 'aarch64' } }), noNodeHas(ARCH, 'aarch64', 'amd64, arm64')],
  ['two lists without a value in common', aPool({ requirements: [isIn('a.b/c', ['x']), isIn('a.b/c', ['y'])] }), contradicts('a.b/c', 'In x; In y')],
  ['all values excluded', aPool({ requirements: [isIn('a.b/c', ['x']), isNotIn('a.b/c', ['x'])] }), contradicts('a.b/c', 'In x; NotIn x')],
  ['present and absent', aPool({ requirements: [exists('a.b/c'), doesNotExist('a.b/c')] }), contradicts('a.b/c', 'Exists; DoesNotExist')],
  ['bounds without a number between', aPool({ requirements: [greaterThan(INSTANCE_CPU, 8), lessThan(INSTANCE_CPU, 9)] }), contradicts(INSTANCE_CPU, 'Gt 8; Lt 9')],
  ['a label against a requirement', aPool({ requirements: [isIn('a.b/c', ['x'])], labels: { 'a.b/c': 'y' } }), contradicts('a.b/c', 'In x; In y')],
  ['requirements as texts', aPool({ requirements: ['kubernetes.io/arch=amd64'] }), `\`requirements[0]\` is "kubernetes.io/arch=amd64": set ${aRequirement}`],
  ['requirements as objects', aPool({ requirements: [{ key: 'a', operator: 'In' }] }), `\`requirements[0]\` is { key: 'a', operator: 'In' }: set ${aRequirement}`],
  ['a single requirement', aPool({ requirements: exists('a') }), `\`requirements\` is an object of class Requirement: set a list, each entry ${aRequirement}`],
  ['a taint among requirements', aPool({ requirements: [Taint.noSchedule('a')] }), `\`requirements[0]\` is an object of class Taint: set ${aRequirement}`],
  ['a taint as an object', aPool({ taints: [{ key: 'a', effect: 'NoSched' }] }), `\`taints[0]\` is { key: 'a', effect: 'NoSched' }: set ${aTaint}`],
  ['startup taints as a text', aPool({ startupTaints: 'a:NoSchedule' }), `\`startupTaints\` is "a:NoSchedule": set a list, each entry ${aTaint}`],
  ['limits as a text', aPool({ limits: '1000' }), `\`limits\` is "1000": set ${limits}`],
  ['a limit as a text', aPool({ limits: { cpu: '1000' } }), '`limits.cpu` is "1000": set a number'],
  ['an amount of memory as a text', aPool({ limits: { memory: '10Gi' } }), '`limits.memory` is "10Gi": set a Size, such as Size.gibibytes(20)'],
  ['a limit that there is not', aPool({ limits: { gpu: 1 } }), `\`limits.gpu\` is no property of \`limits\`, got 1: ${limits.replace('an object with', 'set')}, or leave it out`],
  ['a weight as a text', aPool({ weight: '5' }), '`weight` is "5": set a whole number from 1 to 100'],
  ['a weight above all', aPool({ weight: 101 }), '`weight` is 101: set a whole number from 1 to 100'],
  ['a label that is true', aPool({ labels: { a: true } }), '`labels["a"]` is true: set a text'],
  ['an annotation that is a number', aPool({ annotations: { a: 1 } }), '`annotations["a"]` is 1: set a text'],
  ['labels as a list', aPool({ labels: ['a'] }), '`labels` is [ \'a\' ]: set an object, the value of each key a text'],
  ['a name that is a number', aPool({ name: 5 }), '`name` is 5: set a text'],

  ['a family of images that there is not', aClass({ amiFamily: 'AL2024' }), generation === 'v0'
    ? '`amiFamily` is "AL2024": set one of AL2, Bottlerocket, Ubuntu, Windows2019, Windows2022, Custom'
    : '`amiFamily` is "AL2024": set one of AL2, AL2023, Bottlerocket, Windows2019, Windows2022, Windows2025, Custom'],
  ['a family of images in lower case', aClass({ amiFamily: 'bottlerocket' }), generation === 'v0'
    ? '`amiFamily` is "bottlerocket": set one of AL2, Bottlerocket, Ubuntu, Windows2019, Windows2022, Custom'
    : '`amiFamily` is "bottlerocket": set one of AL2, AL2023, Bottlerocket, Windows2019, Windows2022, Windows2025, Custom'],
  ['user data of more than 16 KiB', aClass({ userData: `${'x'.repeat(16383)}ä` }),
    '`userData` has 16385 bytes: write at most 16384, which is all that EC2 takes, Karpenter\'s own part counted'],
  ['user data that is no text', aClass({ userData: { commands: [] } }), '`userData` is { commands: [] }: set a text'],
  ['a tag that AWS keeps', aClass({ tags: { 'aws:x': 'y' } }), restrictedTag('aws:x')],
  ['a tag that AWS keeps, in capitals', aClass({ tags: { 'AWS:x': 'y' } }), restrictedTag('AWS:x')],
  ['a key of 129 characters', aClass({ tags: { [long(129)]: 'y' } }),
    `the key "${long(129)}" in \`tags\` has 129 characters: write at most 128, which is all that EC2 takes`],
  ['a value of 257 characters', aClass({ tags: { key: long(257) } }), 'the value of "key" in `tags` has 257 characters: write at most 256, which is all that EC2 takes'],
  ['51 tags', aClass({ tags: many(51) }), `\`tags\` has 51 entries: give at most ${generation === 'v0' ? 45 : 44}, as EC2 takes 50 and Karpenter needs the others`],
  ['a tag that is true', aClass({ tags: { a: true } }), '`tags["a"]` is true: set a text'],
  ['a text for whether there are metrics', aClass({ detailedMonitoring: 'false' }), '`detailedMonitoring` is "false": set true or false, without quotation marks'],
  ['a volume type that there is not', aClass({ blockDeviceMappings: [{ deviceName: '/dev/xvda', ebs: { volumeType: 'GP3' } }] }),
    '`blockDeviceMappings[0].ebs.volumeType` is "GP3": set one of standard, io1, io2, gp2, gp3, st1, sc1'],
  ['a mapping without a volume', aClass({ blockDeviceMappings: [{ deviceName: '/dev/xvda' }] }), '`blockDeviceMappings[0].ebs` is not set: set an object with some of '
    + `\`volumeSize\`, \`snapshotId\`, \`volumeType\`, \`iops\`, \`throughput\`, \`encrypted\`, \`kmsKeyId\`, \`deleteOnTermination\`${generation === 'v0' ? '' : ', `volumeInitializationRate`'}`],
  ['a size as a number', aClass({ blockDeviceMappings: [{ deviceName: '/dev/xvda', ebs: { volumeSize: 20 } }] }),
    '`blockDeviceMappings[0].ebs.volumeSize` is 20: set a Size, such as Size.gibibytes(20)'],
  ['encryption as a text', aClass({ blockDeviceMappings: [{ deviceName: '/dev/xvda', ebs: { encrypted: 'true' } }] }),
    '`blockDeviceMappings[0].ebs.encrypted` is "true": set true or false, without quotation marks'],
  ['a way to the metadata in capitals', aClass({ metadataOptions: { httpTokens: 'Required' } }), '`metadataOptions.httpTokens` is "Required": set one of required, optional'],
  ['no hop to the metadata', aClass({ metadataOptions: { httpPutResponseHopLimit: 0 } }), '`metadataOptions.httpPutResponseHopLimit` is 0: set a whole number from 1 to 64'],
].map(([what, given, complaint]) => [`${what} (${generation})`, given, complaint] as Nonsense));

const ONE_GENERATION: Nonsense[] = [
  ['a capacity type that Karpenter 0.29 does not know', provisioner({ requirements: [isIn(CAPACITY_TYPE, ['reserved'])] }), noNodeHas(CAPACITY_TYPE, 'reserved', 'on-demand, spot')],
  ['a label against the guide\'s requirements', provisioner({ labels: { [INSTANCE_CATEGORY]: 'g' } }), contradicts(INSTANCE_CATEGORY, 'In c, m, r; In g')],
  ['a way to deprovision as a text', provisioner({ deprovisioning: 'consolidation' }),
    '`deprovisioning` is "consolidation": set Deprovisioning.consolidation() or Deprovisioning.whenEmpty(...)'],
  ['a kubelet without pods', provisioner({ kubeletConfiguration: { maxPods: 0 } }), '`kubeletConfiguration.maxPods` is 0: set a whole number from 1 to 2147483647'],
  ['a kubelet under its name of v1', provisioner({ kubelet: { maxPods: 10 } }), '`kubelet` is no property of Provisioner, got { maxPods: 10 }: set `kubeletConfiguration`, or leave it out'],
  ['a runtime that there is not', provisioner({ kubeletConfiguration: { containerRuntime: 'docker' } }),
    '`kubeletConfiguration.containerRuntime` is "docker": set one of containerd, dockerd'],
  ['a threshold as a text', provisioner({ kubeletConfiguration: { evictionHard: { memoryAvailable: '5%' } } }), '`kubeletConfiguration.evictionHard.memoryAvailable` is "5%": '
    + 'set EvictionThreshold.percentage(...), EvictionThreshold.size(...) or EvictionThreshold.count(...)'],
  ['a soft threshold without its grace period',
    provisioner({ kubeletConfiguration: { evictionSoft: { memoryAvailable: { threshold: EvictionThreshold.percentage(5) } } } }),
    `\`kubeletConfiguration.evictionSoft.memoryAvailable.gracePeriod\` is not set: set ${aDuration}`],
  ['an age as a number', provisioner({ expireAfter: 3600 }), `\`expireAfter\` is 3600: set ${aDuration}`],
  ['a node template as a text', provisioner({ nodeTemplate: 'default' }), '`nodeTemplate` is "default": set migration.addNodeTemplate(...) or another AWSNodeTemplate'],
  ['a selector as a text', template({ subnetSelector: 'Name=private' }), '`subnetSelector` is "Name=private": set an object, the value of each key a text'],
  ['an image family of v1', template({ amiFamily: 'AL2023' }), '`amiFamily` is "AL2023": set one of AL2, Bottlerocket, Ubuntu, Windows2019, Windows2022, Custom'],

  ['a kubelet of v1 without pods', nodeClass({ kubelet: { maxPods: 0 } }), '`kubelet.maxPods` is 0: set a whole number from 1 to 2147483647'],
  ['a consolidation as a text', pool({ consolidation: 'WhenEmpty' }), '`consolidation` is "WhenEmpty": set Consolidation.whenEmptyOrUnderutilized(...) or another Consolidation'],
  ['an age as a Duration', pool({ expireAfter: Duration.hours(720) }), '`expireAfter` is an object of class Duration: set NodeExpiry.after(...) or NodeExpiry.never()'],
  ['a budget as a text', pool({ disruptionBudgets: ['10%'] }), '`disruptionBudgets[0]` is "10%": set DisruptionBudget.nodes(...) or DisruptionBudget.percentage(...)'],
  ['a grace period as a number', pool({ terminationGracePeriod: 3600 }), `\`terminationGracePeriod\` is 3600: set ${aDuration}`],
  ['a node class as its name', pool({ nodeClass: 'default' }), '`nodeClass` is "default": set migration.addNodeClass(...) or another EC2NodeClass'],
  ['an alias as a text', nodeClass({ amiAlias: 'al2023@latest' }), '`amiAlias` is "al2023@latest": set AmiAlias.al2023Latest() or another AmiAlias'],
  ['a term as an object', nodeClass({ subnetSelectorTerms: [{ id: 'subnet-1' }] }), '`subnetSelectorTerms[0]` is { id: \'subnet-1\' }: set SubnetTerm.tags(...) or another SubnetTerm'],
  ['a term of another kind', nodeClass({ securityGroupSelectorTerms: [SubnetTerm.id('subnet-1')] }),
    '`securityGroupSelectorTerms[0]` is an object of class SubnetTerm: set SecurityGroupTerm.tags(...) or another SecurityGroupTerm'],
  ['a placement group as its name', nodeClass({ placementGroup: 'mine' }), '`placementGroup` is "mine": set PlacementGroup.byName(...) or PlacementGroup.byId(...)'],
  ['an interface of a type that there is not', nodeClass({ networkInterfaces: [{ networkCardIndex: 0, deviceIndex: 0, interfaceType: 'efa' }] }),
    '`networkInterfaces[0].interfaceType` is "efa": set one of interface, efa-only'],
  ['a role as its name', nodeClass({ role: 'nodes' }), '`role` is "nodes": set iam.Role.fromRoleArn(...) or another iam.IRole'],
  ['a policy of instance stores in lower case', nodeClass({ instanceStorePolicy: 'raid0' }), '`instanceStorePolicy` is "raid0": set one of RAID0'],
  ['a time of tracking as a number', nodeClass({ connectionTracking: { udpTimeout: 30 } }), `\`connectionTracking.udpTimeout\` is 30: set ${aDuration}`],
];

const FACTORIES: Nonsense[] = [
  ['values of a requirement as a text', () => isIn('a', untyped('b')), 'values of the requirement on "a" is "b": set a list, each entry a text'],
  ['no values of a requirement', () => isNotIn('a', untyped(undefined)), 'values of the requirement on "a" is not set: set a list, each entry a text'],
  ['a value that is a number', () => isIn('a', untyped([3])), 'values of the requirement on "a", entry [0] is 3: set a text'],
  ['a bound as a text', () => greaterThan('a', untyped('2')), 'bound of the requirement on "a" is "2": set a whole number of at least 0'],
  ['no bound', () => lessThan('a', untyped(undefined)), 'bound of the requirement on "a" is not set: set a whole number of at least 0'],
  ['a key that is a number', () => exists(untyped(5)), 'requirement key is 5: set a text'],
  ['a taint without a key', () => Taint.noSchedule(untyped(undefined)), 'taint key is not set: set a text'],
  ['a taint whose value is true', () => Taint.noSchedule('a', untyped(true)), 'the value of taint "a" is true: set a text'],
  ['a percentage as a text', () => EvictionThreshold.percentage(untyped('5')), 'eviction percentage is "5": set a number from 0 to 100'],
  ['an amount as a text', () => EvictionThreshold.size(untyped('5Gi')), 'eviction threshold is "5Gi": set a Size, such as Size.gibibytes(20)'],
  ['a time as a number', () => Deprovisioning.whenEmpty(untyped(30)), `how long a node must have been empty is 30: set ${aDuration}`],
  ['no time', () => Deprovisioning.whenEmpty(untyped(undefined)), `how long a node must have been empty is not set: set ${aDuration}`],
  ['a consolidation after a number', () => Consolidation.whenEmpty(untyped(60)), `\`consolidation\` is 60: set ${aDuration}`],
  ['an expiry after a text', () => NodeExpiry.after(untyped('720h')), `\`expireAfter\` is "720h": set ${aDuration}`],
  ['a budget of a text', () => DisruptionBudget.nodes(untyped('10%')), 'disruption budget is "10%": set a whole number of at least 0'],
  ['a reason that there is not', () => DisruptionBudget.percentage(10, { reasons: untyped(['Expired']) }),
    '`reasons[0]` of DisruptionBudget.percentage is "Expired": set one of Underutilized, Empty, Drifted, Unhealthy'],
  ['a window of a text', () => DisruptionBudget.nodes(1, { window: untyped('@daily') }), '`window` of DisruptionBudget.nodes is "@daily": set an object with `schedule`, `duration`'],
  ['a match as a text', () => AmiTerm.matching(untyped('name')), 'what AmiTerm.matching is made of is "name": set an object with some of `name`, `tags`, `owner`'],
  ['a parameter that is none', () => AmiTerm.ssmParameter(untyped(undefined)), 'the SSM parameter of an image is not set: set a text'],
  ['an owner that is a number', () => CapacityReservationTerm.matching({ tags: { a: 'b' }, ownerId: untyped(111111111111) }),
    '`ownerId` of CapacityReservationTerm.matching is 111111111111: set a text'],
  ['tags as a text', () => SubnetTerm.tags(untyped('Name=private')), 'what the subnet term selects by is "Name=private": set an object, the value of each key a text'],
  ['a group without a name', () => SecurityGroupTerm.groupName(untyped(undefined)), 'the name of a security group is not set: set a text'],
  ['a placement group without a name', () => PlacementGroup.byName(untyped(undefined)), 'the name of a placement group is not set: set a text'],
];

refuses([...COMMON, ...ONE_GENERATION, ...FACTORIES]);

const volume = (ebs: object) => ({ blockDeviceMappings: [{ deviceName: '/dev/xvda', ebs: { volumeSize: Size.gibibytes(256), ...ebs } }] });
const late = Lazy.string({ produce: () => 'x' });

takes({
  'what Karpenter knows of architecture, operating system and capacity type (v0)':
    provisioner({ requirements: [isIn(ARCH, ['amd64', 'arm64']), isIn(OS, ['windows']), isIn(CAPACITY_TYPE, ['spot', 'on-demand'])] }),
  'a reservation (v1)': pool({ requirements: [isIn(CAPACITY_TYPE, ['reserved'])] }),
  'requirements that narrow each other (v0)': provisioner({ requirements: [isIn('a.b/c', ['x', 'y']), isIn('a.b/c', ['y', 'z']), isNotIn('a.b/c', ['z'])] }),
  'a requirement that is a token (v0)': provisioner({ requirements: [isIn(ARCH, [late]), isIn('a.b/c', [late]), isIn('a.b/c', ['y'])] }),
  'a node with one pod (v0)': provisioner({ kubeletConfiguration: { maxPods: 1 } }),
  'gp3 as EC2 has it (v0)': template(volume({ volumeType: 'gp3', iops: 80_000, throughput: 2000 })),
  'gp3 as EC2 has it (v1)': nodeClass(volume({ volumeType: 'gp3', iops: 80_000, throughput: 2000 })),
  'io2 as EC2 has it (v0)': template(volume({ volumeType: 'io2', iops: 256_000 })),
  'user data of 16 KiB (v0)': template({ userData: 'x'.repeat(16384) }),
  '45 tags beside the name (v0)': template({ tags: { ...many(45), Name: 'x' } }),
  'the longest tag (v0)': template({ tags: { [long(128)]: long(256), aws: 'x' } }),
  'tags that are tokens (v0)': template({ tags: { [late]: late } }),
  'the longest tag (v1)': nodeClass({ tags: { [long(128)]: long(256) } }),
  'properties that are left out as undefined': pool({ name: undefined, requirements: undefined, weight: undefined, unknown: undefined }),
});
