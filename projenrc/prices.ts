import { execFileSync } from 'child_process';
import { readFileSync, writeFileSync } from 'fs';
import { join } from 'path';

/**
 * Makes the price list of the command line from the one that Karpenter ships with: on-demand Linux prices of one region for each partition of AWS.
 *
 * Run it when the proving ground takes another version of Karpenter: `npx tsx projenrc/prices.ts`. It needs Go.
 */
const ROOT = join(__dirname, '..');
const MODULE = 'github.com/aws/karpenter-provider-aws';
const PINNED = join(ROOT, 'proving-ground/go/karpenter-v1/go.mod');
const LIST = join(ROOT, 'src/cli/money/prices.json');
const FILES = ['zz_generated.pricing_aws.go', 'zz_generated.pricing_aws_us_gov.go', 'zz_generated.pricing_aws_cn.go'];

/** A region's prices in US dollars, in China in yuan, for an hour; by family and size, which is half as long as by type. */
interface RegionPrices { readonly generated: string; readonly families: Record<string, Record<string, number>> }

export interface PriceFile {
  readonly source: string;
  readonly license: string;
  readonly regions: Record<string, RegionPrices>;
}

/** The regions in one file of Karpenter's; throws where it is not as it was. */
export function regionsIn(source: string): Record<string, RegionPrices> {
  const generated = /\/\/ generated at (\d{4}-\d{2}-\d{2})T/.exec(source)?.[1];
  const regions = source.split(/^\t"([a-z]{2}(?:-[a-z]+)+-\d)": \{$/m).slice(1);
  if (generated === undefined || regions.length === 0) {
    throw new Error('the file has no date or no region: Karpenter writes its prices in another way than it did, look what it is');
  }
  return Object.fromEntries(Array.from({ length: regions.length / 2 }, (_, index) => {
    const families: Record<string, Record<string, number>> = {};
    for (const [, family, size, price] of regions[2 * index + 1].matchAll(/"([a-z0-9-]+)\.([a-z0-9-]+)": (\d+\.\d+)/g)) {
      (families[family] ??= {})[size] = Number(price);
    }
    return [regions[2 * index], { generated, families }];
  }));
}

/** The version of Karpenter that the proving ground runs. */
function pinnedVersion(): string {
  const version = new RegExp(`^require ${MODULE} (v\\S+)$`, 'm').exec(readFileSync(PINNED, 'utf8'))?.[1];
  if (version === undefined) {
    throw new Error(`${PINNED} requires no ${MODULE}`);
  }
  return version;
}

function main(): void {
  const version = pinnedVersion();
  const answer = execFileSync('go', ['mod', 'download', '-json', `${MODULE}@${version}`], { encoding: 'utf8', env: { ...process.env, GOTOOLCHAIN: 'auto' }, cwd: join(ROOT, 'proving-ground/go/karpenter-v1') });
  const folder = join(JSON.parse(answer).Dir, 'pkg/providers/pricing');
  const list: PriceFile = {
    source: `${MODULE} ${version}, pkg/providers/pricing`,
    license: 'Apache-2.0',
    regions: Object.assign({}, ...FILES.map(file => regionsIn(readFileSync(join(folder, file), 'utf8')))),
  };
  writeFileSync(LIST, `${JSON.stringify(list)}\n`);
}

if (require.main === module) {
  main();
}
