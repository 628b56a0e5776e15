import { Size, Token } from 'aws-cdk-lib';
import { EbsDeviceVolumeType } from 'aws-cdk-lib/aws-ec2';
import { byteQuantity, checkInteger } from './numbers';

/** Volume types whose operations per second can be chosen, with what EC2 allows. */
const IOPS: { readonly [volumeType: string]: { readonly minimum: number; readonly maximum: number } } = {
  [EbsDeviceVolumeType.GP3]: { minimum: 3000, maximum: 16000 },
  [EbsDeviceVolumeType.IO1]: { minimum: 100, maximum: 64000 },
  [EbsDeviceVolumeType.IO2]: { minimum: 100, maximum: 64000 },
};
const THROUGHPUT = { minimum: 125, maximum: 1000 };

const MINIMUM_VOLUME_BYTES = 1e9;
const MAXIMUM_VOLUME_BYTES = 64e12;

/**
 * An EBS volume of a node.
 *
 * Karpenter's webhooks look only at type and size; what EC2 would refuse later, so that no node could be launched, is refused too.
 */
export interface BlockDevice {
  /**
   * The size, from 1 GB to 64 TB; EC2 gives whole gibibytes, rounded up.
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
   * Operations per second: 3000 to 16000 for gp3, 100 to 64000 for io1 and io2, which require it; none for other types.
   *
   * @default - EC2's default for the type
   */
  readonly iops?: number;

  /**
   * The throughput in mebibytes per second, from 125 to 1000; for gp3 only.
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
export function renderBlockDeviceMappings(mappings: BlockDeviceMapping[]): object[] {
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
  if (ebs.volumeSize && !ebs.volumeSize.isUnresolved()) {
    const bytes = ebs.volumeSize.toBytes();
    if (bytes < MINIMUM_VOLUME_BYTES || bytes > MAXIMUM_VOLUME_BYTES) {
      throw new Error(`\`volumeSize\` of "${name}" is ${byteQuantity('volumeSize', ebs.volumeSize)}: set a size from 1 GB to 64 TB`);
    }
  }
  checkPerformance(name, ebs);
  if (ebs.kmsKeyId !== undefined && !ebs.encrypted) {
    throw new Error(`block device "${name}" has a \`kmsKeyId\` ("${ebs.kmsKeyId}") and is not encrypted: set \`encrypted\` to true, or remove the key`);
  }
}

function checkPerformance(name: string, ebs: BlockDevice): void {
  if (Token.isUnresolved(ebs.volumeType)) {
    return;
  }
  const type = ebs.volumeType ?? 'not set';
  const iops = IOPS[type];
  if (ebs.iops !== undefined) {
    if (!iops) {
      throw new Error(`block device "${name}" has \`iops\` (${ebs.iops}) and its \`volumeType\` is ${type}: set it to ${Object.keys(IOPS).join(', ')}, or remove \`iops\``);
    }
    checkInteger(`\`iops\` of "${name}"`, ebs.iops, iops.minimum, iops.maximum);
  } else if (type === EbsDeviceVolumeType.IO1 || type === EbsDeviceVolumeType.IO2) {
    throw new Error(`block device "${name}" has no \`iops\`, which ${type} requires: set a number from ${iops.minimum} to ${iops.maximum}`);
  }
  if (ebs.throughput !== undefined) {
    if (type !== EbsDeviceVolumeType.GP3) {
      throw new Error(`block device "${name}" has \`throughput\` (${ebs.throughput}) and its \`volumeType\` is ${type}: set it to gp3, or remove \`throughput\``);
    }
    checkInteger(`\`throughput\` of "${name}"`, ebs.throughput, THROUGHPUT.minimum, THROUGHPUT.maximum);
  }
}
