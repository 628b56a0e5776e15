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
export interface Missing { readonly waits: readonly string[]; readonly late: readonly Obstacle[] }

/** Compares what controllers owe with the pods that they have made since; what was pending or missing before is nobody's debt. */
export function missingReplacements(debts: readonly Debt[], view: ReplacementView, now: number): Missing {
  const waits: string[] = [];
  const late: Obstacle[] = [];
  for (const owed of debts) {
    const missing = missingOf(owed, view, now);
    if (missing) {
      const trouble = lateness(owed, missing, now);
      if (trouble) {
        late.push(trouble);
      } else {
        waits.push(missing.newcomers.length > 0 ? some(missing.newcomers.map(fullName)) : `a new pod of ${owed.namespace}/${owed.name}`);
      }
    }
  }
  return { waits, late };
}

interface Gap {
  /** New pods that are not Ready. */
  readonly newcomers: readonly PodView[];
  /** Old pods that have to end first. */
  readonly ending: boolean;
}

function missingOf(owed: Debt, view: ReplacementView, now: number): Gap | undefined {
  const { since } = owed;
  const known = KNOWN_KINDS.includes(owed.kind);
  const wanted = view.controllers.find(controller => controller.uid === owed.uid)?.wanted;
  if (known && wanted === undefined) {
    return undefined;
  }
  const own = podsOf(owed.uid, view.pods);
  const alive = own.filter(isAlive);
  if (wanted !== undefined && alive.filter(pod => pod.ready).length >= wanted) {
    return undefined;
  }
  const left = view.nodes.map(node => node.name);
  const silent = view.nodes.filter(node => !node.ready).map(node => node.name);
  const dead = view.nodes.filter(node => isDead(node, now)).map(node => node.name);
  const isOf = (names: readonly string[], pod: PodView) => pod.node !== undefined && names.includes(pod.node);
  const staying = alive.filter(pod => pod.created < since && isOf(left, pod) && (pod.ready || isOf(silent, pod))).length;
  const born = alive.filter(pod => pod.created >= since);
  const newcomers = born.filter(pod => !pod.ready);
  if (born.length - newcomers.length >= owed.count - staying) {
    return undefined;
  }
  const ending = own.filter(pod => pod.leaving !== undefined);
  if (owed.kind === 'StatefulSet' && ending.some(pod => isOf(dead, pod) && isStuck(pod, now))) {
    return undefined;
  }
  if (!known && newcomers.length === 0 && now - since > UNKNOWN_KIND_MILLISECONDS) {
    return undefined;
  }
  return { newcomers, ending: ending.some(pod => now - pod.leaving! <= ENDING_MILLISECONDS) };
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
