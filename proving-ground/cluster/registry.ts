import { baseEnvironment, Processes, ready } from './processes';
import { run } from '../parts/command';
import { KarpenterParts } from '../parts/karpenter';
import { Parts } from '../parts/parts';

const PORT = 5100;

export interface ChartRegistry {
  /** Where `public.ecr.aws` leads. */
  readonly url: string;
}

/** A registry that has the charts where their publisher has them: karpenter/karpenter and karpenter/karpenter-crd. */
export async function startChartRegistry(parts: Parts, { charts, tools }: KarpenterParts, processes: Processes): Promise<ChartRegistry> {
  const registry = processes.start('registry', parts.registry, ['-port', String(PORT)]);
  const url = `http://localhost:${PORT}`;
  await ready(registry, async () => (await fetch(`${url}/v2/`)).ok);
  // Helm 3 speaks plain HTTP with localhost and knows no option for it, Helm 4 wants to be told.
  const plainHttp = (await run(tools.helm, ['version', '--short'], { env: baseEnvironment() })).startsWith('v3.') ? [] : ['--plain-http'];
  for (const chart of [charts.karpenter, charts.karpenterCrd]) {
    await run(tools.helm, ['push', chart, `oci://localhost:${PORT}/karpenter`, ...plainHttp], { env: baseEnvironment() });
  }
  return { url };
}
