import { REMOVAL } from './row';
import { FleetAwsPort, FleetObjects, PoolView } from '../../karpenter/api/fleet';
import { KarpenterApi } from '../../karpenter/api/karpenter-api';
import { apiOf } from '../../karpenter/apis';
import { count, some } from '../../words/short-list';
import { blockedBy } from '../draining/drain';
import { Emptying, EmptyingConfiguration, EmptyingPorts } from '../emptying/emptying';
import { formerNodeClasses, isFormer, partOf } from '../emptying/former';
import { removeNodeClasses } from '../emptying/node-classes';
import { foreign, membersOf } from '../emptying/plan';
import { LIMITS_RECORD } from '../records';
import { Assessment, done, Progress, Step } from '../step';

export interface RemovalPorts extends EmptyingPorts { readonly aws: FleetAwsPort }

export interface RemovalOptions {
  /** Patience is over: pods that cannot be evicted are deleted. */
  readonly force: boolean;
}

/** Drains the nodes of Karpenter and ends them, so that the stack can be destroyed. */
export function removalStep(
  ports: RemovalPorts, configuration: EmptyingConfiguration, options: RemovalOptions, now: () => Date = () => new Date(),
): Step {
  return new RemovalStep(ports, configuration, options, now);
}

class RemovalStep implements Step {
  private readonly api: KarpenterApi;
  private readonly emptying: Emptying;

  public constructor(
    private readonly ports: RemovalPorts, private readonly configuration: EmptyingConfiguration, { force }: RemovalOptions, now: () => Date,
  ) {
    this.api = apiOf(configuration.Api);
    this.emptying = new Emptying(ports, this.api, {
      by: { owner: configuration.Owner, step: REMOVAL.name }, scaleDown: configuration.ScaleDown, force, now,
    });
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
    const { fleet, aws } = this.ports;
    const objects = await fleet.objects();
    const instances = await aws.instances();
    const pools = this.ours(objects);
    const stranger = foreign(objects, instances, [...this.configuration.Pools, ...pools.map(({ name }) => name)], this.api);
    if (stranger) {
      return { ...blockedBy([stranger]), counts: { nodesLeft: membersOf(objects, []).length } };
    }
    const { words } = this.api;
    return await this.emptying.empty({ objects: { ...objects, pools }, instances })
      ?? await removeNodeClasses(fleet, this.api, formerNodeClasses(await fleet.nodeClasses(), this.configuration))
      ?? done(`karpenter has no ${words.claim}, node, instance or ${words.pool} of the migration any more; the deployment deletes its launch templates`, {
        counts: { nodesLeft: 0, karpenterNodes: 0, podsPending: 0 },
      });
  }

  /** What is not of the configuration any more does not launch again. */
  public async revert(): Promise<Progress> {
    return await this.emptying.revert(partOf(await this.ports.fleet.objects(), false, this.configuration))
      ?? done('karpenter may launch nodes, and none of them is cordoned because of this migration');
  }

  public stop(): Promise<void> {
    return this.emptying.stop(() => this.ports.fleet.objects());
  }

  /** Those of the configuration, and those that a migration made under a name which it does not have any more. */
  private ours({ pools }: FleetObjects): PoolView[] {
    return pools.filter(pool => this.configuration.Pools.includes(pool.name) || isFormer(pool, this.configuration));
  }
}
