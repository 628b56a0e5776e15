import { Placement, StageFacts } from './facts';
import { ProvisionerFacts } from '../../karpenter/api/karpenter-api';
import {
  admits, describeKey, HOSTNAME, isRestrictedInAffinity, labelExpressions, namedValues, requirementsOf, Requirements, together, unmetKey,
} from '../../karpenter/api/requirements';
import { Expression, TaintFacts, TolerationFacts } from '../../kubernetes/scheduling';
import { WellKnownLabel } from '../../provisioning/well-known-label';

/** The nodes that one Provisioner can make. */
export interface Supply {
  readonly provisioner: string;
  readonly offer: Requirements;
  readonly taints: readonly TaintFacts[];
}

const ANY_NODE: Expression[] = [];

/** The categories of instances that have a device; what is not listed is not judged. */
const CATEGORIES_OF_DEVICES: Readonly<Record<string, readonly string[]>> = {
  'nvidia.com/gpu': ['g', 'p'],
  'amd.com/gpu': ['g'],
  'aws.amazon.com/neuron': ['inf', 'trn'],
  'habana.ai/gaudi': ['dl'],
};

/** What the Provisioners with at least one subnet can make. */
export function suppliesOf(facts: Pick<StageFacts, 'provisioners' | 'subnets'>): Supply[] {
  return facts.provisioners.flatMap(provisioner => {
    const zones = [...new Set((facts.subnets[provisioner.nodeTemplate] ?? []).map(subnet => subnet.zone))];
    return zones.length === 0 ? [] : [{ provisioner: provisioner.name, offer: offerOf(provisioner, zones), taints: provisioner.taints }];
  });
}

/**
 * Why no Provisioner makes a node for the placement, undefined where one does.
 *
 * @param zones the zones of a volume that the pod needs
 */
export function misfit(placement: Placement, supplies: readonly Supply[], zones?: readonly string[]): string | undefined {
  const refused = refusedOutright(placement);
  if (refused) {
    return refused;
  }
  const reasons = supplies.map(supply => misfitOf(placement, supply, zones));
  return reasons.includes(undefined) ? undefined : [...new Set(reasons)].join('; ');
}

/** Whether any Provisioner launches Spot capacity. */
export function offersSpot(supplies: readonly Supply[]): boolean {
  // Karpenter's webhook writes the default, on-demand, into every Provisioner.
  return supplies.some(({ offer }) => offer.has(WellKnownLabel.CAPACITY_TYPE) && admits(offer, WellKnownLabel.CAPACITY_TYPE, 'spot'));
}

export function tolerates(tolerations: readonly TolerationFacts[], taint: TaintFacts): boolean {
  return taint.effect === 'PreferNoSchedule' || tolerations.some(toleration =>
    (!toleration.effect || toleration.effect === taint.effect)
    && (!toleration.key || toleration.key === taint.key)
    && (toleration.operator === 'Exists' || (toleration.value ?? '') === (taint.value ?? '')));
}

function offerOf(provisioner: ProvisionerFacts, zones: readonly string[]): Requirements {
  return requirementsOf([
    ...provisioner.requirements,
    ...labelExpressions(provisioner.labels),
    { key: 'karpenter.sh/provisioner-name', operator: 'In', values: [provisioner.name] },
    { key: WellKnownLabel.ZONE, operator: 'In', values: zones },
    // A new node has a name that nobody knows before.
    { key: HOSTNAME, operator: 'In', values: ['a new node'] },
  ]);
}

function refusedOutright(placement: Placement): string | undefined {
  if (placement.fields) {
    return 'matchFields in its node affinity, for which Karpenter makes no node';
  }
  const restricted = [...placement.terms.flat().map(({ key }) => key), ...placement.preferredKeys].find(isRestrictedInAffinity);
  return restricted && `${restricted} in its node affinity, for which Karpenter makes no node`;
}

function misfitOf(placement: Placement, supply: Supply, zones?: readonly string[]): string | undefined {
  const taint = supply.taints.find(one => !tolerates(placement.tolerations, one));
  if (taint) {
    return `Provisioner ${supply.provisioner} has the taint ${taintText(taint)}`;
  }
  const fixed: Expression[] = [
    ...labelExpressions(placement.nodeSelector),
    ...placement.devices.filter(device => CATEGORIES_OF_DEVICES[device])
      .map(device => ({ key: WellKnownLabel.INSTANCE_CATEGORY, operator: 'In', values: CATEGORIES_OF_DEVICES[device] })),
    ...zones ? [{ key: WellKnownLabel.ZONE, operator: 'In', values: zones }] : [],
  ];
  const reasons = (placement.terms.length > 0 ? placement.terms : [ANY_NODE]).map(term => unmet(supply, requirementsOf([...fixed, ...term])));
  return reasons.includes(undefined) ? undefined : reasons[0];
}

function unmet({ provisioner, offer }: Supply, demand: Requirements): string | undefined {
  const key = unmetKey(together(offer, derivedCategories(offer)), demand);
  if (key) {
    const offered = key === HOSTNAME || !offer.has(key) ? '' : ` (Provisioner ${provisioner}: ${describeKey(offer, key)})`;
    return `needs ${describeKey(demand, key)}${offered}`;
  }
  const types = namedValues(demand, WellKnownLabel.INSTANCE_TYPE);
  const all = together(offer, demand);
  return !types || types.some(type => typeLabels(type).every(([label, value]) => admits(all, label, value)))
    ? undefined
    : `needs ${describeKey(demand, WellKnownLabel.INSTANCE_TYPE)}, which Provisioner ${provisioner} does not make`;
}

/** Provisioners that name families or types say by that which categories they make. */
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

export function taintText({ key, value, effect }: TaintFacts): string {
  return `${key}${value ? `=${value}` : ''}:${effect}`;
}
