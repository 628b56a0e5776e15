import { InstanceTypeDetails } from './contract';
import { Finding, finding } from './findings';
import { labelsOfType } from '../../karpenter/api/instance-types';
import { Expression } from '../../kubernetes/scheduling';
import { WellKnownLabel } from '../../provisioning/well-known-label';

/** Which instance types a pool may have, and why these. */
export interface InstanceChoice {
  readonly requirements: readonly Expression[];
  readonly reasons: readonly string[];
  readonly findings: readonly Finding[];
  /** At least one of today's types has an accelerator. */
  readonly accelerated: boolean;
}

/** Categories whose families differ in price and age, and hardly in what they are for. */
const GENERAL = ['c', 'm', 'r', 't'];
/** So many are a choice: what Karpenter itself asks for before it moves pods between Spot types. */
const ENOUGH = 15;
/** A node may be so many times as large as the largest of today: several of today's nodes in one, and not all of them. */
const GROWTH = 4;

/**
 * The choice of instance types that a pool should have instead of the few of a node group.
 *
 * A node group has few types because the Cluster Autoscaler takes them all for equal. Karpenter chooses by price and by what is to be had, so it
 * needs a choice: too narrow a one costs more, and has no capacity when a type is out. Each node is at least as large as the smallest of today,
 * so that what fits today fits tomorrow, and at most four times as large as the largest. Types with accelerators and bare metal are kept as they
 * are: other sizes have other numbers of devices. So is a list of 15 types and more, which is a choice already.
 */
export function chooseInstances(names: readonly string[], known: readonly InstanceTypeDetails[]): InstanceChoice {
  const types = names.flatMap(name => known.find(type => type.name === name) ?? []);
  const unknown = names.filter(name => !types.some(type => type.name === name));
  const accelerated = types.some(type => type.accelerated);
  if (names.length === 0) {
    return {
      requirements: [],
      reasons: [],
      accelerated: false,
      findings: [finding('instance types', 'they are not known, so the default is proposed, categories c, m and r: set `requirements`')],
    };
  }
  if (unknown.length > 0) {
    return {
      ...asTheyAre(names, 'EC2 did not tell what they are like'),
      accelerated,
      findings: [finding(`instance type${unknown.length === 1 ? '' : 's'} ${unknown.join(', ')}`,
        'EC2 did not describe them, so no others are proposed: give Karpenter a wider choice in `requirements`')],
    };
  }
  if (accelerated || types.some(type => type.bareMetal)) {
    return { ...asTheyAre(names, `other ${accelerated ? 'types have other accelerators, or other numbers of them' : 'types are no bare metal'}`), accelerated, findings: [] };
  }
  if (names.length >= ENOUGH) {
    return { ...asTheyAre(names, `${names.length} types are a choice`), accelerated, findings: [] };
  }
  return { ...widened(types, known), accelerated, findings: [] };
}

function asTheyAre(names: readonly string[], why: string): Pick<InstanceChoice, 'requirements' | 'reasons'> {
  return { requirements: [isIn(WellKnownLabel.INSTANCE_TYPE, names)], reasons: [`instance types as they are: ${why}`] };
}

function widened(types: readonly InstanceTypeDetails[], known: readonly InstanceTypeDetails[]): Pick<InstanceChoice, 'requirements' | 'reasons'> {
  const labels = types.map(type => new Map(labelsOfType(type)));
  const values = (key: string) => [...new Set(labels.flatMap(one => one.get(key) ?? []))].sort();
  const categories = values(WellKnownLabel.INSTANCE_CATEGORY);
  const families = values(WellKnownLabel.INSTANCE_FAMILY);
  const isGeneral = labels.every(one => GENERAL.includes(one.get(WellKnownLabel.INSTANCE_CATEGORY) ?? ''));
  const oldest = Math.min(...values(WellKnownLabel.INSTANCE_GENERATION).map(Number));
  const cpus = types.map(({ resources }) => resources.cpu);
  const mebibytes = types.map(({ resources }) => resources.memory / 2 ** 20);
  const [smallest, largest] = [Math.min(...cpus), Math.max(...cpus) * GROWTH];
  const leastMemory = Math.floor(Math.min(...mebibytes));
  const flex = isGeneral && !families.some(isFlex) ? flexFamilies(known, categories, oldest) : [];
  const localNvme = types.every(type => type.localNvme);
  return {
    requirements: [
      ...isGeneral
        ? [isIn(WellKnownLabel.INSTANCE_CATEGORY, categories), bound(WellKnownLabel.INSTANCE_GENERATION, 'Gt', oldest - 1)]
        : [isIn(WellKnownLabel.INSTANCE_FAMILY, families)],
      ...flex.length > 0 ? [{ key: WellKnownLabel.INSTANCE_FAMILY, operator: 'NotIn', values: flex }] : [],
      bound(WellKnownLabel.INSTANCE_CPU, 'Gt', smallest - 1),
      bound(WellKnownLabel.INSTANCE_CPU, 'Lt', largest + 1),
      bound(WellKnownLabel.INSTANCE_MEMORY, 'Gt', leastMemory - 1),
      ...localNvme ? [{ key: WellKnownLabel.INSTANCE_LOCAL_NVME, operator: 'Exists', values: [] }] : [],
    ],
    reasons: [
      `${types.map(({ name }) => name).join(', ')} and more, so that Karpenter can choose by price and by what is to be had: `
        + `${isGeneral ? `all of categor${categories.length === 1 ? 'y' : 'ies'} ${categories.join(', ')} from generation ${oldest} on` : `all sizes of ${families.join(', ')}`}`
        + ` with ${smallest} to ${largest} vCPUs and at least ${Math.floor(leastMemory / 1024 * 10) / 10} GiB`,
      ...flex.length > 0 ? ['without flex types, whose vCPUs are whole only most of the time'] : [],
      ...localNvme ? ['with disks of their own, as today\'s types have'] : [],
    ],
  };
}

/** Their vCPUs are a share most of the time, and they are the cheapest, so that Karpenter would take them first. */
function flexFamilies(known: readonly InstanceTypeDetails[], categories: readonly string[], oldest: number): string[] {
  const found = known.map(type => new Map(labelsOfType(type))).filter(labels => isFlex(labels.get(WellKnownLabel.INSTANCE_FAMILY)!)
    && categories.includes(labels.get(WellKnownLabel.INSTANCE_CATEGORY) ?? '') && Number(labels.get(WellKnownLabel.INSTANCE_GENERATION)) >= oldest);
  return [...new Set(found.map(labels => labels.get(WellKnownLabel.INSTANCE_FAMILY)!))].sort();
}

function isFlex(family: string): boolean {
  return family.endsWith('-flex');
}

export function isIn(key: string, values: readonly string[]): Expression {
  return { key, operator: 'In', values: [...values] };
}

function bound(key: string, operator: 'Gt' | 'Lt', value: number): Expression {
  return { key, operator, values: [String(Math.max(value, 0))] };
}
