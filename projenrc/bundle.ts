import { execFileSync } from 'child_process';
import { createHash } from 'crypto';
import * as fs from 'fs';
import * as path from 'path';

const REPOSITORY = path.join(__dirname, '..');
/** Names the sources of the bundles beside it. */
const STAMP = 'assets/.sources';
/** How the name of a function's entry ends. */
const ENTRY = '.lambda.ts';

/**
 * Bundles the functions, unless the bundles that are there were made of the same sources.
 *
 * The constructs read the bundles, so whoever synthesizes runs this first: the CDK CLI, jest and the proving ground.
 * Gives whether there was something to do.
 */
export function bundle(root = REPOSITORY, make = makeBundles): boolean {
  const stamp = path.join(root, STAMP);
  const sources = hashOfSources(root);
  if (fs.existsSync(stamp) && fs.readFileSync(stamp, 'utf8') === sources) {
    return false;
  }
  // A function that is gone must not leave its bundle in the package.
  fs.rmSync(path.dirname(stamp), { recursive: true, force: true });
  make(root);
  fs.writeFileSync(stamp, sources);
  return true;
}

/** Jest's global setup. */
export default (): void => { bundle(); };

/** Runs what projen's tasks of the bundles run, without projen, which takes longer to start than all of this. */
function makeBundles(root: string): void {
  const names = fs.readdirSync(path.join(root, 'src', 'functions')).filter(file => file.endsWith(ENTRY)).map(file => path.basename(file, ENTRY));
  // Standard output belongs to whoever synthesizes: `cdk synth` writes the template there.
  execFileSync(path.join(root, 'node_modules', '.bin', 'tsx'), ['projenrc/functions.ts', ...names, 'cli'], { cwd: root, stdio: ['ignore', process.stderr, 'inherit'] });
}

/** Everything that a bundle is made of: our sources, the packages as they are installed, and how esbuild is called. */
function hashOfSources(root: string): string {
  const sources = fs.readdirSync(path.join(root, 'src'), { recursive: true, encoding: 'utf8' })
    .filter(file => file.endsWith('.ts'))
    .map(file => path.join('src', file));
  const hash = createHash('sha256');
  for (const file of [...sources.sort(), 'node_modules/.package-lock.json', 'projenrc/functions.ts', 'tsconfig.json', 'tsconfig.dev.json']) {
    const content = fs.readFileSync(path.join(root, file));
    hash.update(`${file} ${content.length}\n`).update(content);
  }
  return hash.digest('hex');
}

if (require.main === module) {
  bundle();
}
