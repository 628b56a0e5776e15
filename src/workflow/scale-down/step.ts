import { applyScaleDown } from './apply';
import { participating, ScaleDownPorts, ScaleDownStepConfiguration } from './context';
import { isFinished } from './groups';
import { NodegroupState } from './port';
import { isTouched, revertScaleDown } from './restore';
import { stopScaleDown } from './stop';
import { Assessment, Step } from '../step';

export interface ScaleDownStepOptions {
  /** Patience is over, and what cannot be evicted is to be deleted. */
  readonly force: boolean;
  readonly now?: () => number;
}

/** Node groups to the guide's sizes: drained node by node, each ended by itself, then fixed. */
export function scaleDownStep(ports: ScaleDownPorts, configuration: ScaleDownStepConfiguration, options: ScaleDownStepOptions): Step {
  const now = options.now ?? Date.now;
  return {
    assess: async () => assess(await ports.aws.nodegroups(), configuration),
    apply: () => applyScaleDown(ports, configuration, options.force, now()),
    revert: () => revertScaleDown(ports, configuration, now()),
    stop: () => stopScaleDown(ports, configuration),
  };
}

function assess(all: readonly NodegroupState[], configuration: ScaleDownStepConfiguration): Assessment {
  const groups = participating(all, configuration);
  const finished = groups.filter(isFinished);
  const applied = !all.some(isTouched) ? 'nothing' : finished.length === groups.length ? 'fully' : 'partly';
  return { applied, says: `${finished.length} of ${groups.length} node groups are scaled down` };
}
