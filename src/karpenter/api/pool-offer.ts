import { InstanceTypeFacts, labelsOfType } from './instance-types';
import { KarpenterApi, NodeClassFacts, PoolFacts } from './karpenter-api';
import {
  admits, canonicalKey, describeKey, HOSTNAME, isRestrictedInAffinity, labelExpressions, requirementsOf, Requirements, together, unmetKey,
} from './requirements';
import { taintText } from '../../kubernetes/node-offer';
import { lacking, PodNeeds, Resources } from '../../kubernetes/pod-needs';
import { Expression, Taint, Term, tolerates } from '../../kubernetes/scheduling';
import { WellKnownLabel } from '../../provisioning/well-known-label';

/** What a pod needs, as Karpenter reads it. */
export interface NodeDemand extends PodNeeds {
  /** The keys in preferred terms: Karpenter refuses pods for some of them although they are only wishes. */
  readonly wishes?: readonly string[];
}

/** The nodes that one pool can make. Startup taints are none of it: whoever sets them takes them away. */
export interface PoolOffer {
  readonly pool: string;
  readonly requirements: Requirements;
  readonly taints: readonly Taint[];
  /** What nodes have whatever their type; Infinity where nobody tells here how much. */
  readonly resources: Resources;
  /** The types that its requirements allow; undefined where EC2 did not tell which there are. */
  readonly types?: readonly OfferedType[];
}

interface OfferedType { readonly labels: ReadonlyArray<readonly [label: string, value: string]>; readonly resources: Resources }

/** What decides about the nodes of pools besides themselves. */
export interface Surroundings {
  readonly nodeClasses: readonly NodeClassFacts[];
  /** The zones of the subnets that a node class selects, by its name. */
  readonly zones: Readonly<Record<string, readonly string[]>>;
  readonly types?: readonly InstanceTypeFacts[];
  /** Resources of which nodes have some number by the controller's settings; `*` stands for all extended ones. */
  readonly uncounted?: readonly string[];
}

const STORAGE = 'ephemeral-storage';
const ALL_EXTENDED = '*';
const SPOT = 'spot';
/** The terms of several volumes are combined; nobody has so many that this is not all of them. */
const MOST_COMBINATIONS = 100;

/** Whether a pool makes nodes for pods: one that keeps a number of nodes makes them for nobody. */
export function isElastic({ replicas }: PoolFacts): boolean {
  return replicas === undefined;
}

/** What the pools with at least one subnet can make. */
export function offersOf(pools: readonly PoolFacts[], surroundings: Surroundings, api: KarpenterApi): PoolOffer[] {
  return pools.filter(isElastic).flatMap(pool => {
    const zones = [...new Set(surroundings.zones[pool.nodeClass] ?? [])];
    return zones.length === 0 ? [] : [offerOf(pool, zones, surroundings, api)];
  });
}

/** Whether any pool launches Spot capacity. */
export function offersSpot(offers: readonly PoolOffer[], api: KarpenterApi): boolean {
  return offers.some(({ requirements }) => requirements.has(WellKnownLabel.CAPACITY_TYPE)
    ? admits(requirements, WellKnownLabel.CAPACITY_TYPE, SPOT)
    : api.defaultCapacityTypes.includes(SPOT));
}

/** Why no pool makes a node for what is needed, undefined where one does. */
export function misfit(demand: NodeDemand, offers: readonly PoolOffer[], api: KarpenterApi): string | undefined {
  const refused = refusedOutright(demand, api);
  if (refused) {
    return refused;
  }
  const reasons = offers.map(offer => misfitOf(demand, offer, api));
  return reasons.includes(undefined) ? undefined : [...new Set(reasons)].join('; ');
}

function offerOf(pool: PoolFacts, zones: readonly string[], { nodeClasses, types, uncounted = [] }: Surroundings, api: KarpenterApi): PoolOffer {
  const nodeClass = nodeClasses.find(({ name }) => name === pool.nodeClass);
  const requirements = requirementsOf([
    ...pool.requirements,
    ...labelExpressions(pool.labels),
    { key: api.ownerLabel, operator: 'In', values: [pool.name] },
    { key: WellKnownLabel.ZONE, operator: 'In', values: zones },
    // A new node has a name that nobody knows before.
    { key: HOSTNAME, operator: 'In', values: ['a new node'] },
    ...systemOf(nodeClass),
  ]);
  return {
    pool: pool.name,
    requirements,
    taints: pool.taints,
    resources: {
      [STORAGE]: nodeClass?.diskGib === undefined ? Infinity : nodeClass.diskGib * 2 ** 30,
      ...Object.fromEntries([...api.resources.uncounted, ...uncounted].map(resource => [resource, Infinity])),
    },
    types: types?.map((type): OfferedType => ({ labels: labelsOfType(type), resources: known(type.resources, api) }))
      .filter(({ labels }) => meets(labels, requirements)),
  };
}

/** The image decides about the operating system; one of the user's own says nothing here. */
function systemOf(nodeClass: NodeClassFacts | undefined): Expression[] {
  if (!nodeClass || nodeClass.ownAmi || nodeClass.amiFamily === 'Custom') {
    return [];
  }
  return [{ key: WellKnownLabel.OS, operator: 'In', values: [nodeClass.amiFamily.startsWith('Windows') ? 'windows' : 'linux'] }];
}

/** What Karpenter knows that nodes of a type have; what a device plugin adds later is none for it. */
function known(resources: Resources, { resources: { ofTypes } }: KarpenterApi): Resources {
  return Object.fromEntries(Object.entries(resources).filter(([name]) => name === 'cpu' || name === 'memory' || ofTypes.includes(name)));
}

function refusedOutright({ requires, wishes = [] }: NodeDemand, api: KarpenterApi): string | undefined {
  const terms = requires?.terms ?? [];
  if (terms.some(({ matchFields }) => matchFields?.length) || wishes.includes('metadata.name')) {
    return 'matchFields in its node affinity, for which Karpenter makes no node';
  }
  const keys = terms.flatMap(({ matchExpressions = [] }) => matchExpressions.map(({ key }) => key));
  const restricted = [...keys, ...wishes].find(key => isRestrictedInAffinity(key, api));
  return restricted && `${restricted} in its node affinity, for which Karpenter makes no node`;
}

function misfitOf(demand: NodeDemand, offer: PoolOffer, api: KarpenterApi): string | undefined {
  const { requires, tolerations = [], implied = {}, requests } = demand;
  const taint = offer.taints.find(one => !tolerates(tolerations, one));
  if (taint) {
    return `${api.words.pool} ${offer.pool} has the taint ${taintText(taint)}`;
  }
  const fixed = labelExpressions(requires?.selector ?? {});
  const reasons = alternativesOf(demand).map(alternative => unmet(offer, requirementsOf([...fixed, ...alternative]), api)
    ?? impliedMisfit(offer, implied, api)
    ?? shortage(offer, requirementsOf([...fixed, ...alternative, ...labelExpressions(implied)]), requests, api));
  return reasons.includes(undefined) ? undefined : reasons[0];
}

/** Its node affinity with that of its volumes: one alternative has to hold. */
function alternativesOf({ requires, volumes = [] }: NodeDemand): Expression[][] {
  return [requires?.terms ?? [], ...volumes].map(terms => terms.filter(({ matchExpressions }) => matchExpressions?.length))
    .filter(terms => terms.length > 0)
    .reduce<Expression[][]>((all, terms) =>
      all.flatMap(one => terms.map(term => [...one, ...expressionsOf(term)])).slice(0, MOST_COMBINATIONS), [[]]);
}

function expressionsOf({ matchExpressions = [] }: Term): Expression[] {
  return matchExpressions.map(({ key, operator, values = [] }) => ({ key, operator, values }));
}

function unmet({ pool, requirements }: PoolOffer, demand: Requirements, api: KarpenterApi): string | undefined {
  const key = unmetKey(requirements, demand, api);
  const offered = key === undefined || key === HOSTNAME || !requirements.has(key) ? '' : ` (${api.words.pool} ${pool}: ${describeKey(requirements, key)})`;
  return key && `needs ${describeKey(demand, key)}${offered}`;
}

/** What a pod names nowhere and has from its node today all the same. */
function impliedMisfit({ pool, requirements }: PoolOffer, implied: Readonly<Record<string, string>>, { words }: KarpenterApi): string | undefined {
  const lost = Object.entries(implied).find(([key, value]) => !admits(requirements, canonicalKey(key), value));
  return lost && `runs on nodes with ${lost.join('=')} today, and ${words.pool} ${pool} makes nodes with ${describeKey(requirements, lost[0])}`;
}

/** Why none of the types has all that is wanted. */
function shortage(
  { pool, requirements, resources, types }: PoolOffer, demand: Requirements, requests: Resources, { words }: KarpenterApi,
): string | undefined {
  const all = together(requirements, demand);
  const nodes = types?.filter(({ labels }) => meets(labels, all)).map(type => ({ ...type.resources, ...resources }));
  if (nodes?.length === 0) {
    return `needs ${[...demand.keys()].map(key => describeKey(demand, key)).join(' and ') || 'a node'}, which ${words.pool} ${pool} does not make`;
  }
  // Without types only what is the same on all nodes can be compared.
  const isKnown = (name: string) => !isUncounted(name, resources) && (nodes !== undefined || name in resources);
  const wanted = Object.fromEntries(Object.entries(requests).filter(([name]) => isKnown(name)));
  const offered = nodes ?? [resources];
  if (offered.some(node => lacking(node, wanted) === undefined)) {
    return undefined;
  }
  const most = (name: string) => Math.max(...offered.map(node => (node as Resources)[name] ?? 0));
  const short = Object.keys(wanted).find(name => most(name) < wanted[name]);
  if (short === undefined) {
    return `requests ${Object.entries(wanted).map(([name, amount]) => `${amountText(name, amount)} of ${name}`).join(' and ')}, `
      + `which no instance type of ${words.pool} ${pool} has together`;
  }
  return most(short) === 0
    ? `requests ${short}, of which Karpenter knows none on nodes of ${words.pool} ${pool}`
    : `requests ${amountText(short, wanted[short])} of ${short}, and nodes of ${words.pool} ${pool} have ${amountText(short, most(short))} at most`;
}

function isUncounted(name: string, resources: Resources): boolean {
  return name.includes('/') && resources[ALL_EXTENDED] !== undefined;
}

function meets(labels: ReadonlyArray<readonly [label: string, value: string]>, requirements: Requirements): boolean {
  return labels.every(([label, value]) => admits(requirements, label, value));
}

function amountText(resource: string, amount: number): string {
  return resource === 'memory' || resource === STORAGE ? `${Math.round(amount / 2 ** 20)}Mi` : String(amount);
}
