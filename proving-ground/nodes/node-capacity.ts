import type { InstanceTypeInfo } from '@aws-sdk/client-ec2';

export interface NodeResources {
  readonly capacity: Readonly<Record<string, string>>;
  readonly allocatable: Readonly<Record<string, string>>;
}

const DISK = '83873772Ki';
const ALLOCATABLE_DISK = '76224326324';
/** The part of an instance's memory that the hypervisor and the kernel keep. */
const MEMORY_OVERHEAD = 0.06;
const EVICTION_THRESHOLD_MEBIBYTES = 100;

/**
 * What a kubelet on the EKS AMI reports for an instance type.
 *
 * @see https://github.com/awslabs/amazon-eks-ami/blob/main/files/bootstrap.sh
 */
export function nodeResources(type: InstanceTypeInfo, maxPods?: number): NodeResources {
  const cpus = type.VCpuInfo!.DefaultVCpus!;
  const mebibytes = Math.floor(type.MemoryInfo!.SizeInMiB! * (1 - MEMORY_OVERHEAD));
  const pods = maxPods ?? podsByInterfaces(type);
  const reservedMebibytes = 255 + 11 * pods;
  return {
    capacity: { 'cpu': String(cpus), 'memory': `${mebibytes}Mi`, 'pods': String(pods), 'ephemeral-storage': DISK },
    allocatable: {
      'cpu': `${cpus * 1000 - reservedMillicores(cpus)}m`,
      'memory': `${mebibytes - reservedMebibytes - EVICTION_THRESHOLD_MEBIBYTES}Mi`,
      'pods': String(pods),
      'ephemeral-storage': ALLOCATABLE_DISK,
    },
  };
}

/** Every pod has an address of a network interface; two pods of the system share the node's. */
function podsByInterfaces(type: InstanceTypeInfo): number {
  const { MaximumNetworkInterfaces, Ipv4AddressesPerInterface } = type.NetworkInfo!;
  return MaximumNetworkInterfaces! * (Ipv4AddressesPerInterface! - 1) + 2;
}

/** 6 % of the first core, 1 % of the second, 0.5 % of the next two, 0.25 % of all others. */
function reservedMillicores(cpus: number): number {
  const shares = Array.from({ length: cpus }, (_, core) => [60, 10, 5, 5][core] ?? 2.5);
  return Math.floor(shares.reduce((sum, share) => sum + share, 0));
}
