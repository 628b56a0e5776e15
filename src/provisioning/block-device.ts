import { Size, Token } from 'aws-cdk-lib';
import { EbsDeviceVolumeType } from 'aws-cdk-lib/aws-ec2';
import { EC2 } from './ec2-rules';
import { KARPENTER } from './karpenter-rules';
import { byteQuantity, checkInteger } from './numbers';

const GIBIBYTE = 1024 ** 3;

/**
 * An EBS volume of a node.
 *
 * Karpenter's webhooks look only at type and size; what EC2 would refuse later, so that no node could be launched, is refused too.
 */
export interface BlockDevice {
  /**
   * The size, from 1 GB to 64 TB and within what EC2 has for the type; EC2 gives whole gibibytes, rounded up.
   *
   * @default - that of the snapshot; required without one
   */
  readonly volumeSize?: Size;

  /**
   * The snapshot that the volume starts from.
   *
   * @default - an empty volume, or for the root device the AMI's contents
   */
  readonly snapshotId?: string;

  /**
   * The type of the volume.
   *
   * @default - EC2's default
   */
  readonly volumeType?: EbsDeviceVolumeType;

  /**
   * Operations per second: 3000 to 80000 for gp3, 100 to 64000 for io1 and to 256000 for io2, which require it; none for other types.
   *
   * For each gibibyte at most 500 (gp3), 50 (io1) or 1000 (io2).
   *
   * @default - EC2's default for the type
   */
  readonly iops?: number;

  /**
   * The throughput in mebibytes per second, from 125 to 2000, and at most one for each 4 `iops`; for gp3 only.
   *
   * @default - EC2's default for the type
   */
  readonly throughput?: number;

  /**
   * Whether the volume is encrypted.
   *
   * @default - as the account's settings or the snapshot say; true where nothing is mapped at all
   */
  readonly encrypted?: boolean;

  /**
   * The id, alias or ARN of the KMS key that encrypts the volume; requires `encrypted`.
   *
   * @default - the account's default key for EBS
   */
  readonly kmsKeyId?: string;

  /**
   * Whether the volume is deleted with the instance.
   *
   * @default - EC2's default
   */
  readonly deleteOnTermination?: boolean;
}

/** A volume of a node and where it is attached. */
export interface BlockDeviceMapping {
  /** The name of the device, such as `/dev/xvda`. */
  readonly deviceName: string;

  /** The volume. */
  readonly ebs: BlockDevice;
}

/** The mappings as the API has them. */
export function renderBlockDeviceMappings(mappings: BlockDeviceMapping[]): { deviceName: string; ebs: object }[] {
  const names = mappings.map((mapping) => mapping.deviceName);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) {
    throw new Error(`block device "${twice}" is mapped twice: map each device once`);
  }
  return mappings.map(({ deviceName, ebs }) => {
    if (deviceName === '') {
      throw new Error('a block device mapping has no device name: set `deviceName`, such as "/dev/xvda"');
    }
    checkVolume(deviceName, ebs);
    return {
      deviceName,
      ebs: {
        volumeSize: ebs.volumeSize && byteQuantity(`\`volumeSize\` of "${deviceName}"`, ebs.volumeSize),
        snapshotID: ebs.snapshotId,
        volumeType: ebs.volumeType,
        iops: ebs.iops,
        throughput: ebs.throughput,
        encrypted: ebs.encrypted,
        kmsKeyID: ebs.kmsKeyId,
        deleteOnTermination: ebs.deleteOnTermination,
      },
    };
  });
}

function checkVolume(name: string, ebs: BlockDevice): void {
  if (!ebs.volumeSize && ebs.snapshotId === undefined) {
    throw new Error(`block device "${name}" has neither \`volumeSize\` nor \`snapshotId\`: set one of them`);
  }
  checkSize(name, ebs);
  if (!Token.isUnresolved(ebs.volumeType)) {
    checkIops(name, ebs);
    checkThroughput(name, ebs);
  }
  if (ebs.kmsKeyId !== undefined && !ebs.encrypted) {
    throw new Error(`block device "${name}" has a \`kmsKeyId\` ("${ebs.kmsKeyId}") and is not encrypted: set \`encrypted\` to true, or remove the key`);
  }
}

function checkSize(name: string, { volumeSize, volumeType }: BlockDevice): void {
  if (!volumeSize || volumeSize.isUnresolved()) {
    return;
  }
  const bytes = volumeSize.toBytes();
  const text = byteQuantity('volumeSize', volumeSize);
  if (bytes < KARPENTER.volume.minimum || bytes > KARPENTER.volume.maximum) {
    throw new Error(`\`volumeSize\` of "${name}" is ${text}: set a size from 1 GB to 64 TB`);
  }
  const limits = volumeType === undefined ? undefined : EC2.volumes[volumeType];
  const gibibytes = gibibytesOf(volumeSize);
  if (limits && (gibibytes < limits.size[0] || gibibytes > limits.size[1])) {
    throw new Error(`\`volumeSize\` of "${name}" is ${text} and its \`volumeType\` is ${volumeType}: set a size from ${limits.size[0]} to ${limits.size[1]} GiB`);
  }
}

function checkIops(name: string, { iops, volumeType, volumeSize }: BlockDevice): void {
  const type = volumeType ?? 'not set';
  const limits = EC2.volumes[type]?.iops;
  if (iops === undefined) {
    if (limits && type !== EbsDeviceVolumeType.GP3) {
      throw new Error(`block device "${name}" has no \`iops\`, which ${type} requires: set a number from ${limits.minimum} to ${limits.maximum}`);
    }
    return;
  }
  if (!limits) {
    const types = Object.keys(EC2.volumes).filter((each) => EC2.volumes[each].iops);
    throw new Error(`block device "${name}" has \`iops\` (${iops}) and its \`volumeType\` is ${type}: set it to ${types.join(', ')}, or remove \`iops\``);
  }
  const forSize = !volumeSize || volumeSize.isUnresolved() ? limits.maximum : gibibytesOf(volumeSize) * limits.perGibibyte;
  checkInteger(`\`iops\` of "${name}"`, iops, limits.minimum, Math.min(limits.maximum, Math.max(limits.minimum, forSize)));
}

function checkThroughput(name: string, { throughput, volumeType, iops = EC2.throughput.defaultIops }: BlockDevice): void {
  if (throughput === undefined) {
    return;
  }
  if (volumeType !== EbsDeviceVolumeType.GP3) {
    throw new Error(`block device "${name}" has \`throughput\` (${throughput}) and its \`volumeType\` is ${volumeType ?? 'not set'}: `
      + 'set it to gp3, or remove `throughput`');
  }
  const maximum = Token.isUnresolved(iops) ? EC2.throughput.maximum : Math.min(EC2.throughput.maximum, Math.floor(iops / EC2.throughput.iopsForEach));
  checkInteger(`\`throughput\` of "${name}"`, throughput, EC2.throughput.minimum, maximum);
}

/** EC2 gives whole ones. */
function gibibytesOf(size: Size): number {
  return Math.ceil(size.toBytes() / GIBIBYTE);
}
