import { NodegroupDetails, PoolFacts } from './contract';
import { finding, Finding } from './findings';
import { isIn } from './instances';
import { ofNodegroups } from './marks';
import { nameFor } from './names';
import { chooseNetwork } from './network';
import { GenerationName, Line, NodeClassProposal, PoolProposal, Proposal } from './proposal';
import { NodegroupShape, shapeOf } from './shape';
import { WellKnownLabel } from '../../provisioning/well-known-label';
import { grouped } from '../../words/grouped';

/** Replacements come before what they replace, so a pool may have a quarter more than the node groups at their largest. */
const HEADROOM = 1.25;
/** Where plain pods could start accelerated nodes, other pools come first. */
const GENERAL_WEIGHT = 10;

/**
 * The pools and node classes that would carry the workloads of node groups, and a line for all that is not carried over.
 *
 * Node groups whose nodes differ in nothing but zones and number share a pool: Karpenter finds the zone that a pod or its volume needs. Names
 * come from the node groups, so the same node groups give the same names.
 */
export function propose(facts: PoolFacts, generation: GenerationName): Proposal {
  const shapes = [...facts.nodegroups].sort((one, other) => one.name < other.name ? -1 : 1).map(nodegroup => shapeOf(nodegroup, facts, generation));
  const drafts = [...grouped(shapes, shape => identityOf(shape, facts)).values()].flatMap(apartWhereSubnetsDiffer).map((same): Draft => {
    const nodegroups = same.map(({ nodegroup }) => nodegroup);
    return { names: nodegroups.map(({ name }) => name), nodegroups, first: same[0], network: chooseNetwork(nodegroups, facts) };
  });
  // The first pool is the one that most pods can use: it stands in the release.
  const ordered = drafts.sort((one, other) =>
    Number(isSpecial(one.first)) - Number(isSpecial(other.first)) || (one.names[0] < other.names[0] ? -1 : 1));
  const taken = new Set<string>();
  const mustYield = ordered.some(({ first }) => first.accelerated && first.pool.taints.length === 0);
  const pools = ordered.map((draft) => {
    const pool = poolOf(draft, taken, facts, mustYield && !draft.first.accelerated && draft.first.pool.taints.length === 0);
    taken.add(pool.name);
    return pool;
  });
  const nodeClasses = nodeClassesOf(ordered, pools);
  return {
    generation,
    pools: pools.map(pool => ({ ...pool, nodeClass: nodeClasses.find(one => one.pools.includes(pool.name))!.nodeClass.name })),
    nodeClasses: nodeClasses.map(({ nodeClass }) => nodeClass),
    lines: merged([
      ...shapes.flatMap(({ nodegroup, findings }) => findings.map(one => ({ ...one, nodegroups: [nodegroup.name] }))),
      ...ordered.flatMap((draft, index) => ofDraft(draft, pools[index].name, generation)),
    ]),
  };
}

/** Node groups that become one pool. */
interface Draft {
  readonly names: readonly string[];
  readonly nodegroups: readonly NodegroupDetails[];
  readonly first: NodegroupShape;
  readonly network: ReturnType<typeof chooseNetwork>;
}

function identityOf({ pool, nodeClass, nodegroup }: NodegroupShape, facts: PoolFacts): string {
  return JSON.stringify([pool, nodeClass, chooseNetwork([nodegroup], facts).securityGroupIds]);
}

/** Subnets of different zones add up; different ones of the same zone, such as public and private, mean different nodes. */
function apartWhereSubnetsDiffer(shapes: readonly NodegroupShape[]): NodegroupShape[][] {
  const parts: NodegroupShape[][] = [];
  for (const shape of shapes) {
    const part = parts.find(all => all.every(other => haveSameSubnetsPerZone(other.nodegroup, shape.nodegroup)));
    if (part) {
      part.push(shape);
    } else {
      parts.push([shape]);
    }
  }
  return parts;
}

function haveSameSubnetsPerZone(one: NodegroupDetails, other: NodegroupDetails): boolean {
  const [first, second] = [one, other].map(({ subnets }) => grouped(subnets, ({ zone }) => zone ?? ''));
  const idsOf = (subnets: NodegroupDetails['subnets']) => subnets.map(({ id }) => id).sort().join();
  if (first.has('') || second.has('')) {
    return idsOf(one.subnets) === idsOf(other.subnets);
  }
  return [...first].every(([zone, subnets]) => !second.has(zone) || idsOf(subnets) === idsOf(second.get(zone)!));
}

function isSpecial({ accelerated, pool }: NodegroupShape): boolean {
  return accelerated || pool.taints.length > 0;
}

function poolOf(draft: Draft, taken: ReadonlySet<string>, facts: PoolFacts, comesFirst: boolean): Omit<PoolProposal, 'nodeClass'> {
  const { names, nodegroups, first, network } = draft;
  const cpus = nodegroups.map(({ sizes, instanceTypes }) => {
    const ofTypes = instanceTypes.map(name => facts.instanceTypes.find(type => type.name === name)?.resources.cpu);
    return ofTypes.length === 0 || ofTypes.includes(undefined) ? undefined : sizes.max * Math.max(...ofTypes as number[]);
  });
  const most = cpus.includes(undefined) ? undefined : cpus.reduce((sum: number, one) => sum + one!, 0);
  const limitCpu = most ? Math.ceil(most * HEADROOM) : undefined;
  return {
    name: nameFor(names, taken),
    nodegroups: names,
    ...first.pool,
    requirements: [...first.pool.requirements, ...network.zones ? [isIn(WellKnownLabel.ZONE, network.zones)] : []],
    limitCpu,
    ...comesFirst ? { weight: GENERAL_WEIGHT } : {},
    reasons: [
      `instead of node group${names.length === 1 ? '' : 's'} ${names.join(', ')}`,
      ...first.poolReasons,
      ...limitCpu === undefined ? [] : [`at most ${most} vCPUs as today, and a quarter more for replacements`],
      ...comesFirst ? ['comes before pools with accelerators, which have no taint that keeps other pods away'] : [],
    ],
  };
}

interface SharedNodeClass { readonly nodeClass: NodeClassProposal; readonly pools: readonly string[] }

/** Pools whose nodes are launched in the same way share a node class, which has the name of the first. */
function nodeClassesOf(drafts: readonly Draft[], pools: ReadonlyArray<{ readonly name: string }>): SharedNodeClass[] {
  const all = drafts.map(({ first, network, names }, index) => ({
    pool: pools[index].name,
    names,
    reasons: first.classReasons,
    content: { ...first.nodeClass, subnetIds: network.subnetIds, securityGroupIds: network.securityGroupIds },
  }));
  return [...grouped(all, ({ content }) => JSON.stringify(content)).values()].map(same => ({
    pools: same.map(({ pool }) => pool),
    nodeClass: {
      ...same[0].content,
      name: same[0].pool,
      nodegroups: same.flatMap(({ names }) => names),
      reasons: [...new Set(same.flatMap(({ reasons }) => reasons))],
    },
  }));
}

function ofDraft({ names, first, network }: Draft, pool: string, generation: GenerationName): Line[] {
  const findings: Finding[] = [
    ...network.findings,
    ofNodegroups(pool, generation),
    ...first.accelerated && first.pool.taints.length === 0
      ? [finding('accelerators without a taint', 'pods that need none may run there, and keep the nodes: give the pool a taint, and the workloads a toleration')] : [],
  ];
  return findings.map(one => ({ ...one, nodegroups: names }));
}

/** What is the same of several node groups is said once. */
function merged(lines: readonly Line[]): Line[] {
  return [...grouped(lines, ({ thing, advice }) => JSON.stringify([thing, advice])).values()]
    .map(same => ({ ...same[0], nodegroups: [...new Set(same.flatMap(({ nodegroups }) => nodegroups))] }));
}
