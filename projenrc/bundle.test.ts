import * as fs from 'fs';
import * as os from 'os';
import * as path from 'path';
import { bundle } from './bundle';

let root: string;
/** How often it was bundled. */
let times: number;

beforeEach(() => {
  root = fs.mkdtempSync(path.join(os.tmpdir(), 'bundle-'));
  times = 0;
  for (const file of ['src/functions/aws.lambda.ts', 'src/plan.ts', 'node_modules/.package-lock.json', 'projenrc/functions.ts', 'tsconfig.json', 'tsconfig.dev.json']) {
    write(file, `the content of ${file}`);
  }
  run();
});

afterEach(() => fs.rmSync(root, { recursive: true }));

test('a fresh clone is bundled', () => {
  expect(times).toBe(1);
  expect(fs.existsSync(path.join(root, 'assets/index.js'))).toBe(true);
});

test('what was bundled of the same sources is not bundled again', () => {
  write('README.md', 'no source');
  write('src/functions/aws.lambda.ts', 'the content of src/functions/aws.lambda.ts');
  run();
  expect(times).toBe(1);
});

test.each([
  ['an entry', 'src/functions/aws.lambda.ts'],
  ['a file that an entry imports', 'src/plan.ts'],
  ['a new file', 'src/other.ts'],
  ['an installed package', 'node_modules/.package-lock.json'],
  ['a flag of esbuild', 'projenrc/functions.ts'],
])('it is bundled again, once, after a change of %s', (_, file) => {
  write(file, 'changed');
  run();
  run();
  expect(times).toBe(2);
});

test('it is bundled again after a file was renamed', () => {
  fs.renameSync(path.join(root, 'src/plan.ts'), path.join(root, 'src/plans.ts'));
  run();
  expect(times).toBe(2);
});

test('it is bundled again after bundling failed', () => {
  write('src/plan.ts', 'changed');
  expect(() => bundle(root, () => { throw new Error('no such import'); })).toThrow('no such import');
  run();
  expect(times).toBe(2);
});

test('the bundle of a function that is gone goes', () => {
  write('assets/gone.lambda/index.js', '');
  write('src/plan.ts', 'changed');
  run();
  expect(fs.existsSync(path.join(root, 'assets/gone.lambda'))).toBe(false);
});

function run(): void {
  bundle(root, () => {
    times++;
    write('assets/index.js', '');
  });
}

function write(file: string, content: string): void {
  fs.mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
  fs.writeFileSync(path.join(root, file), content);
}
