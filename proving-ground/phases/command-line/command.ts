import { spawn } from 'child_process';
import * as path from 'path';
import { World } from '../world';

const REPOSITORY = path.resolve(__dirname, '../../..');

/** Our command line, as it is in this repository. */
export const COMMAND: readonly string[] = [
  process.execPath, '--import', path.join(REPOSITORY, 'node_modules/tsx/dist/loader.mjs'), path.join(REPOSITORY, 'src/cli/main.ts'),
];

/** The environment of somebody's shell. */
export function environmentOf(world: World, runDir: string, credentials: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  return {
    PATH: process.env.PATH,
    HOME: runDir,
    TMPDIR: runDir,
    TSX_TSCONFIG_PATH: path.join(REPOSITORY, 'tsconfig.dev.json'),
    JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION: '1',
    JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION: '1',
    ...world.aws.env,
    ...credentials,
  };
}

export interface CommandRun { readonly code: number; readonly out: string; readonly err: string; readonly seconds: number }

/** A command that goes on. */
export interface RunningCommand {
  readonly ended: Promise<CommandRun>;
  /** What it has printed so far. */
  printed(): string;
}

/** Runs our command line as somebody, by their credentials, as in a shell without a terminal. */
export function start(world: World, runDir: string, args: readonly string[], credentials: Readonly<Record<string, string>> = {}): RunningCommand {
  const started = Date.now();
  const [program, ...first] = COMMAND;
  const child = spawn(program, [...first, ...args], {
    cwd: REPOSITORY,
    env: environmentOf(world, runDir, credentials),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [out, err]: [string[], string[]] = [[], []];
  child.stdout.setEncoding('utf8').on('data', (text: string) => out.push(text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => err.push(text));
  const ended = new Promise<CommandRun>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', code =>
      resolve({ code: code ?? -1, out: out.join(''), err: err.join(''), seconds: Math.round((Date.now() - started) / 1000) }));
  });
  return { ended, printed: () => out.join('') };
}

export function runCommand(
  world: World, runDir: string, args: readonly string[], credentials: Readonly<Record<string, string>> = {},
): Promise<CommandRun> {
  return start(world, runDir, args, credentials).ended;
}
