import { aboutMachine } from './machine';
import { scaleChapter } from './scale/chapter';
import { drainOf, ScaleFigures } from './scale/drain';
import { Log } from '../proving-ground/parts/log';

const SIZES = [50, 200, 1000];
/** The default. */
const BATCH = { Percentage: 10 };

export async function scaleBench(log: Log, today: string): Promise<string> {
  const found: ScaleFigures[] = [];
  for (const nodes of SIZES) {
    log(`drains ${nodes} nodes`);
    found.push(await drainOf(nodes, BATCH));
  }
  return scaleChapter(found, `On ${today}: ${aboutMachine()}`);
}
