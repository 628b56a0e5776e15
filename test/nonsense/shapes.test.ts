import { readdirSync, readFileSync } from 'fs';
import { dirname, join, relative } from 'path';

/** The compiler asks a shape for all properties of its struct; that a struct has a shape at all, nobody asks but this. */

const SRC = join(__dirname, '..', '..', 'src');
const read = (file: string) => readFileSync(file, 'utf8');
const sources = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter(file => file.endsWith('.ts')).map(file => join(SRC, file));

/** What users import. */
const publicFiles = [...read(join(SRC, 'index.ts')).matchAll(/from '(.*)'/g)].map(([, path]) => `${join(dirname(join(SRC, 'index.ts')), path)}.ts`);

/** Structs that users write: those of `extends` too, since the one that extends them has a shape of its own. */
const structs = publicFiles.flatMap(file => [...read(file).matchAll(/(\/\*\*(?:(?!\*\/)[^])*\*\/\n)?export interface (\w+)/g)]
  .filter(([, comment = '']) => !comment.includes('@internal'))
  .map(([, , name]) => ({ name, file: relative(SRC, file) })));


/** What we say and are not told. */
const OURS = ['KubernetesRange', 'MigrationAlarms', 'MigrationEventDetail'];

const shaped = new Set(sources.flatMap(file => [...read(file).matchAll(/: Shape<(\w+)>/g)].map(([, name]) => name)));
const extended = new Set(sources.flatMap(file => [...read(file).matchAll(/export interface (\w+) extends (\w+)/g)]
  .filter(([, name]) => shaped.has(name)).map(([, , base]) => base)));

test('every public struct has a shape', () => {
  expect(structs.length).toBeGreaterThan(35);
  expect(structs.filter(({ name }) => !shaped.has(name) && !extended.has(name) && !OURS.includes(name)).map(({ name, file }) => `${name} (${file})`)).toEqual([]);
});

test('every shape is one that somebody looks at', () => {
  const all = sources.map(read).join('\n');
  const constants = [...all.matchAll(/const (\w+): Shape<\w+>/g)].map(([, name]) => name);
  const unused = constants.filter(name => !new RegExp(`(struct\\(|\\.\\.\\.|checkShape\\([^\\n]*)${name}\\b`).test(all));
  expect(unused).toEqual([]);
});
