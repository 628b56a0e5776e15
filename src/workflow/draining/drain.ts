import { DisruptionLimits, isMakingUp } from './allowance';
import { BatchStanding } from './batch';
import { newRecord, recordOf } from './drain-record';
import { begin, changed, note, undoOf } from './node-marks';
import { planPlaceholders } from './placeholders/plan';
import { PlaceholderPort } from './placeholders/port';
import { DrainMoves, DrainOptions, DrainView, oneOfEach, openDebts, planDrain } from './plan';
import { Obstacle, podsToMove } from './pods';
import { DrainingPort, Eviction, NodeChange } from './port';
import { ControllerRef, ControllerView, fullName, NodeView, PodView } from '../../kubernetes/views';
import { count, some } from '../../words/short-list';
import { reasonFor } from '../classify';
import { PauseReason } from '../pause-reason';
import { blocked, Counts, forcing, overtaken, Progress, together, waiting, working } from '../step';

/** One call of the Kubernetes function evicts this many pods and changes this many nodes, so that it ends in time. */
const EVICTIONS = 500;
const PATCHES = 100;
const PLACEHOLDERS = 300;
/** A new node takes the better part of a minute. */
const ROOM_SECONDS = 10;
/** What takes long is looked at in a fifth of the time that it has taken, and at least this often. */
const LONGEST_LOOK_SECONDS = 12;
/** Pods need a moment to end. */
const EVICTED_SECONDS = 3;
/** Beyond what a user wants to be waited for: everything that a drain waits for has a limit of its own, which is shorter. */
const WAITING_MINUTES = 30;

/** Makes room before pods are evicted. */
export interface RoomMaker {
  readonly placeholders: PlaceholderPort;
  readonly namespace: string;
  /** What runs in a pod that keeps room. */
  readonly image: string;
}

/** What one call did for the batch. */
export interface Drained {
  /** Nodes that are empty and may end. */
  readonly emptied: readonly NodeView[];
  /** The others. */
  readonly remaining: readonly NodeView[];
  /** Whether there are load balancers, where that was asked. */
  readonly loadBalancers?: boolean;
  /** What else there is to say; undefined where nothing but these is left of the batch. */
  readonly progress?: Progress;
  /** How far the others are. */
  readonly standing: BatchStanding;
  /** Whether pods went, so that what was read of them is not true any more. */
  readonly hasEvicted: boolean;
}

/** All pods as they are now. */
export async function allPods(port: DrainingPort): Promise<PodView[]> {
  const pods: PodView[] = [];
  let next: string | undefined;
  do {
    const page = await port.pods(next);
    pods.push(...page.pods);
    next = page.next;
  } while (next !== undefined);
  return pods;
}

/** Whether a node belongs to the current batch. */
export function isInBatch(node: NodeView): boolean {
  return recordOf(node) !== undefined;
}

/** Goes on with the nodes of the current batch. */
export async function drain(
  port: DrainingPort, batch: readonly NodeView[], pods: readonly PodView[], options: DrainOptions, now: number, room?: RoomMaker,
): Promise<Drained> {
  if (batch.length === 0) {
    return { emptied: [], remaining: [], standing: { nodes: 0, held: 0, settling: 0 }, hasEvicted: false };
  }
  const { roomy, ...made } = room ? await makeRoom(port, room, batch, pods, now) : { roomy: batch, held: [] };
  const { moves, loadBalancers } = await planMoves(port, roomy, pods, options, now);
  const noted = await noteAll(port, moves.note);
  const round = await evictInTurn(port, moves, () => options.force && moves.waits.length === 0, now, room);
  const remaining = batch.filter(node => !moves.emptied.includes(node));
  const held = new Set([
    ...made.held, ...moves.held, ...round.evicted.length === 0 ? [...round.refused, ...round.failed].map(({ pod }) => pod.node!) : [],
  ]);
  const rest = remaining.filter(node => roomy.includes(node) && !moves.note.some(one => one.node === node));
  return {
    emptied: moves.emptied,
    remaining,
    loadBalancers,
    progress: together([made.progress, noted, rest.length > 0 ? progressOf(moves, round, rest, options, now) : undefined]),
    standing: { nodes: remaining.length, held: held.size, settling: moves.settling.length },
    hasEvicted: round.evicted.length + round.deleted > 0,
  };
}

/** Nodes that may be drained because there is room for their pods, and what is done and waited for until there is for the others. */
interface Room { readonly roomy: readonly NodeView[]; readonly held: readonly string[]; readonly progress?: Progress }

async function makeRoom(
  port: DrainingPort, { placeholders, namespace, image }: RoomMaker, batch: readonly NodeView[], pods: readonly PodView[], now: number,
): Promise<Room> {
  const plan = planPlaceholders(batch, pods, await placeholders.placeholders(namespace), now);
  if (plan.drop.length > 0) {
    await placeholders.dropPlaceholders(namespace, plan.drop);
  }
  const make = plan.make.slice(0, PLACEHOLDERS);
  if (make.length > 0) {
    await placeholders.makePlaceholders(namespace, make.map(({ node, uid }) => ({ node: node!, uid })), image);
  }
  const limit = { by: PauseReason.NO_NEW_NODE, minutes: WAITING_MINUTES };
  return {
    roomy: plan.roomy,
    held: plan.held,
    progress: together([
      await noteAll(port, plan.note),
      make.length > 0 ? working(`asks for room for ${count(make.length, 'pod')}`, ROOM_SECONDS) : undefined,
      plan.obstacles.length > 0 ? blockedBy(plan.obstacles) : undefined,
      plan.waits.length > 0 ? waiting(plan.waits.join('; '), ROOM_SECONDS, limit) : undefined,
    ]),
  };
}

/** What is asked for only where a node waits for nothing else. */
const NOTHING_BUT = { attachments: [], loadBalancers: false } as const;

/** Volumes and load balancers are asked for as soon as a node waits for nothing else. */
async function planMoves(
  port: DrainingPort, nodes: readonly NodeView[], pods: readonly PodView[], options: DrainOptions, now: number,
): Promise<{ readonly moves: DrainMoves; readonly loadBalancers?: boolean }> {
  const view: DrainView = { ...NOTHING_BUT, nodes, pods, controllers: await readControllers(port, controllersOf(nodes, pods, options, now)) };
  const moves = planDrain(view, options, now);
  if (moves.empty.length === 0) {
    return { moves };
  }
  const [attachments, loadBalancers] = await Promise.all([port.attachments(), port.loadBalancers()]);
  return { moves: planDrain({ ...view, attachments, loadBalancers }, options, now), loadBalancers };
}

async function noteAll(port: DrainingPort, notes: DrainMoves['note']): Promise<Progress | undefined> {
  if (notes.length === 0) {
    return undefined;
  }
  const missed = await port.patchNodes(notes.map(({ node, record }) => note(node, record)));
  return patched(notes.map(({ says }) => says).join('; '), notes.length, missed);
}

/** Each question is a call of another function: none is asked for nothing. */
export async function readControllers(port: DrainingPort, refs: readonly ControllerRef[]): Promise<ControllerView[]> {
  return refs.length > 0 ? port.controllers(refs) : [];
}

/** What a batch begins with. */
export interface Beginning {
  readonly nodes: readonly NodeView[];
  readonly pods: readonly PodView[];
  /** What is in the batch already, where their pods may be asked at once: no others went in this call. */
  readonly beside?: readonly NodeView[];
  /** Whether there are load balancers; asked for if undefined. */
  readonly loadBalancers?: boolean;
  /** When the conditions for beginning them were last checked; now if undefined. */
  readonly checked?: number;
  /** Why there are no more of them. */
  readonly why?: string;
}

/**
 * Takes nodes into the batch: their records are written before the first eviction. Where no pod of another node went in this call, theirs are asked in it;
 * otherwise the next one knows better what is left of budgets and limits.
 */
export async function beginBatch(
  port: DrainingPort, { nodes, pods, beside, loadBalancers: known, checked, why }: Beginning, options: DrainOptions, now: number,
): Promise<Progress> {
  const loadBalancers = known ?? await port.loadBalancers();
  const changes = nodes.map(node => begin(node, newRecord(node, pods, now, checked), loadBalancers));
  const missed = await port.patchNodes(changes);
  const written = new Map(changes.filter(({ name }) => !missed.includes(name)).map(change => [change.name, change]));
  const members = nodes.filter(({ name }) => written.has(name)).map(node => changed(node, written.get(node.name)!));
  const evicted = beside && members.length > 0 ? await evictFirst(port, members, beside, pods, options, now) : undefined;
  const says = `begins to drain ${some(nodes.map(node => node.name))}${why ? `, ${why}` : ''}`;
  return together([patched(says, changes.length, missed, undoOf([...written.values()]), evicted ? EVICTED_SECONDS : 1), evicted])!;
}

/** Undefined where nobody went: the next call says why. */
async function evictFirst(
  port: DrainingPort, begun: readonly NodeView[], beside: readonly NodeView[], pods: readonly PodView[], options: DrainOptions, now: number,
): Promise<Progress | undefined> {
  // What is empty is looked at by the next call, which writes what it finds at the nodes as they are then.
  const nodes = [...beside, ...begun];
  const controllers = await readControllers(port, controllersOf(nodes, pods, options, now));
  const moves = planDrain({ ...NOTHING_BUT, nodes, pods, controllers }, options, now);
  // Pods of the others were asked before, and whatever of a budget or limit is theirs stays so.
  const own = (many: readonly PodView[]) => many.filter(({ node }) => begun.some(({ name }) => name === node));
  const first = { evict: own(moves.evict), insteadOf: (...args: Parameters<DrainMoves['insteadOf']>) => own(moves.insteadOf(...args)) };
  const round = await evictInTurn(port, first, () => false, now);
  return round.evicted.length > 0 ? progressOf(moves, round, begun, options, now) : undefined;
}

/** Where not one of the changes was written, nothing has happened. */
function patched(says: string, changes: number, missed: readonly string[], undo?: readonly string[], seconds = 1): Progress {
  return missed.length === changes ? overtaken(says, { undo }) : working(says, missed.length > 0 ? 2 : seconds, { undo });
}

/** Changes nodes, as many as one call may; gives what is left to say, undefined when all are changed. */
export async function patchAll(port: DrainingPort, changes: readonly NodeChange[], says: string): Promise<Progress | undefined> {
  if (changes.length === 0) {
    return undefined;
  }
  const now = changes.slice(0, PATCHES);
  const missed = await port.patchNodes(now);
  return patched(says, now.length, missed, undoOf(now.filter(change => !missed.includes(change.name))));
}

export interface Round {
  readonly evicted: readonly PodView[];
  readonly refused: readonly Refusal[];
  readonly failed: readonly Refusal[];
  readonly throttled: boolean;
  readonly deleted: number;
}

interface Refusal { readonly pod: PodView; readonly message: string; readonly byAdmission?: boolean }

/**
 * Evicts pods, one after the other. By force one of each workload that a budget refuses is deleted, but only where nothing else got on: then the budget
 * is no matter of waiting.
 *
 * @param room what has made room for them, which is free from now on
 */
export async function evictAll(
  port: DrainingPort, pods: readonly PodView[], mayDelete: (pod: PodView) => boolean, now: number, room?: RoomMaker,
): Promise<Round> {
  const asked = inTurn(pods, now).slice(0, EVICTIONS);
  if (room && asked.length > 0) {
    await room.placeholders.dropPlaceholders(room.namespace, asked.map(({ uid }) => uid));
  }
  const outcomes = asked.length > 0 ? await port.evict(asked.map(nameOf)) : [];
  const of = (outcome: Eviction['outcome']): Refusal[] => outcomes.filter(one => one.outcome === outcome)
    .map(one => ({ pod: asked.find(pod => pod.uid === one.uid)!, message: one.message ?? '', byAdmission: one.byAdmission }));
  const [evicted, refused, failed] = [of('evicted'), of('refused'), of('failed')];
  const throttled = of('throttled').length > 0;
  const isStill = evicted.length === 0 && !throttled;
  const stuck = isStill ? oneOfEach(refused.filter(({ pod, byAdmission }) => !byAdmission && mayDelete(pod)).map(({ pod }) => pod)) : [];
  if (stuck.length > 0) {
    await port.deletePods(stuck.map(nameOf));
  }
  return { evicted: evicted.map(({ pod }) => pod), refused, failed, throttled, deleted: stuck.length };
}

/** Where a pod cannot be evicted for a reason of its own, another one that shares its budget or limit is asked in the same call: else it would hide it for ever. */
async function evictInTurn(
  port: DrainingPort, { evict, insteadOf }: Pick<DrainMoves, 'evict' | 'insteadOf'>, mayDelete: (pod: PodView) => boolean, now: number, room?: RoomMaker,
): Promise<Round> {
  const asked = new Set(evict);
  let round = await evictAll(port, evict, mayDelete, now, room);
  const barredOf = ({ refused, failed }: Round) => [...refused.filter(({ byAdmission }) => byAdmission), ...failed].map(({ pod }) => pod);
  for (let next = insteadOf(barredOf(round), asked); next.length > 0 && !round.throttled && asked.size < EVICTIONS;) {
    next.forEach(pod => asked.add(pod));
    const more = await evictAll(port, next, mayDelete, now, room);
    round = {
      evicted: [...round.evicted, ...more.evicted],
      refused: [...round.refused, ...more.refused],
      failed: [...round.failed, ...more.failed],
      throttled: more.throttled,
      deleted: round.deleted + more.deleted,
    };
    next = insteadOf(barredOf(more), asked);
  }
  return round;
}

/** Where there are more pods than one call asks for, each call begins elsewhere: pods that are refused for good must not hide those behind them. */
function inTurn(pods: readonly PodView[], now: number): readonly PodView[] {
  // Multiples of the golden ratio come everywhere, however regular the calls are.
  const start = pods.length > EVICTIONS ? Math.floor((now / 1000 * 0.618_033_988_75) % 1 * pods.length) : 0;
  return [...pods.slice(start), ...pods.slice(0, start)];
}

function nameOf({ namespace, name, uid }: PodView): { namespace: string; name: string; uid: string } {
  return { namespace, name, uid };
}

/** Whoever owes pods, and whoever is about to lose some that only our limit protects. */
function controllersOf(batch: readonly NodeView[], pods: readonly PodView[], { limits }: DrainOptions, now: number): ControllerRef[] {
  const owing = openDebts(batch, pods, now).map(({ kind, name, uid, namespace }) => ({ kind, name, uid, namespace }));
  return withSiblings([...owing, ...unprotected(batch.flatMap(({ name }) => podsToMove(name, pods)), pods, limits, now)], pods);
}

/** Those whose pods only our limit protects. */
export function limitedControllers(leaving: readonly PodView[], pods: readonly PodView[], limits: DisruptionLimits, now: number): ControllerRef[] {
  return withSiblings(unprotected(leaving, pods, limits, now), pods);
}

function unprotected(leaving: readonly PodView[], pods: readonly PodView[], limits: DisruptionLimits, now: number): ControllerRef[] {
  return leaving.filter(pod => pod.budget === undefined && !isMakingUp(pod, pods, limits, now)).flatMap(refOf);
}

/** With the other ReplicaSets of the same Deployments. */
function withSiblings(refs: readonly ControllerRef[], pods: readonly PodView[]): ControllerRef[] {
  const families = new Set(refs.filter(({ kind }) => kind === 'ReplicaSet').map(familyOf));
  const siblings = families.size === 0 ? [] : pods.flatMap(refOf).filter(ref => ref.kind === 'ReplicaSet' && families.has(familyOf(ref)));
  return [...new Map([...refs, ...siblings].map(ref => [ref.uid, ref])).values()];
}

function refOf({ namespace, controller }: PodView): ControllerRef[] {
  return controller ? [{ ...controller, namespace }] : [];
}

/** A Deployment gives its ReplicaSets its own name and a hash. */
function familyOf({ namespace, name }: ControllerRef): string {
  return `${namespace}/${name.replace(/-[^-]+$/, '')}`;
}

/** Each look reads the whole cluster, and a node that has taken a minute is not empty the next second. */
function lookAgainAfter(seconds: number, batch: readonly NodeView[], now: number): number {
  const oldest = Math.min(...batch.map(node => recordOf(node)?.since ?? now));
  return Math.max(seconds, Math.min(LONGEST_LOOK_SECONDS, Math.round((now - oldest) / 5000)));
}

/** What a round came to: whoever got on, or still waits for something, is not blocked. */
function progressOf(
  moves: DrainMoves, round: Round, batch: readonly NodeView[], { pauseSeconds, deregistrationSeconds }: DrainOptions, now: number,
): Progress {
  const where = some(batch.map(node => node.name));
  const counts: Counts = { podsEvicted: round.evicted.length, evictionsRefused: round.refused.length };
  if (round.evicted.length + round.deleted > 0) {
    const deleted = round.deleted > 0 ? `, deleted ${round.deleted} that could not be` : '';
    const isForced = round.deleted > 0 || round.evicted.some(pod => moves.forced.includes(pod));
    return (isForced ? forcing : working)(`evicted ${count(round.evicted.length, 'pod')} of ${where}${deleted}`, EVICTED_SECONDS, { counts });
  }
  if (round.throttled) {
    return blocked(PauseReason.THROTTLED, `the Kubernetes API has too much to do to evict pods of ${where}`, { counts });
  }
  const limit = { by: PauseReason.REPLACEMENT_NOT_READY, minutes: WAITING_MINUTES + Math.ceil((pauseSeconds + deregistrationSeconds) / 60) };
  if (moves.waits.length > 0) {
    return waiting([...moves.waits, ...moves.obstacles.map(one => one.says)].join('; '), lookAgainAfter(moves.waitSeconds, batch, now), limit, { counts });
  }
  const obstacles = [...moves.obstacles, ...refusalsOf(round)];
  return obstacles.length > 0 ? blockedBy(obstacles, counts) : waiting(`goes on with ${where}`, 2, limit, { counts });
}

/** The first of them gives the reason, all are named. */
export function blockedBy(obstacles: readonly Obstacle[], counts?: Counts): Progress {
  const says = obstacles.slice(0, 3).map(one => one.says);
  return blocked(obstacles[0].by, [...says, ...(obstacles.length > 3 ? [`${obstacles.length - 3} more like these`] : [])].join('; '), { counts });
}

/** Why each pod could not be evicted, by what was answered for it. */
export function refusalsOf({ refused, failed }: Pick<Round, 'refused' | 'failed'>): Obstacle[] {
  return [
    ...refused.map(({ pod, message, byAdmission }) => ({
      by: byAdmission ? PauseReason.EVICTION_REFUSED : PauseReason.DISRUPTION_BUDGET,
      says: `pod ${fullName(pod)} on ${pod.node} may not be evicted: ${message}`,
    })),
    ...failed.map(({ pod, message }) => ({ by: reasonFor(message), says: `pod ${fullName(pod)} on ${pod.node} could not be evicted: ${message}` })),
  ];
}
