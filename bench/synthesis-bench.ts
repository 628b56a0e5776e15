import * as fs from 'fs';
import * as path from 'path';
import { measureFunctions } from './functions';
import { measureImports } from './imports';
import { synthesisChapter } from './results';
import { measureSynthesis } from './synthesis';
import { prepareWorkshop } from './workshop';
import { Log } from '../proving-ground/parts/log';
import { lambdaNode } from '../proving-ground/parts/runtimes';
import { Workshop } from '../proving-ground/parts/workshop';

const ASSETS = path.join(__dirname, '..', 'assets');
const ROUNDS = 7;
/** Of what takes less than a second. */
const SHORT_ROUNDS = 15;
/** What a reader wants to know the version of. */
const NAMED = ['aws-cdk-lib', 'cdk-eks-karpenter', '@aws-quickstart/eks-blueprints'];

export async function synthesisBench(log: Log, today: string): Promise<string> {
  const folder = prepareWorkshop(log);
  const node = path.join(await lambdaNode(new Workshop(log)), 'node');
  return synthesisChapter({
    rounds: ROUNDS,
    versions: Object.fromEntries(NAMED.map(name => [name, versionOf(path.join(folder, 'node_modules', name))])),
    synthesis: measureSynthesis(folder, ROUNDS, log),
    imports: measureImports(folder, SHORT_ROUNDS),
    functions: measureFunctions(ASSETS, SHORT_ROUNDS, node),
  }, today);
}

function versionOf(folder: string): string {
  return JSON.parse(fs.readFileSync(path.join(folder, 'package.json'), 'utf8')).version;
}
