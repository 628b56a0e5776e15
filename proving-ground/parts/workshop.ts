import * as fs from 'fs';
import * as path from 'path';
import { cacheFolder, cacheRoot, Part } from './cache';
import { Cores } from './cores';
import { exclusively } from './lock';
import { Log, secondsSince, soFar } from './log';

type Activity = 'waiting for another process' | 'downloading' | 'waiting for a core' | 'building' | 'done';

/** All parts, with empty caches, on two cores. */
const USUAL_MINUTES = 10;

/** Builds parts side by side, and knows how each of them stands. */
export class Workshop {
  private readonly parts = new Map<string, Promise<string>>();
  private readonly activities = new Map<Part, { readonly what: Activity; readonly since: number }>();

  constructor(private readonly log: Log, private readonly cores = new Cores()) {}

  /** Gives the folder of a part, building it if this machine has not built the same before. */
  public folder(part: Part): Promise<string> {
    const folder = cacheFolder(part);
    const known = this.parts.get(folder);
    if (known) {
      return known;
    }
    const made = isComplete(folder) ? Promise.resolve(folder) : this.make(part, folder);
    this.parts.set(folder, made);
    return made;
  }

  /** One line about all parts. */
  public howItStands(): string {
    const unfinished = [...this.activities].filter(([, { what }]) => what !== 'done');
    return [
      `building parts: ${this.parts.size - unfinished.length} of ${this.parts.size} done`,
      ...unfinished.map(([part, { what, since }]) => `${part.name} ${what}${what === 'building' ? ` ${soFar(since, part.seconds)}` : ''}`),
    ].join(', ');
  }

  private async make(part: Part, folder: string): Promise<string> {
    if (this.activities.size === 0) {
      this.log(`building what ${cacheRoot()} does not have yet: about ${USUAL_MINUTES} min for all parts, on two cores`);
    }
    const started = Date.now();
    this.now(part, 'waiting for another process');
    fs.mkdirSync(cacheRoot(), { recursive: true });
    await exclusively(`${folder}.lock`, async () => {
      if (isComplete(folder)) {
        return;
      }
      const work = part.unmovable ? folder : `${folder}.tmp`;
      fs.rmSync(folder, { recursive: true, force: true });
      fs.rmSync(work, { recursive: true, force: true });
      fs.mkdirSync(work);
      if (part.download) {
        this.now(part, 'downloading');
        await part.download();
      }
      await this.build(part, work);
      fs.writeFileSync(completeness(work), '');
      if (work !== folder) {
        fs.renameSync(work, folder);
      }
      this.log(`built ${part.name} in ${secondsSince(started)} s`);
    });
    this.now(part, 'done');
    return folder;
  }

  private async build(part: Part, work: string): Promise<void> {
    const build = async () => {
      this.now(part, 'building');
      await part.build(work);
    };
    if (part.compiles) {
      this.now(part, 'waiting for a core');
      await this.cores.use(part.seconds, build);
    } else {
      await build();
    }
  }

  private now(part: Part, what: Activity): void {
    this.activities.set(part, { what, since: Date.now() });
  }
}

function isComplete(folder: string): boolean {
  return fs.existsSync(completeness(folder));
}

function completeness(folder: string): string {
  return path.join(folder, '.complete');
}
