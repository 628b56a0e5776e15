import { Charts, charts } from './charts';
import { AUTHENTICATOR, CONTROL_PLANE, goBinary, KARPENTER, KWOK, REGISTRY } from './go-binaries';
import { kubectlLayer } from './kubectl-layer';
import { Log, tellingHowItStands } from './log';
import { lambdaNode, pythonEnvironment } from './runtimes';
import { Workshop } from './workshop';

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

/** Builds what the cache does not have. */
export async function prepareParts(log: Log): Promise<Parts> {
  const workshop = new Workshop(log);
  const all = Promise.all([
    goBinary(CONTROL_PLANE, workshop),
    goBinary(KARPENTER, workshop),
    goBinary(KWOK, workshop),
    goBinary(AUTHENTICATOR, workshop),
    goBinary(REGISTRY, workshop),
    pythonEnvironment(workshop),
    lambdaNode(workshop),
    kubectlLayer(workshop),
    charts(workshop),
  ]);
  const [controlPlane, karpenter, kwok, authenticator, registry, python, node24, layer, packages] =
    await tellingHowItStands(log, () => workshop.howItStands(), all);
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
    charts: packages,
  };
}
