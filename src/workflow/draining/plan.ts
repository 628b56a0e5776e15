import { DrainRecord, merged, recordOf } from './drain-record';
import { cordonedSince } from './node-marks';
import { ENDING_MILLISECONDS, isDead, isStuck, mustMove, Obstacle, obstacleOf, podsToMove } from './pods';
import { missingReplacements } from './replacements';
import { AttachmentView, ControllerView, fullName, NodeView, PodView } from '../../kubernetes/views';
import { count, some } from '../../words/short-list';
import { PauseReason } from '../pause-reason';

/** Everything that is read for the nodes of the batch. */
export interface DrainView {
  /** Those that carry a DRAIN_RECORD and whose instance or claim is not ending yet. */
  readonly nodes: readonly NodeView[];
  /** Of the whole cluster. */
  readonly pods: readonly PodView[];
  readonly controllers: readonly ControllerView[];
  readonly attachments: readonly AttachmentView[];
  readonly loadBalancers: boolean;
}

export interface DrainOptions {
  /** How long emptied nodes stay, with all replacements Ready, before they end and the next ones follow. */
  readonly pauseSeconds: number;
  readonly deregistrationSeconds: number;
  /** Patience is over with what may not be evicted: it goes all the same, one pod of a workload at a time. */
  readonly force: boolean;
}

/** What is done now, and why not more. */
export interface DrainMoves {
  readonly evict: readonly PodView[];
  /** Those of them that only force lets go. */
  readonly forced: readonly PodView[];
  /** What is noted of nodes, and why; nothing is evicted in the same call. */
  readonly note: ReadonlyArray<{ readonly node: NodeView; readonly record: DrainRecord; readonly says: string }>;
  /** Nodes that nothing depends on any more: all of the batch, or none. */
  readonly emptied: readonly NodeView[];
  readonly waits: readonly string[];
  /** Seconds until something that is waited for can be there. */
  readonly waitSeconds: number;
  readonly obstacles: readonly Obstacle[];
}

/** Kubernetes itself detaches by force after six minutes. */
const DETACHING_MILLISECONDS = 7 * 60_000;
/** Ages of pods are whole seconds, by the clock of the API server. */
const CLOCK_MILLISECONDS = 2000;
const LOOK_SECONDS = 5;
const LONGEST_LOOK_SECONDS = 60;

interface Member { readonly node: NodeView; readonly record: DrainRecord }

/** Plans the next moves for one batch. Replacements are counted over all of it, so its nodes are emptied together. */
export function planDrain(view: DrainView, options: DrainOptions, now: number): DrainMoves {
  const batch: Member[] = view.nodes.map(node => ({ node, record: recordOf(node) ?? { since: now, owed: [] } }));
  const missing = missingReplacements(merged(batch.map(({ record }) => record)), view, now);
  const residents = batch.map(member => residentsOf(member, view.pods, now));
  const toMove = residents.flatMap(({ leave }) => leave);
  const kept = toMove.filter(pod => obstacleOf(pod) !== undefined);
  const forced = options.force && missing.late.length + missing.waits.length === 0 ? oneOfEach(kept) : [];
  const endings = view.nodes.map(node => endingsOf(node, view.pods, now));
  const moves: DrainMoves = {
    // Whoever cannot place or start the pods of now gets no more of them.
    evict: missing.late.length > 0 ? [] : toMove.filter(pod => !kept.includes(pod) || forced.includes(pod)),
    forced,
    note: [],
    emptied: [],
    waits: [...endings.flatMap(one => one.waits), ...(missing.waits.length > 0 ? [`waits until ${some(missing.waits)} is Ready`] : [])],
    waitSeconds: LOOK_SECONDS,
    obstacles: [
      ...missing.late, ...endings.flatMap(one => one.late), ...kept.filter(pod => !forced.includes(pod)).map(pod => obstacleOf(pod)!),
      ...residents.flatMap(({ stay }) => stay.map(cameAgain)),
    ],
  };
  const again = residents.flatMap(({ note }) => note ?? []);
  if (again.length > 0) {
    return { ...moves, evict: [], note: again };
  }
  if (moves.evict.length + moves.waits.length + moves.obstacles.length > 0) {
    return moves;
  }
  const fresh = batch.filter(({ record }) => record.empty === undefined);
  return fresh.length > 0
    ? { ...moves, note: fresh.map(({ node, record }) => ({ node, record: { ...record, empty: now }, says: `${node.name} is empty and all replacements are Ready` })) }
    : planEnd(batch, view, options, now, moves);
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
function planEnd(batch: readonly Member[], view: DrainView, options: DrainOptions, now: number, moves: DrainMoves): DrainMoves {
  const attached = batch.filter(({ node }) => !isDead(node, now)).map(({ node, record }) => ({ node, record, volumes: volumesOf(node, view) }))
    .filter(({ volumes }) => volumes.length > 0);
  const late = attached.filter(({ record }) => now - record.empty! > DETACHING_MILLISECONDS);
  const rests = [
    { what: 'for load balancers to let go', until: view.loadBalancers ? Math.max(...batch.map(({ record }) => record.since)) + options.deregistrationSeconds * 1000 : 0 },
    { what: 'the pause between batches', until: Math.max(...batch.map(({ record }) => record.empty!)) + options.pauseSeconds * 1000 },
  ].filter(({ until }) => until > now).map(({ what, until }) => ({ what, seconds: Math.ceil((until - now) / 1000) }));
  const done = attached.length === 0 && rests.length === 0;
  return {
    ...moves,
    emptied: done ? batch.map(({ node }) => node) : [],
    waits: [
      ...attached.filter(one => !late.includes(one)).map(({ node, volumes }) => `waits until ${some(volumes)} is detached from ${node.name}`),
      ...rests.map(({ what, seconds }) => `waits ${what}, ${seconds} s`),
    ],
    waitSeconds: Math.min(attached.length > 0 ? LOOK_SECONDS : LONGEST_LOOK_SECONDS, ...rests.map(({ seconds }) => seconds)),
    obstacles: late.map(({ node, volumes }) => ({
      by: PauseReason.VOLUME_ATTACHED,
      says: `${some(volumes)} is still attached to the empty node ${node.name}: see its VolumeAttachment and the log of its CSI driver`,
    })),
  };
}

function endingsOf(node: NodeView, pods: readonly PodView[], now: number): { readonly waits: readonly string[]; readonly late: readonly Obstacle[] } {
  const gaveUp = isDead(node, now);
  const ending = pods.filter(pod => pod.node === node.name && mustMove(pod) && pod.leaving !== undefined && !(gaveUp && isStuck(pod, now)));
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
  const staying = view.pods.filter(pod => pod.node === node.name && !mustMove(pod))
    .flatMap(pod => (pod.claims ?? []).map(claim => `${pod.namespace}/${claim}`));
  return view.attachments.filter(one => one.node === node.name && !(one.claim && staying.includes(one.claim))).map(one => one.volume);
}
