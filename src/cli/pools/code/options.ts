import { call, Code, list, literal, map, member, struct, Struct, texts, variable } from './expression';
import { Expression, Taint } from '../../../kubernetes/scheduling';
import { WellKnownLabel } from '../../../provisioning/well-known-label';
import {
  GenerationName, ImageFamily, ImageProposal, KubeletProposal, MetadataProposal, NodeClassProposal, PoolProposal, ReservedProposal, ThresholdProposal,
  VolumeProposal,
} from '../proposal';

const OPERATORS: Readonly<Record<string, string>> = { In: 'isIn', NotIn: 'isNotIn', Exists: 'exists', DoesNotExist: 'doesNotExist', Gt: 'greaterThan', Lt: 'lessThan' };
const EFFECTS: Readonly<Record<string, string>> = { NoSchedule: 'noSchedule', PreferNoSchedule: 'preferNoSchedule', NoExecute: 'noExecute' };
const CONSTANTS = new Map(Object.entries(WellKnownLabel).map(([name, key]) => [key as string, name]));
/** By the names of the CDK's enum. */
const VOLUME_TYPES: Readonly<Record<string, string>> = {
  gp2: 'GP2', gp3: 'GP3', io1: 'IO1', io2: 'IO2', st1: 'ST1', sc1: 'SC1', standard: 'STANDARD',
};
const FAMILIES: Readonly<Record<ImageFamily, string>> = {
  AL2: 'AL2',
  AL2023: 'AL2023',
  Bottlerocket: 'BOTTLEROCKET',
  Ubuntu: 'UBUNTU',
  Windows2019: 'WINDOWS_2019',
  Windows2022: 'WINDOWS_2022',
  Windows2025: 'WINDOWS_2025',
  Custom: 'CUSTOM',
};
const ALIASES: Partial<Readonly<Record<ImageFamily, string>>> = {
  AL2: 'al2', AL2023: 'al2023', Bottlerocket: 'bottlerocket', Windows2019: 'windows2019', Windows2022: 'windows2022', Windows2025: 'windows2025',
};
const UNITS = [['gibibytes', 2 ** 30], ['mebibytes', 2 ** 20], ['kibibytes', 2 ** 10], ['bytes', 1]] as const;

/** How a pool finds its node class: undefined where it is that of the release. */
export interface NodeClassReference { readonly property: 'nodeClass' | 'nodeTemplate'; readonly variable: string }

/** The options of a Provisioner or a NodePool. */
export function poolOptions(pool: PoolProposal, nodeClass: NodeClassProposal, generation: GenerationName, reference?: NodeClassReference): Struct {
  const { kubelet } = nodeClass;
  return struct(generation === 'v0' ? 'ProvisionerOptions' : 'NodePoolOptions', {
    name: literal(pool.name),
    ...reference && { [reference.property]: variable(reference.variable) },
    requirements: list(pool.requirements.map(requirement)),
    labels: Object.keys(pool.labels).length > 0 ? map(pool.labels) : undefined,
    taints: taints(pool.taints),
    startupTaints: taints(pool.startupTaints),
    kubeletConfiguration: generation === 'v0' && kubelet ? kubeletSettings(kubelet, 'KubeletConfiguration') : undefined,
    // The Cluster Autoscaler takes nodes away, and Karpenter 0.29 does so only when told.
    deprovisioning: generation === 'v0' ? call('Deprovisioning', 'consolidation') : undefined,
    limits: pool.limitCpu === undefined ? undefined : struct('PoolLimits', { cpu: literal(pool.limitCpu) }),
    weight: optional(pool.weight),
  }, pool.reasons);
}

/** The options of an AWSNodeTemplate or an EC2NodeClass. */
export function nodeClassOptions(nodeClass: NodeClassProposal, generation: GenerationName): Struct {
  const isV0 = generation === 'v0';
  const { subnetIds, securityGroupIds, blockDevices, metadataOptions, kubelet, raid0 } = nodeClass;
  return struct(isV0 ? 'AWSNodeTemplateOptions' : 'EC2NodeClassOptions', {
    name: literal(nodeClass.name),
    ...isV0 ? imageOfTemplate(nodeClass.image) : imageOfClass(nodeClass.image),
    ...isV0
      ? { subnetSelector: subnetIds && map({ 'aws-ids': subnetIds.join(',') }), securityGroupSelector: securityGroupIds && map({ 'aws-ids': securityGroupIds.join(',') }) }
      : { subnetSelectorTerms: terms('SubnetTerm', subnetIds), securityGroupSelectorTerms: terms('SecurityGroupTerm', securityGroupIds) },
    blockDeviceMappings: blockDevices.length > 0 ? list(blockDevices.map(volume => blockDeviceMapping(volume, isV0))) : undefined,
    instanceStorePolicy: raid0 && !isV0 ? member('InstanceStorePolicy', 'RAID0') : undefined,
    metadataOptions: metadataOptions && metadata(metadataOptions),
    kubelet: kubelet && !isV0 ? kubeletSettings(kubelet, 'KubeletSettings') : undefined,
    userData: optional(nodeClass.userData),
    tags: Object.keys(nodeClass.tags).length > 0 ? map(nodeClass.tags) : undefined,
    detailedMonitoring: optional(nodeClass.detailedMonitoring),
    associatePublicIpAddress: isV0 ? undefined : optional(nodeClass.associatePublicIpAddress),
  }, nodeClass.reasons);
}

function requirement({ key, operator, values }: Expression): Code {
  const constant = CONSTANTS.get(key);
  const label = constant === undefined ? literal(key) : member('WellKnownLabel', constant);
  switch (operator) {
    case 'In': case 'NotIn': return call('Requirement', OPERATORS[operator], label, texts(values));
    case 'Gt': case 'Lt': return call('Requirement', OPERATORS[operator], label, literal(Number(values[0])));
    default: return call('Requirement', OPERATORS[operator], label);
  }
}

function taints(all: readonly Taint[]): Code | undefined {
  return all.length === 0 ? undefined
    : list(all.map(({ key, value, effect }) => call('Taint', EFFECTS[effect], literal(key), ...value === undefined ? [] : [literal(value)])));
}

function imageOfTemplate({ family, id }: ImageProposal): Record<string, Code | undefined> {
  return { amiFamily: member('AmiFamily', FAMILIES[family]), amiSelector: id === undefined ? undefined : map({ 'aws::ids': id }) };
}

function imageOfClass({ family, id, release }: ImageProposal): Record<string, Code | undefined> {
  const alias = ALIASES[family];
  if (alias !== undefined && release !== undefined) {
    return { amiAlias: call('AmiAlias', alias, literal(release)) };
  }
  if (id === undefined) {
    return { amiAlias: call('AmiAlias', `${alias}Latest`) };
  }
  // Karpenter 1 gives Ubuntu the user data of Amazon Linux 2.
  return { amiFamily: member('NodeClassAmiFamily', FAMILIES[family === 'Ubuntu' ? 'AL2' : family]), amiSelectorTerms: list([call('AmiTerm', 'id', literal(id))]) };
}

function terms(type: string, ids: readonly string[] | undefined): Code | undefined {
  return ids && list(ids.map(id => call(type, 'id', literal(id))));
}

function blockDeviceMapping(volume: VolumeProposal, isV0: boolean): Code {
  const prefix = isV0 ? '' : 'NodeClass';
  return struct(`${prefix}BlockDeviceMapping`, {
    deviceName: literal(volume.deviceName),
    ebs: struct(`${prefix}BlockDevice`, {
      volumeSize: volume.size === undefined ? undefined : call('Size', 'gibibytes', literal(volume.size)),
      snapshotId: optional(volume.snapshotId),
      volumeType: volume.type === undefined ? undefined : member('EbsDeviceVolumeType', VOLUME_TYPES[volume.type] ?? 'GP3'),
      iops: optional(volume.iops),
      throughput: optional(volume.throughput),
      encrypted: optional(volume.encrypted),
      kmsKeyId: optional(volume.kmsKeyId),
      deleteOnTermination: optional(volume.deleteOnTermination),
    }),
    rootVolume: isV0 ? undefined : optional(volume.root),
  });
}

function metadata({ httpEndpoint, httpTokens, httpPutResponseHopLimit, httpProtocolIpv6 }: MetadataProposal): Code {
  const state = (value: string | undefined) => value === undefined ? undefined : member('MetadataState', value.toUpperCase());
  return struct('MetadataOptions', {
    httpEndpoint: state(httpEndpoint),
    httpProtocolIpv6: state(httpProtocolIpv6),
    httpPutResponseHopLimit: optional(httpPutResponseHopLimit),
    httpTokens: httpTokens === undefined ? undefined : member('MetadataTokens', httpTokens.toUpperCase()),
  });
}

function kubeletSettings(kubelet: KubeletProposal, type: string): Code {
  const { systemReserved, kubeReserved, evictionHard, evictionSoft, evictionMaxPodGracePeriod } = kubelet;
  return struct(type, {
    clusterDns: kubelet.clusterDns && texts(kubelet.clusterDns),
    maxPods: optional(kubelet.maxPods),
    podsPerCore: optional(kubelet.podsPerCore),
    systemReserved: systemReserved && reserved(systemReserved),
    kubeReserved: kubeReserved && reserved(kubeReserved),
    evictionHard: evictionHard && struct('HardEviction', mapped(evictionHard, threshold)),
    evictionSoft: evictionSoft && struct('SoftEviction', mapped(evictionSoft, signal => struct('SoftEvictionSignal', {
      threshold: threshold(signal.threshold), gracePeriod: call('Duration', 'seconds', literal(signal.seconds)),
    }))),
    evictionMaxPodGracePeriod: evictionMaxPodGracePeriod === undefined ? undefined : call('Duration', 'seconds', literal(evictionMaxPodGracePeriod)),
    imageGcHighThresholdPercent: optional(kubelet.imageGcHighThresholdPercent),
    imageGcLowThresholdPercent: optional(kubelet.imageGcLowThresholdPercent),
    cpuCfsQuota: optional(kubelet.cpuCfsQuota),
  });
}

function reserved({ cpu, memory, ephemeralStorage, pid }: ReservedProposal): Code {
  return struct('ReservedResources', {
    cpu: optional(cpu),
    memory: memory === undefined ? undefined : size(memory),
    ephemeralStorage: ephemeralStorage === undefined ? undefined : size(ephemeralStorage),
    pid: optional(pid),
  });
}

function threshold(one: ThresholdProposal): Code {
  if ('percentage' in one) {
    return call('EvictionThreshold', 'percentage', literal(one.percentage));
  }
  return 'bytes' in one ? call('EvictionThreshold', 'size', size(one.bytes)) : call('EvictionThreshold', 'count', literal(one.count));
}

/** In the largest unit that leaves no fraction. */
function size(bytes: number): Code {
  const [unit, factor] = UNITS.find(([, each]) => bytes % each === 0)!;
  return call('Size', unit, literal(bytes / factor));
}

function mapped<T>(all: Readonly<Record<string, T>>, convert: (one: T) => Code): Record<string, Code> {
  return Object.fromEntries(Object.entries(all).map(([name, one]) => [name, convert(one)]));
}

function optional(value: string | number | boolean | undefined): Code | undefined {
  return value === undefined ? undefined : literal(value);
}
