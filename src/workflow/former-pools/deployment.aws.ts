import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { DeploymentState, stateOf } from './deployment';
import { CLIENT_OPTIONS } from '../../custom-resources/client-options';

export async function deploymentOf(stackId: string): Promise<DeploymentState> {
  const { Stacks } = await new CloudFormationClient(CLIENT_OPTIONS).send(new DescribeStacksCommand({ StackName: stackId }));
  return stateOf(Stacks![0].StackStatus!);
}
