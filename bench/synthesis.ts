import * as fs from 'fs';
import * as path from 'path';
import { interleaved, median, timed, Usage } from './process';
import { Size, sizeOf } from './size';

/** An app, and the same app without what is measured. */
export interface Pair { readonly title: string; readonly app: string; readonly base: string }

export const PAIRS: readonly Pair[] = [
  { title: 'this, imported cluster', app: 'imported-migration', base: 'imported' },
  { title: 'this, imported cluster, SCALE_DOWN', app: 'imported-migration-scale-down', base: 'imported' },
  { title: 'this, made cluster', app: 'made-migration', base: 'made' },
  { title: 'cdk-eks-karpenter, made cluster', app: 'made-cdk-eks-karpenter', base: 'made' },
  { title: 'eks-blueprints, its own cluster', app: 'blueprints-karpenter', base: 'blueprints' },
];

export interface Difference {
  readonly title: string;
  readonly cpu: Spread;
  readonly wall: Spread;
  readonly size: Size;
  readonly base: { readonly cpu: number; readonly size: Size };
}

/** Of a difference, round by round. */
export interface Spread { readonly median: number; readonly least: number; readonly most: number }

/** What each adds to the app without it. */
export function measureSynthesis(folder: string, rounds: number, say: (line: string) => void): Difference[] {
  const apps = [...new Set(PAIRS.flatMap(({ app, base }) => [app, base]))];
  const sizes = new Map<string, Size>();
  const usages = interleaved(apps, rounds, (app, round) => {
    const cdkOut = path.join(folder, 'cdk.out', app);
    fs.rmSync(cdkOut, { recursive: true, force: true });
    const usage = timed(folder, path.join(folder, 'apps', `${app}.js`), { CDK_OUTDIR: cdkOut });
    sizes.set(app, sizes.get(app) ?? sizeOf(cdkOut));
    say(`round ${round + 1} of ${rounds}: ${app}, ${usage.cpu.toFixed(2)} s of CPU`);
    return usage;
  });
  return PAIRS.map(({ title, app, base }) => ({
    title,
    cpu: spread(usages.get(app)!, usages.get(base)!, 'cpu'),
    wall: spread(usages.get(app)!, usages.get(base)!, 'wall'),
    size: minus(sizes.get(app)!, sizes.get(base)!),
    base: { cpu: median(usages.get(base)!.map(({ cpu }) => cpu)), size: sizes.get(base)! },
  }));
}

/** Two processes of one round have met the same machine. */
export function spread(withIt: readonly Usage[], without: readonly Usage[], figure: 'cpu' | 'wall'): Spread {
  const differences = withIt.map((usage, round) => usage[figure] - without[round][figure]);
  return { median: median(differences), least: Math.min(...differences), most: Math.max(...differences) };
}

function minus(all: Size, base: Size): Size {
  return {
    resources: all.resources - base.resources,
    templateBytes: all.templateBytes - base.templateBytes,
    assetBytes: all.assetBytes - base.assetBytes,
  };
}
