import { Departure } from './departure';
import { restoreLimits, stopLaunches, undoOf } from './limits';
import { chooseBatch, departing, endOf, foreign, Member, membersOf, nameOf, staying, unregistered } from './plan';
import { unlessUnreachable, unreachableWebhook } from './webhooks';
import { Departing, InstanceView, KarpenterObjects, ProvisionerView, RemovalAwsPort, RemovalKubernetesPort } from '../../karpenter/api/fleet';
import { NodeView } from '../../kubernetes/views';
import { count, some } from '../../words/short-list';
import { WorkflowConfiguration } from '../contract';
import { allPods, beginBatch, blockedBy, drain, isInBatch, patchAll } from '../draining/drain';
import { recordOf } from '../draining/drain-record';
import { cordon, release } from '../draining/node-marks';
import { DrainingPort } from '../draining/port';
import { LIMITS_RECORD } from '../records';
import { Assessment, done, Progress, Step, working } from '../step';

export interface RemovalPorts {
  readonly kubernetes: RemovalKubernetesPort;
  readonly draining: DrainingPort;
  readonly aws: RemovalAwsPort;
}

export type RemovalConfiguration = Pick<WorkflowConfiguration, 'OwnerKey' | 'Provisioners' | 'ScaleDown'>;

export interface RemovalOptions {
  /** Patience is over: pods that cannot be evicted are deleted. */
  readonly force: boolean;
}

/** All that Karpenter has now. */
interface Fleet {
  readonly objects: KarpenterObjects;
  /** The Provisioners of the migration. */
  readonly provisioners: readonly ProvisionerView[];
  readonly members: readonly Member[];
  readonly instances: readonly InstanceView[];
}

/** Somebody writes to a node or Provisioner now and then. */
const TRIES = 20;
const LOOK_SECONDS = 5;

/**
 * Drains the nodes of Karpenter and ends them, so that the stack can be destroyed. Karpenter itself would cordon all nodes of a deleted
 * Provisioner at once, take them out of load balancers before it drains them, and ignore `do-not-evict` in doing so.
 */
export function removalStep(
  ports: RemovalPorts, configuration: RemovalConfiguration, options: RemovalOptions, now: () => Date = () => new Date(),
): Step {
  return new RemovalStep(ports, configuration, options, now);
}

class RemovalStep implements Step {
  public constructor(
    private readonly ports: RemovalPorts,
    private readonly configuration: RemovalConfiguration,
    private readonly options: RemovalOptions,
    private readonly now: () => Date,
  ) {}

  public async assess(): Promise<Assessment> {
    const objects = await this.ports.kubernetes.objects(this.configuration.OwnerKey);
    const nodes = count(membersOf(objects, []).length, 'node');
    const ours = this.ours(objects);
    const stopped = ours.filter(({ annotations }) => annotations[LIMITS_RECORD] !== undefined);
    if (stopped.length > 0) {
      return { applied: 'partly', says: `Provisioner ${some(stopped.map(({ name }) => name))} launches nothing more, karpenter has ${nodes} left` };
    }
    return ours.length === 0 && objects.machines.length + objects.nodes.length === 0
      ? { applied: 'fully', says: 'karpenter has no nodes and no Provisioner of the migration' }
      : { applied: 'nothing', says: `karpenter has ${nodes}` };
  }

  public async apply(): Promise<Progress> {
    const fleet = await this.read();
    const stranger = foreign(fleet.objects, fleet.instances, this.configuration.Provisioners);
    const progress = stranger ? blockedBy([stranger]) : await this.advance(fleet);
    return { ...progress, counts: { ...progress.counts, nodesLeft: fleet.members.length } };
  }

  public async revert(): Promise<Progress> {
    const objects = await this.ports.kubernetes.objects(this.configuration.OwnerKey);
    const changes = (await this.stayingNodes(objects)).flatMap(node => release(node, { cordon: true, keeper: false }) ?? []);
    return await patchAll(this.ports.draining, changes, `took back what was changed of ${count(changes.length, 'node')} of karpenter`)
      ?? await unlessUnreachable(() => this.restore(objects));
  }

  public async stop(): Promise<void> {
    for (let tries = 0; tries < TRIES; tries++) {
      if (await this.stopOnce()) {
        return;
      }
    }
    throw new Error(`the nodes and Provisioners of karpenter are written to all the time: kubectl get nodes -l ${this.configuration.OwnerKey}`);
  }

  private async read(): Promise<Fleet> {
    const { kubernetes, draining, aws } = this.ports;
    const ownerKey = this.configuration.OwnerKey;
    const objects = await kubernetes.objects(ownerKey);
    const views = objects.nodes.length > 0 ? await draining.nodes(ownerKey) : [];
    return { objects, provisioners: this.ours(objects), members: membersOf(objects, views), instances: await aws.instances(ownerKey) };
  }

  private ours(objects: KarpenterObjects): ProvisionerView[] {
    return objects.provisioners.filter(({ name }) => this.configuration.Provisioners.includes(name));
  }

  private async advance(fleet: Fleet): Promise<Progress> {
    return await this.stopLaunches(fleet.provisioners)
      ?? await this.removeUnregistered(fleet.members)
      ?? await this.cordonAll(staying(fleet.members))
      ?? await this.drainBatch(fleet.members)
      ?? await this.departure().ofMembers(departing(fleet.members))
      ?? await this.beginNext(staying(fleet.members))
      ?? lookAgain(fleet.members)
      ?? await this.departure().ofInstances(fleet.instances, fleet.provisioners)
      ?? await this.removeProvisioners(fleet.provisioners);
  }

  private departure(): Departure {
    return new Departure(this.ports, this.options.force, this.now().getTime());
  }

  private async stopLaunches(provisioners: readonly ProvisionerView[]): Promise<Progress | undefined> {
    for (const provisioner of provisioners.filter(({ leaving }) => leaving === undefined)) {
      const change = stopLaunches(provisioner);
      if (change) {
        const again = provisioner.annotations[LIMITS_RECORD] !== undefined;
        return unlessUnreachable(async () => await this.ports.kubernetes.changeProvisioner(change)
          ? working(`Provisioner ${provisioner.name} launches nothing more${again ? '; its limits were changed in the meantime, which is remembered' : ''}`, 1, {
            undo: [undoOf(provisioner.name, change)],
          })
          : overtaken(provisioner));
      }
    }
    return undefined;
  }

  private async removeUnregistered(members: readonly Member[]): Promise<Progress | undefined> {
    const { remove, launching } = unregistered(members, this.now().getTime());
    if (remove.length > 0) {
      await this.ports.kubernetes.remove(remove.map(({ name, uid }): Departing => ({ kind: 'machine', name, uid })));
      return working(`deleted machine ${some(remove.map(({ name }) => name))}, which has no node`, 2);
    }
    return launching.length > 0 ? working(`waits for machine ${some(launching.map(({ name }) => name))}, which is being launched`, LOOK_SECONDS) : undefined;
  }

  /** No evicted pod must land on a node that goes next. */
  private async cordonAll(nodes: readonly NodeView[]): Promise<Progress | undefined> {
    const changes = nodes.flatMap(node => cordon(node) ?? []);
    return patchAll(this.ports.draining, changes, `cordoned ${count(changes.length, 'node')} of karpenter`);
  }

  private async drainBatch(members: readonly Member[]): Promise<Progress | undefined> {
    const batch = staying(members).filter(isInBatch);
    if (batch.length === 0) {
      return undefined;
    }
    const { draining, kubernetes } = this.ports;
    const { PauseSeconds: pauseSeconds, DeregistrationSeconds: deregistrationSeconds } = this.configuration.ScaleDown;
    const options = { pauseSeconds, deregistrationSeconds, ...this.options };
    const drained = await drain(draining, batch, await allPods(draining), options, this.now().getTime());
    if ('progress' in drained) {
      return drained.progress;
    }
    const ends = endOf(members, drained.emptied);
    await kubernetes.remove(ends);
    return working(`${some(drained.emptied.map(({ name }) => name))} is empty: deleted ${some(ends.map(({ kind, name }) => `${kind}/${name}`))}`, 2);
  }

  private async beginNext(candidates: readonly NodeView[]): Promise<Progress | undefined> {
    if (candidates.length === 0) {
      return undefined;
    }
    const pods = await allPods(this.ports.draining);
    const next = chooseBatch(candidates, pods, this.configuration.ScaleDown.BatchSize, this.options.force);
    return next.nodes.length > 0 ? beginBatch(this.ports.draining, next.nodes, pods, this.now().getTime()) : blockedBy(next.obstacles);
  }

  private async removeProvisioners(provisioners: readonly ProvisionerView[]): Promise<Progress> {
    const waiting = this.departure().ofProvisioners(provisioners);
    if (waiting) {
      return waiting;
    }
    if (provisioners.length > 0) {
      await this.ports.kubernetes.remove(provisioners.map(({ name, uid }): Departing => ({ kind: 'provisioner', name, uid })));
      return working(`deleted Provisioner ${some(provisioners.map(({ name }) => name))}: no node is left`, 1);
    }
    return done('karpenter has no Machine, node, instance or Provisioner of the migration any more; the deployment deletes its launch templates');
  }

  private async stayingNodes(objects: KarpenterObjects): Promise<NodeView[]> {
    return staying(membersOf(objects, await this.ports.draining.nodes(this.configuration.OwnerKey)));
  }

  /** Whatever the configuration says now: records are what counts. */
  private async restore({ provisioners }: KarpenterObjects): Promise<Progress> {
    for (const provisioner of provisioners) {
      const restoration = restoreLimits(provisioner);
      if (restoration) {
        const says = `Provisioner ${provisioner.name} has ${restoration.theirs ? 'the limits that were set in the meantime' : 'its limits again'}`;
        return await this.ports.kubernetes.changeProvisioner(restoration.change) ? working(says, 1) : overtaken(provisioner);
      }
    }
    return done('karpenter may launch nodes, and none of them is cordoned because of this migration');
  }

  /** Whether nothing is left to take back; nodes that are empty already stay as they are, for the next run. */
  private async stopOnce(): Promise<boolean> {
    const objects = await this.ports.kubernetes.objects(this.configuration.OwnerKey);
    const nodes = (await this.stayingNodes(objects)).filter(node => recordOf(node)?.empty === undefined);
    const patched = await patchAll(this.ports.draining, nodes.flatMap(node => release(node, { cordon: true, keeper: false }) ?? []), 'stopped');
    return await this.restoreWherePossible(objects.provisioners) && patched === undefined;
  }

  /** Limits do nothing while karpenter does not answer; then their record waits for the next run. */
  private async restoreWherePossible(provisioners: readonly ProvisionerView[]): Promise<boolean> {
    const changes = provisioners.flatMap(provisioner => restoreLimits(provisioner)?.change ?? []);
    try {
      for (const change of changes) {
        await this.ports.kubernetes.changeProvisioner(change);
      }
    } catch (error) {
      if (unreachableWebhook(error) === undefined) {
        throw error;
      }
      return true;
    }
    return changes.length === 0;
  }
}

/** Something went between two reads; a Provisioner is deleted only when nothing of it is left, because its Machines would go with it. */
function lookAgain(members: readonly Member[]): Progress | undefined {
  return members.length > 0 ? working(`looks again for ${some(members.map(nameOf))}`, 2) : undefined;
}

function overtaken({ name }: ProvisionerView): Progress {
  return working(`Provisioner ${name} was changed in the meantime, looking again`, 2);
}
