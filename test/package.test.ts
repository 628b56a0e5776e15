import { execFileSync } from 'child_process';
import { readdirSync, readFileSync } from 'fs';
import { join, relative } from 'path';
import * as ts from 'typescript';

const ROOT = join(__dirname, '..');
const LIB = join(ROOT, 'lib');

/** The sources that index reaches, be it for a type. */
function reached(file = 'index', found = new Set<string>()): Set<string> {
  if (!found.has(file)) {
    found.add(file);
    ts.preProcessFile(readFileSync(join(ROOT, 'src', `${file}.ts`), 'utf8')).importedFiles
      .filter(({ fileName }) => fileName.startsWith('.'))
      .forEach(({ fileName }) => reached(join(file, '..', fileName), found));
  }
  return found;
}

function compiled(ending: string): string[] {
  return readdirSync(LIB, { recursive: true, withFileTypes: true }).filter(entry => entry.isFile() && entry.name.endsWith(ending))
    .map(entry => relative(LIB, join(entry.parentPath, entry.name)).slice(0, -ending.length));
}

test.each(['.js', '.d.ts'])('the package holds what users reach and not once more what is in the bundles: %s', ending => {
  expect(compiled(ending).sort()).toEqual([...reached()].sort());
});

test('an import of the library loads no cdk8s', () => {
  const loaded = execFileSync(process.execPath, ['--print', `require(${JSON.stringify(LIB)}); Object.keys(require.cache).join('\\n')`], { encoding: 'utf8' });
  expect(loaded).toContain(join(LIB, 'karpenter-migration.js'));
  expect(loaded).not.toContain(join('node_modules', 'cdk8s'));
});
