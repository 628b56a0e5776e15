/** Plays one world of the proving ground for a bench, in the namespaces that `rounds.ts` makes: world.ts NAME FOLDER. */
import { deployedByCdk, deployedByHand } from './deployment';
import { CONDITIONS, DrainBench, measureDrain, Way, WAYS } from './drain';
import { writeFound } from './rounds';
import { RunContext } from '../../proving-ground/phases/run-context';
import { exitWith, playWorld } from '../../proving-ground/run';
import { measureLive } from '../scale/live/drain';
import { liveWorld } from '../scale/live/worlds';

const WORLDS: Readonly<Record<string, (context: RunContext) => Promise<unknown>>> = {
  'deployment-cdk': deployedByCdk,
  'deployment-by-hand': deployedByHand,
  ...Object.fromEntries((Object.keys(WAYS) as Way[]).flatMap(way => (Object.keys(CONDITIONS) as DrainBench[]).map(bench =>
    [`${bench}-${way}`, (context: RunContext) => measureDrain(context, way, CONDITIONS[bench])]))),
};

/** Of a drain with nothing but a control plane, by its name; any other world by the table. */
async function play(context: RunContext): Promise<unknown> {
  const live = liveWorld(name);
  return live ? measureLive(context, live.nodes, live.seconds) : WORLDS[name](context);
}

const [name, folder] = process.argv.slice(2);
exitWith(playWorld(folder, false, async (context) => {
  writeFound(folder, await play(context));
  return 0;
}));
