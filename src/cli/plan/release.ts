import { V0_VERSIONS } from '../../karpenter/v0/versions';
import { V1_VERSIONS } from '../../karpenter/v1/versions';
import { KubernetesRange, lineOf, serves, Versions } from '../../karpenter/versions';
import { Generation } from '../arguments';

/** The release of Karpenter that a plan is made for. */
export interface ChosenRelease {
  readonly generation: Generation;
  /** Without a leading `v`. */
  readonly version: string;
  /** Whether it need not be named. */
  readonly isDefault: boolean;
  readonly kubernetes: KubernetesRange;
}

/** The newest generation first: whoever begins today wants what upstream still maintains. */
const GENERATIONS: ReadonlyArray<readonly [Generation, Versions]> = [['v1', V1_VERSIONS], ['v0', V0_VERSIONS]];

/** The release that serves a Kubernetes version, of a generation if one is wanted; undefined where none of ours does. */
export function chooseRelease(kubernetes: string, wanted?: Generation): ChosenRelease | undefined {
  for (const [generation, versions] of GENERATIONS.filter(([name]) => wanted === undefined || name === wanted)) {
    const usual = lineOf(versions, versions.defaultVersion);
    if (serves(usual.kubernetes, kubernetes)) {
      return { generation, version: versions.defaultVersion, isDefault: true, kubernetes: usual.kubernetes };
    }
    const line = [...versions.lines].reverse().find(one => serves(one.kubernetes, kubernetes));
    if (line) {
      return { generation, version: line.patch, isDefault: false, kubernetes: line.kubernetes };
    }
  }
  return undefined;
}
