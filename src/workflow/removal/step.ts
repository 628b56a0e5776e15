import { Departure } from './departure';
import { LaunchLimits } from './limits';
import { chooseBatch, departing, endOf, foreign, Member, membersOf, nameOf, staying, unregistered } from './plan';
import { REMOVAL } from './row';
import { unlessUnreachable, unreachableWebhook } from './webhooks';
import { Departing, FleetAwsPort, FleetObjects, FleetPort, InstanceView, PoolView } from '../../karpenter/api/fleet';
import { KarpenterApi } from '../../karpenter/api/karpenter-api';
import { apiOf } from '../../karpenter/apis';
import { selectorText } from '../../kubernetes/label-selector';
import { OWNER_ANNOTATION } from '../../kubernetes/object-reference';
import { NodeView } from '../../kubernetes/views';
import { count, some } from '../../words/short-list';
import { WorkflowConfiguration } from '../contract';
import { DisruptionHold } from '../draining/disruption-hold';
import { allPods, beginBatch, blockedBy, drain, isInBatch, patchAll } from '../draining/drain';
import { recordOf } from '../draining/drain-record';
import { cordon, release } from '../draining/node-marks';
import { DrainingPort } from '../draining/port';
import { PauseReason } from '../pause-reason';
import { LIMITS_RECORD } from '../records';
import { Assessment, done, overtaken, Progress, Step, waiting, working } from '../step';

/** What the removal asks of Karpenter's objects. */
export type RemovalFleet = Pick<FleetPort, 'objects' | 'changePool' | 'remove'>;

export interface RemovalPorts {
  readonly fleet: RemovalFleet;
  readonly draining: DrainingPort;
  readonly aws: FleetAwsPort;
}

export type RemovalConfiguration = Pick<WorkflowConfiguration, 'Api' | 'Owner' | 'Pools' | 'ScaleDown'>;

export interface RemovalOptions {
  /** Patience is over: pods that cannot be evicted are deleted. */
  readonly force: boolean;
}

/** All that Karpenter has now. */
interface Fleet {
  readonly objects: FleetObjects;
  /** The pools of the migration. */
  readonly pools: readonly PoolView[];
  readonly members: readonly Member[];
  readonly instances: readonly InstanceView[];
}

/** Somebody writes to a node or pool now and then. */
const TRIES = 20;
const LOOK_SECONDS = 5;
/** Two reads differ for a moment. */
const LOOKING_MINUTES = 15;

/**
 * Drains the nodes of Karpenter and ends them, so that the stack can be destroyed. Karpenter itself would cordon all nodes of a deleted
 * pool at once, take them out of load balancers before it drains them, and ignore that a pod is to stay in doing so.
 */
export function removalStep(
  ports: RemovalPorts, configuration: RemovalConfiguration, options: RemovalOptions, now: () => Date = () => new Date(),
): Step {
  return new RemovalStep(ports, configuration, options, now);
}

class RemovalStep implements Step {
  private readonly api: KarpenterApi;
  private readonly nodeSelector: string;
  private readonly limits: LaunchLimits;
  private readonly disruption: DisruptionHold;

  public constructor(
    private readonly ports: RemovalPorts,
    private readonly configuration: RemovalConfiguration,
    private readonly options: RemovalOptions,
    private readonly now: () => Date,
  ) {
    this.api = apiOf(configuration.Api);
    this.nodeSelector = selectorText(this.api.nodeSelector);
    this.limits = new LaunchLimits(this.api);
    this.disruption = new DisruptionHold(ports.fleet, this.api, { owner: configuration.Owner, step: REMOVAL.name });
  }

  public async assess(): Promise<Assessment> {
    const objects = await this.ports.fleet.objects();
    const nodes = count(membersOf(objects, []).length, 'node');
    const ours = this.ours(objects);
    const stopped = ours.filter(({ annotations }) => annotations[LIMITS_RECORD] !== undefined);
    if (stopped.length > 0) {
      return { applied: 'partly', says: `${this.api.words.pool} ${some(stopped.map(({ name }) => name))} launches nothing more, karpenter has ${nodes} left` };
    }
    return ours.length === 0 && objects.claims.length + objects.nodes.length === 0
      ? { applied: 'fully', says: `karpenter has no nodes and no ${this.api.words.pool} of the migration` }
      : { applied: 'nothing', says: `karpenter has ${nodes}` };
  }

  public async apply(): Promise<Progress> {
    const fleet = await this.read();
    const known = [...this.configuration.Pools, ...fleet.pools.map(({ name }) => name)];
    const stranger = foreign(fleet.objects, fleet.instances, known, this.api);
    const progress = stranger ? blockedBy([stranger]) : await this.advance(fleet);
    return { ...progress, counts: { ...progress.counts, nodesLeft: fleet.members.length } };
  }

  public async revert(): Promise<Progress> {
    const objects = await this.ports.fleet.objects();
    const changes = (await this.stayingNodes(objects)).flatMap(node => release(node, { cordon: true, keeper: false }) ?? []);
    return await patchAll(this.ports.draining, changes, `took back what was changed of ${count(changes.length, 'node')} of karpenter`)
      ?? await unlessUnreachable(this.api, () => this.restore(objects));
  }

  public async stop(): Promise<void> {
    for (let tries = 0; tries < TRIES; tries++) {
      if (await this.stopOnce()) {
        return;
      }
    }
    throw new Error(`the nodes and ${this.api.words.pools} of karpenter are written to all the time: kubectl get nodes -l ${this.nodeSelector}`);
  }

  private async read(): Promise<Fleet> {
    const { fleet, draining, aws } = this.ports;
    const objects = await fleet.objects();
    const views = objects.nodes.length > 0 ? await draining.nodes(this.nodeSelector) : [];
    return { objects, pools: this.ours(objects), members: membersOf(objects, views), instances: await aws.instances() };
  }

  /** Those of the configuration, and those that a migration made under a name which it does not have any more. */
  private ours(objects: FleetObjects): PoolView[] {
    return objects.pools.filter(({ name, annotations }) => this.configuration.Pools.includes(name) || annotations[OWNER_ANNOTATION] !== undefined);
  }

  private async advance(fleet: Fleet): Promise<Progress> {
    return await this.stopLaunches(fleet.pools)
      ?? await this.disruption.hold(fleet.pools)
      ?? await this.removeUnregistered(fleet.members)
      ?? await this.cordonAll(staying(fleet.members))
      ?? await this.drainBatch(fleet.members)
      ?? await this.departure().ofMembers(departing(fleet.members))
      ?? await this.beginNext(staying(fleet.members))
      ?? this.lookAgain(fleet.members)
      ?? await this.departure().ofInstances(fleet.instances, fleet.pools)
      ?? await this.removePools(fleet.pools);
  }

  private departure(): Departure {
    return new Departure(this.ports, this.api, this.options.force, this.now().getTime());
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
    const { remove, launching } = unregistered(members, this.now().getTime());
    if (remove.length > 0) {
      await this.ports.fleet.remove(remove.map(({ name, uid }): Departing => ({ kind: 'claim', name, uid })));
      return working(`deleted ${claim} ${some(remove.map(({ name }) => name))}, which has no node`, 2);
    }
    return launching.length > 0 ? working(`waits for ${claim} ${some(launching.map(({ name }) => name))}, which is being launched`, LOOK_SECONDS) : undefined;
  }

  /** No evicted pod must land on a node that goes next. */
  private async cordonAll(nodes: readonly NodeView[]): Promise<Progress | undefined> {
    const changes = nodes.flatMap(node => cordon(node, this.now().getTime()) ?? []);
    return patchAll(this.ports.draining, changes, `cordoned ${count(changes.length, 'node')} of karpenter`);
  }

  private async drainBatch(members: readonly Member[]): Promise<Progress | undefined> {
    const batch = staying(members).filter(isInBatch);
    if (batch.length === 0) {
      return undefined;
    }
    const { draining, fleet } = this.ports;
    const { PauseSeconds: pauseSeconds, DeregistrationSeconds: deregistrationSeconds } = this.configuration.ScaleDown;
    const options = { pauseSeconds, deregistrationSeconds, ...this.options };
    const drained = await drain(draining, batch, await allPods(draining), options, this.now().getTime());
    if ('progress' in drained) {
      return drained.progress;
    }
    const ends = endOf(members, drained.emptied);
    await fleet.remove(ends);
    return working(`${some(drained.emptied.map(({ name }) => name))} is empty: deleted ${some(ends.map(({ kind, name }) => `${kind === 'claim' ? this.api.kinds.claim.singular : kind}/${name}`))}`, 2);
  }

  private async beginNext(candidates: readonly NodeView[]): Promise<Progress | undefined> {
    if (candidates.length === 0) {
      return undefined;
    }
    const pods = await allPods(this.ports.draining);
    const next = chooseBatch(candidates, pods, this.configuration.ScaleDown.BatchSize, this.options.force);
    return next.nodes.length > 0 ? beginBatch(this.ports.draining, next.nodes, pods, this.now().getTime()) : blockedBy(next.obstacles);
  }

  private async removePools(pools: readonly PoolView[]): Promise<Progress> {
    const leaving = this.departure().ofPools(pools);
    const { words } = this.api;
    if (leaving) {
      return leaving;
    }
    if (pools.length > 0) {
      await this.ports.fleet.remove(pools.map(({ name, uid }): Departing => ({ kind: 'pool', name, uid })));
      return working(`deleted ${words.pool} ${some(pools.map(({ name }) => name))}: no node is left`, 1);
    }
    return done(`karpenter has no ${words.claim}, node, instance or ${words.pool} of the migration any more; the deployment deletes its launch templates`);
  }

  private async stayingNodes(objects: FleetObjects): Promise<NodeView[]> {
    return staying(membersOf(objects, await this.ports.draining.nodes(this.nodeSelector)));
  }

  /** Whatever the configuration says now: records are what counts. */
  private async restore({ pools }: FleetObjects): Promise<Progress> {
    const givenBack = await this.disruption.giveBack(pools);
    if (givenBack) {
      return givenBack;
    }
    for (const pool of pools) {
      const restoration = this.limits.restore(pool);
      if (restoration) {
        const says = `${this.api.words.pool} ${pool.name} has ${restoration.theirs ? 'the limits that were set in the meantime' : 'its limits again'}`;
        return await this.ports.fleet.changePool(restoration.change) ? working(says, 1) : this.overtaken(pool);
      }
    }
    return done('karpenter may launch nodes, and none of them is cordoned because of this migration');
  }

  /** Whether nothing is left to take back; nodes that are empty already stay as they are, for the next run. */
  private async stopOnce(): Promise<boolean> {
    const objects = await this.ports.fleet.objects();
    const nodes = (await this.stayingNodes(objects)).filter(node => recordOf(node)?.empty === undefined);
    const patched = await patchAll(this.ports.draining, nodes.flatMap(node => release(node, { cordon: true, keeper: false }) ?? []), 'stopped');
    const givenBack = await this.disruption.giveBack(objects.pools);
    return givenBack === undefined && await this.restoreWherePossible(objects.pools) && patched === undefined;
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
}
