import { awscdk, javascript } from 'projen';

/** The oldest version that has all that is used: `CustomResource.serviceTimeout` came last. */
const CDK_FLOOR = '2.175.0';
/** The version that is developed and tested against: the newest that the pinned CDK CLI can read. */
const CDK_DEVELOPED_ON = '2.270.0';

const project = new awscdk.AwsCdkConstructLibrary({
  name: 'cdk-karpenter-migration',
  description: 'Moves an existing EKS cluster from the Cluster Autoscaler to Karpenter, and back, as infrastructure as code.',
  keywords: ['aws', 'cdk', 'eks', 'karpenter', 'cluster-autoscaler', 'migration', 'kubernetes'],
  author: 'The cdk-karpenter-migration authors',
  authorAddress: 'maintainers@cdk-karpenter-migration.dev',
  repositoryUrl: 'https://github.com/cdk-karpenter-migration/cdk-karpenter-migration.git',
  license: 'Apache-2.0',
  defaultReleaseBranch: 'main',
  packageManager: javascript.NodePackageManager.NPM,
  projenrcTs: true,
  jsiiVersion: '~5.9.0',
  cdkVersion: CDK_FLOOR,
  constructsVersion: '10.3.0',
  minNodeVersion: '20.0.0',
  typescriptVersion: '~5.9.0',
  stability: 'experimental',

  peerDeps: ['cdk8s@^2.68.0'],
  // Developed on newer versions than the oldest that users may have.
  peerDependencyOptions: { pinnedDevDependency: false },
  devDeps: [
    `aws-cdk-lib@${CDK_DEVELOPED_ON}`,
    'constructs@10.5.1',
    'aws-cdk@2.1148.1',
    '@aws-cdk/lambda-layer-kubectl-v27@^2.1.0',
    // For the examples of Karpenter v1, on a cluster of today.
    '@aws-cdk/lambda-layer-kubectl-v34@^2.2.2',
    '@aws-sdk/client-auto-scaling',
    '@aws-sdk/client-cloudformation',
    '@aws-sdk/client-cloudwatch',
    '@aws-sdk/client-cloudwatch-logs',
    '@aws-sdk/client-ec2',
    '@aws-sdk/client-eks',
    '@aws-sdk/client-eventbridge',
    '@aws-sdk/client-iam',
    '@aws-sdk/client-lambda',
    '@aws-sdk/client-service-quotas',
    '@aws-sdk/client-sfn',
    '@aws-sdk/client-sts',
    '@aws-sdk/credential-providers',
    '@smithy/protocol-http',
    '@smithy/signature-v4',
    '@aws-crypto/sha256-js',
    '@cloud-copilot/iam-simulate',
    '@kubernetes/client-node@^1.4.0',
    'ajv@^8',
    'cdk-nag@^2',
    'cdk8s@2.70.106',
    'dependency-cruiser',
    'esbuild',
    'fast-check@^4',
    'jsii-rosetta@~5.9.0',
    'tsx',
    'yaml@^2',
  ],

  // The entries are the roof and the constructs that start them the ground: see below.
  lambdaAutoDiscover: false,

  jestOptions: {
    updateSnapshot: javascript.UpdateSnapshot.NEVER,
    // Most tests synthesize, and the constructs read the functions' bundles.
    jestConfig: { testTimeout: 60_000, globalSetup: '<rootDir>/projenrc/bundle.ts' },
  },
  tsconfigDevFile: 'tsconfig.dev.json',
  // Type errors are the compiler's business: tests only transpile, which makes them start in a second.
  // The Kubernetes client is an ES module, which only bundles contain; node20 knows that it may be required.
  tsconfigDev: {
    include: ['.projenrc.ts'],
    compilerOptions: { isolatedModules: true, module: 'node20', moduleResolution: javascript.TypeScriptModuleResolution.NODE16 },
  },
  eslintOptions: { dirs: ['src'], devdirs: ['test', 'examples', 'proving-ground', 'bench'] },

  sampleCode: false,
  github: false,
  depsUpgrade: false,
  release: false,

  bin: { 'cdk-karpenter-migration': 'assets/cli/index.js' },
  publishToMaven: {
    javaPackage: 'io.github.cdkkarpentermigration',
    mavenGroupId: 'io.github.cdk-karpenter-migration',
    mavenArtifactId: 'cdk-karpenter-migration',
  },
  publishToGo: { moduleName: 'github.com/cdk-karpenter-migration/cdk-karpenter-migration-go', packageName: 'cdkkarpentermigration' },
  publishToNuget: { dotNetNamespace: 'CdkKarpenterMigration', packageId: 'CdkKarpenterMigration' },
  publishToPypi: { distName: 'cdk-karpenter-migration', module: 'cdk_karpenter_migration' },

  gitignore: ['cdk.out/', '.jsii.tabl.json', '.cache/', 'proving-ground/runs/', '*.tgz', '.venv/', '__pycache__/', '.pytest_cache/', '/examples/java/target/'],
});

for (const name of ['aws', 'kubernetes']) {
  const constructFile = `src/custom-resources/${name}-function.ts`;
  // The linter would correct what is generated, and the next generation take it back.
  project.eslint!.addIgnorePattern(constructFile);
  new awscdk.LambdaFunction(project, {
    cdkDeps: project.cdkDeps,
    entrypoint: `src/functions/${name}.lambda.ts`,
    constructFile,
    constructName: `${name[0].toUpperCase()}${name.slice(1)}Function`,
    runtime: new awscdk.LambdaRuntime('nodejs24.x', 'node24', { defaultExternals: [] }),
    bundlingOptions: { sourcemap: false, watchTask: false },
    // Only version 2 of the SDK reads the variable.
    awsSdkConnectionReuse: false,
  });
  // Its command for esbuild has no plugins.
  project.tasks.tryFind(`bundle:functions/${name}.lambda`)!.reset(`tsx projenrc/functions.ts ${name}`);
}

// What index does not reach lives in the functions' bundles only; a compilation leaves nothing of an older one in the package.
project.tryFindObjectFile('tsconfig.json')!.addOverride('include', ['src/index.ts']);
project.compileTask.prependExec('node --eval "fs.rmSync(\'lib\', { recursive: true, force: true })"');
project.compileTask.exec('tsx projenrc/library.ts');

for (const unpublished of ['/proving-ground', '/bench', '/rosetta', '/examples', '/.ci', '/docs', '/cdk.json', '/cdk.out', '/assets/.sources', '/.dependency-cruiser.cjs', 'CONTRIBUTING.md']) {
  project.addPackageIgnore(unpublished);
}

// One project for the linter that has everything: the compiler's leaves out tests, entries and adapters.
const eslintrc = project.tryFindObjectFile('.eslintrc.json')!;
eslintrc.addDeletionOverride('parserOptions.projectService');
eslintrc.addOverride('parserOptions.project', './tsconfig.dev.json');
eslintrc.addOverride('settings.import/resolver.typescript.project', './tsconfig.dev.json');

// What only the functions' bundles contain is no dependency of the library.
for (const bundled of ['src/functions/**', 'src/cli/**', 'src/**/*.aws.ts', 'src/**/*.kubernetes.ts', 'src/node-access/mapping-list.ts', 'src/node-access/go-yaml*.ts', 'src/workflow/critical-workloads/addon-configuration.ts']) {
  project.eslint!.allowDevDeps(bundled);
}
for (const developed of ['examples/**', 'proving-ground/**', 'bench/**']) {
  project.eslint!.allowDevDeps(developed);
}

// The library's runs need Node alone; the proving ground needs Go and Python as well and has its own command.
project.addScripts({
  'prove': 'tsx proving-ground/main.ts',
  // Figures, against what people would use instead.
  'bench': 'tsx bench/main.ts',
  // The rules of AWS that the proving ground adds to the emulators, each seen to hold, and how figures come about.
  'prove:rules': `tsx --test --test-reporter=tap ${[
    ...[
      'parts/workshop', 'parts/aws-auth', 'aws/rules', 'nodes/pod-environment', 'nodes/user-data', 'nodes/ebs', 'nodes/nodegroup-draining',
      'customer/coredns-addon', 'customer/customer',
      'observe/disruption', 'observe/audit-events', 'observe/calls', 'observe/picture', 'observe/screen', 'phases/cluster-snapshot', 'phases/summary', 'arguments', 'side-by-side',
    ].map(spec => `proving-ground/${spec}`),
    ...[
      'arguments', 'document', 'ground/callers', 'ground/requests', 'ground/order', 'ground/drain-figures', 'ground/deployment-chapter', 'ground/drain-chapter',
      'scale/drain', 'scale/live/live',
    ].map(spec => `bench/${spec}`),
  ].map(spec => `${spec}.spec.ts`).join(' ')}`,
});

// The newest version names platform packages that are not published, which `npm ci` refuses.
project.package.addPackageResolutions('unrs-resolver@1.12.2');

// The snippets of the README are compiled against what they import, and one that does not compile fails the tests.
project.package.addField('jsiiRosetta', { strict: true, exampleDependencies: { '@aws-cdk/lambda-layer-kubectl-v34': '^2.2.2' } });

// The step that everybody uses who needs bundles; it runs the task of each bundle only if the sources changed.
project.bundler.bundleTask.reset('tsx projenrc/bundle.ts');

// The README's snippets are compiled against the compiled library, which a fresh clone does not have.
project.testTask.prependSpawn(project.compileTask);
const extractSnippets = 'jsii-rosetta extract --strict --compile';
project.testTask.exec(extractSnippets);

// The documentation in a package shows them in its language; once for a compilation is enough.
const translateSnippets = project.addTask('translate-snippets', {
  description: 'Translates the snippets of the README for the packages in other languages',
  condition: '[ ! .jsii.tabl.json -nt .jsii ]',
  exec: extractSnippets,
});
for (const language of ['java', 'python', 'dotnet', 'go']) {
  project.tasks.tryFind(`package:${language}`)!.prependSpawn(translateSnippets);
}

project.synth();
