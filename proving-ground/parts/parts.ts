import { Charts, charts } from './charts';
import { AUTHENTICATOR, CONTROL_PLANE, goBinary, KARPENTER, KWOK, REGISTRY } from './go-binaries';
import { kubectlLayer } from './kubectl-layer';
import { Log } from './log';
import { lambdaNode, pythonEnvironment } from './runtimes';

/** Everything that the proving ground runs and does not write itself. */
export interface Parts {
  /** One executable; its first argument is etcd, kube-apiserver, kube-controller-manager or kube-scheduler. */
  readonly controlPlane: string;
  readonly karpenter: string;
  readonly kwok: string;
  readonly registry: string;
  readonly authenticator: string;
  readonly helm: string;
  readonly kubectl: string;
  /** The folder that Lambda would mount at /opt for the kubectl layer. */
  readonly kubectlLayerDir: string;
  /** The bin folder of the virtual environment with the emulators and the AWS CLI. */
  readonly python: string;
  /** The bin folder of the Lambda runtime's Node. */
  readonly node24: string;
  readonly charts: Charts;
}

/** Builds what the cache does not have. One after the other: each of them uses all cores. */
export async function prepareParts(log: Log): Promise<Parts> {
  const layer = await kubectlLayer(log);
  const node24 = await lambdaNode(log);
  const python = await pythonEnvironment(log);
  const registry = await goBinary(REGISTRY, log);
  const authenticator = await goBinary(AUTHENTICATOR, log);
  const kwok = await goBinary(KWOK, log);
  const karpenter = await goBinary(KARPENTER, log);
  const controlPlane = await goBinary(CONTROL_PLANE, log);
  return {
    controlPlane,
    karpenter,
    kwok,
    registry,
    authenticator,
    python,
    node24,
    helm: layer.helm,
    kubectl: layer.kubectl,
    kubectlLayerDir: layer.folder,
    charts: await charts(layer.helm, log),
  };
}
