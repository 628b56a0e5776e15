import { isIP } from 'net';
import { Duration, Size, Token } from 'aws-cdk-lib';
import { HardEviction, SoftEviction, renderHardEviction, renderSoftEviction } from './eviction';
import { byteQuantity, countQuantity, cpuQuantity } from './numbers';

/** The kubelet's own thresholds for the collection of images, against which a single given one is checked. */
const KUBELET_IMAGE_GC = { high: 85, low: 80 };

/** Resources of a node that pods cannot have. */
export interface ReservedResources {
  /**
   * The number of vCPUs, in steps of 0.001.
   *
   * @default - nothing for the system, what Karpenter computes for Kubernetes
   */
  readonly cpu?: number;

  /**
   * The memory.
   *
   * @default - nothing for the system, what Karpenter computes for Kubernetes
   */
  readonly memory?: Size;

  /**
   * The storage that pods use and lose with the node.
   *
   * @default - nothing for the system, what Karpenter computes for Kubernetes
   */
  readonly ephemeralStorage?: Size;

  /**
   * The number of process ids.
   *
   * @default - nothing
   */
  readonly pid?: number;
}

/**
 * Settings of the kubelets of nodes.
 *
 * They act on nodes that are launched later. What happens with nodes that run differs: Karpenter 0.29 leaves them alone, from 1.0 on
 * it replaces them by drift.
 *
 * @see https://karpenter.sh/docs/concepts/nodeclasses/#speckubelet
 */
export interface KubeletSettings {
  /**
   * IP addresses of the cluster's DNS service; Karpenter uses the first.
   *
   * @default - the address that Karpenter finds out
   */
  readonly clusterDns?: string[];

  /**
   * The largest number of pods on a node, at least 1.
   *
   * @default - what the network interfaces of the instance type allow
   */
  readonly maxPods?: number;

  /**
   * The largest number of pods for each vCPU of a node, within `maxPods`.
   *
   * Bottlerocket nodes ignore it in Karpenter 0.29.
   *
   * @default - no such limit
   */
  readonly podsPerCore?: number;

  /**
   * Resources kept for the operating system.
   *
   * @default - none
   */
  readonly systemReserved?: ReservedResources;

  /**
   * Resources kept for the kubelet and the container runtime.
   *
   * @default - what Karpenter computes for the instance type
   */
  readonly kubeReserved?: ReservedResources;

  /**
   * Thresholds below which pods are evicted at once.
   *
   * @default - the kubelet's, which the AMI may set
   */
  readonly evictionHard?: HardEviction;

  /**
   * Thresholds below which pods are evicted after a grace period.
   *
   * @default - none
   */
  readonly evictionSoft?: SoftEviction;

  /**
   * How long a pod that is evicted softly may take to end, at most; in whole seconds.
   *
   * @default - the kubelet's, no time
   */
  readonly evictionMaxPodGracePeriod?: Duration;

  /**
   * The percentage of disk usage from which unused images are always removed.
   *
   * Must be greater than the low threshold: a kubelet does not start otherwise, and its node never joins.
   *
   * @default 85
   */
  readonly imageGcHighThresholdPercent?: number;

  /**
   * The percentage of disk usage below which no image is removed.
   *
   * Must be less than the high threshold: a kubelet does not start otherwise, and its node never joins.
   *
   * @default 80
   */
  readonly imageGcLowThresholdPercent?: number;

  /**
   * Whether CPU limits of containers are enforced.
   *
   * @default true
   */
  readonly cpuCfsQuota?: boolean;
}

/** The settings as the API has them; errors name the property that holds them. */
export function renderKubeletSettings(property: string, kubelet: KubeletSettings): object {
  kubelet.clusterDns?.filter((address) => !Token.isUnresolved(address)).forEach((address) => checkAddress(property, address));
  checkImageCollection(property, kubelet);
  return {
    clusterDNS: kubelet.clusterDns,
    maxPods: kubelet.maxPods,
    podsPerCore: kubelet.podsPerCore,
    systemReserved: kubelet.systemReserved && renderReserved(`${property}.systemReserved`, kubelet.systemReserved),
    kubeReserved: kubelet.kubeReserved && renderReserved(`${property}.kubeReserved`, kubelet.kubeReserved),
    evictionHard: kubelet.evictionHard && renderHardEviction(kubelet.evictionHard),
    ...(kubelet.evictionSoft && renderSoftEviction(kubelet.evictionSoft)),
    evictionMaxPodGracePeriod: kubelet.evictionMaxPodGracePeriod?.toSeconds(),
    imageGCHighThresholdPercent: kubelet.imageGcHighThresholdPercent,
    imageGCLowThresholdPercent: kubelet.imageGcLowThresholdPercent,
    cpuCFSQuota: kubelet.cpuCfsQuota,
  };
}

function renderReserved(where: string, reserved: ReservedResources): object {
  return {
    'cpu': reserved.cpu === undefined ? undefined : cpuQuantity(`\`${where}.cpu\``, reserved.cpu),
    'memory': reserved.memory && byteQuantity(`\`${where}.memory\``, reserved.memory),
    'ephemeral-storage': reserved.ephemeralStorage && byteQuantity(`\`${where}.ephemeralStorage\``, reserved.ephemeralStorage),
    'pid': reserved.pid === undefined ? undefined : countQuantity(`\`${where}.pid\``, reserved.pid),
  };
}

function checkAddress(property: string, address: string): void {
  if (isIP(address) === 0) {
    throw new Error(`\`${property}.clusterDns\` has "${address}", which is not an IP address: set the cluster IP of the DNS service`);
  }
}

function checkImageCollection(property: string, kubelet: KubeletSettings): void {
  const { imageGcHighThresholdPercent: givenHigh, imageGcLowThresholdPercent: givenLow } = kubelet;
  if (givenHigh === undefined && givenLow === undefined) {
    return;
  }
  const high = givenHigh ?? KUBELET_IMAGE_GC.high;
  const low = givenLow ?? KUBELET_IMAGE_GC.low;
  if (!Token.isUnresolved(high) && !Token.isUnresolved(low) && high <= low) {
    throw new Error(`\`${property}.imageGcHighThresholdPercent\` (${describe(givenHigh, high)}) must be greater than `
      + `\`${property}.imageGcLowThresholdPercent\` (${describe(givenLow, low)}), as a kubelet does not start otherwise: set both`);
  }
}

function describe(given: number | undefined, effective: number): string {
  return given === undefined ? `not set, the kubelet's is ${effective}` : `${effective}`;
}
