import { readdirSync, rmSync, writeFileSync } from 'fs';
import { createRequire } from 'module';
import { join } from 'path';
import { buildSync } from 'esbuild';

/**
 * Puts the compiled library into one file. Its 150 files cost an app that imports it 90 ms, most of it for finding them; one costs 30.
 *
 * The declarations stay as the compiler wrote them.
 */
const LIB = join(__dirname, '..', 'lib');
const INDEX = join(LIB, 'index.js');
/** As deep as the constructs that look for their functions' code from where they are. */
const BUNDLE = 'bundle/index.js';

const names = Object.keys(createRequire(__filename)(INDEX));
buildSync({
  entryPoints: [INDEX],
  outfile: join(LIB, BUNDLE),
  bundle: true,
  platform: 'node',
  target: 'node20',
  packages: 'external',
  // Constructs say in their metadata what they are by the names of their classes.
  keepNames: true,
});
readdirSync(LIB, { recursive: true, withFileTypes: true })
  .filter(entry => entry.isFile() && entry.name.endsWith('.js'))
  .map(entry => join(entry.parentPath, entry.name))
  .filter(file => file !== join(LIB, BUNDLE))
  .forEach(file => rmSync(file));
// One by one, so that ES modules can import them by name.
writeFileSync(INDEX, ['\'use strict\';', `const library = require('./${BUNDLE}');`, ...names.map(name => `exports.${name} = library.${name};`), ''].join('\n'));
