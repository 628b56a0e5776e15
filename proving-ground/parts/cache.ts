import { createHash } from 'crypto';
import * as fs from 'fs';
import * as os from 'os';
import * as path from 'path';
import { Log } from './log';

export interface CachedPart {
  readonly name: string;
  /** All that decides what comes out: the key of the cache is their hash. */
  readonly inputs: readonly (string | Buffer)[];
  /** What a machine with two cores needs the first time, for the progress line. */
  readonly minutes: number;
  /** Fills an empty folder. */
  readonly build: (folder: string) => Promise<void>;
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

export function cacheFolder(part: Pick<CachedPart, 'name' | 'inputs'>): string {
  const hash = createHash('sha256');
  for (const input of [process.platform, process.arch, ...part.inputs]) {
    hash.update(String(input.length)).update(':').update(input);
  }
  return path.join(cacheRoot(), `${part.name}-${hash.digest('hex').slice(0, 16)}`);
}

/** Gives the folder of a part, building it if this machine has not built the same before. */
export async function cached(part: CachedPart, log: Log): Promise<string> {
  const folder = cacheFolder(part);
  const complete = path.join(folder, '.complete');
  if (fs.existsSync(complete)) {
    return folder;
  }
  log(`building ${part.name} (about ${part.minutes} min the first time)`);
  const start = Date.now();
  const work = part.unmovable ? folder : `${folder}.${process.pid}.tmp`;
  fs.rmSync(folder, { recursive: true, force: true });
  fs.rmSync(work, { recursive: true, force: true });
  fs.mkdirSync(work, { recursive: true });
  await part.build(work);
  fs.writeFileSync(path.join(work, '.complete'), '');
  if (work !== folder) {
    fs.renameSync(work, folder);
  }
  log(`built ${part.name} in ${Math.round((Date.now() - start) / 1000)} s`);
  return folder;
}
