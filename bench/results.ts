import { table } from './document';
import { FunctionFigures } from './functions';
import { Import } from './imports';
import { aboutMachine } from './machine';
import { Difference, Spread } from './synthesis';

export const SYNTHESIS_HEADING = '## Synthesis and size';

export interface Results {
  readonly rounds: number;
  readonly versions: Readonly<Record<string, string>>;
  readonly synthesis: readonly Difference[];
  readonly imports: readonly Import[];
  readonly functions: readonly FunctionFigures[];
}

/** The chapter of RESULTS.md that `npm run bench` writes. */
export function synthesisChapter({ rounds, versions, synthesis, imports, functions }: Results, today: string): string {
  const of = ({ median, least, most }: Spread) => `${seconds(median)} (${seconds(least)} to ${seconds(most)})`;
  return [
    SYNTHESIS_HEADING,
    '',
    `By \`npm run bench\` on ${today}: ${aboutMachine()}; `
      + `${rounds} rounds, each app once in each, in another order each time; medians, with the least and the most. `
      + `${named(versions)}.`,
    '',
    'What each adds to the same app without it:',
    '',
    table(['', 'CPU, s', 'wall, s', 'CPU of the base, s', 'resources', 'template, kB', 'assets, kB zipped'], synthesis.map(({ title, cpu, wall, base, size }) => [
      title, of(cpu), of(wall), seconds(base.cpu), plus(size.resources), plus(kilobytes(size.templateBytes)), plus(kilobytes(size.assetBytes)),
    ])),
    '',
    'What an import takes, above what it loads of the CDK:',
    '',
    table(['', 'ms'], imports.map(({ name, milliseconds }) => [name, milliseconds.toFixed(0)])),
    '',
    'The functions, under the Node of their runtime:',
    '',
    table(['', 'zipped, kB', 'loaded in, ms', 'memory, MiB'], functions.map(({ name, zippedBytes, loadMilliseconds, memory }) => [
      name, kilobytes(zippedBytes), loadMilliseconds.toFixed(0), memory.toFixed(0),
    ])),
    '',
  ].join('\n');
}

function named(versions: Results['versions']): string {
  return Object.entries(versions).map(([name, version]) => `${name} ${version}`).join(', ');
}

function seconds(value: number): string {
  return value.toFixed(2);
}

function kilobytes(bytes: number): number {
  return Math.round(bytes / 1000);
}

function plus(value: number): string {
  return value < 0 ? String(value) : `+${value}`;
}
