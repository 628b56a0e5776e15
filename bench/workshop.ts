import { execFileSync } from 'child_process';
import * as fs from 'fs';
import * as path from 'path';
import { cacheFolder } from '../proving-ground/parts/cache';

const ROOT = path.join(__dirname, '..');
const RIVALS = path.join(__dirname, 'rivals');
const LIBRARY = 'cdk-karpenter-migration';

/** A folder with the apps, the rivals as they are published, and this library as it would be. */
export function prepareWorkshop(say: (line: string) => void): string {
  const inputs = ['package.json', 'package-lock.json'].map(file => fs.readFileSync(path.join(RIVALS, file)));
  const folder = cacheFolder({ name: 'bench', inputs });
  const modules = path.join(folder, 'node_modules');
  if (!fs.existsSync(path.join(modules, '.complete'))) {
    say('installing what the library is measured against');
    fs.rmSync(folder, { recursive: true, force: true });
    fs.cpSync(RIVALS, folder, { recursive: true });
    // Its own range of the CDK is narrower than what it works with.
    run('npm', ['ci', '--no-audit', '--no-fund', '--ignore-scripts', '--legacy-peer-deps'], folder);
    fs.writeFileSync(path.join(modules, '.complete'), '');
  }
  say('packing this library');
  run('npx', ['projen', 'bundle'], ROOT);
  run('npx', ['projen', 'compile'], ROOT);
  const [{ filename }] = JSON.parse(run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], ROOT)) as { filename: string }[];
  const library = path.join(modules, LIBRARY);
  fs.rmSync(library, { recursive: true, force: true });
  fs.mkdirSync(library);
  run('tar', ['-xzf', path.join(folder, filename), '--strip-components=1', '-C', library], ROOT);
  fs.rmSync(path.join(folder, 'apps'), { recursive: true, force: true });
  fs.cpSync(path.join(__dirname, 'apps'), path.join(folder, 'apps'), { recursive: true });
  return folder;
}

/** @returns what it prints */
function run(command: string, args: readonly string[], cwd: string): string {
  return execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'], maxBuffer: 64 * 2 ** 20 });
}
