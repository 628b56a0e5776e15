import list from './prices.json';

/** On-demand list prices of Linux instances in one region. */
export interface PriceList {
  /** The region that was asked for. */
  readonly region: string;
  /** The region whose prices these are, which may be another one. */
  readonly pricesOf: string;
  /** The day on which Karpenter's authors asked AWS for them: `2026-07-06`. */
  readonly date: string;
  /** Where they come from, for people. */
  readonly source: string;
  readonly currency: 'USD' | 'CNY';
  /** For an hour; undefined for a type that is not in the list. */
  priceOf(instanceType: string): number | undefined;
}

interface RegionPrices { readonly generated: string; readonly families: Readonly<Record<string, Readonly<Record<string, number>>>> }

const REGIONS: Readonly<Record<string, RegionPrices>> = list.regions;

/**
 * The prices of a region, else those of another one of its partition, as Karpenter itself does as long as it cannot ask.
 *
 * The list has one region of AWS (us-east-1), two of GovCloud and one of China: that is what Karpenter ships.
 */
export function pricesFor(region: string): PriceList {
  const pricesOf = region in REGIONS ? region : standIn(region);
  const { generated, families } = REGIONS[pricesOf];
  return {
    region,
    pricesOf,
    date: generated,
    source: `${list.source} (${list.license})`,
    currency: pricesOf.startsWith('cn-') ? 'CNY' : 'USD',
    priceOf: (instanceType) => {
      const [family, size] = instanceType.split('.');
      return families[family]?.[size];
    },
  };
}

function standIn(region: string): string {
  return region.startsWith('cn-') ? 'cn-north-1' : region.startsWith('us-gov-') ? 'us-gov-west-1' : 'us-east-1';
}
