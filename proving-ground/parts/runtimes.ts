import * as fs from 'fs';
import * as path from 'path';
import { cached } from './cache';
import { run } from './command';
import { Log } from './log';

const REQUIREMENTS = path.join(__dirname, '..', 'aws', 'requirements.txt');
const NODE_MAJOR = 24;

/** Gives the bin folder of a virtual environment with the emulators of AWS. */
export async function pythonEnvironment(log: Log): Promise<string> {
  const folder = await cached({
    name: 'python',
    inputs: [fs.readFileSync(REQUIREMENTS), await run('python3', ['--version'])],
    minutes: 3,
    // Its scripts name their interpreter by absolute path.
    unmovable: true,
    build: async target => {
      await run('python3', ['-m', 'venv', target]);
      await run(path.join(target, 'bin', 'python'), ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', REQUIREMENTS]);
    },
  }, log);
  return path.join(folder, 'bin');
}

/** Gives the bin folder of the Node that the functions' runtime has, which may be newer than the machine's own. */
export async function lambdaNode(log: Log): Promise<string> {
  const packageName = `node-linux-${process.arch}`;
  const folder = await cached({
    name: `node${NODE_MAJOR}`,
    inputs: [packageName, String(NODE_MAJOR)],
    minutes: 1,
    build: async target => {
      await run('npm', ['install', '--prefix', target, '--no-audit', '--no-fund', '--no-save', `${packageName}@${NODE_MAJOR}`]);
    },
  }, log);
  return path.join(folder, 'node_modules', packageName, 'bin');
}
