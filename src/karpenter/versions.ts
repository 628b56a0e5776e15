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
  /** The newest patch that we know of, where it is another one. */
  readonly newest?: string;
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
  /** Whether upstream still publishes patches of it. */
  readonly isMaintained: boolean;
  /** How upstream goes from here to the next generation. */
  readonly upgrade: string;
}

/**
 * So many patches after the newest that we know of are taken: one that mends a fault must not have to wait for a version of this library, and
 * what is further away was mistyped.
 */
const PATCHES_TO_COME = 10;

/** So many are listed; of more the first and the last are named. */
const LISTED = 3;

/**
 * The line of a version.
 *
 * @throws on a version that the generation does not serve
 * @internal
 */
export function lineOf({ release, lines, defaultVersion, isMaintained }: Versions, version: string): VersionLine {
  const [, minor, patch] = /^(\d+\.\d+)\.(0|[1-9]\d*)$/.exec(version) ?? [];
  const line = lines.find(one => one.minor === minor);
  if (!line) {
    const all = lines.map(one => `${one.minor}.x`);
    const allowed = all.length > LISTED ? `${all[0]} to ${all[all.length - 1]}` : all.join(', ');
    throw new Error(`KarpenterRelease.${release} takes the versions ${allowed} without a leading v, got "${version}"; `
      + `set version to one of them, for instance "${defaultVersion}"`);
  }
  const newest = line.newest ?? line.patch;
  const last = patchOf(newest) + (isMaintained ? PATCHES_TO_COME : 0);
  if (Number(patch) > last) {
    throw new Error(`KarpenterRelease.${release} knows ${minor}.0 to ${newest}${isMaintained ? ` and takes up to ${minor}.${last}` : ''}, got "${version}", which was `
      + `never published; set version to one of them, for instance "${line.patch}"`);
  }
  return line;
}

function patchOf(version: string): number {
  return Number(version.split('.')[2]);
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
