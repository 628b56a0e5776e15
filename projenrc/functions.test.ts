import * as fs from 'fs';
import * as path from 'path';
import { deflateRawSync } from 'zlib';
import { withPlainKeys } from './functions';

const HALF_A_MEGABYTE = 500_000;

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
  const file = path.join(__dirname, '..', 'node_modules/@aws-sdk/client-ec2/dist-es/schemas/schemas_0.js');
  const schemas = fs.readFileSync(file, 'utf8');
  const written = withPlainKeys(schemas);
  expect(schemas.match(/\[_\w+\]:/g)!.length).toBeGreaterThan(1000);
  expect(written).not.toMatch(/\[_\w+\]:/);
  expect(schemasOf(written)).toBe(schemasOf(schemas));
});

test.each(['aws', 'kubernetes'])('the function "%s" takes less than half a megabyte', (name) => {
  const bundle = fs.readFileSync(path.join(__dirname, '..', `assets/functions/${name}.lambda/index.js`));
  expect(deflateRawSync(bundle).length).toBeLessThan(HALF_A_MEGABYTE);
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
