import { call, Code, literal, namesIn, struct } from './expression';
import { NodeClassReference, nodeClassOptions, poolOptions } from './options';
import { Language, print, snakeCase } from './print';
import { systemOf } from '../image';
import { NodeClassProposal, PoolProposal, Proposal } from '../proposal';

/** A proposal in the words of this library. */
export interface PoolsCode {
  /** The classes, enums and types that it names, each once. */
  readonly names: readonly string[];
  /** Properties of the migration: `release: …,`, and `nodeAccess: …,` where nodes run Windows; keyword arguments in Python. */
  readonly properties: string;
  /** What follows the migration, which is expected in a variable `migration`; empty for a single pool with its node class. */
  readonly additions: string;
}

/** From where names come that are not the library's. */
const OF_THE_CDK: Readonly<Record<string, string>> = {
  App: 'aws-cdk-lib', Duration: 'aws-cdk-lib', Environment: 'aws-cdk-lib', Size: 'aws-cdk-lib', Stack: 'aws-cdk-lib', EbsDeviceVolumeType: 'aws-cdk-lib/aws-ec2',
};

/** The proposal as code, for an app in one of the languages. */
export function codeOf(proposal: Proposal, language: Language, version?: string): PoolsCode {
  const { properties, additions } = partsOf(proposal, version);
  const names = [...properties.map(([, code]) => code), ...additions.map(({ code }) => code)].flatMap(code => namesIn(code, language === 'python'));
  return {
    names: [...new Set(names.filter(name => name !== 'migration'))],
    properties: properties.map(([name, code]) => language === 'python' ? `${snakeCase(name)}=${print(code, language)},` : `${name}: ${print(code, language)},`).join('\n'),
    additions: additions.map(addition => statement(addition, language)).join('\n'),
  };
}

/** What the code consists of. */
export interface Parts {
  readonly properties: ReadonlyArray<readonly [name: string, code: Code]>;
  readonly additions: readonly Addition[];
}

/** @param version of Karpenter; the generation's default one if undefined */
export function partsOf(proposal: Proposal, version?: string): Parts {
  return { properties: propertiesOf(proposal, version), additions: additionsOf(proposal) };
}

/** A call behind the migration, and the variable that keeps what it gives. */
export interface Addition { readonly variable?: string; readonly code: Code }

function propertiesOf({ generation, pools, nodeClasses }: Proposal, version?: string): Array<readonly [name: string, code: Code]> {
  const words = WORDS[generation];
  const [first] = pools;
  const options = `KarpenterRelease${generation.toUpperCase()}Options`;
  const named = version === undefined ? {} : { version: literal(version) };
  const release = first
    ? call('KarpenterRelease', generation, struct(options, {
      ...named,
      [words.pool]: poolOptions(first, classOf(first, nodeClasses), generation),
      [words.nodeClass]: nodeClassOptions(classOf(first, nodeClasses), generation),
    }))
    : call('KarpenterRelease', generation, ...version === undefined ? [] : [struct(options, named)]);
  const windows = nodeClasses.some(({ image }) => systemOf(image.family) === 'windows');
  return [['release', release], ...windows ? [['nodeAccess', call('NodeAccess', 'auto', struct('NodeAccessOptions', { windows: literal(true) }))] as const] : []];
}

/** Other node classes come before the pools that name them. */
function additionsOf({ generation, pools, nodeClasses }: Proposal): Addition[] {
  const words = WORDS[generation];
  const [first, ...others] = pools;
  const added = nodeClasses.filter(({ name }) => name !== first?.nodeClass);
  return [
    ...added.map(nodeClass => ({
      variable: variableOf(nodeClass),
      code: call('migration', words.addNodeClass, literal(idOf(words.nodeClass, nodeClass.name)), nodeClassOptions(nodeClass, generation)),
    })),
    ...others.map((pool) => {
      const nodeClass = classOf(pool, nodeClasses);
      const reference: NodeClassReference = { property: words.nodeClass, variable: variableOf(nodeClass) };
      return { code: call('migration', words.addPool, literal(idOf(words.pool, pool.name)), poolOptions(pool, nodeClass, generation, pool.nodeClass === first.nodeClass ? undefined : reference)) };
    }),
  ];
}

const WORDS = {
  v0: { pool: 'provisioner', nodeClass: 'nodeTemplate', addPool: 'addProvisioner', addNodeClass: 'addNodeTemplate' },
  v1: { pool: 'nodePool', nodeClass: 'nodeClass', addPool: 'addNodePool', addNodeClass: 'addNodeClass' },
} as const;

function statement({ variable, code }: Addition, language: Language): string {
  const text = print(code, language);
  if (language === 'python') {
    return variable === undefined ? text : `${snakeCase(variable)} = ${text}`;
  }
  return `${variable === undefined ? '' : `const ${variable} = `}${text};`;
}

/** The lines that import such names. */
export function imported(names: readonly string[], language: Language): string {
  const bySource = new Map<string, Set<string>>();
  for (const name of names) {
    const source = OF_THE_CDK[name] ?? 'cdk-karpenter-migration';
    bySource.set(source, (bySource.get(source) ?? new Set()).add(name));
  }
  return [...bySource].sort(([one], [other]) => one < other ? -1 : 1).map(([source, all]) => {
    const list = [...all].sort().join(', ');
    return language === 'python' ? `from ${MODULES[source]} import ${list}` : `import { ${list} } from '${source}';`;
  }).join('\n');
}

const MODULES: Readonly<Record<string, string>> = {
  'aws-cdk-lib': 'aws_cdk', 'aws-cdk-lib/aws-ec2': 'aws_cdk.aws_ec2', 'cdk-karpenter-migration': 'cdk_karpenter_migration',
};

function classOf(pool: PoolProposal, nodeClasses: readonly NodeClassProposal[]): NodeClassProposal {
  return nodeClasses.find(({ name }) => name === pool.nodeClass)!;
}

/** `gpuNodes` for `gpu`; two names never give the same. */
function variableOf({ name }: NodeClassProposal): string {
  return `${name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase()).replace(/-/g, '_')}Nodes`;
}

/** Construct ids are part of the identity: they come from the names alone. */
function idOf(what: string, name: string): string {
  return `${what.replace(/^./, first => first.toUpperCase())}-${name}`;
}
