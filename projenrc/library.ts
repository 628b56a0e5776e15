import { readdirSync, readFileSync, rmSync, writeFileSync } from 'fs';
import { createRequire } from 'module';
import { join } from 'path';
import { buildSync } from 'esbuild';

/**
 * Puts the compiled library into one file, of which an import runs nothing: each export loads what it needs when it is used, as with the CDK
 * itself. The 150 files of the compiler cost an app that imports them 90 ms, most of it for finding them.
 *
 * The declarations stay as the compiler wrote them.
 */
const LIB = join(__dirname, '..', 'lib');
const INDEX = join(LIB, 'index.js');
/** As deep as the constructs that look for their functions' code from where they are. */
const BUNDLE = 'bundle/index.js';

/** What each file that the compiled index exports from has for users. */
function exported(): { readonly file: string; readonly names: readonly string[] }[] {
  const load = createRequire(INDEX);
  return [...readFileSync(INDEX, 'utf8').matchAll(/^__exportStar\(require\("(.+?)"\), exports\);$/gm)].map(([, file]) => ({ file, names: Object.keys(load(file)) }));
}

const exports = exported();
buildSync({
  stdin: {
    contents: exports.flatMap(({ file, names }) => names.map(name => getter(name, `require('${file}')`))).join('\n'),
    resolveDir: LIB,
  },
  outfile: join(LIB, BUNDLE),
  bundle: true,
  platform: 'node',
  target: 'node20',
  packages: 'external',
  // Half of the file is indentation; its lines stay short, because Node prints the whole line of an error.
  minifyWhitespace: true,
  lineLimit: 160,
  // Constructs say in their metadata what they are by the names of their classes.
  keepNames: true,
});
readdirSync(LIB, { recursive: true, withFileTypes: true })
  .filter(entry => entry.isFile() && entry.name.endsWith('.js'))
  .map(entry => join(entry.parentPath, entry.name))
  .filter(file => file !== join(LIB, BUNDLE))
  .forEach(file => rmSync(file));
const all = exports.flatMap(({ names }) => names);
writeFileSync(INDEX, ['\'use strict\';', `const library = require('./${BUNDLE}');`, ...all.map(name => getter(name, 'library')), ''].join('\n'));

/** In the one form in which ES modules can import it by name. */
function getter(name: string, from: string): string {
  return `Object.defineProperty(exports, '${name}', { enumerable: true, get: function () { return ${from}.${name}; } });`;
}
