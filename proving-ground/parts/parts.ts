import { AUTHENTICATOR, CONTROL_PLANE, goBinary, KWOK, REGISTRY } from './go-binaries';
import { Generation, KarpenterParts, karpenterParts } from './karpenter';
import { Log, tellingHowItStands } from './log';
import { lambdaNode, pythonEnvironment } from './runtimes';
import { Workshop } from './workshop';

/** Everything that the proving ground runs and does not write itself. */
export interface Parts {
  /** One executable; its first argument is etcd, kube-apiserver, kube-controller-manager or kube-scheduler. */
  readonly controlPlane: string;
  readonly kwok: string;
  readonly registry: string;
  readonly authenticator: string;
  /** The bin folder of the virtual environment with the emulators and the AWS CLI. */
  readonly python: string;
  /** The bin folder of the Lambda runtime's Node. */
  readonly node24: string;
  /** Of the generations that were asked for. */
  readonly karpenters: Readonly<Partial<Record<Generation, KarpenterParts>>>;
}

/** Builds what the cache does not have. */
export async function prepareParts(generations: readonly Generation[], log: Log): Promise<Parts> {
  const workshop = new Workshop(log);
  const all = Promise.all([
    goBinary(CONTROL_PLANE, workshop),
    goBinary(KWOK, workshop),
    goBinary(AUTHENTICATOR, workshop),
    goBinary(REGISTRY, workshop),
    pythonEnvironment(workshop),
    lambdaNode(workshop),
    Promise.all(generations.map(async (generation) => [generation, await karpenterParts(generation, workshop)] as const)),
  ]);
  const [controlPlane, kwok, authenticator, registry, python, node24, karpenters] =
    await tellingHowItStands(log, () => workshop.howItStands(), all);
  return {
    controlPlane,
    kwok,
    registry,
    authenticator,
    python,
    node24,
    karpenters: Object.fromEntries(karpenters),
  };
}

/** The parts of a generation, which whoever runs it asked for before. */
export function karpenterOf(parts: Parts, generation: Generation): KarpenterParts {
  const found = parts.karpenters[generation];
  if (!found) {
    throw new Error(`Karpenter ${generation} was not built, only ${Object.keys(parts.karpenters).join(', ')}`);
  }
  return found;
}
