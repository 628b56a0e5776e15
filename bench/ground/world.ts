/** Plays one world of the proving ground for a bench, in the namespaces that `rounds.ts` makes: world.ts NAME FOLDER. */
import { deployedByCdk, deployedByHand } from './deployment';
import { measureDrain, Way, WAYS } from './drain';
import { writeFound } from './rounds';
import { RunContext } from '../../proving-ground/phases/run-context';
import { exitWith, playWorld } from '../../proving-ground/run';

const WORLDS: Readonly<Record<string, (context: RunContext) => Promise<unknown>>> = {
  'deployment-cdk': deployedByCdk,
  'deployment-by-hand': deployedByHand,
  ...Object.fromEntries((Object.keys(WAYS) as Way[]).flatMap(way => [
    [`drain-${way}`, (context: RunContext) => measureDrain(context, way, false)],
    [`drain-${way}-budget`, (context: RunContext) => measureDrain(context, way, true)],
  ])),
};

const [name, folder] = process.argv.slice(2);
exitWith(playWorld(folder, false, async (context) => {
  writeFound(folder, await WORLDS[name](context));
  return 0;
}));
