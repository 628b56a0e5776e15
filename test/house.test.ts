import { spawnSync } from 'child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import { dirname, join } from 'path';

const ROOT = join(__dirname, '..');
const RULES = join(ROOT, '.dependency-cruiser.cjs');
const CRUISE = join(ROOT, 'node_modules', 'dependency-cruiser', 'bin', 'dependency-cruise.mjs');

/** The rules that are broken, with who breaks them. */
function violations(folder: string, trees: string[]): string[] {
  const { stdout, stderr } = spawnSync(process.execPath, [CRUISE, '--config', RULES, '--output-type', 'json', ...trees], {
    cwd: folder, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024,
  });
  if (stdout === '') {
    throw new Error(`dependency-cruiser says nothing but ${stderr}`);
  }
  return JSON.parse(stdout).summary.violations.map(({ rule, from }: { rule: { name: string }; from: string }) => `${rule.name}: ${from}`);
}

/** Files with what they import, and the rules that this breaks. */
const BUILT_WRONG: ReadonlyArray<readonly [path: string, imported: string, broken?: string]> = [
  // An import from a floor above, from the ground up to the roof, from beside, and of an entry.
  ['src/cluster/a.ts', '../workflow/contract', 'floor of src/cluster'],
  ['src/words/a.ts', '../functions/b', 'floor of src/words'],
  ['src/iam/a.ts', '../node-access/contract', 'floor of src/iam'],
  ['src/preflight/a.ts', '../migration', 'floor of src/preflight'],
  ['proving-ground/parts/a.ts', '../phases/b', 'floor of proving-ground/parts'],
  // A step that knows another.
  ['src/workflow/removal/a.ts', '../scale-down/b', 'step removal stands alone'],
  // A client, and an adapter, where there is something to decide.
  ['src/cluster/plan.ts', '@aws-sdk/client-ec2', 'clients live in adapters'],
  ['src/discovery-tags/plan.ts', '../cluster/survey.aws', 'plans know no adapters'],
  // A function that needs the CDK, if only by somebody whom it asks.
  ['src/functions/a.ts', '../karpenter/construct', 'functions know no CDK'],
  ['src/karpenter/construct.ts', 'aws-cdk-lib/aws-iam'],
  // Two files of one chapter that need each other.
  ['src/node-access/one.ts', './other', 'no circles'],
  ['src/node-access/other.ts', './one'],
  // What is built right.
  ['src/workflow/handler.ts', '../cluster/contract'],
  ['src/workflow/removal/step.ts', '../draining/drain'],
  ['src/cluster/survey.aws.ts', '@aws-sdk/client-eks'],
  ['src/functions/aws.lambda.ts', '../cluster/survey.aws'],
];

function build(folder: string): void {
  const imports = new Map(BUILT_WRONG.map(([path, imported]) => [path, [imported]]));
  for (const [path, imported] of BUILT_WRONG) {
    const target = join(dirname(path), `${imported}.ts`);
    if (imported.startsWith('.') && !imports.has(target)) {
      imports.set(target, []);
    }
  }
  writeFileSync(join(folder, 'tsconfig.dev.json'), '{}');
  for (const [path, all] of imports) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), [...all.map(one => `import '${one}';`), 'export const here = 1;'].join('\n'));
  }
}

test('no import goes upwards and no circle is left', () => {
  expect(violations(ROOT, ['src', 'proving-ground'])).toEqual([]);
});

test('a house that is built wrong is seen', () => {
  const folder = mkdtempSync(join(tmpdir(), 'house-'));
  try {
    build(folder);
    expect(violations(folder, ['src', 'proving-ground']).sort())
      .toEqual(BUILT_WRONG.flatMap(([path, , broken]) => broken ? [`${broken}: ${path}`] : []).sort());
  } finally {
    rmSync(folder, { recursive: true });
  }
});
