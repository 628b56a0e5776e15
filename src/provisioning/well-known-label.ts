/**
 * The node labels that Karpenter knows, as keys of requirements.
 *
 * Where a label is not known to all versions, its constant says which know it; with another one it is an error.
 *
 * @see https://karpenter.sh/v0.29/concepts/scheduling/#well-known-labels
 * @see https://karpenter.sh/docs/concepts/scheduling/#well-known-labels
 */
export class WellKnownLabel {
  /** The availability zone, such as `us-east-1a`. */
  public static readonly ZONE = 'topology.kubernetes.io/zone';

  /** The region, such as `us-east-1`. */
  public static readonly REGION = 'topology.kubernetes.io/region';

  /** The instance type, such as `m5.large`. */
  public static readonly INSTANCE_TYPE = 'node.kubernetes.io/instance-type';

  /** The build of Windows, such as `10.0.17763`. */
  public static readonly WINDOWS_BUILD = 'node.kubernetes.io/windows-build';

  /** The operating system: `linux` or `windows`. Linux is the default where no requirement has this key. */
  public static readonly OS = 'kubernetes.io/os';

  /** The processor architecture: `amd64` or `arm64`. The default is amd64 where no requirement has this key. */
  public static readonly ARCH = 'kubernetes.io/arch';

  /**
   * How the capacity is bought: `on-demand`, `spot`, or from Karpenter 1.3 on `reserved`. The default is on-demand where no requirement
   * has this key.
   */
  public static readonly CAPACITY_TYPE = 'karpenter.sh/capacity-type';

  /** The hypervisor: `nitro` or `xen`. */
  public static readonly INSTANCE_HYPERVISOR = 'karpenter.k8s.aws/instance-hypervisor';

  /** Whether the network traffic between instances is encrypted in hardware: `true` or `false`. */
  public static readonly INSTANCE_ENCRYPTION_IN_TRANSIT_SUPPORTED = 'karpenter.k8s.aws/instance-encryption-in-transit-supported';

  /** The letters before the generation, such as `c`, `m` or `r`. */
  public static readonly INSTANCE_CATEGORY = 'karpenter.k8s.aws/instance-category';

  /** The family, such as `m5d`. */
  public static readonly INSTANCE_FAMILY = 'karpenter.k8s.aws/instance-family';

  /** The number of the generation within its category, such as `5`. */
  public static readonly INSTANCE_GENERATION = 'karpenter.k8s.aws/instance-generation';

  /** The size, such as `8xlarge`. */
  public static readonly INSTANCE_SIZE = 'karpenter.k8s.aws/instance-size';

  /** The gibibytes of local NVMe storage; absent where there is none. */
  public static readonly INSTANCE_LOCAL_NVME = 'karpenter.k8s.aws/instance-local-nvme';

  /** The number of vCPUs. */
  public static readonly INSTANCE_CPU = 'karpenter.k8s.aws/instance-cpu';

  /** The mebibytes of memory. */
  public static readonly INSTANCE_MEMORY = 'karpenter.k8s.aws/instance-memory';

  /** The baseline network bandwidth in megabits per second. */
  public static readonly INSTANCE_NETWORK_BANDWIDTH = 'karpenter.k8s.aws/instance-network-bandwidth';

  /** How many pods the instance type can hold. Known to Karpenter 0.29 to 0.31 only. */
  public static readonly INSTANCE_PODS = 'karpenter.k8s.aws/instance-pods';

  /** The name of the GPU, such as `t4`. */
  public static readonly INSTANCE_GPU_NAME = 'karpenter.k8s.aws/instance-gpu-name';

  /** The manufacturer of the GPU, such as `nvidia`. */
  public static readonly INSTANCE_GPU_MANUFACTURER = 'karpenter.k8s.aws/instance-gpu-manufacturer';

  /** The number of GPUs. */
  public static readonly INSTANCE_GPU_COUNT = 'karpenter.k8s.aws/instance-gpu-count';

  /** The mebibytes of memory of a GPU. */
  public static readonly INSTANCE_GPU_MEMORY = 'karpenter.k8s.aws/instance-gpu-memory';

  /** The name of the accelerator, such as `inferentia`. */
  public static readonly INSTANCE_ACCELERATOR_NAME = 'karpenter.k8s.aws/instance-accelerator-name';

  /** The manufacturer of the accelerator, such as `aws`. */
  public static readonly INSTANCE_ACCELERATOR_MANUFACTURER = 'karpenter.k8s.aws/instance-accelerator-manufacturer';

  /** The number of accelerators. */
  public static readonly INSTANCE_ACCELERATOR_COUNT = 'karpenter.k8s.aws/instance-accelerator-count';

  /** The zone by its id, such as `use1-az1`, which names the same zone in all accounts. Needs Karpenter 1.0. */
  public static readonly ZONE_ID = 'topology.k8s.aws/zone-id';

  /** The manufacturer of the processor: `aws`, `intel` or `amd`. Needs Karpenter 1.0. */
  public static readonly INSTANCE_CPU_MANUFACTURER = 'karpenter.k8s.aws/instance-cpu-manufacturer';

  /** The clock speed in megahertz that all cores can keep. Needs Karpenter 1.1. */
  public static readonly INSTANCE_CPU_SUSTAINED_CLOCK_SPEED_MHZ = 'karpenter.k8s.aws/instance-cpu-sustained-clock-speed-mhz';

  /** The greatest bandwidth to EBS volumes in megabits per second. Needs Karpenter 1.0. */
  public static readonly INSTANCE_EBS_BANDWIDTH = 'karpenter.k8s.aws/instance-ebs-bandwidth';

  /** Whether it is a flex type, such as `m7i-flex.large`: `true` or `false`. Needs Karpenter 1.7. */
  public static readonly INSTANCE_CAPABILITY_FLEX = 'karpenter.k8s.aws/instance-capability-flex';

  /** Whether the hardware is shared with other accounts: `default` (it is) or `dedicated`. Needs Karpenter 1.9. */
  public static readonly INSTANCE_TENANCY = 'karpenter.k8s.aws/instance-tenancy';

  /** The id of the capacity reservation. Needs Karpenter 1.3. */
  public static readonly CAPACITY_RESERVATION_ID = 'karpenter.k8s.aws/capacity-reservation-id';

  /** The type of the capacity reservation: `default` or `capacity-block`. Needs Karpenter 1.6. */
  public static readonly CAPACITY_RESERVATION_TYPE = 'karpenter.k8s.aws/capacity-reservation-type';

  /** Whether the capacity reservation may be taken back: `true` or `false`. Needs Karpenter 1.10. */
  public static readonly CAPACITY_RESERVATION_INTERRUPTIBLE = 'karpenter.k8s.aws/capacity-reservation-interruptible';

  /** The id of the placement group. Needs Karpenter 1.11. */
  public static readonly PLACEMENT_GROUP_ID = 'karpenter.k8s.aws/placement-group-id';

  /** The partition of the placement group. Needs Karpenter 1.11. */
  public static readonly PLACEMENT_GROUP_PARTITION = 'karpenter.k8s.aws/placement-group-partition';

  private constructor() {}
}
