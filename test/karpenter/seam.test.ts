import { readdirSync, readFileSync } from 'fs';
import { join } from 'path';
import * as ts from 'typescript';
import { apiOf } from '../../src/karpenter/apis';
import { KarpenterRelease } from '../../src/karpenter/karpenter-release';

const ROOT = join(__dirname, '../..');

/** What only a generation may say. Step Functions has machines of its own. */
const WORDS = new RegExp([
  /v1alpha5|v1alpha1|Provisioner|(?<![sS]tate)Machine|AWSNodeTemplate|provisioner-name|do-not-evict|settings\.aws/,
  /karpenter\.sh\/v1|NodePool|EC2NodeClass|NodeClaim|karpenter\.sh\/nodepool|do-not-disrupt|eks-cluster-name|settings\.(cluster|interruption)/,
].map(({ source }) => source).join('|'));

/** Where a generation is at home. */
const HOMES = [/^src\/karpenter\/v\d\//, /^src\/provisioning\/v\d\//, /^src\/karpenter\/karpenter-release\.ts$/, /^src\/index\.ts$/];

/** What may say them all the same, each with what it says. Whatever is not needed any more must go from here. */
const EXCEPTIONS: Readonly<Record<string, readonly string[]>> = {
  // What belongs to one generation stands here under its own name.
  'src/karpenter-migration.ts': [
    'AWSNodeTemplate', 'AWSNodeTemplateOptions', 'Provisioner', 'ProvisionerOptions', 'addProvisioner', "this.v0('addProvisioner').addProvisioner",
    'EC2NodeClass', 'EC2NodeClassOptions', 'NodePool', 'NodePoolOptions', 'addNodePool', "this.v1('addNodePool').addNodePool",
  ],
  // They write what users write, in the names of the library.
  'src/cli/pools/code/code.ts': ['addProvisioner', 'addNodePool'],
  'src/cli/pools/code/options.ts': ['ProvisionerOptions', 'NodePoolOptions', 'AWSNodeTemplateOptions', 'EC2NodeClassOptions'],
};

function filesOf(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true })
    .flatMap(entry => entry.isDirectory() ? filesOf(`${folder}/${entry.name}`) : [`${folder}/${entry.name}`])
    .filter(file => file.endsWith('.ts'));
}

/** The words of the code, without its comments: names, texts and parts of templates. */
function wordsOf(file: string, text: string): string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node) || ts.isPrivateIdentifier(node) || ts.isStringLiteralLike(node) || ts.isTemplateHead(node)
      || ts.isTemplateMiddle(node) || ts.isTemplateTail(node) || ts.isRegularExpressionLiteral(node)) {
      found.push(node.text);
    } else if (ts.isPropertyAccessExpression(node)) {
      found.push(node.getText().replace(/[?!]/g, ''));
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true));
  return found;
}

function foreignWords(file: string, text: string): string[] {
  // Few files are worth the parsing.
  if (!WORDS.test(text.replace(/[?!]/g, ''))) {
    return [];
  }
  return [...new Set(wordsOf(file, text).filter(word => WORDS.test(word)))];
}

const OUTSIDE = filesOf('src').filter(file => !HOMES.some(home => home.test(file)));

test('outside of its home nothing says the words of one generation', () => {
  const found = OUTSIDE.flatMap(file => foreignWords(file, readFileSync(join(ROOT, file), 'utf8'))
    .filter(word => !EXCEPTIONS[file]?.includes(word))
    .map(word => `${file}: ${word.trim().slice(0, 80)}`));
  expect(found).toEqual([]);
});

test.each(Object.entries(EXCEPTIONS))('%s needs its exceptions', (file, words) => {
  expect(foreignWords(file, readFileSync(join(ROOT, file), 'utf8'))).toEqual(expect.arrayContaining([...words]));
});

test.each([
  ['a name', 'const theProvisioner = 1;', true],
  ['a text', "const kind = 'Machine';", true],
  ['a part of a template', 'const says = `${1} carries karpenter.sh/do-not-evict: ${2}`;', true],
  ['a group and version', "const kinds = { version: 'v1alpha5' };", true],
  ['a value of the chart', 'const value = values?.settings?.aws?.clusterName;', true],
  ['a kind of v1', 'const theNodePool = { nodeClass: "EC2NodeClass" };', true],
  ['an annotation of v1', "const keep = 'karpenter.sh/do-not-disrupt';", true],
  ['a tag of v1', "const filter = 'tag:eks:eks-cluster-name';", true],
  ['a node group', "const nodegroup = 'eks:nodegroup-name'; const name = 'eks:cluster-name';", false],
  ['a comment', '/** A Provisioner. */ const pool = 1; // Machine', false],
  ['a state machine', "import { StateMachine } from 'x'; const arn = { StateMachineArn: 1 };", false],
  ['a pool', 'const pool = api.words.pool;', false],
])('hears %s', (_name, code, heard) => {
  expect(foreignWords('x.ts', code).length > 0).toBe(heard);
});

test('the functions find every generation by the name of its API', () => {
  for (const name of ['karpenter.sh/v1alpha5', 'karpenter.sh/v1']) {
    expect(apiOf(name).name).toBe(name);
  }
});

test.each([
  ['karpenter.sh/v1alpha5', KarpenterRelease.v0()],
  ['karpenter.sh/v1', KarpenterRelease.v1()],
])('release and API of %s say the same', (name, release) => {
  const api = apiOf(name);
  expect(release.ownerLabel).toBe(api.ownerLabel);
  expect(release.crdNames.slice(0, 3)).toEqual([api.kinds.pool, api.kinds.claim, api.kinds.nodeClass].map(({ plural, group }) => `${plural}.${group}`));
});

test('an API that is not known is refused with those that are', () => {
  expect(() => apiOf('karpenter.sh/v9')).toThrow('"karpenter.sh/v9" is not an API of Karpenter that this function knows, it knows karpenter.sh/v1alpha5');
});
