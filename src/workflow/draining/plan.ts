import { Allowance, allowanceOf, DisruptionLimits, reasonsOf } from './allowance';
import { Debt, DrainRecord, debtsInOrder, recordOf } from './drain-record';
import { cordonedSince } from './node-marks';
import { podsOn } from './pod-index';
import { ENDING_MILLISECONDS, isDead, isStuck, mustMove, Obstacle, obstacleOf, podsToMove } from './pods';
import { isExplained, Missing, missingReplacements } from './replacements';
import { AttachmentView, ControllerView, fullName, NodeView, PodView } from '../../kubernetes/views';
import { count, some } from '../../words/short-list';
import { PauseReason } from '../pause-reason';

/** Everything that is read for the nodes of the batch. */
export interface DrainView {
  /** Those that carry a DRAIN_RECORD and whose instance or claim is not ending yet. */
  readonly nodes: readonly NodeView[];
  /** Of the whole cluster. */
  readonly pods: readonly PodView[];
  /** Of the pods on these nodes, and of those that had to leave them. */
  readonly controllers: readonly ControllerView[];
  readonly attachments: readonly AttachmentView[];
  readonly loadBalancers: boolean;
}

export interface DrainOptions {
  /** How long emptied nodes stay before they end, all of the batch together; 0 where each ends when it is empty. */
  readonly pauseSeconds: number;
  readonly deregistrationSeconds: number;
  readonly limits: DisruptionLimits;
  /** Patience is over with what may not be evicted: it goes all the same, one pod of a workload at a time. */
  readonly force: boolean;
}

/** What is done now, and why not more. */
export interface DrainMoves {
  readonly evict: readonly PodView[];
  readonly insteadOf: Allowance['insteadOf'];
  /** Those of them that only force lets go. */
  readonly forced: readonly PodView[];
  /** What is noted of nodes, and why; such a node loses no pod in the same call. */
  readonly note: ReadonlyArray<{ readonly node: NodeView; readonly record: DrainRecord; readonly says: string }>;
  /** Nodes without a pod that has to leave them, for which nobody waits for a new one: what else they wait for depends on volumes and load balancers. */
  readonly empty: readonly NodeView[];
  /** The names of the nodes that have lost all pods that have to leave them: new pods have nodes, and start there, or nobody waits for any. */
  readonly settling: readonly string[];
  /** Nodes that nothing depends on any more. */
  readonly emptied: readonly NodeView[];
  readonly waits: readonly string[];
  /** Seconds until something that is waited for can be there. */
  readonly waitSeconds: number;
  readonly obstacles: readonly Obstacle[];
  /** The names of the nodes that something is in the way of. */
  readonly held: readonly string[];
}

/** Kubernetes itself detaches by force after six minutes. */
const DETACHING_MILLISECONDS = 7 * 60_000;
/** Ages of pods are whole seconds, by the clock of the API server. */
const CLOCK_MILLISECONDS = 2000;
const LOOK_SECONDS = 5;
const LONGEST_LOOK_SECONDS = 60;

interface Member {
  readonly node: NodeView;
  readonly record: DrainRecord;
}

interface Turn extends Member {
  /** All of the batch that were begun no later: new pods make up for theirs first. */
  readonly upTo: readonly NodeView[];
  readonly debts: readonly Debt[];
}

/** A node of the batch, with what it still has and what is still missing of what it had. */
interface Standing extends Member {
  readonly residents: Residents;
  readonly missing: Missing;
  readonly endings: Pick<Missing, 'waits' | 'late'>;
}

/**
 * Plans the next moves for the nodes of the batch, each for itself: what is in the way of one holds up no other. Only when new pods find no node at all
 * nobody gets more of them. The node that was begun first comes first wherever a budget or a limit allows only some pods.
 */
export function planDrain(view: DrainView, options: DrainOptions, now: number): DrainMoves {
  const batch = standingsOf(view, now);
  const isFull = batch.some(({ missing }) => missing.late.some(({ by }) => by === PauseReason.NO_NEW_NODE));
  const again = batch.flatMap(({ residents }) => residents.note ?? []);
  const toMove = batch.filter(({ residents, missing }) => residents.note === undefined && missing.late.length === 0)
    .flatMap(({ residents }) => residents.leave);
  const kept = batch.flatMap(({ residents }) => residents.leave).filter(pod => obstacleOf(pod) !== undefined);
  const forced = options.force && batch.every(({ missing: { late, waits } }) => late.length + waits.length === 0)
    ? oneOfEach(kept.filter(pod => toMove.includes(pod))) : [];
  const allowance = allowanceOf(isFull ? [] : toMove.filter(pod => !kept.includes(pod)), view, options.limits, now);
  const fates = batch.map(one => fateOf(one, view, allowance, { ...options, forced }, now));
  const ends = endOf(fates, options, now);
  const notes = [...again, ...fates.flatMap(({ node, record, isEmpty }) => isEmpty && record.empty === undefined && !ends.includes(node) ? [{
    node, record: { ...record, empty: now }, says: `${node.name} is empty and all replacements are Ready`,
  }] : [])];
  return {
    evict: [...allowance.allowed, ...forced],
    insteadOf: allowance.insteadOf,
    forced,
    note: notes,
    empty: fates.filter(({ isEmpty }) => isEmpty).map(({ node }) => node),
    settling: fates.filter(({ node, isSettling }) => isSettling && !ends.includes(node)).map(({ node }) => node.name),
    emptied: ends,
    waits: fates.flatMap(({ waits }) => waits),
    waitSeconds: Math.min(LONGEST_LOOK_SECONDS, ...fates.map(({ waitSeconds }) => waitSeconds)),
    obstacles: fates.flatMap(({ obstacles }) => obstacles),
    held: fates.filter(({ obstacles }) => obstacles.length > 0).map(({ node }) => node.name),
  };
}

/** What pods alone do not explain of what is owed to nodes of the batch: a controller may want fewer by now. */
export function openDebts(nodes: readonly NodeView[], pods: readonly PodView[], now: number): Debt[] {
  return turnsOf(nodes, now).flatMap(({ debts, upTo }) => debts.filter(debt => !isExplained(debt, { pods, nodes: upTo }, now)));
}

function standingsOf(view: DrainView, now: number): Standing[] {
  return turnsOf(view.nodes, now).map((turn): Standing => ({
    node: turn.node,
    record: turn.record,
    residents: residentsOf(turn, view.pods, now),
    missing: missingReplacements(turn.debts, { ...view, nodes: turn.upTo }, now),
    endings: endingsOf(turn.node, view.pods, now),
  }));
}

function turnsOf(nodes: readonly NodeView[], now: number): Turn[] {
  const members = nodes.map((node): Member => ({ node, record: recordOf(node) ?? { since: now, owed: [] } }))
    .sort((one, other) => one.record.since - other.record.since);
  const debts = debtsInOrder(members.map(({ record }) => record));
  return members.map((member, index) => ({
    ...member, debts: debts[index], upTo: members.filter(({ record }) => record.since <= member.record.since).map(({ node }) => node),
  }));
}

/** What becomes of a node now. */
interface Fate extends Member {
  /** It has no pod left that has to leave it, and nobody waits for a new one. */
  readonly isEmpty: boolean;
  /** It has no pod left that has to leave it, and needs nothing but time. */
  readonly isSettling: boolean;
  /** What it waits for although it is empty. */
  readonly rests: readonly Rest[];
  readonly waits: readonly string[];
  readonly waitSeconds: number;
  readonly obstacles: readonly Obstacle[];
}

interface Rest { readonly says: string; readonly seconds: number }

function fateOf(
  { node, record, residents, missing, endings }: Standing, view: DrainView, { withheld }: Allowance,
  options: DrainOptions & { readonly forced: readonly PodView[] }, now: number,
): Fate {
  const own = reasonsOf(withheld.filter(({ pod }) => pod.node === node.name));
  const obstacles = [
    ...missing.late, ...endings.late, ...own.obstacles,
    ...residents.leave.filter(pod => !options.forced.includes(pod)).flatMap(pod => obstacleOf(pod) ?? []),
    ...residents.stay.map(cameAgain),
  ];
  const coming = [...missing.waits, ...own.waits];
  const waits = [...endings.waits, ...coming.length > 0 ? [`waits until ${some(coming)} is Ready`] : []];
  const hasLostAll = residents.leave.length === 0 && residents.note === undefined && obstacles.length === 0 && endings.waits.length === 0;
  const isEmpty = hasLostAll && coming.length === 0;
  const rest = isEmpty ? restOf({ node, record }, view, options, now) : { rests: [], obstacles: [] };
  return {
    node,
    record,
    isEmpty,
    isSettling: isEmpty ? rest.obstacles.length === 0 : hasLostAll && missing.placed,
    rests: rest.rests,
    waits: [...waits, ...rest.rests.map(({ says }) => says)],
    waitSeconds: Math.min(
      ...endings.waits.length + own.waits.length > 0 ? [LOOK_SECONDS] : missing.waits.length > 0 ? [missing.waitSeconds] : [],
      ...rest.rests.map(({ seconds }) => seconds),
    ),
    obstacles: [...obstacles, ...rest.obstacles],
  };
}

/** Which nodes end: each by itself, or all together after the pause between batches. */
function endOf(fates: readonly Fate[], { pauseSeconds }: DrainOptions, now: number): NodeView[] {
  const ready = fates.filter(({ isEmpty, rests, obstacles }) => isEmpty && rests.length === 0 && obstacles.length === 0);
  if (pauseSeconds === 0) {
    return ready.map(({ node }) => node);
  }
  const isOver = fates.every(({ record: { empty } }) => empty !== undefined && now - empty >= pauseSeconds * 1000);
  return isOver && ready.length === fates.length ? ready.map(({ node }) => node) : [];
}

interface Residents {
  readonly leave: readonly PodView[];
  /** Evicting those again would go on for ever. */
  readonly stay: readonly PodView[];
  readonly note?: DrainMoves['note'][number];
}

/**
 * The pods of a node that still have to leave it. One that tolerates the cordon may have come after its eviction from this node or another: as with
 * Karpenter it goes with the node, and nobody waits for it. Any other can only have come while somebody had taken the cordon off: it is evicted once more.
 */
function residentsOf({ node, record }: Member, pods: readonly PodView[], now: number): Residents {
  const cameAfter = (time: number) => (pod: PodView) => pod.created > time + CLOCK_MILLISECONDS;
  const cordoned = cordonedSince(node) ?? record.since;
  const own = podsToMove(node.name, pods).filter(pod => !(pod.toleratesCordon && cameAfter(Math.min(cordoned, record.since))(pod)));
  const newcomers = own.filter(cameAfter(record.since));
  if (newcomers.length > 0 && record.again === undefined) {
    const says = `pod ${some(newcomers.map(fullName))} came to ${node.name} although that is cordoned: somebody had taken the cordon off; evicts once more`;
    return { leave: own, stay: [], note: { node, record: { ...record, again: now }, says } };
  }
  const stay = newcomers.filter(cameAfter(record.again ?? 0));
  return { leave: own.filter(pod => !stay.includes(pod)), stay };
}

/** Of each workload one, and every pod that has none. */
export function oneOfEach(pods: readonly PodView[]): PodView[] {
  const workload = (pod: PodView) => pod.controller?.uid ?? pod.uid;
  return pods.filter((pod, index) => pods.findIndex(other => workload(other) === workload(pod)) === index);
}

function cameAgain(pod: PodView): Obstacle {
  return {
    by: PauseReason.NODE_UNCORDONED,
    says: `pod ${fullName(pod)} was placed on ${pod.node} although that is cordoned, again, and it does not tolerate node.kubernetes.io/unschedulable:`
      + ' somebody makes the node schedulable in between, or binds pods past the scheduler; let them leave it alone, and delete the pod',
  };
}

/** What an empty node still waits for. */
function restOf(
  { node, record }: Member, view: DrainView, options: DrainOptions, now: number,
): { readonly rests: readonly Rest[]; readonly obstacles: readonly Obstacle[] } {
  const empty = record.empty ?? now;
  const volumes = isDead(node, now) ? [] : volumesOf(node, view);
  const isLate = now - empty > DETACHING_MILLISECONDS;
  const pauses = [
    { what: 'for load balancers to let go', until: view.loadBalancers ? record.since + options.deregistrationSeconds * 1000 : 0 },
    { what: 'the pause between batches', until: options.pauseSeconds > 0 ? empty + options.pauseSeconds * 1000 : 0 },
  ].filter(({ until }) => until > now).map(({ what, until }) => ({ what, seconds: Math.ceil((until - now) / 1000) }));
  return {
    rests: [
      ...volumes.length > 0 && !isLate ? [{ says: `waits until ${some(volumes)} is detached from ${node.name}`, seconds: LOOK_SECONDS }] : [],
      ...pauses.map(({ what, seconds }) => ({ says: `waits ${what}, ${seconds} s`, seconds })),
    ],
    obstacles: volumes.length > 0 && isLate ? [{
      by: PauseReason.VOLUME_ATTACHED,
      says: `${some(volumes)} is still attached to the empty node ${node.name}: see its VolumeAttachment and the log of its CSI driver`,
    }] : [],
  };
}

function endingsOf(node: NodeView, pods: readonly PodView[], now: number): Standing['endings'] {
  const gaveUp = isDead(node, now);
  const ending = podsOn(node.name, pods).filter(pod => mustMove(pod) && pod.leaving !== undefined && !(gaveUp && isStuck(pod, now)));
  const late = ending.filter(pod => now - pod.leaving! > ENDING_MILLISECONDS);
  return {
    waits: ending.length > late.length ? [`waits until ${count(ending.length - late.length, 'pod')} of ${node.name} has ended`] : [],
    late: late.map(pod => ({
      by: PauseReason.POD_NOT_ENDING,
      says: `pod ${fullName(pod)} on ${node.name} should have ended 5 minutes ago: see its finalizers, and the kubelet`,
    })),
  };
}

/** The volumes that have to leave a node; those of pods that stay with it go when it goes. */
function volumesOf(node: NodeView, view: DrainView): string[] {
  const staying = podsOn(node.name, view.pods).filter(pod => !mustMove(pod))
    .flatMap(pod => (pod.claims ?? []).map(claim => `${pod.namespace}/${claim}`));
  return view.attachments.filter(one => one.node === node.name && !(one.claim && staying.includes(one.claim))).map(one => one.volume);
}
