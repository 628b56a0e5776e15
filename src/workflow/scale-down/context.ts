import { NodegroupState, ScaleDownAwsPort } from './port';
import { TargetConfiguration } from './targets';
import { selectNodegroups } from '../../cluster/survey';
import { WorkflowConfiguration } from '../contract';
import { DrainingPort } from '../draining/port';
import { Progress } from '../step';

export interface ScaleDownPorts {
  readonly kubernetes: DrainingPort;
  readonly aws: ScaleDownAwsPort;
  /** Asked before each batch: who scales node groups besides us. */
  readonly autoscalerIsQuiet: () => Promise<Progress | undefined>;
  /** Asked before each batch: what the preflight finds now. */
  readonly recheck: () => Promise<Progress | undefined>;
}

export type ScaleDownStepConfiguration = TargetConfiguration & Pick<WorkflowConfiguration, 'ClusterName' | 'Nodegroups' | 'ScaleDown'>;

/** The node groups of the migration, in the order of their names. */
export function participating(all: readonly NodegroupState[], { ClusterName, Nodegroups }: ScaleDownStepConfiguration): NodegroupState[] {
  const names = selectNodegroups(ClusterName, all.map(({ name }) => name), Nodegroups);
  return names.map(name => all.find(group => group.name === name)!);
}
