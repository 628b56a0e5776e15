import * as fs from 'fs';
import * as path from 'path';
import { Arguments, argumentsOf, Bench, BENCHES } from './arguments';
import { withChapter } from './document';
import { deploymentBench, drainBench, drainV1Bench, obstructedBench } from './ground/bench';
import { DEPLOYMENT_HEADING } from './ground/deployment-chapter';
import { DRAIN_HEADING, DRAIN_V1_HEADING, OBSTRUCTED_HEADING } from './ground/drain-chapter';
import { SYNTHESIS_HEADING } from './results';
import { SCALE_HEADING } from './scale/chapter';
import { scaleBench } from './scale-bench';
import { synthesisBench } from './synthesis-bench';
import { Log } from '../proving-ground/parts/log';
import { exitWith, logTo } from '../proving-ground/run';

const RESULTS = path.join(__dirname, 'RESULTS.md');

/** Each gives its chapter. */
const MEASURE: Readonly<Record<Bench, (log: Log, today: string, live: Arguments) => Promise<string>>> = {
  'synthesis': synthesisBench,
  'deployment': deploymentBench,
  'drain': drainBench,
  'drain-v1': drainV1Bench,
  'obstructed': obstructedBench,
  'scale': scaleBench,
};
const ORDER = {
  'synthesis': SYNTHESIS_HEADING,
  'deployment': DEPLOYMENT_HEADING,
  'drain': DRAIN_HEADING,
  'drain-v1': DRAIN_V1_HEADING,
  'obstructed': OBSTRUCTED_HEADING,
  'scale': SCALE_HEADING,
} satisfies Record<Bench, string>;

async function main(args: readonly string[]): Promise<number> {
  const parsed = argumentsOf(args);
  for (const bench of parsed.benches) {
    const chapter = await MEASURE[bench](logTo(console.log), new Date().toISOString().slice(0, 10), parsed);
    const document = fs.existsSync(RESULTS) ? fs.readFileSync(RESULTS, 'utf8') : '';
    fs.writeFileSync(RESULTS, withChapter(document, chapter, BENCHES.map(each => ORDER[each])));
    console.log(`\n${chapter}`);
  }
  return 0;
}

exitWith(main(process.argv.slice(2)));
