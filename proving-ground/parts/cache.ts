import { createHash } from 'crypto';
import * as os from 'os';
import * as path from 'path';

/** Something that is built once on each machine. */
export interface Part {
  readonly name: string;
  /** All that decides what comes out: the key of the cache is their hash. */
  readonly inputs: readonly (string | Buffer)[];
  /** What it takes when all parts are built at once on two cores, for the lines of progress. */
  readonly seconds: number;
  /**
   * Downloads, while other parts are compiled.
   * @default - `build` does all
   */
  readonly download?: () => Promise<unknown>;
  /** Fills an empty folder. */
  readonly build: (folder: string) => Promise<unknown>;
  /**
   * Keeps at least one core busy.
   * @default false
   */
  readonly compiles?: boolean;
  /**
   * Builds where the part will stay, for what remembers its own path.
   * @default false
   */
  readonly unmovable?: boolean;
}

/** Outside the clone, so that a fresh clone and another branch find what is built already. */
export function cacheRoot(): string {
  return process.env.CDK_KARPENTER_MIGRATION_CACHE ?? path.join(os.homedir(), '.cache', 'cdk-karpenter-migration');
}

export function cacheFolder(part: Pick<Part, 'name' | 'inputs'>): string {
  const hash = createHash('sha256');
  for (const input of [process.platform, process.arch, ...part.inputs]) {
    hash.update(String(input.length)).update(':').update(input);
  }
  return path.join(cacheRoot(), `${part.name}-${hash.digest('hex').slice(0, 16)}`);
}
