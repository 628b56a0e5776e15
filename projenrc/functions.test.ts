import * as fs from 'fs';
import * as path from 'path';
import { deflateRawSync } from 'zlib';
import { buildSync, Metafile } from 'esbuild';
import { withOperations, withPlainKeys } from './functions';

const REPOSITORY = path.join(__dirname, '..');
const HALF_A_MEGABYTE = 500_000;
/** They take long to load, and few calls need them. */
const PARSERS = ['ajv', 'yaml'];

test('keys of schemas that are constants are written out', () => {
  expect(withPlainKeys([
    'const _eQN = "ec2QueryName";',
    'export var Count$ = [3, n0, _Count, 0, [_Min], [[1, { [_eQN]: `Min`, [_other]: 1 }]]];',
  ].join('\n'))).toBe([
    'const _eQN = "ec2QueryName";',
    'export var Count$ = [3, n0, _Count, 0, [_Min], [[1, { "ec2QueryName": `Min`, [_other]: 1 }]]];',
  ].join('\n'));
});

test('the schemas of a real client mean the same with keys that are written out', () => {
  const file = path.join(REPOSITORY, 'node_modules/@aws-sdk/client-ec2/dist-es/schemas/schemas_0.js');
  const schemas = fs.readFileSync(file, 'utf8');
  const written = withPlainKeys(schemas);
  expect(schemas.match(/\[_\w+\]:/g)!.length).toBeGreaterThan(1000);
  expect(written).not.toMatch(/\[_\w+\]:/);
  expect(schemasOf(written)).toBe(schemasOf(schemas));
});

test('an operation that nobody names is left out, with the reading of its answer', () => {
  const file = path.join(REPOSITORY, 'node_modules/@kubernetes/client-node/dist/gen/apis/CoreV1Api.js');
  const operations = withOperations(fs.readFileSync(file, 'utf8'), new Set(['listNode', 'replaceNamespacedConfigMap']));
  expect(operations.match(/^ {4}async \w+(?=\()/gm)!.map(name => name.trim())).toEqual([
    'async listNode', 'async replaceNamespacedConfigMap', 'async listNodeWithHttpInfo', 'async replaceNamespacedConfigMapWithHttpInfo',
  ]);
});

test('whatever is no operation stays, wherever a method ends', () => {
  const before = ['export class A {', '    constructor(configuration) {', '        this.configuration = configuration;', '    }'].join('\n');
  const method = ['    list(a) {', '        if (a) {', '            return 1;', '        }', '', '        return 2;', '    }'].join('\n');
  expect(withOperations(`${before}\n${method}\n}\nexport class B {\n}\n`, new Set())).toBe(`${before}\n}\nexport class B {\n}\n`);
});

test('the function "kubernetes" has all operations that adapters call', () => {
  const bundle = fs.readFileSync(path.join(REPOSITORY, 'assets/functions/kubernetes.lambda/index.js'), 'utf8');
  const called = operationsIn(path.join(REPOSITORY, 'src'));
  expect(called).toEqual(expect.arrayContaining(['createNamespacedPodEviction', 'listPodForAllNamespaces', 'replaceNamespacedConfigMap']));
  expect(called.filter(name => !new RegExp(`\\b${name}\\(`).test(bundle) || !new RegExp(`\\b${name}WithHttpInfo\\(`).test(bundle))).toEqual([]);
});

test.each(['aws', 'kubernetes'])('the function "%s" takes less than half a megabyte', (name) => {
  const bundle = fs.readFileSync(path.join(REPOSITORY, `assets/functions/${name}.lambda/index.js`));
  expect(deflateRawSync(bundle).length).toBeLessThan(HALF_A_MEGABYTE);
});

test.each([
  ['aws', PARSERS],
  ['kubernetes', ['yaml']],
])('the function "%s" starts without %s', (name, later) => {
  const { metafile } = buildSync({
    absWorkingDir: REPOSITORY, entryPoints: [`src/functions/${name}.lambda.ts`], bundle: true, platform: 'node', packages: 'external', write: false, metafile: true,
  });
  const parsers = (packages: Set<string>) => PARSERS.filter(parser => packages.has(parser));
  const entry = `src/functions/${name}.lambda.ts`;
  expect(parsers(packagesOf(metafile, entry, () => true))).toEqual(later);
  expect(parsers(packagesOf(metafile, entry, kind => kind !== 'require-call'))).toEqual([]);
});

/** All schemas of a module as text, without what the module imports. */
function schemasOf(module: string): string {
  const names = [...module.matchAll(/^export var (\w+\$) =/gm)].map(([, name]) => name);
  const script = module.replace(/^import .*$/gm, '').replace(/^export /gm, '');
  class TypeRegistry {
    public registerError(): void { /* errors are no schemas */ }
  }
  return new Function('TypeRegistry', 'EC2ServiceException', `${script}\nreturn JSON.stringify([${names.join()}]);`)(TypeRegistry, Error);
}

/** What adapters of the function call of the client's classes. */
function operationsIn(src: string): string[] {
  const client = fs.readFileSync(path.join(src, '../node_modules/@kubernetes/client-node/dist/gen/types/ObjectParamAPI.js'), 'utf8');
  const offered = new Set([...client.matchAll(/^ {4}(\w+)\(param/gm)].map(([, name]) => name));
  const adapters = fs.readdirSync(src, { recursive: true, encoding: 'utf8' }).filter(file => file.endsWith('.kubernetes.ts') && !file.startsWith('cli/'));
  const called = adapters.flatMap(file => [...fs.readFileSync(path.join(src, file), 'utf8').matchAll(/\.(\w+)\(/g)].map(([, name]) => name));
  return [...new Set(called)].filter(name => offered.has(name));
}

/** The packages that a file needs, itself or by others, through imports of some kinds. */
function packagesOf({ inputs }: Metafile, entry: string, follows: (kind: string) => boolean): Set<string> {
  const reached = new Set([entry]);
  for (const file of reached) {
    for (const imported of inputs[file]?.imports ?? []) {
      if (follows(imported.kind)) {
        reached.add(imported.path);
      }
    }
  }
  return reached;
}
