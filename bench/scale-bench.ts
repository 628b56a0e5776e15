import * as fs from 'fs';
import * as path from 'path';
import { LiveOptions } from './arguments';
import { playRounds } from './ground/rounds';
import { aboutMachine } from './machine';
import { scaleChapter } from './scale/chapter';
import { BATCH, drainOf, ScaleFigures } from './scale/drain';
import { Found, kept, LiveFigures } from './scale/live/figures';
import { liveWorldName, timesOf } from './scale/live/worlds';
import { Log } from '../proving-ground/parts/log';
import { prepareRun } from '../proving-ground/run';

const SIZES = [50, 200, 1000];
/** Each size keeps what its last run has found. */
const LIVE = path.join(__dirname, 'scale', 'live', 'figures.json');

export async function scaleBench(log: Log, today: string, { nodes, slow }: LiveOptions): Promise<string> {
  const inMemory: ScaleFigures[] = [];
  for (const size of SIZES) {
    log(`drains ${size} nodes in memory`);
    inMemory.push(await drainOf(size, BATCH));
  }
  const about = `On ${today}: ${aboutMachine()}`;
  return scaleChapter(inMemory, await live({ nodes, slow }, log, today), about);
}

/** Drains with a real control plane; gives their figures and those of former runs. */
async function live({ nodes, slow }: LiveOptions, log: Log, today: string): Promise<LiveFigures[]> {
  const runDir = await prepareRun([], log);
  for (const size of nodes) {
    const name = liveWorldName(size, slow);
    const found = await playRounds<string, Found>([name], runDir, log);
    const { drained, kubernetes, aws, bytes } = await drainOf(size, BATCH, timesOf(slow));
    const figures = kept(JSON.parse(fs.readFileSync(LIVE, 'utf8')) as LiveFigures[], [
      { ...found[name], slow, about: `${today}: ${aboutMachine()}`, inMemory: { drained, kubernetes, aws, bytes } },
    ]);
    fs.writeFileSync(LIVE, `${JSON.stringify(figures, undefined, 2)}\n`);
  }
  return JSON.parse(fs.readFileSync(LIVE, 'utf8')) as LiveFigures[];
}
