import { join } from 'path';
import * as cdk from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as eks from 'aws-cdk-lib/aws-eks';
import { Construct } from 'constructs';
import * as fc from 'fast-check';
import * as ts from 'typescript';
import { facts } from './facts';
import { GROUPS } from './groups';
import * as library from '../../../src';
import { codeOf, imported } from '../../../src/cli/pools/code/code';
import { literal, map, struct } from '../../../src/cli/pools/code/expression';
import { comment, print, snakeCase } from '../../../src/cli/pools/code/print';
import { NodegroupDetails } from '../../../src/cli/pools/contract';
import { GenerationName, Proposal } from '../../../src/cli/pools/proposal';
import { propose } from '../../../src/cli/pools/propose';
import { AWSNodeTemplate } from '../../../src/provisioning/v0/aws-node-template';
import { Provisioner } from '../../../src/provisioning/v0/provisioner';
import { EC2NodeClass } from '../../../src/provisioning/v1/ec2-node-class';
import { NodePool } from '../../../src/provisioning/v1/node-pool';
import { flat, importCluster, rendered as renderedStack, testStack } from '../../karpenter-migration/stack';
import { importedCluster, MANIFEST_RESOURCE } from '../../provisioning/fixtures';
import { Kind, schemaErrors } from '../../provisioning/schemas';

const BOTH: GenerationName[] = ['v0', 'v1'];
const KINDS: Record<GenerationName, { readonly pool: Kind; readonly nodeClass: Kind }> = {
  v0: { pool: 'Provisioner', nodeClass: 'AWSNodeTemplate' }, v1: { pool: 'NodePool', nodeClass: 'EC2NodeClass' },
};

/** A module as a user would write it around the proposal. */
function moduleOf(proposal: Proposal): string {
  const { names, properties, additions } = codeOf(proposal, 'typescript');
  const imports = imported(names, 'typescript');
  return [
    imports,
    'import { KarpenterMigration } from \'cdk-karpenter-migration\';',
    'import { Stack, aws_eks as eks } from \'aws-cdk-lib\';',
    'export function migrate(stack: Stack, cluster: eks.ICluster): KarpenterMigration {',
    'const migration = new KarpenterMigration(stack, \'Migration\', {', 'cluster,', properties, '});',
    additions,
    'return migration;', '}',
  ].join('\n');
}

/** Runs the code, with a library in which something may be another thing, and gives what it makes. */
function run(proposal: Proposal, instead: object, stack: cdk.Stack, cluster: eks.ICluster): any {
  const compilerOptions = { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 };
  const { outputText } = ts.transpileModule(moduleOf(proposal), { compilerOptions });
  const modules: Record<string, unknown> = { 'cdk-karpenter-migration': { ...library, ...instead }, 'aws-cdk-lib': cdk, 'aws-cdk-lib/aws-ec2': ec2 };
  const exported: any = {};
  new Function('require', 'exports', outputText)((name: string) => modules[name], exported);
  return exported.migrate(stack, cluster);
}

/** One stack for all objects that are rendered without a migration, of which a single one takes seconds. */
const RENDERING = importedCluster();
let rendered = 0;

/** In place of a migration: makes the objects and nothing else. */
class Recorder {
  public readonly objects: any[] = [];
  private readonly first: any;

  public constructor(_: unknown, __: string, { release: { first } }: { readonly release: { readonly first: any } }) {
    this.first = first.nodeClass ? this.addNodeClass('First', first.nodeClass) : this.addNodeTemplate('First', first.nodeTemplate);
    if (first.nodePool) {
      this.addNodePool('First', first.nodePool);
    } else {
      this.addProvisioner('First', first.provisioner);
    }
  }

  public addNodePool(id: string, options: any) {
    return this.add(NodePool, id, { nodeClass: this.first, ...options });
  }

  public addNodeClass(id: string, options: any) {
    return this.add(EC2NodeClass, id, { instanceProfile: 'nodes', ...options });
  }

  public addProvisioner(id: string, options: any) {
    return this.add(Provisioner, id, { nodeTemplate: this.first, ...options });
  }

  public addNodeTemplate(id: string, options: any) {
    return this.add(AWSNodeTemplate, id, options);
  }

  private add(type: any, id: string, options: object): any {
    const { stack, cluster } = RENDERING;
    const made = new type(new Construct(stack, `Scope${rendered++}`), id, { ...options, cluster });
    this.objects.push(made._toManifest());
    return made;
  }
}

const RECORDING = { KarpenterMigration: Recorder, KarpenterRelease: { v0: (first: any) => ({ first }), v1: (first: any) => ({ first }) } };

function check(proposal: Proposal, objects: any[]): void {
  const { pool, nodeClass } = KINDS[proposal.generation];
  const names = (kind: Kind) => objects.filter(object => object.kind === kind).map(({ metadata }) => metadata.name).sort();
  expect(names(pool)).toEqual(proposal.pools.map(({ name }) => name).sort());
  expect(names(nodeClass)).toEqual(proposal.nodeClasses.map(({ name }) => name).sort());
  expect(objects.flatMap(object => schemaErrors(object.kind, object).map(error => `${object.metadata.name} ${error}`))).toEqual([]);
}

function objectsOf(groups: readonly NodegroupDetails[], generation: GenerationName): any[] {
  const proposal = propose(facts(...groups), generation);
  const { objects } = run(proposal, RECORDING, RENDERING.stack, RENDERING.cluster);
  check(proposal, objects);
  return objects;
}

describe.each(BOTH)('with Karpenter %s', (generation) => {
  test.each(GROUPS.map(group => [group.name, group] as const))('what is proposed for the node group %s is what Karpenter takes', (_, group) => {
    objectsOf([group], generation);
  });

  test('what is proposed for several of them is too, each pool with a node class that is there', () => {
    fc.assert(fc.property(fc.shuffledSubarray([...GROUPS], { minLength: 2, maxLength: 9 }), (groups) => {
      const objects = objectsOf(groups, generation);
      const ofKind = (kind: Kind) => objects.filter(object => object.kind === kind);
      const refs = ofKind(KINDS[generation].pool).map(({ spec }) => generation === 'v0' ? spec.providerRef.name : spec.template.spec.nodeClassRef.name);
      expect(new Set(refs)).toEqual(new Set(ofKind(KINDS[generation].nodeClass).map(({ metadata }) => metadata.name)));
    }), { numRuns: 20 });
  });

  test('a migration with all of them synthesizes', () => {
    const proposal = propose(facts(...GROUPS), generation);
    const stack = testStack();
    run(proposal, {}, stack, importCluster(stack));
    const kinds: string[] = Object.values(KINDS[generation]);
    const objects = Object.values(renderedStack(stack).Resources).filter(({ Type }) => Type === MANIFEST_RESOURCE)
      .flatMap(({ Properties }) => JSON.parse(flat(Properties.Manifest))).filter(({ kind }) => kinds.includes(kind));
    expect(objects.length).toBeGreaterThan(30);
    check(proposal, objects);
  }, 240_000);
});

test('the objects are what the node group is', () => {
  const group = (name: string) => GROUPS.find(one => one.name === name)!;
  const [nodeClass, pool] = objectsOf([group('gpu')], 'v1').sort((one, other) => one.kind < other.kind ? -1 : 1);
  expect(pool.spec.template.spec).toMatchObject({
    taints: [{ key: 'nvidia.com/gpu', value: 'true', effect: 'NoSchedule' }, { key: 'wish', effect: 'PreferNoSchedule' }],
    startupTaints: [{ key: 'node.cilium.io/agent-not-ready', value: 'true', effect: 'NoExecute' }],
  });
  expect(pool.spec.template.metadata.labels).toEqual({ 'example.com/gpu': '', 'node.kubernetes.io/kind': 'gpu' });
  expect(nodeClass.spec.amiSelectorTerms).toEqual([{ alias: 'al2023@latest' }]);

  const scripted = objectsOf([group('scripted')], 'v1').find(({ kind }) => kind === 'EC2NodeClass');
  expect(scripted.spec.userData).toContain('echo "it\'s \\"quoted\\" `here` $PATH \\\\ ${x}"');

  const tuned = objectsOf([group('tuned')], 'v0').find(({ kind }) => kind === 'Provisioner');
  expect(tuned.spec.kubeletConfiguration).toMatchObject({
    maxPods: 58,
    podsPerCore: 9,
    systemReserved: { cpu: '100m', memory: '200Mi', pid: '1000' },
    evictionHard: { 'memory.available': '500Mi', 'nodefs.available': '10%' },
    evictionSoftGracePeriod: { 'memory.available': '90s' },
    clusterDNS: ['172.20.0.10'],
  });
  expect(tuned.spec.consolidation).toEqual({ enabled: true });
});

test('all of the code compiles', () => {
  const folder = __dirname;
  const files = new Map(BOTH.map(generation => [join(folder, `proposed-${generation}.ts`), moduleOf(propose(facts(...GROUPS), generation))
    .replaceAll('\'cdk-karpenter-migration\'', '\'../../../src\'')]));
  const { config } = ts.readConfigFile(join(folder, '../../../tsconfig.dev.json'), file => ts.sys.readFile(file));
  const { options } = ts.parseJsonConfigFileContent({ ...config, include: [], files: [...files.keys()] }, ts.sys, join(folder, '../../..'));
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists, readFile } = host;
  host.getSourceFile = (name, ...others) => files.has(name)
    ? ts.createSourceFile(name, files.get(name)!, ts.ScriptTarget.ES2022) : getSourceFile(name, ...others);
  host.fileExists = name => files.has(name) || fileExists(name);
  host.readFile = name => files.get(name) ?? readFile(name);
  const program = ts.createProgram([...files.keys()], options, host);
  const complaints = [...files.keys()].flatMap((name) => {
    const source = program.getSourceFile(name);
    return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
  });
  expect(complaints.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))).toEqual([]);
}, 240_000);

test('Python has the names that jsii gives, and its own words', () => {
  const { names, properties, additions } = codeOf(propose(facts(...GROUPS), 'v1'), 'python');
  const imports = imported(names, 'python');
  expect(imports).toContain('from aws_cdk import Duration, Size\nfrom aws_cdk.aws_ec2 import EbsDeviceVolumeType\nfrom cdk_karpenter_migration import AmiAlias');
  expect(properties).toMatch(/^release=KarpenterRelease\.v1\(\n {4}node_pool=NodePoolOptions\(/);
  expect(properties).toContain('node_access=NodeAccess.auto(windows=True),');
  expect(additions).toContain('encrypted=True');
  expect(additions).not.toMatch(/;$|=(true|false)\b/m);
});

test.each([
  ['httpPutResponseHopLimit', 'http_put_response_hop_limit'], ['httpProtocolIpv6', 'http_protocol_ipv6'], ['kmsKeyId', 'kms_key_id'],
  ['cpuCfsQuota', 'cpu_cfs_quota'], ['al2023Latest', 'al2023_latest'], ['windows2022Latest', 'windows2022_latest'], ['isNotIn', 'is_not_in'], ['v1', 'v1'],
])('%s is %s in Python', (name, expected) => {
  expect(snakeCase(name)).toBe(expected);
});

test('text is the same after it was written', () => {
  fc.assert(fc.property(fc.string({ unit: 'grapheme' }), fc.string(), (text, key) => {
    const value = new Function(`return (${print(struct('X', { a: literal(text), b: map({ [key]: text }) }), 'typescript')});`)();
    expect(value.a).toBe(text);
    expect(Object.entries(value.b)).toEqual(key === '__proto__' ? [] : [[key, text]]);
  }));
});

test('a long remark has several lines, each of them a remark', () => {
  const lines = comment('word '.repeat(60), 'python', '    ').split('\n');
  expect(lines.length).toBeGreaterThan(2);
  expect(lines.every(line => line.startsWith('    #') && line.length <= 112)).toBe(true);
});

test('no node groups give the default release', () => {
  expect(codeOf(propose(facts(), 'v1'), 'typescript')).toEqual({
    names: ['KarpenterRelease'], properties: 'release: KarpenterRelease.v1(),', additions: '',
  });
});
