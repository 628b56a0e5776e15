import { DrainRecord, merged, recordOf } from './drain-record';
import { mustMove, Obstacle, obstacleOf, podsToMove } from './pods';
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
  /** Patience is over: what may not be evicted goes all the same. */
  readonly force: boolean;
}

/** What is done now, and why not more. */
export interface DrainMoves {
  readonly evict: readonly PodView[];
  /** Nodes that have become empty; the time is noted. */
  readonly note: ReadonlyArray<{ readonly node: NodeView; readonly record: DrainRecord }>;
  /** Nodes that nothing depends on any more: all of the batch, or none. */
  readonly emptied: readonly NodeView[];
  readonly waits: readonly string[];
  /** Seconds until something that is waited for can be there. */
  readonly waitSeconds: number;
  readonly obstacles: readonly Obstacle[];
}

/** A kubelet has this long after the grace period to take a pod away. */
const ENDING_MILLISECONDS = 5 * 60_000;
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
  const toMove = view.nodes.flatMap(node => podsToMove(node.name, view.pods));
  const returned = batch.flatMap(({ node, record }) =>
    podsToMove(node.name, view.pods).filter(pod => pod.created > record.since + CLOCK_MILLISECONDS));
  const held = options.force ? returned : toMove.filter(pod => returned.includes(pod) || obstacleOf(pod) !== undefined);
  const endings = view.nodes.filter(node => node.ready).map(node => endingsOf(node, view.pods, now));
  const moves: DrainMoves = {
    // Whoever cannot place or start the pods of now gets no more of them.
    evict: missing.late.length > 0 && !options.force ? [] : toMove.filter(pod => !held.includes(pod)),
    note: [],
    emptied: [],
    waits: [...endings.flatMap(one => one.waits), ...(missing.waits.length > 0 ? [`waits until ${some(missing.waits)} is Ready`] : [])],
    waitSeconds: LOOK_SECONDS,
    obstacles: [...missing.late, ...endings.flatMap(one => one.late), ...held.map(pod => obstacleOf(pod) ?? cameBack(pod))],
  };
  if (moves.evict.length + moves.waits.length + moves.obstacles.length > 0) {
    return moves;
  }
  const fresh = batch.filter(({ record }) => record.empty === undefined);
  return fresh.length > 0
    ? { ...moves, note: fresh.map(({ node, record }) => ({ node, record: { ...record, empty: now } })) }
    : planEnd(batch, view, options, now, moves);
}

/** Evicting it again would go on for ever. */
function cameBack(pod: PodView): Obstacle {
  return {
    by: PauseReason.NOWHERE_TO_GO,
    says: `pod ${fullName(pod)} was placed on ${pod.node} although that is cordoned: its workload tolerates node.kubernetes.io/unschedulable;`
      + ' remove that toleration (one that tolerates everything is such), or scale the workload down',
  };
}

/** What an empty node still waits for. */
function planEnd(batch: readonly Member[], view: DrainView, options: DrainOptions, now: number, moves: DrainMoves): DrainMoves {
  const attached = batch.filter(({ node }) => node.ready).map(({ node, record }) => ({ node, record, volumes: volumesOf(node, view) }))
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
  const ending = pods.filter(pod => pod.node === node.name && mustMove(pod) && pod.leaving !== undefined);
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
