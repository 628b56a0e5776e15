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

test('the package declares what users reach, and has no code but one file and its names', () => {
  expect(compiled('.d.ts').sort()).toEqual([...reached()].sort());
  expect(compiled('.js').sort()).toEqual(['bundle/index', 'index']);
});

/** What a process prints that has loaded the library. */
function withLibrary(script: string): string {
  return execFileSync(process.execPath, ['--input-type=module', '--eval', script], { cwd: ROOT, encoding: 'utf8' });
}

test('an import of the library loads no cdk8s', () => {
  const loaded = withLibrary('import { createRequire } from "module"; const require = createRequire(process.cwd() + "/"); require("./lib"); console.log(Object.keys(require.cache).join())');
  expect(loaded).toContain(join(LIB, 'bundle', 'index.js'));
  expect(loaded).not.toContain(join('node_modules', 'cdk8s'));
});

test('ES modules import by name what the compiler declares, and jsii knows its classes', () => {
  expect(JSON.parse(withLibrary(`
    import { KarpenterMigration, KarpenterRelease, MigrationStage } from './lib/index.js';
    const [rtti] = Object.getOwnPropertySymbols(KarpenterMigration).map(symbol => KarpenterMigration[symbol]);
    console.log(JSON.stringify([KarpenterMigration.name, rtti.fqn, KarpenterRelease.v1().version, MigrationStage.REMOVED]));
  `))).toEqual(['KarpenterMigration', 'cdk-karpenter-migration.KarpenterMigration', '1.14.3', 'REMOVED']);
});
