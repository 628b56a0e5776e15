import { readFileSync } from 'fs';
import { join } from 'path';
import { build, OnLoadResult, Plugin } from 'esbuild';

const REPOSITORY = join(__dirname, '..');

/**
 * Bundles one function with its SDK clients, and of those only what the function calls: how long a function takes to start, and the memory that
 * it has then, follow from how much there is to read.
 */
export async function bundleFunction(name: string): Promise<void> {
  await build({
    absWorkingDir: REPOSITORY,
    entryPoints: [`src/functions/${name}.lambda.ts`],
    outfile: `assets/functions/${name}.lambda/index.js`,
    bundle: true,
    platform: 'node',
    target: 'node24',
    tsconfig: 'tsconfig.dev.json',
    minify: true,
    keepNames: true,
    logLevel: 'warning',
    // What is written as ES modules first: nothing can be left out of a CommonJS module.
    mainFields: ['module', 'main'],
    plugins: [SCHEMAS, KUBERNETES, WHATWG_URL],
  });
}

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

if (require.main === module) {
  void Promise.all(process.argv.slice(2).map(bundleFunction));
}
