import { readdirSync, readFileSync } from 'fs';
import { join } from 'path';
import { build, BuildOptions, OnLoadResult, Plugin } from 'esbuild';

const REPOSITORY = join(__dirname, '..');
/** Under this name the command line is bundled, not a function. */
const COMMAND_LINE = 'cli';
const COMMON = {
  bundle: true,
  platform: 'node',
  tsconfig: 'tsconfig.dev.json',
  minify: true,
  keepNames: true,
  logLevel: 'warning',
  // What is written as ES modules first: nothing can be left out of a CommonJS module.
  mainFields: ['module', 'main'],
} as const satisfies BuildOptions;

/**
 * Bundles one function with its SDK clients, and of those only what the function calls: how long a function takes to start, and the memory that
 * it has then, follow from how much there is to read.
 */
export async function bundleFunction(name: string): Promise<void> {
  await build({
    absWorkingDir: REPOSITORY,
    entryPoints: [`src/functions/${name}.lambda.ts`],
    outfile: `assets/functions/${name}.lambda/index.js`,
    target: 'node24',
    ...COMMON,
    plugins: PLUGINS,
  });
}

/**
 * Bundles the command line, which is in the package beside the library. The library itself, and the CDK, it takes from where they are installed: what a plan
 * says is what they would synthesize.
 */
export async function bundleCommandLine(): Promise<void> {
  const { version } = JSON.parse(readFileSync(join(REPOSITORY, 'package.json'), 'utf8'));
  await build({
    absWorkingDir: REPOSITORY,
    entryPoints: ['src/cli/main.ts'],
    outfile: 'assets/cli/index.js',
    target: 'node20',
    ...COMMON,
    external: ['aws-cdk-lib', 'aws-cdk-lib/*', 'constructs', 'cdk8s'],
    banner: { js: '#!/usr/bin/env node' },
    define: { LIBRARY_VERSION: JSON.stringify(version) },
    plugins: [...PLUGINS, LIBRARY],
  });
}

/** The compiled library, as seen from the bundle of the command line. */
const LIBRARY: Plugin = {
  name: 'library',
  setup: ({ onResolve }) => onResolve({ filter: /^(\.\.\/)+index$/ }, ({ importer, resolveDir, path }) =>
    importer.startsWith(join(REPOSITORY, 'src', 'cli')) && join(resolveDir, path) === join(REPOSITORY, 'src', 'index')
      ? { path: '../../lib/index.js', external: true } : undefined),
};

/**
 * Writes the keys of the AWS clients' schemas out. A key that is computed may have an effect, so that esbuild keeps the schema, and each that it
 * refers to, whether anything uses it or not: half a megabyte for EC2.
 */
const SCHEMAS: Plugin = {
  name: 'schemas',
  setup: ({ onLoad }) => onLoad({ filter: /@aws-sdk\/.+\/schemas\/schemas_\d+\.js$/ }, ({ path }) => javascript(withPlainKeys(readFileSync(path, 'utf8')))),
};

export function withPlainKeys(schemas: string): string {
  const texts = new Map([...schemas.matchAll(/^const (\w+) = ("[^"\n]*");$/gm)].map(([, name, text]) => [name, text]));
  return schemas.replace(/\[(\w+)\]:/g, (key, name) => texts.has(name) ? `${texts.get(name)}:` : key);
}

/** Leaves out the modules of the Kubernetes client that nothing uses: logging in by other ways, commands in containers, forwarding of ports. */
const KUBERNETES: Plugin = {
  name: 'kubernetes',
  setup: ({ onResolve, resolve }) => onResolve({ filter: /./ }, async ({ path, importer, kind, resolveDir, pluginData }) => {
    const isOfClient = path === '@kubernetes/client-node' || /@kubernetes\/client-node\/dist\//.test(importer);
    if (!isOfClient || pluginData === KUBERNETES) {
      return undefined;
    }
    return { ...await resolve(path, { importer, kind, resolveDir, pluginData: KUBERNETES }), sideEffects: false };
  }),
};

/**
 * Leaves out what the Kubernetes client generates for each operation of the API and nobody calls: half of the bundle. A method of a class cannot be
 * left out by esbuild. One stays if its name stands anywhere in our sources, or in what the client has beside the generated files.
 */
const OPERATIONS: Plugin = {
  name: 'operations',
  setup: ({ onLoad }) => {
    const words = wordsOf([...sourcesIn(join(REPOSITORY, 'src'), '.ts'), ...sourcesIn(join(REPOSITORY, 'node_modules/@kubernetes/client-node/dist'), '.js')]);
    onLoad({ filter: /@kubernetes\/client-node\/dist\/gen\/(apis|types)\/\w+API\.js$/i }, ({ path }) => javascript(withOperations(readFileSync(path, 'utf8'), words)));
  },
};

/** Methods as the generator writes them, each of them of one operation: its request, the reading of its answer, and what calls the two. */
const OPERATION = /^ {4}(?:async )?([a-z]\w*?)(?:WithHttpInfo)?\([^\n]*\) \{\n(?:(?! {4}\S)[^\n]*\n)* {4}\}\n/gm;

export function withOperations(classes: string, words: ReadonlySet<string>): string {
  return classes.replace(OPERATION, (method, name) => name === 'constructor' || words.has(name) ? method : '');
}

function wordsOf(files: readonly string[]): Set<string> {
  return new Set(files.flatMap(file => readFileSync(file, 'utf8').match(/\w+/g) ?? []));
}

function sourcesIn(folder: string, extension: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(file => file.endsWith(extension) && !/(^|\/)gen\//.test(file))
    .map(file => join(folder, file));
}

/** What the Kubernetes client has for a kubeconfig: logins by other programs and providers, proxies, and its syntax. We give it an address and a token. */
const KUBECONFIG: Plugin = {
  name: 'kubeconfig',
  setup: ({ onResolve, onLoad }) => {
    onResolve({ filter: /^(js-yaml|jsonpath-plus|openid-client|https?-proxy-agent|socks-proxy-agent)$/ }, ({ importer }) =>
      /@kubernetes\/client-node\/dist\//.test(importer) ? { path: 'unused', namespace: 'kubeconfig' } : undefined);
    onLoad({ filter: /./, namespace: 'kubeconfig' }, () => javascript('module.exports = {};'));
  },
};

/** Node's own URL, which the Kubernetes client's `node-fetch` prefers to this package anyway: its tables of characters have 260 kB. */
const WHATWG_URL: Plugin = {
  name: 'whatwg-url',
  setup: ({ onResolve, onLoad }) => {
    onResolve({ filter: /^whatwg-url$/ }, () => ({ path: 'url', namespace: 'own' }));
    onLoad({ filter: /./, namespace: 'own' }, () => javascript('module.exports = { URL };'));
  },
};

function javascript(contents: string): OnLoadResult {
  return { contents, loader: 'js' };
}

/** By the time that this file is read all of its plugins are. */
const PLUGINS = [SCHEMAS, KUBECONFIG, KUBERNETES, OPERATIONS, WHATWG_URL];

if (require.main === module) {
  void Promise.all(process.argv.slice(2).map(name => name === COMMAND_LINE ? bundleCommandLine() : bundleFunction(name)));
}
