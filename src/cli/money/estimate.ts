import { nodeRoom } from './node-room';
import { costOf, Load, Offer, pack, PackedNodes } from './packing';
import { typesOf } from './pool-types';
import { PriceList, pricesFor } from './prices';
import { misfit, offersOf, PoolOffer } from '../../karpenter/api/pool-offer';
import { V0_API } from '../../karpenter/v0/api';
import { V1_API } from '../../karpenter/v1/api';
import { plus, Resources } from '../../kubernetes/pod-needs';
import { fullName, PodView } from '../../kubernetes/views';
import { WellKnownLabel } from '../../provisioning/well-known-label';
import { grouped } from '../../words/grouped';
import { count, some } from '../../words/short-list';
import { InstanceTypeDetails, PoolFacts } from '../pools/contract';
import { systemOf } from '../pools/image';
import { NodeClassProposal, PoolProposal, Proposal } from '../pools/proposal';

/** Instances of one type that run today. */
export interface FleetInstances {
  readonly type: string;
  /** As EKS says it: `ON_DEMAND`, `SPOT`, `CAPACITY_BLOCK`. */
  readonly capacityType: string;
  readonly count: number;
}

export interface MoneyQuestion {
  readonly region: string;
  /** The instances of the node groups of the migration. */
  readonly today: readonly FleetInstances[];
  /** Those of them that stay when the node groups are scaled down; they cost as today. */
  readonly staying?: readonly FleetInstances[];
  /** What the pools were proposed from. */
  readonly facts: PoolFacts;
  readonly proposal: Proposal;
  /** The pods that move to Karpenter's nodes; those of DaemonSets among them say what each node needs for them. */
  readonly pods: readonly PodView[];
}

export interface BillItem {
  readonly type: string;
  /** The pool that would have it; undefined for what runs today. */
  readonly pool?: string;
  readonly count: number;
  readonly spot: boolean;
  /** Undefined where the list has no price. */
  readonly hourly?: number;
  /** Of all of them, in a month. */
  readonly monthly: number;
}

export interface Bill { readonly monthly: number; readonly items: readonly BillItem[] }

/** What nodes cost in a month at list prices; an estimate. */
export interface MoneyEstimate {
  readonly today: Bill;
  readonly planned: Bill;
  /** Of a month; negative where the planned nodes cost less. */
  readonly difference: number;
  readonly prices: Pick<PriceList, 'region' | 'pricesOf' | 'date' | 'source' | 'currency'>;
  /** What was taken for granted. */
  readonly assumptions: readonly string[];
  /** What is not in the sums, and should be known before they are believed. */
  readonly lines: readonly string[];
}

export const HOURS_OF_A_MONTH = 730;

/** Compares what runs today with what the pods would need on the cheapest types of the proposed pools. */
export function estimate(question: MoneyQuestion): MoneyEstimate {
  const prices = pricesFor(question.region);
  const { pools, unplaced } = placed(question);
  const packed = pools.map(pool => ({ pool, ...packPool(pool, question, prices) }));
  const today = billOf(question.today.map(instances => itemOf(instances, prices)));
  const planned = billOf([
    ...(question.staying ?? []).map(instances => itemOf(instances, prices)),
    ...packed.flatMap(({ pool: { pool }, nodes }) => nodes.map(node => plannedItem(node, pool))),
  ]);
  const running = new Set([...question.today, ...question.staying ?? []].map(({ type }) => type));
  const unpriced = [...running].filter(type => prices.priceOf(type) === undefined).sort();
  return {
    today,
    planned,
    difference: planned.monthly - today.monthly,
    prices: { region: prices.region, pricesOf: prices.pricesOf, date: prices.date, source: prices.source, currency: prices.currency },
    assumptions: assumptionsOf(question, prices, packed.flatMap(({ nodes }) => nodes).length > 0),
    lines: [
      ...prices.pricesOf === question.region ? [] : [`no prices of ${question.region} are in the list: those of ${prices.pricesOf} are used, so believe the ratio and not the sums`],
      ...unpriced.map(type => `no price of ${type} is in the list: its instances are not in the sums`),
      ...question.facts.instanceTypes.length > 0 ? [] : ['instance types could not be read, so nothing could be planned'],
      ...unplaced.length === 0 ? [] : [`not in the planned sum, because they fit no pool: ${count(unplaced.length, 'pod')} (${some(unplaced.map(fullName))})`],
      ...packed.flatMap(({ pool: { pool }, unpacked }) => unpacked.length === 0 ? [] : [`not in the planned sum, because they fit no instance type of ${pool.name} with a price: ${count(unpacked.length, 'pod')}`]),
    ],
  };
}

/** A pool with what it offers and the pods that it would get. */
interface FilledPool {
  readonly pool: PoolProposal;
  readonly nodeClass: NodeClassProposal;
  readonly types: readonly InstanceTypeDetails[];
  readonly offer: PoolOffer;
  readonly pods: readonly PodView[];
}

/** Gives each pod to the first pool that takes it, by weight and then by name, as Karpenter does. */
function placed({ facts, proposal, pods }: MoneyQuestion): { readonly pools: readonly FilledPool[]; readonly unplaced: readonly PodView[] } {
  const api = proposal.generation === 'v0' ? V0_API : V1_API;
  const zones = [...new Set(facts.nodegroups.flatMap(({ subnets }) => subnets.map(({ zone }) => zone ?? 'unknown')))];
  const empty = [...proposal.pools].sort((one, other) => (other.weight ?? 0) - (one.weight ?? 0) || (one.name < other.name ? -1 : 1)).map((pool) => {
    const nodeClass = proposal.nodeClasses.find(({ name }) => name === pool.nodeClass)!;
    const types = typesOf(pool, facts.instanceTypes);
    const [offer] = offersOf([{ ...pool, limits: {}, used: {} }], {
      zones: { [nodeClass.name]: zones.length > 0 ? zones : ['unknown'] },
      types,
      nodeClasses: [{ name: nodeClass.name, subnets: [], amiFamily: nodeClass.image.family, ownAmi: nodeClass.image.family === 'Custom', userData: false }],
    }, api);
    return { pool, nodeClass, types, offer };
  });
  const moving = pods.filter(pod => !isDaemon(pod) && !pod.mirror && pod.phase !== 'Succeeded' && pod.phase !== 'Failed');
  // Replicas need the same: each kind is judged once.
  const byKind = [...grouped(moving, kindOf).values()]
    .map(same => ({ same, index: empty.findIndex(({ offer }) => misfit(same[0], [offer], api) === undefined) }));
  return {
    pools: empty.map((pool, index) => ({ ...pool, pods: byKind.filter(kind => kind.index === index).flatMap(({ same }) => same) })),
    unplaced: byKind.filter(({ index }) => index < 0).flatMap(({ same }) => same),
  };
}

function kindOf({ requests, requires, tolerations, implied, volumes }: PodView): string {
  return JSON.stringify([requests, requires, tolerations, implied, volumes]);
}

function isDaemon({ controller }: PodView): boolean {
  return controller?.kind === 'DaemonSet';
}

function packPool({ nodeClass, types, pods, offer }: FilledPool, { pods: all, proposal }: MoneyQuestion, prices: PriceList) {
  const daemons = daemonsOn(offer, all, proposal);
  const offers = types.flatMap((type): Offer[] => {
    const hourly = prices.priceOf(type.name);
    return hourly === undefined ? [] : [{ type: type.name, hourly, room: nodeRoom(type, daemons, nodeClass.kubelet) }];
  });
  const loads = pods.map((pod): Load => ({ requests: ofTypes(pod.requests), apart: pod.apart ? pod.controller?.uid ?? pod.uid : undefined }));
  return offers.length === 0 ? { nodes: [], unpacked: loads } : pack(loads, offers);
}

/** What instance types have more or less of; disks and what plugins add are the same on all of them. */
function ofTypes(requests: Resources): Resources {
  const counted = ['cpu', 'memory', ...V1_API.resources.ofTypes];
  return Object.fromEntries(Object.entries(requests).filter(([name]) => counted.includes(name)));
}

/** What one pod of each DaemonSet that comes to the nodes of a pool takes: as much as its hungriest pod of today. */
function daemonsOn(offer: PoolOffer, pods: readonly PodView[], { generation }: Proposal): { readonly pods: number; readonly requests: Resources } {
  const api = generation === 'v0' ? V0_API : V1_API;
  const sets = grouped(pods.filter(isDaemon), ({ controller }) => controller!.uid);
  const coming = [...sets.values()].filter(([pod]) => misfit({ ...pod, requests: {} }, [offer], api) === undefined);
  const hungriest = coming.map(same => same.reduce<Resources>((most, { requests }) => Object.fromEntries(
    [...new Set([...Object.keys(most), ...Object.keys(requests)])].map(name => [name, Math.max(most[name] ?? 0, requests[name] ?? 0)])), {}));
  return { pods: coming.length, requests: ofTypes(hungriest.reduce(plus, {})) };
}

function itemOf({ type, capacityType, count: many }: FleetInstances, prices: PriceList): BillItem {
  const hourly = prices.priceOf(type);
  return { type, count: many, spot: capacityType === 'SPOT', hourly, monthly: (hourly ?? 0) * many * HOURS_OF_A_MONTH };
}

function plannedItem(node: PackedNodes, pool: PoolProposal): BillItem {
  return { type: node.type, pool: pool.name, count: node.count, spot: isSpot(pool), hourly: node.hourly, monthly: costOf([node]) * HOURS_OF_A_MONTH };
}

function billOf(items: readonly BillItem[]): Bill {
  return { monthly: items.reduce((sum, { monthly }) => sum + monthly, 0), items };
}

function isSpot({ requirements }: PoolProposal): boolean {
  return requirements.some(({ key, values }) => key === WellKnownLabel.CAPACITY_TYPE && values.includes('spot'));
}

function assumptionsOf({ today, proposal, staying }: MoneyQuestion, { date, pricesOf, source }: PriceList, isPlanned: boolean): string[] {
  const spot = today.some(({ capacityType }) => capacityType === 'SPOT') || proposal.pools.some(isSpot);
  return [
    `list prices of Linux on demand in ${pricesOf} of ${date}, from ${source}: no savings plans, reservations or discounts`,
    `a month of ${HOURS_OF_A_MONTH} hours with as many nodes as now; volumes, addresses and traffic are not counted`,
    ...spot ? ['Spot has no list price: it is priced as on demand, today and planned, and costs less'] : [],
    ...isPlanned ? [
      'pods take what they request, on the cheapest types that the pools allow and the list has, whether EC2 has capacity for them or not',
      'each node keeps back what Karpenter and the kubelet reserve, and one pod of each DaemonSet that tolerates the taints of the pool',
      'zones, spread and affinities among pods are not counted, but for pods that share no node with their own kind: there may be more nodes',
    ] : [],
    ...(staying ?? []).length > 0 ? ['nodes that stay in the node groups are planned as they are today'] : [],
    ...proposal.nodeClasses.some(({ image }) => systemOf(image.family) === 'windows') ? ['Windows costs more than the prices of Linux in the list, today and planned'] : [],
  ];
}
