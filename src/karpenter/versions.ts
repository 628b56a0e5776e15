/** The Kubernetes versions that a Karpenter release supports, both inclusive. */
export interface KubernetesRange {
  /** The oldest, as `major.minor`. */
  readonly minimum: string;
  /** The newest, as `major.minor`. */
  readonly maximum: string;
}

/**
 * The patches of one minor version.
 *
 * @internal
 */
export interface VersionLine {
  /** As `major.minor`. */
  readonly minor: string;
  /** The patch that we name to users. */
  readonly patch: string;
  readonly kubernetes: KubernetesRange;
}

/**
 * The versions of Karpenter that one generation serves.
 *
 * @internal
 */
export interface Versions {
  /** The name of Karpenter's API in them. */
  readonly api: string;
  /** The static of `KarpenterRelease` that makes a release of them. */
  readonly release: string;
  readonly defaultVersion: string;
  /** From the oldest to the newest. */
  readonly lines: readonly VersionLine[];
  /** How upstream goes from here to the next generation. */
  readonly upgrade: string;
}

/** So many are listed; of more the first and the last are named. */
const LISTED = 3;

/**
 * The line of a version.
 *
 * @throws on a version that the generation does not serve
 * @internal
 */
export function lineOf({ release, lines, defaultVersion }: Versions, version: string): VersionLine {
  const minor = /^(\d+\.\d+)\.\d+$/.exec(version)?.[1];
  const line = lines.find(one => one.minor === minor);
  if (!line) {
    const all = lines.map(one => `${one.minor}.x`);
    const allowed = all.length > LISTED ? `${all[0]} to ${all[all.length - 1]}` : all.join(', ');
    throw new Error(`KarpenterRelease.${release} takes the versions ${allowed} without a leading v, got "${version}"; `
      + `set version to one of them, for instance "${defaultVersion}"`);
  }
  return line;
}

/**
 * Whether a Kubernetes version is in a range.
 *
 * @internal
 */
export function serves({ minimum, maximum }: KubernetesRange, kubernetes: string): boolean {
  return minorOf(kubernetes) >= minorOf(minimum) && minorOf(kubernetes) <= minorOf(maximum);
}

function minorOf(kubernetes: string): number {
  const match = /^1\.(\d+)/.exec(kubernetes);
  if (!match) {
    throw new Error(`"${kubernetes}" is not a Kubernetes version, expected for example "1.27"`);
  }
  return Number(match[1]);
}
