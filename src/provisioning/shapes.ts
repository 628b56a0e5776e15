import { EbsDeviceVolumeType } from 'aws-cdk-lib/aws-ec2';
import { BlockDevice, BlockDeviceMapping } from './block-device';
import { EC2 } from './ec2-rules';
import { EvictionThreshold, HardEviction, SoftEviction, SoftEvictionSignal } from './eviction';
import { KubeletSettings, ReservedResources } from './kubelet-settings';
import { MetadataOptions, MetadataState, MetadataTokens } from './metadata-options';
import { PoolLimits } from './pool-limits';
import { Requirement } from './requirement';
import { Taint } from './taint';
import { duration, SIZE } from '../input/cdk-kinds';
import { ANY_TEXT, FLAG, instance, integer, list, map, MAXIMUM_INT32, NUMBER, oneOf, required, TEXT, textOf } from '../input/kinds';
import { Shape, struct } from '../input/shape';

/** What pools and node classes of every generation have. What holds between properties is looked at where they are rendered. */

export const LABELS = map(ANY_TEXT);
export const TAGS = map(ANY_TEXT);
export const REQUIREMENTS = list(instance(Requirement, 'Requirement.isIn(...) or another Requirement'));
export const TAINTS = list(instance(Taint, 'Taint.noSchedule(...) or another Taint'));

export const INSTANCE_PROFILE_NAME = textOf(/^[\w+=,.@-]{1,128}$/, 'the name without path or ARN, at most 128 letters, digits or characters of "_+=,.@-"');

export const POOL_LIMITS: Shape<PoolLimits> = { cpu: NUMBER, memory: SIZE, ephemeralStorage: SIZE, pods: NUMBER, extendedResources: map(NUMBER) };

const RESERVED: Shape<ReservedResources> = { cpu: NUMBER, memory: SIZE, ephemeralStorage: SIZE, pid: NUMBER };

const THRESHOLD = instance(EvictionThreshold, 'EvictionThreshold.percentage(...), EvictionThreshold.size(...) or EvictionThreshold.count(...)');

const HARD_EVICTION: Shape<HardEviction> = {
  memoryAvailable: THRESHOLD,
  nodefsAvailable: THRESHOLD,
  nodefsInodesFree: THRESHOLD,
  imagefsAvailable: THRESHOLD,
  imagefsInodesFree: THRESHOLD,
  pidAvailable: THRESHOLD,
};

const SIGNAL_SHAPE: Shape<SoftEvictionSignal> = { threshold: required(THRESHOLD), gracePeriod: required(duration()) };
const SIGNAL = struct(SIGNAL_SHAPE);

const SOFT_EVICTION: Shape<SoftEviction> = {
  memoryAvailable: SIGNAL,
  nodefsAvailable: SIGNAL,
  nodefsInodesFree: SIGNAL,
  imagefsAvailable: SIGNAL,
  imagefsInodesFree: SIGNAL,
  pidAvailable: SIGNAL,
};

const PERCENTAGE = integer(0, 100);

export const KUBELET_SETTINGS: Shape<KubeletSettings> = {
  clusterDns: list(TEXT),
  // A node without pods is of no use, and all of its DaemonSets stay pending.
  maxPods: integer(1, MAXIMUM_INT32),
  podsPerCore: integer(0, MAXIMUM_INT32),
  systemReserved: struct(RESERVED),
  kubeReserved: struct(RESERVED),
  evictionHard: struct(HARD_EVICTION),
  evictionSoft: struct(SOFT_EVICTION),
  evictionMaxPodGracePeriod: duration(),
  imageGcHighThresholdPercent: PERCENTAGE,
  imageGcLowThresholdPercent: PERCENTAGE,
  cpuCfsQuota: FLAG,
};

export const METADATA_OPTIONS: Shape<MetadataOptions> = {
  httpEndpoint: oneOf(MetadataState),
  httpProtocolIpv6: oneOf(MetadataState),
  httpPutResponseHopLimit: integer(EC2.hops.minimum, EC2.hops.maximum),
  httpTokens: oneOf(MetadataTokens),
};

export const BLOCK_DEVICE: Shape<BlockDevice> = {
  volumeSize: SIZE,
  snapshotId: ANY_TEXT,
  volumeType: oneOf(EbsDeviceVolumeType),
  iops: NUMBER,
  throughput: NUMBER,
  encrypted: FLAG,
  kmsKeyId: ANY_TEXT,
  deleteOnTermination: FLAG,
};

export const BLOCK_DEVICE_MAPPING: Shape<BlockDeviceMapping> = { deviceName: required(ANY_TEXT), ebs: required(struct(BLOCK_DEVICE)) };
