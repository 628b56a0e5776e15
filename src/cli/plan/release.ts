import { V0_VERSIONS } from '../../karpenter/v0/versions';
import { V1_VERSIONS } from '../../karpenter/v1/versions';
import { KubernetesRange, lineOf, serves, Versions } from '../../karpenter/versions';

/** The release of Karpenter that a plan is made for. */
export interface ChosenRelease {
  readonly generation: 'v0' | 'v1';
  /** Without a leading `v`. */
  readonly version: string;
  /** Whether it need not be named. */
  readonly isDefault: boolean;
  readonly kubernetes: KubernetesRange;
}

/** The newest generation first: whoever begins today wants what upstream still maintains. */
const GENERATIONS: ReadonlyArray<readonly ['v0' | 'v1', Versions]> = [['v1', V1_VERSIONS], ['v0', V0_VERSIONS]];

/** The release that serves a Kubernetes version; undefined where none of ours does. */
export function chooseRelease(kubernetes: string): ChosenRelease | undefined {
  for (const [generation, versions] of GENERATIONS) {
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
