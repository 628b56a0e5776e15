import * as fs from 'fs';
import * as path from 'path';
import { measureFunctions } from './functions';
import { measureImports } from './imports';
import { synthesisChapter } from './results';
import { measureSynthesis } from './synthesis';
import { prepareWorkshop } from './workshop';
import { lambdaNode } from '../proving-ground/parts/runtimes';
import { Workshop } from '../proving-ground/parts/workshop';

const ASSETS = path.join(__dirname, '..', 'assets');
const RESULTS = path.join(__dirname, 'RESULTS.md');
const ROUNDS = 7;
/** Of what takes less than a second. */
const SHORT_ROUNDS = 15;
/** What a reader wants to know the version of. */
const NAMED = ['aws-cdk-lib', 'cdk-eks-karpenter', '@aws-quickstart/eks-blueprints'];

async function main(): Promise<void> {
  const say = (line: string) => console.log(`${new Date().toISOString().slice(11, 19)} ${line}`);
  const folder = prepareWorkshop(say);
  const node = path.join(await lambdaNode(new Workshop(say)), 'node');
  const chapter = synthesisChapter({
    rounds: ROUNDS,
    versions: Object.fromEntries(NAMED.map(name => [name, versionOf(path.join(folder, 'node_modules', name))])),
    synthesis: measureSynthesis(folder, ROUNDS, say),
    imports: measureImports(folder, SHORT_ROUNDS),
    functions: measureFunctions(ASSETS, SHORT_ROUNDS, node),
  }, new Date().toISOString().slice(0, 10));
  fs.writeFileSync(RESULTS, `# Results\n\n${chapter}`);
  console.log(`\n${chapter}`);
}

function versionOf(folder: string): string {
  return JSON.parse(fs.readFileSync(path.join(folder, 'package.json'), 'utf8')).version;
}

void main();
