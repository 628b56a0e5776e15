import { minus, PODS, Resources } from '../../kubernetes/pod-needs';
import { InstanceTypeDetails } from '../pools/contract';
import { KubeletProposal } from '../pools/proposal';

const MEBIBYTE = 2 ** 20;
/** The part of the memory that Karpenter expects the hypervisor and the kernel to keep (`vmMemoryOverheadPercent`). */
const MEMORY_OVERHEAD = 0.075;
const EVICTION_THRESHOLD = 100 * MEBIBYTE;
/** Where EC2 does not say how many addresses there are. */
const DEFAULT_PODS = 110;

/** The pods of DaemonSets on one node. */
interface Daemons { readonly pods: number; readonly requests: Resources }

/**
 * What an empty node of an instance type has for pods, as Karpenter computes it, besides those of DaemonSets.
 *
 * @see https://karpenter.sh/docs/concepts/nodeclasses/#speckubelet
 */
export function nodeRoom(type: InstanceTypeDetails, daemons: Daemons, kubelet: KubeletProposal = {}): Resources {
  const { cpu, memory } = type.resources;
  const limit = kubelet.maxPods ?? type.pods ?? DEFAULT_PODS;
  const pods = kubelet.podsPerCore === undefined ? limit : Math.min(limit, kubelet.podsPerCore * cpu);
  const { kubeReserved = {}, systemReserved = {} } = kubelet;
  const reservedMemory = (kubeReserved.memory ?? (255 + 11 * pods) * MEBIBYTE) + (systemReserved.memory ?? 0);
  const allocatable: Resources = {
    ...type.resources,
    cpu: cpu - (kubeReserved.cpu ?? reservedCores(cpu)) - (systemReserved.cpu ?? 0),
    memory: memory * (1 - MEMORY_OVERHEAD) - reservedMemory - EVICTION_THRESHOLD,
    [PODS]: pods,
  };
  return minus(allocatable, { ...daemons.requests, [PODS]: daemons.pods });
}

/** 6 % of the first core, 1 % of the second, 0.5 % of the next two, 0.25 % of all others. */
function reservedCores(cores: number): number {
  return 0.06 * Math.min(cores, 1) + 0.01 * clamped(cores - 1, 1) + 0.005 * clamped(cores - 2, 2) + 0.0025 * Math.max(cores - 4, 0);
}

function clamped(value: number, most: number): number {
  return Math.min(Math.max(value, 0), most);
}
