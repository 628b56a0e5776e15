import { DeploymentState } from './deployment';
import { FORMER_POOLS } from './row';
import { FleetAwsPort, FleetObjects, NodeClassView } from '../../karpenter/api/fleet';
import { KarpenterApi } from '../../karpenter/api/karpenter-api';
import { apiOf } from '../../karpenter/apis';
import { some } from '../../words/short-list';
import { Emptying, EmptyingConfiguration, EmptyingPorts } from '../emptying/emptying';
import { formerNodeClasses, partOf } from '../emptying/former';
import { removeNodeClasses } from '../emptying/node-classes';
import { PauseReason } from '../pause-reason';
import { Assessment, done, nothingToDo, Progress, Step, waiting } from '../step';

export interface FormerPoolsPorts extends EmptyingPorts {
  readonly aws: FleetAwsPort;
  deployment(): Promise<DeploymentState>;
}

export interface FormerPoolsOptions {
  /** Patience is over: pods that cannot be evicted are deleted. */
  readonly force: boolean;
}

const LOOK_SECONDS = 20;
/** Resources of the same stack may take their time. */
const DEPLOYMENT_MINUTES = 12 * 60;

/**
 * Empties and deletes the pools and node classes that the migration has made and that its configuration does not name any more. CloudFormation
 * may go back to them as long as the deployment goes on, so nothing is begun before it is over, and the deployment does not wait for it.
 */
export function formerPoolsStep(
  ports: FormerPoolsPorts, configuration: EmptyingConfiguration, options: FormerPoolsOptions, now: () => Date = () => new Date(),
): Step {
  return new FormerPoolsStep(ports, configuration, options, now);
}

class FormerPoolsStep implements Step {
  private readonly api: KarpenterApi;
  private readonly emptying: Emptying;

  public constructor(
    private readonly ports: FormerPoolsPorts,
    private readonly configuration: EmptyingConfiguration,
    { force }: FormerPoolsOptions,
    now: () => Date,
  ) {
    this.api = apiOf(configuration.Api);
    this.emptying = new Emptying(ports, this.api, {
      by: { owner: configuration.Owner, step: FORMER_POOLS.name }, scaleDown: configuration.ScaleDown, force, now,
    });
  }

  public async assess(): Promise<Assessment> {
    const names = this.namesOf(...await this.both());
    return names.length > 0
      ? { applied: 'nothing', says: `${some(names)} is not of the configuration any more` }
      : { applied: 'fully', says: `no ${this.api.words.pool} is left of a former configuration` };
  }

  public async apply(): Promise<Progress> {
    const [objects, nodeClasses] = await this.both();
    const names = this.namesOf(objects, nodeClasses);
    return (names.length > 0 ? await this.awaitDeployment(names) : undefined)
      ?? await this.empty(objects)
      ?? await removeNodeClasses(this.ports.fleet, this.api, nodeClasses)
      ?? nothingToDo(`no ${this.api.words.pool} is left of a former configuration`);
  }

  /** The removal empties all pools. */
  public async revert(): Promise<Progress> {
    return nothingToDo('the removal takes former pools along');
  }

  public stop(): Promise<void> {
    return this.emptying.stop(() => this.objects());
  }

  /** Undefined once there is no way back to what is former now. */
  private async awaitDeployment(names: readonly string[]): Promise<Progress | undefined> {
    switch (await this.ports.deployment()) {
      case 'going on':
        return waiting(`${some(names)} is not of the configuration any more, and goes once the deployment is over`, LOOK_SECONDS, {
          by: PauseReason.DEPLOYMENT_GOES_ON, minutes: DEPLOYMENT_MINUTES,
        }, { deployed: true });
      case 'taken back':
        return done(`the last deployment was taken back: ${some(names)} stays until one succeeds`);
      case 'over':
        return undefined;
    }
  }

  private async empty(objects: FleetObjects): Promise<Progress | undefined> {
    const names = objects.pools.map(({ name }) => name);
    const instances = names.length > 0 ? await this.ports.aws.instances() : [];
    return this.emptying.empty({ objects, instances: instances.filter(({ pool }) => names.includes(pool)) });
  }

  private both(): Promise<[FleetObjects, NodeClassView[]]> {
    return Promise.all([this.objects(), this.nodeClasses()]);
  }

  private async objects(): Promise<FleetObjects> {
    return partOf(await this.ports.fleet.objects(), true, this.configuration);
  }

  private async nodeClasses(): Promise<NodeClassView[]> {
    return formerNodeClasses(await this.ports.fleet.nodeClasses(), this.configuration);
  }

  private namesOf({ pools }: FleetObjects, nodeClasses: readonly NodeClassView[]): string[] {
    const { pool, nodeClass } = this.api.words;
    return [...pools.map(({ name }) => `${pool} ${name}`), ...nodeClasses.map(({ name }) => `${nodeClass} ${name}`)];
  }
}
