import { DeploymentState, stateOf } from './deployment';
import { stackStatus } from '../../custom-resources/rollback.aws';

export async function deploymentOf(stackId: string): Promise<DeploymentState> {
  return stateOf(await stackStatus(stackId));
}
