import { apart, GroupMove, busyWith, troublesOf } from './groups';
import { NodegroupState, REBALANCING } from './port';
import { GROUP_TAGS, ownersChange, restored, same, standingOf } from './sizes';
import { PauseReason } from '../pause-reason';
import { RESTORING_MARK, SIZES_SET } from '../records';
import { act } from './act';
import { giveDisruptionBack, ScaleDownPorts, ScaleDownStepConfiguration } from './context';
import { isEnding } from './fleet';
import { NODEGROUP_LABEL, NodeView } from '../../kubernetes/views';
import { count } from '../../words/short-list';
import { patchAll } from '../draining/drain';
import { release } from '../draining/node-marks';
import { blocked, done, Progress, waiting } from '../step';

/** New nodes need a minute or two; whoever needs longer has no capacity, or does not join. */
const READY_MILLISECONDS = 10 * 60_000;

export function isTouched({ tags }: Pick<NodegroupState, 'tags'>): boolean {
  return GROUP_TAGS.some(tag => tags[tag] !== undefined);
}

/** The next thing to do on the way back; undefined for a group that has nothing of ours. */
export function restore(state: NodegroupState, readyNodes: number, now: number): GroupMove | undefined {
  if (!isTouched(state)) {
    return undefined;
  }
  const { name, sizes, group, tags } = state;
  const standing = standingOf(state);
  const goal = restored(sizes, group.sizes.desired, standing);
  if (goal && (!same(sizes, goal) || group.sizes.desired < goal.desired)) {
    if (tags[RESTORING_MARK] === undefined) {
      return { kind: 'tag', tags: { [RESTORING_MARK]: new Date(now).toISOString() }, says: `begins to restore ${name}` };
    }
    const theirs = Object.keys(ownersChange(sizes, standing)).map(field => `${field}imum`);
    const kept = theirs.length > 0 ? `; the ${theirs.join(' and ')} that was set meanwhile stays` : '';
    // What is set now is not noted: it is either as recorded, or the owner's.
    return { kind: 'resize', sizes: goal, set: tags[SIZES_SET], says: `restores ${name} to ${goal.min}/${goal.max}/${goal.desired}${kept}` };
  }
  if (goal && !same(group.sizes, goal)) {
    return apart(state);
  }
  if (goal && readyNodes < group.sizes.desired) {
    const since = Date.parse(tags[RESTORING_MARK] ?? '');
    const says = `${readyNodes} of ${group.sizes.desired} nodes of ${name} are Ready`;
    return now - since > READY_MILLISECONDS
      ? { kind: 'blocked', by: PauseReason.NODES_NOT_READY, says: `${says}: see the activity of Auto Scaling group ${group.name}, and the nodes` }
      : { kind: 'wait', says, by: PauseReason.NODES_NOT_READY };
  }
  if (standing.suspended && group.suspended.includes(REBALANCING)) {
    return { kind: 'resume', says: `resumes ${REBALANCING} of ${name}` };
  }
  return { kind: 'untag', keys: GROUP_TAGS.filter(tag => tags[tag] !== undefined), says: `${name} is as it was` };
}

/** An update of sizes that we began takes a minute or two. */
const UPDATING_MINUTES = 30;

/** Updates that go on in node groups; undefined where none does. */
export function waitForUpdates(groups: readonly NodegroupState[]): Progress | undefined {
  const busy = groups.map(busyWith).filter(one => one !== undefined);
  const foreign = busy.find(one => !one.ours);
  if (foreign) {
    return blocked(PauseReason.NODEGROUP_BUSY, foreign.says);
  }
  const limit = { by: PauseReason.NODEGROUP_BUSY, minutes: UPDATING_MINUTES };
  return busy.length > 0 ? waiting(busy.map(one => one.says).join('; '), 5, limit) : undefined;
}

type Ports = Pick<ScaleDownPorts, 'kubernetes' | 'aws' | 'fleet'>;

/** One call towards the recorded sizes, of whichever node groups carry a record. */
export async function revertScaleDown(ports: Ports, configuration: ScaleDownStepConfiguration, now: number): Promise<Progress> {
  const groups = await ports.aws.nodegroups();
  const nodes = await ports.kubernetes.nodes(NODEGROUP_LABEL);
  return await releaseNodes(ports, configuration.Namespace, nodes.filter(node => !isEnding(node, groups)))
    ?? await giveDisruptionBack(ports, configuration)
    ?? await restoreGroups(ports, configuration, groups.filter(isTouched), nodes, now)
    ?? done('node groups have the sizes that they had');
}

/**
 * Restores what the step has changed of node groups that take no part any more; undefined where nothing of it is left. Otherwise nobody would: they are
 * looked at by no later call.
 */
export async function restoreDropped(
  ports: Ports, configuration: ScaleDownStepConfiguration, all: readonly NodegroupState[], participating: readonly NodegroupState[],
  nodes: readonly NodeView[], now: number,
): Promise<Progress | undefined> {
  const dropped = all.filter(group => !participating.includes(group));
  const own = nodes.filter(node => dropped.some(({ name }) => name === node.labels[NODEGROUP_LABEL]) && !isEnding(node, all));
  return await releaseNodes(ports, configuration.Namespace, own) ?? restoreGroups(ports, configuration, dropped.filter(isTouched), nodes, now);
}

async function releaseNodes({ kubernetes }: Ports, namespace: string, nodes: readonly NodeView[]): Promise<Progress | undefined> {
  const changes = nodes.map(node => release(node, { cordon: true, keeper: true })).filter(change => change !== undefined);
  if (changes.length > 0) {
    await kubernetes.clearPlaceholders(namespace);
  }
  return patchAll(kubernetes, changes, `makes ${count(changes.length, 'node')} schedulable again`);
}

async function restoreGroups(
  { aws }: Ports, { ClusterName }: ScaleDownStepConfiguration, groups: readonly NodegroupState[], nodes: readonly NodeView[], now: number,
): Promise<Progress | undefined> {
  const moves = groups.map(state => {
    const ready = nodes.filter(node => node.ready && !node.leaving && node.labels[NODEGROUP_LABEL] === state.name).length;
    return { state, move: restore(state, ready, now) };
  });
  const planned = moves.filter((one): one is typeof one & { move: GroupMove } => one.move !== undefined);
  const progress = waitForUpdates(groups) ?? await act(aws, planned, ClusterName);
  return progress && { ...progress, says: [progress.says, ...troublesOf(groups)].join('; ') };
}
