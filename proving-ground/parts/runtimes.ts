import * as fs from 'fs';
import * as path from 'path';
import { run } from './command';
import { Workshop } from './workshop';

const REQUIREMENTS = path.join(__dirname, '..', 'aws', 'requirements.txt');
const NODE_MAJOR = 24;

/** Gives the bin folder of a virtual environment with the emulators of AWS. */
export async function pythonEnvironment(workshop: Workshop): Promise<string> {
  const folder = await workshop.folder({
    name: 'python',
    inputs: [fs.readFileSync(REQUIREMENTS), await run('python3', ['--version'])],
    seconds: 90,
    // Its scripts name their interpreter by absolute path.
    unmovable: true,
    build: async target => {
      await run('python3', ['-m', 'venv', target]);
      await run(path.join(target, 'bin', 'python'), ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', REQUIREMENTS]);
    },
  });
  return path.join(folder, 'bin');
}

/** Gives the bin folder of the Node that the functions' runtime has, which may be newer than the machine's own. */
export async function lambdaNode(workshop: Workshop): Promise<string> {
  const packageName = `node-linux-${process.arch}`;
  const folder = await workshop.folder({
    name: `node${NODE_MAJOR}`,
    inputs: [packageName, String(NODE_MAJOR)],
    seconds: 10,
    build: target => run('npm', ['install', '--prefix', target, '--no-audit', '--no-fund', '--no-save', `${packageName}@${NODE_MAJOR}`]),
  });
  return path.join(folder, 'node_modules', packageName, 'bin');
}
