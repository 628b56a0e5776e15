import { BlockDeviceDetails } from './contract';
import { Expression, Taint } from '../../kubernetes/scheduling';

/** Which objects of Karpenter are proposed. */
export type GenerationName = 'v0' | 'v1';

/** What would carry the workloads of the node groups. */
export interface Proposal {
  readonly generation: GenerationName;
  /** The first one is that of the release; the others are added. */
  readonly pools: readonly PoolProposal[];
  /** Each pool has one; several may share it. */
  readonly nodeClasses: readonly NodeClassProposal[];
  readonly lines: readonly Line[];
}

/** What cannot be carried over, or not without a look at it. */
export interface Line {
  /** Empty where it is about none in particular. */
  readonly nodegroups: readonly string[];
  /** The thing, such as `label eks.amazonaws.com/nodegroup`. */
  readonly thing: string;
  /** Why, and what to do. */
  readonly advice: string;
}

/** A Provisioner or a NodePool. */
export interface PoolProposal {
  readonly name: string;
  readonly nodegroups: readonly string[];
  readonly nodeClass: string;
  readonly requirements: readonly Expression[];
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly Taint[];
  readonly startupTaints: readonly Taint[];
  /** In vCPUs. */
  readonly limitCpu?: number;
  readonly weight?: number;
  /** Why it is as it is. */
  readonly reasons: readonly string[];
}

/** An AWSNodeTemplate or an EC2NodeClass; what is undefined or empty is left to the library and to Karpenter. */
export interface NodeClassProposal {
  readonly name: string;
  readonly nodegroups: readonly string[];
  readonly image: ImageProposal;
  readonly subnetIds?: readonly string[];
  readonly securityGroupIds?: readonly string[];
  readonly blockDevices: readonly VolumeProposal[];
  readonly metadataOptions?: MetadataProposal;
  /** Of the node class in v1, of its Provisioners in v0. */
  readonly kubelet?: KubeletProposal;
  readonly userData?: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly detailedMonitoring?: boolean;
  readonly associatePublicIpAddress?: boolean;
  /** One array of the disks that belong to an instance. */
  readonly raid0?: boolean;
  readonly reasons: readonly string[];
}

/** As Karpenter calls them. */
export type ImageFamily = 'AL2' | 'AL2023' | 'Bottlerocket' | 'Ubuntu' | 'Windows2019' | 'Windows2022' | 'Windows2025' | 'Custom';

export interface ImageProposal {
  readonly family: ImageFamily;
  /** A release of the family's published image, such as `v20260801`; without it the latest one, or `id`. */
  readonly release?: string;
  /** An image of one's own. */
  readonly id?: string;
}

export interface VolumeProposal extends Omit<BlockDeviceDetails, 'notEbs'> {
  /** The kubelet has its files there, and Karpenter cannot know it from the family. */
  readonly root?: boolean;
}

export interface MetadataProposal {
  readonly httpEndpoint?: 'enabled' | 'disabled';
  readonly httpTokens?: 'required' | 'optional';
  readonly httpPutResponseHopLimit?: number;
  readonly httpProtocolIpv6?: 'enabled' | 'disabled';
}

/** Amounts as plain numbers: cores, bytes, pieces. */
export interface ReservedProposal {
  readonly cpu?: number;
  readonly memory?: number;
  readonly ephemeralStorage?: number;
  readonly pid?: number;
}

/** A threshold of an eviction. */
export type ThresholdProposal = { readonly percentage: number } | { readonly bytes: number } | { readonly count: number };

/** By the names of the library's signals: `memoryAvailable`. */
export type Signals<T> = Readonly<Record<string, T>>;

export interface KubeletProposal {
  readonly clusterDns?: readonly string[];
  readonly maxPods?: number;
  readonly podsPerCore?: number;
  readonly systemReserved?: ReservedProposal;
  readonly kubeReserved?: ReservedProposal;
  readonly evictionHard?: Signals<ThresholdProposal>;
  readonly evictionSoft?: Signals<{ readonly threshold: ThresholdProposal; readonly seconds: number }>;
  /** In seconds. */
  readonly evictionMaxPodGracePeriod?: number;
  readonly imageGcHighThresholdPercent?: number;
  readonly imageGcLowThresholdPercent?: number;
  readonly cpuCfsQuota?: boolean;
}

/** A line as it is printed. */
export function lineText({ nodegroups, thing, advice }: Line): string {
  const whose = nodegroups.length === 0 ? '' : `node group${nodegroups.length === 1 ? '' : 's'} ${nodegroups.join(', ')}: `;
  return `${whose}${thing}: ${advice}`;
}
