import { Placement, StageFacts } from './facts';
import { KarpenterApi, PoolFacts } from '../../karpenter/api/karpenter-api';
import {
  admits, describeKey, HOSTNAME, isRestrictedInAffinity, labelExpressions, namedValues, requirementsOf, Requirements, together, unmetKey,
} from '../../karpenter/api/requirements';
import { Expression, Taint, tolerates } from '../../kubernetes/scheduling';
import { WellKnownLabel } from '../../provisioning/well-known-label';

/** The nodes that one pool can make. */
export interface Supply {
  readonly pool: string;
  readonly offer: Requirements;
  readonly taints: readonly Taint[];
}

const ANY_NODE: Expression[] = [];
const SPOT = 'spot';

/** The categories of instances that have a device; what is not listed is not judged. */
const CATEGORIES_OF_DEVICES: Readonly<Record<string, readonly string[]>> = {
  'nvidia.com/gpu': ['g', 'p'],
  'amd.com/gpu': ['g'],
  'aws.amazon.com/neuron': ['inf', 'trn'],
  'habana.ai/gaudi': ['dl'],
};

/** Whether a pool makes nodes for pods: one that keeps a number of nodes makes them for nobody. */
export function isElastic({ replicas }: PoolFacts): boolean {
  return replicas === undefined;
}

/** What the pools with at least one subnet can make. */
export function suppliesOf(facts: Pick<StageFacts, 'pools' | 'subnets'>, api: KarpenterApi): Supply[] {
  return facts.pools.filter(isElastic).flatMap(pool => {
    const zones = [...new Set((facts.subnets[pool.nodeClass] ?? []).map(subnet => subnet.zone))];
    return zones.length === 0 ? [] : [{ pool: pool.name, offer: offerOf(pool, zones, api), taints: pool.taints }];
  });
}

/**
 * Why no pool makes a node for the placement, undefined where one does.
 *
 * @param zones the zones of a volume that the pod needs
 */
export function misfit(placement: Placement, supplies: readonly Supply[], api: KarpenterApi, zones?: readonly string[]): string | undefined {
  const refused = refusedOutright(placement, api);
  if (refused) {
    return refused;
  }
  const reasons = supplies.map(supply => misfitOf(placement, supply, api, zones));
  return reasons.includes(undefined) ? undefined : [...new Set(reasons)].join('; ');
}

/** Whether any pool launches Spot capacity. */
export function offersSpot({ supplies, api }: { readonly supplies: readonly Supply[]; readonly api: KarpenterApi }): boolean {
  return supplies.some(({ offer }) => offer.has(WellKnownLabel.CAPACITY_TYPE)
    ? admits(offer, WellKnownLabel.CAPACITY_TYPE, SPOT)
    : api.defaultCapacityTypes.includes(SPOT));
}

function offerOf(pool: PoolFacts, zones: readonly string[], { ownerLabel }: KarpenterApi): Requirements {
  return requirementsOf([
    ...pool.requirements,
    ...labelExpressions(pool.labels),
    { key: ownerLabel, operator: 'In', values: [pool.name] },
    { key: WellKnownLabel.ZONE, operator: 'In', values: zones },
    // A new node has a name that nobody knows before.
    { key: HOSTNAME, operator: 'In', values: ['a new node'] },
  ]);
}

function refusedOutright(placement: Placement, api: KarpenterApi): string | undefined {
  if (placement.fields) {
    return 'matchFields in its node affinity, for which Karpenter makes no node';
  }
  const restricted = [...placement.terms.flat().map(({ key }) => key), ...placement.preferredKeys].find(key => isRestrictedInAffinity(key, api));
  return restricted && `${restricted} in its node affinity, for which Karpenter makes no node`;
}

function misfitOf(placement: Placement, supply: Supply, api: KarpenterApi, zones?: readonly string[]): string | undefined {
  const taint = supply.taints.find(one => !tolerates(placement.tolerations, one));
  if (taint) {
    return `${api.words.pool} ${supply.pool} has the taint ${taintText(taint)}`;
  }
  const fixed: Expression[] = [
    ...labelExpressions(placement.nodeSelector),
    ...placement.devices.filter(device => CATEGORIES_OF_DEVICES[device])
      .map(device => ({ key: WellKnownLabel.INSTANCE_CATEGORY, operator: 'In', values: CATEGORIES_OF_DEVICES[device] })),
    ...zones ? [{ key: WellKnownLabel.ZONE, operator: 'In', values: zones }] : [],
  ];
  const reasons = (placement.terms.length > 0 ? placement.terms : [ANY_NODE]).map(term => unmet(supply, requirementsOf([...fixed, ...term]), api));
  return reasons.includes(undefined) ? undefined : reasons[0];
}

function unmet({ pool, offer }: Supply, demand: Requirements, api: KarpenterApi): string | undefined {
  const key = unmetKey(together(offer, derivedCategories(offer)), demand, api);
  if (key) {
    const offered = key === HOSTNAME || !offer.has(key) ? '' : ` (${api.words.pool} ${pool}: ${describeKey(offer, key)})`;
    return `needs ${describeKey(demand, key)}${offered}`;
  }
  const types = namedValues(demand, WellKnownLabel.INSTANCE_TYPE);
  const all = together(offer, demand);
  return !types || types.some(type => typeLabels(type).every(([label, value]) => admits(all, label, value)))
    ? undefined
    : `needs ${describeKey(demand, WellKnownLabel.INSTANCE_TYPE)}, which ${api.words.pool} ${pool} does not make`;
}

/** Pools that name families or types say by that which categories they make. */
function derivedCategories(offer: Requirements): Requirements {
  const names = namedValues(offer, WellKnownLabel.INSTANCE_TYPE) ?? namedValues(offer, WellKnownLabel.INSTANCE_FAMILY);
  const values = names?.flatMap(name => /^[a-z]+/.exec(name) ?? []);
  return requirementsOf(values ? [{ key: WellKnownLabel.INSTANCE_CATEGORY, operator: 'In', values: [...new Set(values)] }] : []);
}

/** The labels that follow from the name of an instance type. */
function typeLabels(type: string): Array<readonly [label: string, value: string]> {
  const [, family, category, generation, attributes, size] = /^(([a-z]+)(?:-\d+tb)?(\d+)([a-z0-9-]*))\.(.+)$/.exec(type) ?? [];
  if (!family) {
    return [[WellKnownLabel.INSTANCE_TYPE, type]];
  }
  return [
    [WellKnownLabel.INSTANCE_TYPE, type],
    [WellKnownLabel.INSTANCE_FAMILY, family],
    [WellKnownLabel.INSTANCE_CATEGORY, category],
    [WellKnownLabel.INSTANCE_GENERATION, generation],
    [WellKnownLabel.INSTANCE_SIZE, size],
    // AWS marks Graviton by a "g" behind the generation; the first ones were called a1.
    [WellKnownLabel.ARCH, attributes.includes('g') || family === 'a1' ? 'arm64' : 'amd64'],
  ];
}

export function taintText({ key, value, effect }: Taint): string {
  return `${key}${value ? `=${value}` : ''}:${effect}`;
}
