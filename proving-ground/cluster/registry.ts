import { baseEnvironment, Processes, ready } from './processes';
import { run } from '../parts/command';
import { Parts } from '../parts/parts';

const PORT = 5100;

export interface ChartRegistry {
  /** Where `public.ecr.aws` leads. */
  readonly url: string;
}

/** A registry that has the charts where their publisher has them: karpenter/karpenter and karpenter/karpenter-crd. */
export async function startChartRegistry(parts: Parts, processes: Processes): Promise<ChartRegistry> {
  const registry = processes.start('registry', parts.registry, ['-port', String(PORT)]);
  const url = `http://localhost:${PORT}`;
  await ready(registry, async () => (await fetch(`${url}/v2/`)).ok);
  for (const chart of [parts.charts.karpenter, parts.charts.karpenterCrd]) {
    // Helm speaks plain HTTP with localhost only.
    await run(parts.helm, ['push', chart, `oci://localhost:${PORT}/karpenter`], { env: baseEnvironment() });
  }
  return { url };
}
