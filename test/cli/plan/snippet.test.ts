import { mkdtempSync, rmSync, writeFileSync } from 'fs';
import { join } from 'path';
import * as ts from 'typescript';
import { SnippetFacts } from '../../../src/cli/plan/plan';
import { chooseRelease } from '../../../src/cli/plan/release';
import { snippet } from '../../../src/cli/plan/snippet';
import { propose } from '../../../src/cli/pools/propose';
import { facts as poolFacts, launchTemplate, nodegroup } from '../pools/facts';

const ROOT = join(__dirname, '..', '..', '..');

const facts = (kubernetes: string, more: Partial<SnippetFacts> = {}, privateEndpoint = false): SnippetFacts => ({
  cluster: {
    name: 'prod',
    arn: 'arn:aws:eks:eu-central-1:123456789012:cluster/prod',
    status: 'ACTIVE',
    version: kubernetes,
    platformVersion: 'eks.1',
    authenticationMode: 'API',
    clusterSecurityGroupId: 'sg-1',
    vpcId: 'vpc-1',
    subnetIds: ['subnet-a', 'subnet-b'],
    nodegroups: [],
    ...privateEndpoint ? { privateEndpoint } : {},
  },
  account: '123456789012',
  region: 'eu-central-1',
  release: chooseRelease(kubernetes)!,
  administrators: { trusting: ['arn:aws:iam::123456789012:role/admin', 'arn:aws:iam::123456789012:role/breakglass'], others: ['arn:aws:iam::123456789012:role/old'] },
  openIdConnectProviderArn: 'arn:aws:iam::123456789012:oidc-provider/oidc.eks.eu-central-1.amazonaws.com/id/ABC',
  proposal: propose(poolFacts(), chooseRelease(kubernetes)!.generation),
  ...more,
});

const NOBODY = { trusting: [], others: [] };

/** Node groups of which little is as EKS makes it. */
const RICH = poolFacts(
  nodegroup({ labels: { team: 'shop' }, capacityType: 'SPOT' }),
  nodegroup({
    name: 'gpu',
    instanceTypes: ['g5.xlarge'],
    taints: [{ key: 'nvidia.com/gpu', value: 'true', effect: 'NoSchedule' }],
    launchTemplate: launchTemplate({
      blockDevices: [{ deviceName: '/dev/xvda', size: 200, type: 'gp3', iops: 4000, encrypted: true }],
      metadataOptions: { httpTokens: 'required', httpPutResponseHopLimit: 1 },
    }),
  }),
);

const code = (language: 'typescript' | 'python', about: SnippetFacts) => snippet(language, about).code;

/** What the compiler has to say about some apps. */
function problems(apps: readonly string[]): string[] {
  const folder = mkdtempSync(join(ROOT, 'test', 'cli', '.snippets-'));
  try {
    const files = apps.map((app, index) => {
      const file = join(folder, `app-${index}.ts`);
      writeFileSync(file, app);
      return file;
    });
    const options: ts.CompilerOptions = {
      noEmit: true,
      strict: true,
      skipLibCheck: true,
      types: [],
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.Node20,
      moduleResolution: ts.ModuleResolutionKind.Node16,
      paths: { 'cdk-karpenter-migration': [join(ROOT, 'src', 'index.ts')] },
    };
    return ts.getPreEmitDiagnostics(ts.createProgram(files, options)).filter(({ file }) => file?.fileName.startsWith(folder))
      .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test('the code compiles as it is printed, for each kind of cluster', () => {
  expect(problems([
    code('typescript', facts('1.34')),
    code('typescript', facts('1.27', {}, true)),
    code('typescript', facts('1.34', { administrators: NOBODY, openIdConnectProviderArn: undefined })),
    code('typescript', facts('1.34', { proposal: propose(RICH, 'v1') })),
    code('typescript', facts('1.27', { release: chooseRelease('1.25')!, proposal: propose(RICH, 'v0') })),
    'import { KarpenterMigration } from \'cdk-karpenter-migration\';\nexport const wrong: number = KarpenterMigration;',
  ])).toEqual([expect.stringContaining('not assignable to type \'number\'')]);
}, 120_000);

test('the import says what the cluster says, and who else is an administrator', () => {
  const all = code('typescript', facts('1.34'));
  expect(all).toContain('kubectlRoleArn: \'arn:aws:iam::123456789012:role/admin\'');
  expect(all).toContain('// or another administrator: arn:aws:iam::123456789012:role/breakglass');
  expect(all).toContain('new KubectlV34Layer');
  expect(all).not.toContain('kubectlPrivateSubnetIds');
});

test('an administrator that trusts nobody is named with what it lacks', () => {
  const all = code('python', facts('1.34', { administrators: { trusting: [], others: ['arn:aws:iam::123456789012:role/old'] } }));
  expect(all).toContain('# it must trust the functions: let it trust arn:aws:iam::123456789012:root, or see the finding KUBERNETES_ACCESS');
  expect(all).toContain('kubectl_role_arn="arn:aws:iam::123456789012:role/old"');
});

test('a private endpoint brings the network of the functions along', () => {
  expect(code('typescript', facts('1.34', {}, true))).toContain('kubectlPrivateSubnetIds: [\'subnet-a\', \'subnet-b\']');
  expect(code('python', facts('1.34', {}, true))).toContain('kubectl_private_subnet_ids=["subnet-a", "subnet-b"]');
});

test('what nobody knows has to be filled in, and says how', () => {
  const all = code('typescript', facts('1.34', { administrators: NOBODY, openIdConnectProviderArn: undefined }));
  expect(all.match(/FILL-IN/g)).toHaveLength(2);
  expect(all).toContain('eksctl utils associate-iam-oidc-provider --approve --cluster prod');
});

test('a release that is not the default one names its version', () => {
  expect(code('typescript', facts('1.37'))).toContain('KarpenterRelease.v1({ version: \'1.15.1\' })');
  expect(code('python', facts('1.37'))).toContain('KarpenterRelease.v1(version="1.15.1")');
});
