import { V0_VERSIONS } from './v0/versions';
import { V1_VERSIONS } from './v1/versions';
import { lineOf, serves, Versions } from './versions';

const GENERATIONS: readonly Versions[] = [V0_VERSIONS, V1_VERSIONS];

/**
 * What to set as `release` on a cluster that the present release does not serve; undefined where no release of ours serves it.
 *
 * Another version of the same generation is nearer than another generation, and a default nearer than another version.
 */
export function releaseFor(kubernetes: string, api: string): string | undefined {
  const nearest = [...GENERATIONS].sort((one, other) => Number(other.api === api) - Number(one.api === api));
  for (const versions of nearest) {
    if (serves(lineOf(versions, versions.defaultVersion).kubernetes, kubernetes)) {
      return `KarpenterRelease.${versions.release}()`;
    }
    const line = [...versions.lines].reverse().find(one => serves(one.kubernetes, kubernetes));
    if (line) {
      return `KarpenterRelease.${versions.release}({ version: '${line.patch}' })`;
    }
  }
  return undefined;
}

/** The generation of an API, in the words of the app that chooses it. */
export function generationOf(api: string): Pick<Versions, 'release' | 'upgrade'> {
  const found = GENERATIONS.find(versions => versions.api === api);
  if (!found) {
    throw new Error(`"${api}" is not an API of Karpenter that we know, we know ${GENERATIONS.map(versions => versions.api).join(', ')}`);
  }
  return found;
}
