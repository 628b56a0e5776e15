import * as fs from 'fs';
import * as path from 'path';
import { deploymentChapter } from './deployment-chapter';
import { BUDGET_SECONDS, CONDITIONS, DrainBench, EKS_LIMIT_SECONDS, Way } from './drain';
import { drainChapter, Drained, drainV1Chapter, obstructedChapter } from './drain-chapter';
import { DrainFigures } from './drain-figures';
import { playRounds } from './rounds';
import { Step } from './steps';
import { run } from '../../proving-ground/parts/command';
import { Generation, KARPENTERS } from '../../proving-ground/parts/karpenter';
import { Log } from '../../proving-ground/parts/log';
import { karpenterOf } from '../../proving-ground/parts/parts';
import { partsOf, prepareRun } from '../../proving-ground/run';
import { aboutMachine } from '../machine';

/** Whose guide is typed. */
const GUIDES: Generation = 'v0';
/** How a reader knows the ways. */
const TITLES: Readonly<Record<Way, string>> = {
  'ours': 'this', 'quarter': 'this, a quarter at once', 'room-first': 'this, a quarter at once, room first', 'one-by-one': 'one by one', 'resize': 'resize',
};
const WAYS = Object.keys(TITLES) as Way[];
/** Those that a budget is in the way of, too. */
const OBSTRUCTED: readonly Way[] = ['ours', 'one-by-one', 'resize'];

export async function deploymentBench(log: Log, today: string): Promise<string> {
  const runDir = await prepareRun([GUIDES], log);
  const about = await aboutRun(runDir, GUIDES, today);
  const found = await playRounds<'deployment-cdk' | 'deployment-by-hand', Step[]>(['deployment-cdk', 'deployment-by-hand'], runDir, log);
  return deploymentChapter({ byCdk: found['deployment-cdk'], byHand: found['deployment-by-hand'] }, about);
}

export async function drainBench(log: Log, today: string): Promise<string> {
  const { drained, about } = await drains(WAYS, 'drain', log, today);
  return drainChapter(drained, EKS_LIMIT_SECONDS, about);
}

export async function drainV1Bench(log: Log, today: string): Promise<string> {
  const { drained, about } = await drains(WAYS, 'drain-v1', log, today);
  return drainV1Chapter(drained, about);
}

export async function obstructedBench(log: Log, today: string): Promise<string> {
  const { drained, about } = await drains(OBSTRUCTED, 'obstructed', log, today);
  return obstructedChapter(drained, BUDGET_SECONDS, about);
}

async function drains(
  ways: readonly Way[], bench: DrainBench, log: Log, today: string,
): Promise<{ readonly drained: Drained[]; readonly about: string }> {
  const { generation } = CONDITIONS[bench];
  const runDir = await prepareRun([generation], log);
  const about = await aboutRun(runDir, generation, today);
  const found = await playRounds<string, DrainFigures>(ways.map(way => `${bench}-${way}`), runDir, log);
  return { about, drained: ways.map(way => ({ title: TITLES[way], figures: found[`${bench}-${way}`] })) };
}

/** When, on what, and with which versions. */
async function aboutRun(runDir: string, generation: Generation, today: string): Promise<string> {
  const parts = partsOf(runDir);
  const { kubectl, helm } = karpenterOf(parts, generation).tools;
  const versions = [
    `Karpenter ${KARPENTERS[generation].version}`,
    'Kubernetes 1.30.14',
    `aws-cdk ${versionOf('aws-cdk')}`,
    `aws-cdk-lib ${versionOf('aws-cdk-lib')}`,
    `AWS CLI ${/^aws-cli\/(\S+)/.exec(await run(path.join(parts.python, 'aws'), ['--version']))![1]}`,
    `kubectl ${JSON.parse(await run(kubectl, ['version', '--client', '--output', 'json'])).clientVersion.gitVersion}`,
    `helm ${(await run(helm, ['version', '--short'])).trim()}`,
  ];
  return `On ${today}: ${aboutMachine()}; ${versions.join(', ')}.`;
}

function versionOf(name: string): string {
  return JSON.parse(fs.readFileSync(require.resolve(`${name}/package.json`), 'utf8')).version;
}
