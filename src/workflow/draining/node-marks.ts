import { DrainRecord } from './drain-record';
import { NodeChange } from './port';
import { NodeView } from '../../kubernetes/views';
import { CLEAR_RECORD, CORDON_RECORD, DRAIN_RECORD, EXCLUSION_RECORD, KEEPER_MARK, MOVE_RECORD } from '../records';

/** Takes a node out of the targets of load balancers, with every controller that makes such. */
export const EXCLUSION_LABEL = 'node.kubernetes.io/exclude-from-external-load-balancers';

/** Cordons a node; one that is cordoned already stays as it is and gets no record. */
export function cordon(node: NodeView, now?: number): NodeChange | undefined {
  const record = now === undefined ? 'true' : new Date(now).toISOString();
  return node.unschedulable ? undefined : changeOf(node, { unschedulable: true, annotations: { [CORDON_RECORD]: record } });
}

/** Since when a node is cordoned because of us; undefined where it is not, or where nobody knows. */
export function cordonedSince({ annotations }: NodeView): number | undefined {
  const time = Date.parse(annotations[CORDON_RECORD] ?? '');
  return Number.isNaN(time) ? undefined : time;
}

/** Takes a cordon of ours back; undefined where there is none. */
export function uncordon(node: NodeView): NodeChange | undefined {
  return node.annotations[CORDON_RECORD] === undefined ? undefined : changeOf(node, { unschedulable: false, annotations: { [CORDON_RECORD]: null } });
}

/** Puts a node into the batch: its record, and with load balancers around also the label that takes it out of them. */
export function begin(node: NodeView, record: DrainRecord, loadBalancers: boolean): NodeChange {
  const excludes = loadBalancers && node.labels[EXCLUSION_LABEL] === undefined;
  return changeOf(node, {
    ...(excludes ? { labels: { [EXCLUSION_LABEL]: 'true' } } : {}),
    annotations: { [DRAIN_RECORD]: JSON.stringify(record), ...(excludes ? { [EXCLUSION_RECORD]: 'true' } : {}) },
  });
}

export function note(node: NodeView, record: DrainRecord): NodeChange {
  return changeOf(node, { annotations: { [DRAIN_RECORD]: JSON.stringify(record) } });
}

/** What is taken back of a node: of ours all that is named, of others nothing. */
export interface Release { readonly cordon: boolean; readonly keeper: boolean }

/** Takes a node out of the batch and back into load balancers; undefined where nothing of ours is left. */
export function release(node: NodeView, what: Release): NodeChange | undefined {
  const has = (record: string) => node.annotations[record] !== undefined;
  const kept = [...(what.cordon ? [] : [CORDON_RECORD]), ...(what.keeper ? [] : [KEEPER_MARK])];
  const dropped = [DRAIN_RECORD, MOVE_RECORD, CLEAR_RECORD, EXCLUSION_RECORD, CORDON_RECORD, KEEPER_MARK]
    .filter(record => has(record) && !kept.includes(record));
  return dropped.length === 0 ? undefined : changeOf(node, {
    ...(dropped.includes(CORDON_RECORD) ? { unschedulable: false } : {}),
    ...(dropped.includes(EXCLUSION_RECORD) ? { labels: { [EXCLUSION_LABEL]: null } } : {}),
    annotations: Object.fromEntries(dropped.map(record => [record, null])),
  });
}

export function changeOf(node: NodeView, change: Omit<NodeChange, 'name' | 'version'>): NodeChange {
  return { name: node.name, version: node.version, ...change };
}

/** A node as it is after a change that was written; its version is one that nobody knows yet. */
export function changed(node: NodeView, { labels, annotations, unschedulable }: NodeChange): NodeView {
  return {
    ...node,
    labels: merged(node.labels, labels),
    annotations: merged(node.annotations, annotations),
    unschedulable: unschedulable ?? node.unschedulable,
  };
}

function merged(before: Readonly<Record<string, string>>, change: NodeChange['labels'] = {}): Record<string, string> {
  const after = Object.entries({ ...before, ...change }).filter((entry): entry is [string, string] => entry[1] !== null);
  return Object.fromEntries(after);
}

/** The commands that undo changes of nodes by hand. */
export function undoOf(changes: readonly NodeChange[]): string[] {
  const names = (which: (change: NodeChange) => boolean) => changes.filter(which).map(change => change.name);
  const cordoned = names(change => change.unschedulable === true);
  const excluded = names(change => change.labels?.[EXCLUSION_LABEL] === 'true');
  const marked = [KEEPER_MARK, CORDON_RECORD, DRAIN_RECORD, EXCLUSION_RECORD, MOVE_RECORD, CLEAR_RECORD]
    .map(record => ({ record, nodes: names(change => typeof change.annotations?.[record] === 'string') }))
    .filter(({ nodes }) => nodes.length > 0);
  return [
    ...(cordoned.length > 0 ? [`kubectl uncordon ${cordoned.join(' ')}`] : []),
    ...(excluded.length > 0 ? [`kubectl label node ${excluded.join(' ')} ${EXCLUSION_LABEL}-`] : []),
    ...marked.map(({ record, nodes }) => `kubectl annotate node ${nodes.join(' ')} ${record}-`),
  ];
}
