import { Departure } from './departure';
import { LaunchLimits } from './limits';
import { chooseBatch, departing, endOf, Member, membersOf, nameOf, overdue, staying, unregistered } from './plan';
import { unlessUnreachable, unreachableWebhook } from './webhooks';
import { Departing, FleetObjects, FleetPort, InstanceView, PoolView } from '../../karpenter/api/fleet';
import { KarpenterApi } from '../../karpenter/api/karpenter-api';
import { selectorText } from '../../kubernetes/label-selector';
import { NodeView, PodView } from '../../kubernetes/views';
import { count, some } from '../../words/short-list';
import { ScaleDownConfiguration, WorkflowConfiguration } from '../contract';
import { drainOptions, roomFor } from '../draining/batch';
import { DisruptionHold } from '../draining/disruption-hold';
import { allPods, beginBatch, blockedBy, drain, Drained, isInBatch, patchAll } from '../draining/drain';
import { recordOf } from '../draining/drain-record';
import { Gate } from '../draining/gate/gate';
import { cordon, release } from '../draining/node-marks';
import { pendingReplacements } from '../draining/pending';
import { someWaitForNode } from '../draining/pods';
import { DrainingPort } from '../draining/port';
import { isAwaited, PauseReason } from '../pause-reason';
import { LIMITS_RECORD } from '../records';
import { overtaken, preparing, Progress, together, waiting, working } from '../step';

/** What is asked of Karpenter's objects. */
export type EmptyingFleet = Pick<FleetPort, 'objects' | 'changePool' | 'remove' | 'nodeClasses'>;

export interface EmptyingPorts {
  readonly fleet: EmptyingFleet;
  readonly draining: DrainingPort;
  /** Asked each time before nodes are begun. */
  readonly mayBegin: Gate;
}

/** What a step that empties pools must know. */
export type EmptyingConfiguration = Pick<WorkflowConfiguration, 'Api' | 'Owner' | 'Pools' | 'NodeClasses' | 'ScaleDown'>;

export interface EmptyingOptions {
  /** Whose migration it is, and which step of it. */
  readonly by: { readonly owner: string; readonly step: string };
  readonly scaleDown: ScaleDownConfiguration;
  /** Patience is over: pods that cannot be evicted are deleted. */
  readonly force: boolean;
  readonly now: () => Date;
}

/** What is to go: pools with all that they have. */
export interface Leaving { readonly objects: FleetObjects; readonly instances: readonly InstanceView[] }

/** Somebody writes to a node or pool now and then. */
const TRIES = 20;
const LOOK_SECONDS = 5;
/** Two reads differ for a moment. */
const LOOKING_MINUTES = 15;

/**
 * Drains the nodes of pools and ends them, then the pools. Karpenter itself would cordon all nodes of a deleted pool at once, take them out
 * of load balancers before it drains them, and ignore that a pod is to stay in doing so.
 */
export class Emptying {
  private readonly nodeSelector: string;
  private readonly limits: LaunchLimits;
  private readonly disruption: DisruptionHold;

  public constructor(private readonly ports: EmptyingPorts, private readonly api: KarpenterApi, private readonly options: EmptyingOptions) {
    this.nodeSelector = selectorText(this.api.nodeSelector);
    this.limits = new LaunchLimits(this.api);
    this.disruption = new DisruptionHold(ports.fleet, this.api, options.by);
  }

  /** One call of the work; undefined when nothing is left. */
  public async empty(leaving: Leaving): Promise<Progress | undefined> {
    const { objects, instances } = leaving;
    const views = objects.nodes.length > 0 ? await this.ports.draining.nodes(this.nodeSelector) : undefined;
    const members = membersOf(objects, views ?? []);
    const progress = await this.advance(objects.pools, members, instances);
    // Pools that stay have nodes of their own, of which nobody has asked where none of the others is left.
    return progress && { ...progress, counts: { ...progress.counts, nodesLeft: members.length, ...views && { karpenterNodes: views.length } } };
  }

  /** Lets the pools launch again, and their nodes take pods; whatever the configuration says, records are what counts. */
  public async revert(objects: FleetObjects): Promise<Progress | undefined> {
    const changes = (await this.stayingNodes(objects)).flatMap(node => release(node, { cordon: true, keeper: false }) ?? []);
    return await patchAll(this.ports.draining, changes, `took back what was changed of ${count(changes.length, 'node')} of karpenter`)
      ?? await this.restore(objects);
  }

  /** Takes back what must not stay when nobody goes on; nodes that are empty already stay as they are for the next run, unless a pod waits for one. */
  public async stop(objects: () => Promise<FleetObjects>): Promise<void> {
    for (let tries = 0; tries < TRIES; tries++) {
      if (await this.stopOnce(await objects())) {
        return;
      }
    }
    throw new Error(`the nodes and ${this.api.words.pools} of karpenter are written to all the time: kubectl get nodes -l ${this.nodeSelector}`);
  }

  private async advance(pools: readonly PoolView[], members: readonly Member[], instances: readonly InstanceView[]): Promise<Progress | undefined> {
    return await this.waitToBegin(pools, members)
      ?? preparing(await this.stopLaunches(pools))
      ?? preparing(await this.disruption.hold(pools))
      ?? await this.removeUnregistered(members)
      ?? preparing(await this.cordonAll(staying(members)))
      ?? await this.drainNodes(members)
      ?? await this.departure().ofMembers(departing(members))
      ?? this.lookAgain(members)
      ?? await this.departure().ofInstances(instances, pools)
      ?? await this.removePools(pools);
  }

  /**
   * Where no node is in hand and none may be begun, nodes take pods and Karpenter moves pods as it likes: it may take days. Launches that are stopped stay
   * so, because what comes anew would have to go too.
   */
  private async waitToBegin(pools: readonly PoolView[], members: readonly Member[]): Promise<Progress | undefined> {
    const left = staying(members);
    const reason = left.length === 0 || departing(members).length > 0 || left.some(isInBatch) ? undefined : await this.ports.mayBegin();
    if (reason?.kind === 'blocked' && isAwaited(reason.by)) {
      await this.uncordon(left);
      await this.disruption.giveBack(pools);
    }
    return reason;
  }

  private departure(): Departure {
    const { scaleDown, force } = this.options;
    return new Departure(this.ports, this.api, drainOptions(scaleDown, force), this.now());
  }

  private async stopLaunches(pools: readonly PoolView[]): Promise<Progress | undefined> {
    for (const pool of pools.filter(({ leaving }) => leaving === undefined)) {
      const change = this.limits.stop(pool);
      if (change) {
        const again = pool.annotations[LIMITS_RECORD] !== undefined;
        return unlessUnreachable(this.api, async () => await this.ports.fleet.changePool(change)
          ? working(`${this.api.words.pool} ${pool.name} launches nothing more${again ? '; its limits were changed in the meantime, which is remembered' : ''}`, 1, {
            undo: [this.limits.undoOf(pool, change)],
          })
          : this.overtaken(pool));
      }
    }
    return undefined;
  }

  private async removeUnregistered(members: readonly Member[]): Promise<Progress | undefined> {
    const { singular: claim } = this.api.kinds.claim;
    const { remove, launching } = unregistered(members, this.now());
    if (remove.length > 0) {
      await this.ports.fleet.remove(remove.map(({ name, uid }): Departing => ({ kind: 'claim', name, uid })));
      return working(`deleted ${claim} ${some(remove.map(({ name }) => name))}, which has no node`, 2);
    }
    return launching.length > 0 ? working(`waits for ${claim} ${some(launching.map(({ name }) => name))}, which is being launched`, LOOK_SECONDS) : undefined;
  }

  /** No evicted pod must land on a node that goes next. */
  private async cordonAll(nodes: readonly NodeView[]): Promise<Progress | undefined> {
    const changes = nodes.flatMap(node => cordon(node, this.now()) ?? []);
    return patchAll(this.ports.draining, changes, `cordoned ${count(changes.length, 'node')} of karpenter`);
  }

  /** Goes on with the nodes of the batch, and begins others as these end; undefined when no node is left that nobody has begun to end. */
  private async drainNodes(members: readonly Member[]): Promise<Progress | undefined> {
    const left = staying(members);
    if (left.length === 0) {
      return undefined;
    }
    const pods = await allPods(this.ports.draining);
    const { scaleDown, force } = this.options;
    const drained = await drain(this.ports.draining, left.filter(isInBatch), pods, drainOptions(scaleDown, force), this.now());
    // As long as somebody does not go who should be gone, nobody else is sent after them.
    const isStuck = overdue(members, this.now()).length > 0;
    const ended = drained.emptied.length > 0 && !isStuck ? await this.end(members, drained.emptied) : undefined;
    const isFresh = !drained.hasEvicted && members.length === left.length && !ended;
    const next = isStuck ? undefined : await this.beginNext(left, drained, pods, isFresh);
    const progress = together([ended, drained.progress, next]);
    const ending = isStuck || !progress || progress.kind === 'blocked' ? await this.departure().ofMembers(departing(members)) : undefined;
    const all = together([progress, ending]);
    return all && { ...all, counts: { ...all.counts, podsPending: pendingReplacements(left, pods, this.now()) } };
  }

  private async end(members: readonly Member[], nodes: readonly NodeView[]): Promise<Progress> {
    const ends = endOf(members, nodes);
    await this.ports.fleet.remove(ends);
    return working(`${some(nodes.map(({ name }) => name))} is empty: deleted ${some(ends.map(({ kind, name }) => `${kind === 'claim' ? this.api.kinds.claim.singular : kind}/${name}`))}`, 2);
  }

  private async beginNext(
    left: readonly NodeView[], { remaining, standing, loadBalancers }: Drained, pods: readonly PodView[], isFresh: boolean,
  ): Promise<Progress | undefined> {
    const { scaleDown, force } = this.options;
    const candidates = left.filter(node => !isInBatch(node));
    // Node groups have theirs as well, and each has pods.
    const all = new Set([...left.map(({ name }) => name), ...pods.flatMap(({ node }) => node ?? [])]).size;
    const room = roomFor(standing, scaleDown, all);
    if (candidates.length === 0 || room.nodes === 0) {
      return undefined;
    }
    const objection = await this.ports.mayBegin();
    if (objection) {
      return objection;
    }
    const next = chooseBatch(candidates, pods, room.nodes, force);
    const beginning = { nodes: next.nodes, pods, beside: isFresh ? remaining : undefined, loadBalancers, why: room.says };
    return next.nodes.length > 0
      ? beginBatch(this.ports.draining, beginning, drainOptions(scaleDown, force), this.now())
      : blockedBy(next.obstacles);
  }

  private async removePools(pools: readonly PoolView[]): Promise<Progress | undefined> {
    const leaving = this.departure().ofPools(pools);
    const { words } = this.api;
    if (leaving) {
      return leaving;
    }
    if (pools.length > 0) {
      await this.ports.fleet.remove(pools.map(({ name, uid }): Departing => ({ kind: 'pool', name, uid })));
      return working(`deleted ${words.pool} ${some(pools.map(({ name }) => name))}: no node is left`, 1);
    }
    return undefined;
  }

  private async stayingNodes(objects: FleetObjects): Promise<NodeView[]> {
    return staying(membersOf(objects, await this.ports.draining.nodes(this.nodeSelector)));
  }

  private async restore({ pools }: FleetObjects): Promise<Progress | undefined> {
    return unlessUnreachable(this.api, async () => await this.disruption.giveBack(pools) ?? await this.restoreLimits(pools));
  }

  private async restoreLimits(pools: readonly PoolView[]): Promise<Progress | undefined> {
    for (const pool of pools) {
      const restoration = this.limits.restore(pool);
      if (restoration) {
        const says = `${this.api.words.pool} ${pool.name} has ${restoration.theirs ? 'the limits that were set in the meantime' : 'its limits again'}`;
        return await this.ports.fleet.changePool(restoration.change) ? working(says, 1) : this.overtaken(pool);
      }
    }
    return undefined;
  }

  /** Whether nothing is left to take back. */
  private async stopOnce(objects: FleetObjects): Promise<boolean> {
    const patched = await this.uncordon(await this.stayingNodes(objects));
    const givenBack = await this.disruption.giveBack(objects.pools);
    return givenBack === undefined && await this.restoreWherePossible(objects.pools) && patched === undefined;
  }

  /** Makes nodes schedulable, and those that are empty already only where a pod waits for one. */
  private async uncordon(all: readonly NodeView[]): Promise<Progress | undefined> {
    const isEmpty = (node: NodeView) => recordOf(node)?.empty !== undefined;
    const nodes = all.some(isEmpty) && someWaitForNode(await allPods(this.ports.draining)) ? all : all.filter(node => !isEmpty(node));
    return patchAll(this.ports.draining, nodes.flatMap(node => release(node, { cordon: true, keeper: false }) ?? []), 'stopped');
  }

  /** Limits do nothing while karpenter does not answer; then their record waits for the next run. */
  private async restoreWherePossible(pools: readonly PoolView[]): Promise<boolean> {
    const changes = pools.flatMap(pool => this.limits.restore(pool)?.change ?? []);
    try {
      for (const change of changes) {
        await this.ports.fleet.changePool(change);
      }
    } catch (error) {
      if (unreachableWebhook(error) === undefined) {
        throw error;
      }
      return true;
    }
    return changes.length === 0;
  }

  /** Something went between two reads; a pool is deleted only when nothing of it is left, because its claims would go with it. */
  private lookAgain(members: readonly Member[]): Progress | undefined {
    const limit = { by: PauseReason.CONTROLLER_NOT_WORKING, minutes: LOOKING_MINUTES };
    return members.length > 0 ? waiting(`looks again for ${some(members.map(member => nameOf(member, this.api)))}`, 2, limit) : undefined;
  }

  private overtaken({ name }: PoolView): Progress {
    return overtaken(`${this.api.words.pool} ${name} was changed in the meantime, looking again`);
  }

  private now(): number {
    return this.options.now().getTime();
  }
}
