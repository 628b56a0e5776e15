import { InstanceTypeFacts } from '../../karpenter/api/instance-types';
import { Taint } from '../../kubernetes/scheduling';
import { Unread } from '../access/readings';

/** A managed node group with all that makes its nodes what they are. */
export interface NodegroupDetails {
  readonly name: string;
  /** Those of the node group, else the one of its launch template. */
  readonly instanceTypes: readonly string[];
  /** `ON_DEMAND`, `SPOT` or `CAPACITY_BLOCK`. */
  readonly capacityType: string;
  /** As EKS says it: `AL2023_x86_64_STANDARD`; `CUSTOM` where the launch template names the image. */
  readonly amiType: string;
  /** In gibibytes; undefined where the launch template says it. */
  readonly diskSize?: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly Taint[];
  readonly subnets: readonly NodegroupSubnet[];
  readonly sizes: { readonly min: number; readonly max: number; readonly desired: number };
  /** Who may log in by SSH, where EKS was asked to allow it. */
  readonly remoteAccess?: boolean;
  /** EKS replaces nodes that are not healthy. */
  readonly nodeRepair?: boolean;
  /** Undefined where the group was made without one. */
  readonly launchTemplate?: LaunchTemplateDetails;
  /** It has a launch template that could not be read. */
  readonly launchTemplateUnread?: boolean;
}

/** The zone is undefined where it could not be read. */
export interface NodegroupSubnet { readonly id: string; readonly zone?: string }

/** What a version of a launch template says; what it does not say is left out. */
export interface LaunchTemplateDetails {
  readonly id: string;
  readonly version: string;
  readonly image?: ImageDetails;
  readonly blockDevices: readonly BlockDeviceDetails[];
  readonly metadataOptions?: MetadataOptionsDetails;
  readonly userData?: UserData;
  /** Those of the first network interface, else of the template. */
  readonly securityGroupIds: readonly string[];
  readonly tags: TemplateTags;
  readonly instanceProfile?: string;
  readonly detailedMonitoring?: boolean;
  readonly associatePublicIpAddress?: boolean;
  /** What has no place in a pool or a node class, each with its value for people. */
  readonly others: ReadonlyArray<{ readonly field: OtherField; readonly value: string }>;
}

/** Decoded from base64; `gzip` is not opened. */
export type UserData = { readonly text: string } | { readonly gzip: true };

export interface TemplateTags {
  readonly instance: Readonly<Record<string, string>>;
  readonly volume: Readonly<Record<string, string>>;
}

/** Fields of a launch template that Karpenter's objects do not have, or have elsewhere. */
export const OTHER_FIELDS = [
  'KeyName', 'CpuOptions', 'CreditSpecification', 'CapacityReservationSpecification', 'Placement', 'InstanceMarketOptions', 'HibernationOptions',
  'EnclaveOptions', 'LicenseSpecifications', 'PrivateDnsNameOptions', 'MaintenanceOptions', 'NetworkInterfaces', 'RamDiskId', 'KernelId',
  'DisableApiTermination', 'DisableApiStop', 'InstanceInitiatedShutdownBehavior', 'InstanceRequirements', 'NetworkPerformanceOptions', 'InstanceMetadataTags',
] as const;

export type OtherField = typeof OTHER_FIELDS[number];

export interface ImageDetails {
  readonly id: string;
  /** Undefined like all that follows where the image could not be read. */
  readonly name?: string;
  /** The account that owns it. */
  readonly owner?: string;
  /** Such as `amazon`, where AWS or its marketplace is the owner. */
  readonly ownerAlias?: string;
  /** As Kubernetes calls it. */
  readonly architecture?: string;
  readonly platform?: string;
  readonly rootDevice?: string;
  /** In gibibytes, by device name. */
  readonly volumeSizes?: Readonly<Record<string, number>>;
}

export interface BlockDeviceDetails {
  readonly deviceName: string;
  /** In gibibytes. */
  readonly size?: number;
  readonly type?: string;
  readonly iops?: number;
  /** In mebibytes per second. */
  readonly throughput?: number;
  readonly encrypted?: boolean;
  readonly kmsKeyId?: string;
  readonly snapshotId?: string;
  readonly deleteOnTermination?: boolean;
  /** A disk of the instance itself, or a device that the image has and the node must not. */
  readonly notEbs?: string;
}

export interface MetadataOptionsDetails {
  readonly httpEndpoint?: string;
  readonly httpTokens?: string;
  readonly httpPutResponseHopLimit?: number;
  readonly httpProtocolIpv6?: string;
}

/** An instance type with what decides whether it may stand for another. */
export interface InstanceTypeDetails extends InstanceTypeFacts {
  readonly gpu?: string;
  /** It has GPUs or other accelerators. */
  readonly accelerated: boolean;
  readonly bareMetal: boolean;
  readonly localNvme: boolean;
  /** How many pods its network interfaces hold addresses for, by EKS's formula. */
  readonly pods?: number;
}

/** What was read for a proposal. */
export interface PoolFacts {
  readonly clusterName: string;
  /** In the order of their names. */
  readonly nodegroups: readonly NodegroupDetails[];
  /** All that EC2 offers in the region; empty where they could not be read. */
  readonly instanceTypes: readonly InstanceTypeDetails[];
  /** What EKS gives nodes whose launch template names no security group. */
  readonly clusterSecurityGroupId?: string;
  /** What could not be read, and which right is missing. */
  readonly unread: readonly Unread[];
}

/** The IAM actions that reading node groups calls; EC2's know no resources. */
export const NODEGROUP_READS: readonly string[] = [
  'eks:DescribeCluster',
  'eks:ListNodegroups',
  'eks:DescribeNodegroup',
  'ec2:DescribeLaunchTemplateVersions',
  'ec2:DescribeInstanceTypes',
  'ec2:DescribeSubnets',
  'ec2:DescribeImages',
];
