import { Debt } from './drain-record';
import { podsOf } from './pod-index';
import { ENDING_MILLISECONDS, isAlive, isDead, isStuck, Obstacle } from './pods';
import { ControllerView, fullName, NodeView, PodView } from '../../kubernetes/views';
import { count, some } from '../../words/short-list';
import { PauseReason } from '../pause-reason';

/** A new pod that takes longer is in trouble; a new node of Karpenter's is Ready in one to three minutes. */
export const REPLACEMENT_MILLISECONDS = 5 * 60_000;
/** Controllers of kinds that we do not know may have their reasons to make no new pod; nobody insists for longer. */
const UNKNOWN_KIND_MILLISECONDS = 2 * 60_000;

const KNOWN_KINDS = ['ReplicaSet', 'StatefulSet', 'ReplicationController'];

export interface ReplacementView {
  readonly pods: readonly PodView[];
  readonly controllers: readonly ControllerView[];
  /** The nodes that the pods had to leave. */
  readonly nodes: readonly NodeView[];
}

/** What is still missing of replacements; one that is late is in the way. */
export interface Missing {
  readonly waits: readonly string[];
  /** Seconds until all of it can be there. */
  readonly waitSeconds: number;
  /** Whether all of it has found a node and only has to start there. */
  readonly placed: boolean;
  readonly late: readonly Obstacle[];
}

/** A pod on a node may be Ready at any moment; one without a node waits for a new one mostly, which takes the better part of a minute. */
const READY_SECONDS = 5;
const NODE_SECONDS = 10;

/** Compares what controllers owe with the pods that they have made since; what was pending or missing before is nobody's debt. */
export function missingReplacements(debts: readonly Debt[], view: ReplacementView, now: number): Missing {
  const waits: string[] = [];
  const late: Obstacle[] = [];
  let [waitSeconds, placed] = [READY_SECONDS, true];
  for (const owed of debts) {
    const missing = missingOf(owed, view, now);
    if (missing) {
      placed &&= missing.placed;
      const trouble = lateness(owed, missing, now);
      if (trouble) {
        late.push(trouble);
      } else {
        waitSeconds = missing.newcomers.some(({ node }) => node === undefined) ? NODE_SECONDS : waitSeconds;
        waits.push(missing.newcomers.length > 0 ? some(missing.newcomers.map(fullName)) : `a new pod of ${owed.namespace}/${owed.name}`);
      }
    }
  }
  return { waits, waitSeconds, placed, late };
}

/** Pods of a controller that owes some, those that are no more alive left out. */
interface Successors {
  /** Of before, on the nodes that have to be left. */
  readonly staying: number;
  readonly born: number;
  /** Born, and not Ready. */
  readonly newcomers: readonly PodView[];
}

/**
 * Whether pods alone explain what is owed: as many new ones are there as are owed, and Ready, or on their way and in time. Then nobody has to know how many
 * the controller wants.
 */
export function isExplained(owed: Debt, view: Pick<ReplacementView, 'pods' | 'nodes'>, now: number): boolean {
  const successors = successorsOf(owed, view);
  return isMadeUp(owed, successors) || isComing(owed, successors, now);
}

function isMadeUp({ count: many }: Debt, { staying, born, newcomers }: Successors): boolean {
  return born - newcomers.length >= many - staying;
}

/** Whether as many as are owed have found a node, Ready or not. */
function isPlaced({ count: many }: Debt, { staying, born, newcomers }: Successors): boolean {
  return born - newcomers.filter(({ node }) => node === undefined).length >= many - staying;
}

function isComing({ count: many }: Debt, { staying, born, newcomers }: Successors, now: number): boolean {
  return born >= many - staying && newcomers.every(({ created }) => now - created <= REPLACEMENT_MILLISECONDS);
}

function successorsOf({ uid, since }: Debt, { pods, nodes }: Pick<ReplacementView, 'pods' | 'nodes'>): Successors {
  const alive = podsOf(uid, pods).filter(isAlive);
  const left = byName(nodes);
  const born = alive.filter(pod => pod.created >= since);
  const stays = (pod: PodView) => {
    const home = left.get(pod.node ?? '');
    return home !== undefined && (pod.ready || !home.ready);
  };
  return {
    staying: alive.filter(pod => pod.created < since && stays(pod)).length,
    born: born.length,
    newcomers: born.filter(pod => !pod.ready),
  };
}

/** One for each list: every debt of a node asks for it. */
const NAMED = new WeakMap<readonly NodeView[], ReadonlyMap<string, NodeView>>();

function byName(nodes: readonly NodeView[]): ReadonlyMap<string, NodeView> {
  const named = NAMED.get(nodes) ?? new Map(nodes.map(node => [node.name, node]));
  NAMED.set(nodes, named);
  return named;
}

function isOn(names: readonly string[], { node }: PodView): boolean {
  return node !== undefined && names.includes(node);
}

interface Gap {
  /** New pods that are not Ready. */
  readonly newcomers: readonly PodView[];
  /** Old pods that have to end first. */
  readonly ending: boolean;
  readonly placed: boolean;
}

function missingOf(owed: Debt, view: ReplacementView, now: number): Gap | undefined {
  const successors = successorsOf(owed, view);
  const { newcomers } = successors;
  const placed = isPlaced(owed, successors);
  if (isMadeUp(owed, successors)) {
    return undefined;
  }
  if (isComing(owed, successors, now)) {
    return { newcomers, ending: false, placed };
  }
  const known = KNOWN_KINDS.includes(owed.kind);
  const wanted = view.controllers.find(controller => controller.uid === owed.uid)?.wanted;
  if (known && wanted === undefined) {
    return undefined;
  }
  const own = podsOf(owed.uid, view.pods);
  if (wanted !== undefined && own.filter(pod => isAlive(pod) && pod.ready).length >= wanted) {
    return undefined;
  }
  const dead = view.nodes.filter(node => isDead(node, now)).map(node => node.name);
  const ending = own.filter(pod => pod.leaving !== undefined);
  if (owed.kind === 'StatefulSet' && ending.some(pod => isOn(dead, pod) && isStuck(pod, now))) {
    return undefined;
  }
  if (!known && newcomers.length === 0 && now - owed.since > UNKNOWN_KIND_MILLISECONDS) {
    return undefined;
  }
  return { newcomers, ending: ending.some(pod => now - pod.leaving! <= ENDING_MILLISECONDS), placed };
}

function lateness(owed: Debt, gap: Gap, now: number): Obstacle | undefined {
  const late = gap.newcomers.filter(pod => now - pod.created > REPLACEMENT_MILLISECONDS);
  const unplaced = late.filter(pod => pod.node === undefined);
  if (unplaced.length > 0) {
    return {
      by: PauseReason.NO_NEW_NODE,
      says: `${count(unplaced.length, 'pod')} of ${owed.namespace}/${owed.name} found no node for more than 5 minutes`
        + ` (${some(unplaced.map(pod => pod.name))}: ${unplaced[0].unschedulable ?? 'not scheduled'}): see the events of the pod and the log of karpenter`,
    };
  }
  if (late.length > 0) {
    const words = late[0].waiting ? `: ${late[0].waiting}` : '';
    return {
      by: PauseReason.REPLACEMENT_NOT_READY,
      says: `pod ${fullName(late[0])} on ${late[0].node} is not Ready after more than 5 minutes${words}`,
    };
  }
  if (gap.newcomers.length === 0 && !gap.ending && now - owed.since > REPLACEMENT_MILLISECONDS) {
    return {
      by: PauseReason.REPLACEMENT_NOT_READY,
      says: `${owed.kind} ${owed.namespace}/${owed.name} has not made up for its evicted pod: see its events`,
    };
  }
  return undefined;
}
