import { NodegroupState, ScaleDownAwsPort } from './port';
import { SCALE_DOWN } from './row';
import { TargetConfiguration } from './targets';
import { selectNodegroups } from '../../cluster/survey';
import { FleetPort, PoolView } from '../../karpenter/api/fleet';
import { apiOf } from '../../karpenter/apis';
import { WorkflowConfiguration } from '../contract';
import { DisruptionHold } from '../draining/disruption-hold';
import { Gate } from '../draining/gate/gate';
import { PlaceholderPort } from '../draining/placeholders/port';
import { DrainingPort } from '../draining/port';
import { Progress } from '../step';

export interface ScaleDownPorts {
  readonly kubernetes: DrainingPort & PlaceholderPort;
  readonly aws: ScaleDownAwsPort;
  /** Karpenter's pools, which are not to move pods of their own accord meanwhile. */
  readonly fleet: Pick<FleetPort, 'pools' | 'changePool'>;
  /** Asked each time before nodes are begun, and before pods move to nodes that stay. */
  readonly mayBegin: Gate;
  /** Asked before nodes are begun, at most once a minute, and before sizes are fixed: who scales node groups besides us. */
  readonly autoscalerIsQuiet: () => Promise<Progress | undefined>;
  /** Asked before nodes are begun, at most once a minute: what the preflight finds now. */
  readonly recheck: () => Promise<Progress | undefined>;
}

export type ScaleDownStepConfiguration = TargetConfiguration & Pick<WorkflowConfiguration, 'ClusterName' | 'Owner' | 'Pools' | 'Nodegroups' | 'ScaleDown' | 'CanaryImage'>;

/** The node groups of the migration, in the order of their names. */
export function participating(all: readonly NodegroupState[], { ClusterName, Nodegroups }: ScaleDownStepConfiguration): NodegroupState[] {
  const names = selectNodegroups(ClusterName, all.map(({ name }) => name), Nodegroups);
  return names.map(name => all.find(group => group.name === name)!);
}

/** Keeps Karpenter from moving the pods again that node groups have just lost; undefined where it is done. */
export async function holdDisruption({ fleet }: ScaleDownPorts, configuration: ScaleDownStepConfiguration): Promise<Progress | undefined> {
  return withPools(fleet, configuration, (hold, pools) => hold.hold(pools.filter(({ name }) => configuration.Pools.includes(name))));
}

/** Gives back what was held, whatever the configuration says now; undefined where it is done. */
export async function giveDisruptionBack({ fleet }: Pick<ScaleDownPorts, 'fleet'>, configuration: ScaleDownStepConfiguration): Promise<Progress | undefined> {
  return withPools(fleet, configuration, (hold, pools) => hold.giveBack(pools));
}

async function withPools(
  fleet: ScaleDownPorts['fleet'], { Api, Owner }: ScaleDownStepConfiguration,
  change: (hold: DisruptionHold, pools: readonly PoolView[]) => Promise<Progress | undefined>,
): Promise<Progress | undefined> {
  const hold = new DisruptionHold(fleet, apiOf(Api), { owner: Owner, step: SCALE_DOWN.name });
  return hold.isPossible ? change(hold, await fleet.pools()) : undefined;
}
