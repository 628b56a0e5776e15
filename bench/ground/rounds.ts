import { ChildProcess, spawn } from 'child_process';
import * as fs from 'fs';
import * as path from 'path';
import { namespaceFlags } from '../../proving-ground/doctor';
import { Log } from '../../proving-ground/parts/log';

const WORLD = path.join(__dirname, 'world.ts');
/** What a world found, in its folder. */
const FOUND = 'found.json';

export function writeFound(folder: string, found: unknown): void {
  fs.writeFileSync(path.join(folder, FOUND), JSON.stringify(found, undefined, 2));
}

/** Plays worlds one after the other, so that none slows another, each in namespaces of its own; gives what each found. */
export async function playRounds<Name extends string, Found>(names: readonly Name[], runDir: string, log: Log): Promise<Record<Name, Found>> {
  const found: Partial<Record<Name, Found>> = {};
  for (const [index, name] of names.entries()) {
    log(`world ${index + 1} of ${names.length}: ${name}`);
    found[name] = await playRound(name, path.join(runDir, name));
  }
  return found as Record<Name, Found>;
}

async function playRound<Found>(name: string, folder: string): Promise<Found> {
  fs.mkdirSync(folder);
  const child = spawn('unshare', [...namespaceFlags(), process.execPath, ...process.execArgv, WORLD, name, folder], {
    stdio: ['ignore', 'inherit', 'inherit'], detached: true, env: { ...process.env, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
  });
  const forward = (signal: NodeJS.Signals) => process.kill(-child.pid!, signal);
  process.on('SIGINT', forward).on('SIGTERM', forward);
  const how = await ended(child);
  process.off('SIGINT', forward).off('SIGTERM', forward);
  if (how !== 'exit code 0') {
    throw new Error(`the world ${name} did not come to its end (${how}); its logs are in ${folder}`);
  }
  return JSON.parse(fs.readFileSync(path.join(folder, FOUND), 'utf8'));
}

function ended(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('error', error => resolve(error.message));
    child.once('close', (code, signal) => resolve(signal ?? `exit code ${code}`));
  });
}
