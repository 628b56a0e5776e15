import { ClaimView, Departing, FleetNode, FleetObjects, InstanceView } from '../../karpenter/api/fleet';
import { KarpenterApi } from '../../karpenter/api/karpenter-api';
import { NodeRequirements } from '../../kubernetes/pod-needs';
import { fullName, NodeView, PodView } from '../../kubernetes/views';
import { some } from '../../words/short-list';
import { nextBatch, NextBatch } from '../draining/batch';
import { Obstacle, podsToMove } from '../draining/pods';
import { PauseReason } from '../pause-reason';

/** A node of Karpenter's with its claim; one of them may be missing. */
export interface Member { readonly claim?: ClaimView; readonly node?: FleetNode; readonly view?: NodeView }

/** CreateFleet answers within seconds; a claim that goes before that leaves its instance to Karpenter's garbage collection. */
const LAUNCH_MILLISECONDS = 2 * 60_000;
/** EC2 ends most instances within a minute or two, the largest take several. */
export const DEPARTURE_MILLISECONDS = 10 * 60_000;

/** Labels that Karpenter alone gives its nodes. */
const KARPENTERS_LABEL = /^karpenter\.(sh|k8s\.aws)\//;

/** Puts together what belongs together: by the node's name, or by the instance where the claim does not know its node yet. */
export function membersOf({ claims, nodes }: FleetObjects, views: readonly NodeView[]): Member[] {
  const withNode = nodes.map((node): Member => {
    const view = views.find(one => one.name === node.name);
    const isIts = (claim: ClaimView) => claim.nodeName === node.name
      || (claim.instanceId !== undefined && claim.instanceId === view?.instanceId);
    return { node, view, claim: claims.find(isIts) };
  });
  const without = claims.filter(claim => !withNode.some(member => member.claim === claim));
  return [...withNode, ...without.map(claim => ({ claim }))];
}

/** What belongs to pools that the migration does not know, and these themselves. */
export function foreign(objects: FleetObjects, instances: readonly InstanceView[], ours: readonly string[], api: KarpenterApi): Obstacle | undefined {
  const { words, kinds } = api;
  const isForeign = ({ pool }: { readonly pool: string }) => !ours.includes(pool);
  const things = [
    ...objects.claims.filter(isForeign).map(({ name, pool }) => ({ pool, thing: `${kinds.claim.singular}/${name}` })),
    ...objects.nodes.filter(isForeign).map(({ name, pool }) => ({ pool, thing: `node/${name}` })),
    ...instances.filter(isForeign).map(({ id, pool }) => ({ pool, thing: `instance/${id}` })),
  ];
  const strangers = objects.pools.map(({ name }) => name).filter(name => !ours.includes(name));
  const names = [...new Set([...strangers, ...things.map(one => one.pool)])];
  return names.length === 0 ? undefined : {
    by: PauseReason.FOREIGN_POOL,
    says: `${words.pool} ${some(names.map(name => JSON.stringify(name)))} is not of this migration${things.length > 0 ? `, and it has ${some(things.map(one => one.thing))}` : ''}:`
      + ` add it to the migration, or move its pods away and delete its ${words.claims}, then the ${words.pool}`,
  };
}

export interface Unregistered { readonly remove: readonly ClaimView[]; readonly launching: readonly ClaimView[] }

/** Claims to which no node belongs: they run no pods and go at once, but one that is being launched is waited for. */
export function unregistered(members: readonly Member[], now: number): Unregistered {
  const claims = members.filter(({ node, claim }) => !node && claim?.leaving === undefined).map(({ claim }) => claim!);
  const launching = claims.filter(claim => !claim.launched && now - claim.created < LAUNCH_MILLISECONDS);
  return { remove: claims.filter(claim => !launching.includes(claim)), launching };
}

/** The nodes that nobody has begun to end. */
export function staying(members: readonly Member[]): NodeView[] {
  return members.filter(member => member.view && !member.view.leaving && departedSince(member) === undefined).map(({ view }) => view!);
}

export function departing(members: readonly Member[]): Member[] {
  return members.filter(member => departedSince(member) !== undefined);
}

/** Those that should be gone by now. */
export function overdue(members: readonly Member[], now: number): Member[] {
  return members.filter(member => now - (departedSince(member) ?? now) > DEPARTURE_MILLISECONDS);
}

function departedSince({ claim, node }: Member): number | undefined {
  const times = [claim?.leaving, node?.leaving].filter(time => time !== undefined);
  return times.length > 0 ? Math.min(...times) : undefined;
}

/** What is deleted to end a node: its claim; Karpenter ends one without a claim by the finalizer of the node. */
export function endOf(members: readonly Member[], nodes: readonly NodeView[]): Departing[] {
  return members.filter(({ view }) => view && nodes.some(({ name }) => name === view.name)).map(({ claim, node }) => claim
    ? { kind: 'claim', name: claim.name, uid: claim.uid }
    : { kind: 'node', name: node!.name, uid: node!.uid });
}

/** The nodes of the next batch. Pods that only Karpenter's nodes can take would wait for ever: their nodes stay until nothing else is left. */
export function chooseBatch(candidates: readonly NodeView[], pods: readonly PodView[], batchSize: number, force: boolean): NextBatch {
  const bound = candidates.flatMap(node => podsToMove(node.name, pods)).filter(needsKarpenter);
  const next = nextBatch(candidates.filter(node => !bound.some(pod => pod.node === node.name)), pods, batchSize, force);
  return next.nodes.length > 0 ? next : { nodes: [], obstacles: [...next.obstacles, ...bound.map(nowhereToGo)] };
}

function nowhereToGo(pod: PodView): Obstacle {
  return {
    by: PauseReason.NOWHERE_TO_GO,
    says: `pod ${fullName(pod)} on ${pod.node} requires labels that only nodes of karpenter have: change its node selector or affinity, or delete its workload`,
  };
}

function needsKarpenter({ requires }: PodView): boolean {
  return requires !== undefined && (Object.keys(requires.selector).some(key => KARPENTERS_LABEL.test(key)) || needsKarpenterInAllTerms(requires));
}

function needsKarpenterInAllTerms({ terms }: NodeRequirements): boolean {
  return terms.length > 0 && terms.every(({ matchExpressions = [] }) =>
    matchExpressions.some(({ key, operator }) => KARPENTERS_LABEL.test(key) && operator !== 'DoesNotExist' && operator !== 'NotIn'));
}

export function nameOf({ claim, node, view }: Member, { kinds }: KarpenterApi): string {
  const instance = claim?.instanceId ?? view?.instanceId;
  return [claim && `${kinds.claim.singular}/${claim.name}`, node && `node/${node.name}`, instance && `instance/${instance}`].filter(Boolean).join(' with ');
}

/** How to end by hand what Karpenter does not. */
export function rescueOf(members: readonly Member[], { kinds }: KarpenterApi): string {
  const instances = members.map(({ claim, view }) => claim?.instanceId ?? view?.instanceId).filter(id => id !== undefined);
  const names = (kind: string, all: readonly (string | undefined)[]) => {
    const known = all.filter(name => name !== undefined);
    return known.length > 0 ? [`kubectl patch ${kind} ${known.join(' ')} --type merge -p '{"metadata":{"finalizers":null}}'`] : [];
  };
  return [
    ...instances.length > 0 ? [terminate(instances)] : [],
    ...names('node', members.map(({ node }) => node?.name)),
    ...names(kinds.claim.singular, members.map(({ claim }) => claim?.name)),
  ].join(' ; ');
}

export function terminate(instances: readonly string[]): string {
  return `aws ec2 terminate-instances --instance-ids ${instances.join(' ')}`;
}
