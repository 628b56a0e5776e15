import { EbsDeviceVolumeType } from 'aws-cdk-lib/aws-ec2';

/** What EC2 allows for a volume of a type. */
interface VolumeRules {
  /** In gibibytes. */
  readonly size: readonly [minimum: number, maximum: number];
  /** Operations per second that can be chosen, and how many for each gibibyte at most. */
  readonly iops?: { readonly minimum: number; readonly maximum: number; readonly perGibibyte: number };
}

const TEBIBYTE = 1024;

/**
 * EC2's own rules, as they are in November 2026.
 *
 * Karpenter knows few of them. What breaks one is found out when a node is launched, and then no node is launched at all.
 */
export const EC2 = {
  /**
   * By type. General purpose volumes grew to 64 TiB, 80,000 operations and 2,000 MiB in September 2025.
   *
   * @see https://docs.aws.amazon.com/ebs/latest/userguide/ebs-volume-types.html
   */
  volumes: {
    [EbsDeviceVolumeType.GP3]: { size: [1, 64 * TEBIBYTE], iops: { minimum: 3000, maximum: 80_000, perGibibyte: 500 } },
    [EbsDeviceVolumeType.IO2]: { size: [4, 64 * TEBIBYTE], iops: { minimum: 100, maximum: 256_000, perGibibyte: 1000 } },
    [EbsDeviceVolumeType.IO1]: { size: [4, 16 * TEBIBYTE], iops: { minimum: 100, maximum: 64_000, perGibibyte: 50 } },
    [EbsDeviceVolumeType.GP2]: { size: [1, 16 * TEBIBYTE] },
    [EbsDeviceVolumeType.ST1]: { size: [125, 16 * TEBIBYTE] },
    [EbsDeviceVolumeType.SC1]: { size: [125, 16 * TEBIBYTE] },
    [EbsDeviceVolumeType.STANDARD]: { size: [1, 1 * TEBIBYTE] },
  } as { readonly [volumeType: string]: VolumeRules },

  /** For gp3, in mebibytes per second; EC2 gives so many operations where none are chosen, and a mebibyte for each four. */
  throughput: { minimum: 125, maximum: 2000, defaultIops: 3000, iopsForEach: 4 },

  /** @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Tags.html#tag-restrictions */
  tags: { count: 50, key: 128, value: 256, reserved: /^aws:/i },

  /** Before it is encoded. @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-add-user-data.html */
  userDataBytes: 16 * 1024,

  /** @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_InstanceMetadataOptionsRequest.html */
  hops: { minimum: 1, maximum: 64 },
};
