import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { CLIENT_OPTIONS } from './client-options';

/** Whether CloudFormation is taking back a creation or an update of the stack, or has just done so. */
export async function isRollingBack(stackId: string): Promise<boolean> {
  return /ROLLBACK/.test(await stackStatus(stackId));
}

/** As CloudFormation says it. */
export async function stackStatus(stackId: string): Promise<string> {
  const { Stacks } = await new CloudFormationClient(CLIENT_OPTIONS).send(new DescribeStacksCommand({ StackName: stackId }));
  return Stacks?.[0]?.StackStatus ?? '';
}
