import { execFileSync } from 'child_process';
import * as fs from 'fs';
import * as path from 'path';
import { deflateRawSync } from 'zlib';
import { interleaved, median } from './process';

export interface FunctionFigures { readonly name: string; readonly zippedBytes: number; readonly loadMilliseconds: number; readonly memory: number }

const NAMES = ['aws', 'kubernetes'];

/** What Lambda does before the first call of a function: load its bundle. */
const LOAD = `const started = process.hrtime.bigint();
require(process.argv[1]);
console.log(JSON.stringify({ load: Number(process.hrtime.bigint() - started) / 1e6, memory: process.resourceUsage().maxRSS / 1024 }));
process.exit();`;

/** @param node the program of the runtime that the functions have */
export function measureFunctions(assets: string, rounds: number, node: string): FunctionFigures[] {
  const bundle = (name: string) => path.join(assets, 'functions', `${name}.lambda`, 'index.js');
  const found = interleaved(NAMES, rounds, name => JSON.parse(execFileSync(node, ['--eval', LOAD, bundle(name)], {
    encoding: 'utf8', env: { ...process.env, AWS_REGION: 'us-east-1' }, stdio: ['ignore', 'pipe', 'ignore'],
  })) as { load: number; memory: number });
  return NAMES.map(name => ({
    name,
    zippedBytes: deflateRawSync(fs.readFileSync(bundle(name))).length,
    loadMilliseconds: median(found.get(name)!.map(({ load }) => load)),
    memory: median(found.get(name)!.map(({ memory }) => memory)),
  }));
}
