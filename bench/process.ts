import { execFileSync } from 'child_process';
import * as fs from 'fs';
import * as path from 'path';

/** What a process took, in seconds, and the most memory that it had, in MiB. */
export interface Usage { readonly cpu: number; readonly wall: number; readonly memory: number }

/** Asked in the process itself, when it ends: its children, such as shells, count as little as its start. */
const USAGE = `process.on('exit', () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  require('fs').writeFileSync(process.env.USAGE_FILE, JSON.stringify({ cpu: (userCPUTime + systemCPUTime) / 1e6, memory: maxRSS / 1024 }));
});`;

/** Runs a script of Node in a process of its own. */
export function timed(folder: string, script: string, env: Readonly<Record<string, string>> = {}): Usage {
  const usageFile = path.join(folder, 'usage.json');
  const started = process.hrtime.bigint();
  execFileSync(process.execPath, ['--require', preload(folder), script], {
    cwd: folder, env: { ...process.env, ...env, USAGE_FILE: usageFile, JSII_SILENCE_WARNING_DEPRECATED_NODE_VERSION: '1' }, stdio: ['ignore', 'ignore', 'pipe'],
  });
  const wall = Number(process.hrtime.bigint() - started) / 1e9;
  return { ...JSON.parse(fs.readFileSync(usageFile, 'utf8')) as Omit<Usage, 'wall'>, wall };
}

function preload(folder: string): string {
  const file = path.join(folder, 'usage.js');
  fs.writeFileSync(file, USAGE);
  return file;
}

/** Runs everything once in each round, each time in another order, so that whatever else the machine does meets all alike. */
export function interleaved<T>(names: readonly string[], rounds: number, measure: (name: string, round: number) => T): Map<string, T[]> {
  const found = new Map(names.map(name => [name, [] as T[]]));
  for (let round = 0; round < rounds; round += 1) {
    const order = names.map((_, index) => names[(index * stepOf(names.length) + round) % names.length]);
    order.forEach(name => found.get(name)!.push(measure(name, round)));
  }
  return found;
}

/** Visits all of so many in steps that are not the next one. */
function stepOf(length: number): number {
  const divisor = (a: number, b: number): number => b === 0 ? a : divisor(b, a % b);
  return Array.from({ length }, (_, index) => index + 2).find(step => divisor(step, length) === 1) ?? 1;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
