import { Size } from 'aws-cdk-lib';
import { byteQuantity, countQuantity, cpuQuantity } from './numbers';
import { checkKey } from '../kubernetes/kubernetes-names';

/**
 * How much all nodes of a pool together may have; Karpenter launches nothing that would exceed it.
 *
 * What runs already is not removed when a limit is lowered.
 *
 * @see https://karpenter.sh/v0.29/concepts/provisioners/#speclimitsresources
 */
export interface PoolLimits {
  /**
   * The number of vCPUs, in steps of 0.001.
   *
   * @default - no limit
   */
  readonly cpu?: number;

  /**
   * The memory.
   *
   * @default - no limit
   */
  readonly memory?: Size;

  /**
   * The storage that pods use and lose with the node.
   *
   * @default - no limit
   */
  readonly ephemeralStorage?: Size;

  /**
   * The number of pods that the nodes can hold.
   *
   * @default - no limit
   */
  readonly pods?: number;

  /**
   * Whole numbers of extended resources by their name, such as `{ 'nvidia.com/gpu': 8 }`.
   *
   * Their names have a domain; one without would name nothing that a node has, and the limit would never bind.
   *
   * @default - no limits
   */
  readonly extendedResources?: { [name: string]: number };
}

/** The quantities by resource name, as the API has them. */
export function renderLimits(limits: PoolLimits): Record<string, string | undefined> {
  const extended = Object.entries(limits.extendedResources ?? {});
  for (const [name] of extended) {
    checkKey('extended resource in `limits`', name);
    if (!name.includes('/')) {
      throw new Error(`extended resource "${name}" in \`limits\` has no domain: write one such as "nvidia.com/gpu", or set `
        + '`cpu`, `memory`, `ephemeralStorage` or `pods`');
    }
  }
  return {
    'cpu': limits.cpu === undefined ? undefined : cpuQuantity('`limits.cpu`', limits.cpu),
    'memory': limits.memory && byteQuantity('`limits.memory`', limits.memory),
    'ephemeral-storage': limits.ephemeralStorage && byteQuantity('`limits.ephemeralStorage`', limits.ephemeralStorage),
    'pods': limits.pods === undefined ? undefined : countQuantity('`limits.pods`', limits.pods),
    ...Object.fromEntries(extended.map(([name, count]) => [name, countQuantity(`limit of "${name}"`, count)])),
  };
}
