import { act, isRefreshing, undoEnd } from './act';
import { giveDisruptionBack, holdDisruption, participating, ScaleDownPorts, ScaleDownStepConfiguration } from './context';
import { Fleet, fleetOf, goers, surplus } from './fleet';
import { finish, GroupMove, isFinished, prepare, troublesOf } from './groups';
import { keeperChanges } from './keepers';
import { movingControllers, planMove, Clearing } from './moves';
import { InstanceState, NodegroupState } from './port';
import { restoreDropped, waitForUpdates } from './restore';
import { isPinned } from './room';
import { hasRoomMade, isOnTheMove, once, Scene, waitToBegin } from './scene';
import { planTargets } from './targets';
import { toEach } from '../../custom-resources/fence';
import { apiOf } from '../../karpenter/apis';
import { selects } from '../../kubernetes/label-selector';
import { fullName, NODEGROUP_LABEL, NodeView } from '../../kubernetes/views';
import { count, some } from '../../words/short-list';
import { drainOptions, lastChecked, lateArrivals, nextBatch, roomFor } from '../draining/batch';
import { allPods, beginBatch, blockedBy, drain, Drained, evictAll, isInBatch, patchAll, readControllers, refusalsOf, RoomMaker } from '../draining/drain';
import { cordon, release, undoOf } from '../draining/node-marks';
import { pendingReplacements } from '../draining/pending';
import { podsToMove } from '../draining/pods';
import { isAwaited, PauseReason } from '../pause-reason';
import { blocked, Counts, done, forcing, overtaken, preparing, Progress, together, waiting, working } from '../step';

/** An instance that is no node after this long will not become one. */
const REGISTRATION_MILLISECONDS = 10 * 60_000;
/** When it was launched EC2 shows a moment after Auto Scaling shows the instance. */
const JOINING_MINUTES = 15;
/** EKS' own hook, which drains what is empty already, takes a moment; a user's hook as long as it likes. */
const ENDING_MINUTES = 20;
/** What is waited for has limits of its own; whoever ends on a node that stays may have none. */
const MOVING = { by: PauseReason.POD_NOT_ENDING, minutes: 20 };

/** One call towards the guide's sizes: the first part that has something to do ends it. */
export async function applyScaleDown(
  ports: ScaleDownPorts, configuration: ScaleDownStepConfiguration, force: boolean, now: number,
): Promise<Progress> {
  const [all, nodes, pods] = await Promise.all([ports.aws.nodegroups(), ports.kubernetes.nodes(), allPods(ports.kubernetes)]);
  const groups = participating(all, configuration);
  const targets = planTargets(groups, nodes, pods, configuration, now);
  const settled = (group: NodegroupState) => isFinished(group) && prepare(group, targets) === undefined;
  const open = groups.filter(group => !settled(group));
  const fleets = groups.map(group => fleetOf(group, targets.of.get(group.name)!.kept, nodes));
  const scene: Scene = { ports, configuration, force, now, fleets, demand: targets.demand, nodes, pods, mayBegin: once(ports.mayBegin) };
  const troubles = troublesOf(groups);
  const progress = await restoreDropped(ports, configuration, all, groups, nodes, now)
    ?? waitForUpdates(open)
    ?? await waitToBegin(scene)
    ?? await actOn(scene, open, group => prepare(group, targets), [...targets.says, ...troubles])
    ?? preparing(await hold(scene))
    ?? preparing(await markNodes(scene))
    ?? await drainNodes(scene)
    ?? await stillQuiet(scene, open)
    ?? await actOn(scene, open, group => finish(group, targets.of.get(group.name)!.kept, strangers(scene, group)), troubles)
    ?? await dropMarks(scene)
    ?? await giveDisruptionBack(ports, configuration)
    ?? done(`node groups are scaled down: ${groups.map(group => `${group.name} ${targets.of.get(group.name)!.kept}`).join(', ') || 'there are none'}`, { counts: { nodesLeft: 0 } });
  return { ...progress, counts: { ...seen(scene), ...progress.counts } };
}

/** What every call sees, whatever part of it had something to do. */
function seen({ configuration: { Api }, nodes, pods, now }: Scene): Counts {
  const { nodeSelector } = apiOf(Api);
  return { podsPending: pendingReplacements(nodes, pods, now), karpenterNodes: nodes.filter(({ labels }) => selects(nodeSelector, labels)).length };
}

/** The instances of a group that are none of its nodes that we know, in words. */
function strangers({ fleets, nodes }: Scene, { name, group: { instances } }: NodegroupState): string[] {
  const fleet = fleets.find(one => one.state.name === name)!;
  return instances.filter(one => one.counts && !fleet.nodes.some(node => node.instanceId === one.id)).map(({ id }) => {
    const node = nodes.find(one => one.instanceId === id);
    if (!node) {
      return `${id} (no node of the cluster)`;
    }
    return `${id} (node ${node.name} ${node.leaving ? 'is being deleted: see its finalizers' : `lacks the label ${NODEGROUP_LABEL}=${name}`})`;
  });
}

/**
 * Karpenter's and pinned pods first. Where one of them may not move, or has no place, its node waits for whoever is in the way; nodes that this does not
 * concern are drained meanwhile.
 */
async function drainNodes(scene: Scene): Promise<Progress | undefined> {
  const all = goers(scene.fleets);
  const pinned = await movePinned(scene);
  if (pinned?.kind !== 'blocked' || isOnTheMove(scene) || pinned.by === PauseReason.THROTTLED) {
    return pinned ?? drainNext(scene, all);
  }
  const { ownerLabel } = apiOf(scene.configuration.Api);
  const others = all.filter(node => !podsToMove(node.name, scene.pods).some(pod => isPinned(pod, ownerLabel)));
  const drained = others.length > 0 ? await drainNext(scene, others) : undefined;
  if (drained?.kind === 'working') {
    return { ...drained, says: `${drained.says}; meanwhile ${pinned.says}` };
  }
  return isAwaited(pinned.by) ? together([pinned, drained]) : pinned;
}

/** An autoscaler that came back after the last node was begun would not keep the sizes that are fixed now. */
async function stillQuiet({ ports }: Scene, open: readonly NodegroupState[]): Promise<Progress | undefined> {
  return open.length > 0 ? ports.autoscalerIsQuiet() : undefined;
}

async function actOn(
  { ports, configuration }: Scene, groups: readonly NodegroupState[], plan: (group: NodegroupState) => GroupMove | undefined, says: readonly string[],
): Promise<Progress | undefined> {
  const moves = groups.flatMap(state => {
    const move = plan(state);
    return move ? [{ state, move }] : [];
  });
  const progress = await act(ports.aws, moves, configuration.ClusterName);
  return progress && says.length > 0 ? { ...progress, says: [progress.says, ...says].join('; ') } : progress;
}

/** As long as a node goes, Karpenter must not move the pods again that come from it. */
async function hold({ ports, configuration, fleets, now }: Scene): Promise<Progress | undefined> {
  const isGoing = fleets.some(fleet => surplus(fleet) > 0 || fleet.leaving.length > 0);
  return isGoing && lastChecked(goers(fleets).filter(isInBatch), now) === undefined ? holdDisruption(ports, configuration) : undefined;
}

/** Keepers first; then everything else that goes is cordoned together, so that no evicted pod lands on a node that goes next. */
async function markNodes({ ports, fleets, demand, now }: Scene): Promise<Progress | undefined> {
  const keep = keeperChanges(fleets, demand);
  const go = goers(fleets).map(node => cordon(node, now)).filter(change => change !== undefined);
  return await patchAll(ports.kubernetes, keep, `chooses ${some(keep.map(({ name }) => name))} as nodes that stay, or no longer`)
    ?? await patchAll(ports.kubernetes, go, `cordons ${count(go.length, 'node')} that will go`);
}

async function movePinned(scene: Scene): Promise<Progress | undefined> {
  const { ports: { kubernetes }, configuration: { Api }, nodes, pods, force, now } = scene;
  const leaving = goers(scene.fleets);
  const places = nodes.filter(node => node.labels[NODEGROUP_LABEL] !== undefined && !leaving.includes(node));
  const controllers = await readControllers(kubernetes, movingControllers(leaving, places));
  const move = planMove({ goers: leaving, places, pods, controllers, ownerKey: apiOf(Api).ownerLabel, force }, now);
  const isBegun = hasRoomMade(scene) || move.kind === 'evict' && leaving.some(node => node.name === move.pod.node && isInBatch(node));
  const reason = (move.kind === 'evict' || move.kind === 'clear') && !isBegun ? await scene.mayBegin() : undefined;
  if (reason) {
    return isOnTheMove(scene) ? waiting(`waits for pods that move to nodes that stay; ${reason.says}`, 5, MOVING) : reason;
  }
  switch (move.kind) {
    case 'none':
      return undefined;
    case 'wait':
      return waiting(move.says, 5, MOVING);
    case 'blocked':
      return blockedBy(move.obstacles);
    case 'arrived':
      return patchAll(kubernetes, move.changes, move.says);
    case 'clear':
      return clear(scene, move.clearing, leaving.length);
    case 'evict': {
      if ((await kubernetes.patchNodes([move.change])).length > 0) {
        return overtaken(`node ${move.change.name} was changed meanwhile`);
      }
      const round = await evictAll(kubernetes, [move.pod], () => force, now);
      const counts = { podsEvicted: round.evicted.length, evictionsRefused: round.refused.length, nodesLeft: leaving.length };
      if (round.throttled) {
        return blocked(PauseReason.THROTTLED, `the Kubernetes API has too much to do to evict pod ${fullName(move.pod)}`, { counts });
      }
      return round.refused.length + round.failed.length > round.deleted
        ? blockedBy(refusalsOf(round), counts)
        : (round.deleted > 0 ? forcing : working)(`moves pod ${fullName(move.pod)} from ${move.pod.node} to a node that stays`, 3, { counts, undo: undoOf([move.change]) });
    }
  }
}

/** Ordinary pods leave a node that stays, where a pinned pod finds no room otherwise. */
async function clear({ ports: { kubernetes }, now }: Scene, { place, evict, change }: Clearing, nodesLeft: number): Promise<Progress> {
  if (change && (await kubernetes.patchNodes([change])).length > 0) {
    return overtaken(`node ${place.name} was changed meanwhile`);
  }
  const round = await evictAll(kubernetes, evict, () => false, now);
  const counts = { podsEvicted: round.evicted.length, evictionsRefused: round.refused.length, nodesLeft };
  if (round.evicted.length === 0 && round.refused.length + round.failed.length > 0) {
    return blockedBy(refusalsOf(round), counts);
  }
  return working(`makes room on ${place.name}, which stays, for a pinned pod: evicted ${count(round.evicted.length, 'pod')}`, 3, {
    counts, undo: change && undoOf([change]),
  });
}

/** Goes on with the nodes of the batch, and begins others as these end; undefined when no node is left. */
async function drainNext(scene: Scene, left: readonly NodeView[]): Promise<Progress | undefined> {
  const { ports, configuration: { ScaleDown }, fleets, pods, force, now } = scene;
  const withLeft = (progress: Progress | undefined) => progress && { ...progress, counts: { nodesLeft: goers(fleets).length, ...progress.counts } };
  const drained = await drain(ports.kubernetes, left.filter(isInBatch), pods, drainOptions(ScaleDown, force), now, roomMaker(scene));
  const ended = drained.emptied.length > 0 ? await endAll(scene, drained.emptied) : undefined;
  const begun = await beginNext(scene, left, drained);
  const progress = together([ended, drained.progress, begun]);
  // Who ends takes no pods along: it is waited for last, or beside whatever is in the way.
  const rest = !progress || progress.kind === 'blocked' ? waitForEnds(scene) : undefined;
  return withLeft(together([progress, rest]) ?? await endUnregistered(scene));
}

function roomMaker({ ports: { kubernetes }, configuration: { ScaleDown, Namespace, CanaryImage } }: Scene): RoomMaker | undefined {
  return ScaleDown.PreProvision ? { placeholders: kubernetes, namespace: Namespace, image: CanaryImage } : undefined;
}

function waitForEnds({ fleets }: Scene): Progress | undefined {
  const leaving = fleets.flatMap(fleet => fleet.leaving);
  const limit = { by: PauseReason.INSTANCE_NOT_ENDING, minutes: ENDING_MINUTES };
  return leaving.length > 0 ? waiting(`waits until ${some(leaving.map(({ id }) => id))} has ended`, 5, limit) : undefined;
}

/** Begins as many nodes as there is room for beside those of the batch. */
async function beginNext(
  scene: Scene, left: readonly NodeView[], { remaining, standing, loadBalancers, hasEvicted }: Drained,
): Promise<Progress | undefined> {
  const { ports, configuration: { ScaleDown, Api }, nodes, pods, force, now } = scene;
  const candidates = left.filter(node => !isInBatch(node));
  const room = roomFor(standing, ScaleDown, nodes.length);
  if (candidates.length === 0 || room.nodes === 0) {
    return undefined;
  }
  const api = apiOf(Api);
  const late = lateArrivals(nodes.filter(node => selects(api.nodeSelector, node.labels)), api, now);
  if (late) {
    return blockedBy([late]);
  }
  // Who begins nodes one after the other need not ask the same again and again; but an alarm may ring at any time.
  const checked = lastChecked(remaining, now);
  const objection = await scene.mayBegin()
    ?? (checked !== undefined ? undefined : await ports.autoscalerIsQuiet() ?? await refreshed(scene) ?? await ports.recheck());
  if (objection) {
    return objection;
  }
  const next = nextBatch(candidates, pods, room.nodes, force);
  const beside = hasEvicted || ScaleDown.PreProvision ? undefined : remaining;
  return next.nodes.length > 0
    ? beginBatch(ports.kubernetes, { nodes: next.nodes, pods, beside, loadBalancers, checked, why: room.says }, drainOptions(ScaleDown, force), now)
    : blockedBy(next.obstacles);
}

async function refreshed({ ports, fleets }: Scene): Promise<Progress | undefined> {
  const groups = await ports.aws.refreshing(fleets.filter(fleet => surplus(fleet) > 0).map(({ state }) => state.group.name));
  return groups.length > 0 ? isRefreshing(groups) : undefined;
}

async function endAll(scene: Scene, emptied: readonly NodeView[]): Promise<Progress> {
  const said: string[] = [];
  const undo = new Set<string>();
  await toEach(emptied, async node => {
    const fleet = scene.fleets.find(one => one.nodes.includes(node))!;
    const refused = await end(scene, fleet, node.instanceId!);
    said.push(refused ?? `ends ${node.instanceId} (${node.name})`);
    if (!refused) {
      undo.add(undoEnd(fleet.state, scene.configuration.ClusterName));
    }
  });
  return undo.size > 0 ? working(said.join('; '), 5, { undo: [...undo] }) : blocked(PauseReason.NODEGROUP_BUSY, said.join('; '));
}

/** Ends the very instance, unless its group has no node too many at this moment; gives the reason where it does not. */
async function end({ ports: { aws } }: Scene, { state, target }: Fleet, instanceId: string): Promise<string | undefined> {
  const { desired } = await aws.sizes(state.group.name);
  if (desired <= target) {
    return `${instanceId} stays, ${state.name} has ${desired} and is to keep ${target}`;
  }
  const refused = await aws.terminate(instanceId);
  return refused && `Auto Scaling does not end ${instanceId}: ${refused}`;
}

/** Instances that are no node: young ones are waited for, others have nothing to drain. */
async function endUnregistered(scene: Scene): Promise<Progress | undefined> {
  const strays = scene.fleets.filter(fleet => surplus(fleet) > 0).flatMap(fleet => fleet.unregistered.map(instance => ({ fleet, instance })));
  const isOld = (instance: InstanceState) => scene.now - instance.launched > REGISTRATION_MILLISECONDS;
  const old = strays.find(({ instance }) => isOld(instance));
  if (old) {
    const refused = await end(scene, old.fleet, old.instance.id);
    return refused
      ? blocked(PauseReason.NODEGROUP_BUSY, refused)
      : working(`ends ${old.instance.id} of ${old.fleet.state.name}, which never became a node`, 5);
  }
  const limit = { by: PauseReason.UNDRAINED_INSTANCE, minutes: JOINING_MINUTES };
  return strays.length > 0 ? waiting(`waits until ${some(strays.map(({ instance }) => instance.id))} is a node`, 15, limit) : undefined;
}

/** All has gone: nobody has to know any more which nodes were to stay. */
async function dropMarks({ ports, configuration: { Namespace }, fleets }: Scene): Promise<Progress | undefined> {
  const changes = fleets.flatMap(fleet => fleet.nodes).map(node => release(node, { cordon: true, keeper: true }))
    .filter(change => change !== undefined);
  if (changes.length > 0) {
    await ports.kubernetes.clearPlaceholders(Namespace);
  }
  return patchAll(ports.kubernetes, changes, `takes its marks from ${some(changes.map(({ name }) => name))}`);
}
