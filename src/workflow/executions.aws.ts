import {
  DescribeExecutionCommand, ExecutionAlreadyExists, ExecutionDoesNotExist, paginateListExecutions, SFNClient, StartExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import { ExecutionsPort, ExecutionStatus, Started } from './port';
import { CLIENT_OPTIONS } from '../custom-resources/client-options';

/** The executions of one state machine. */
export class SfnExecutions implements ExecutionsPort {
  private readonly client = new SFNClient(CLIENT_OPTIONS);

  public constructor(private readonly stateMachineArn: string) {}

  public async start(name: string, generation: number): Promise<Started> {
    try {
      // One that runs already is given once more.
      const { executionArn } = await this.client.send(new StartExecutionCommand({
        stateMachineArn: this.stateMachineArn, name, input: JSON.stringify({ generation }),
      }));
      return { execution: executionArn!, runs: true };
    } catch (error) {
      if (error instanceof ExecutionAlreadyExists) {
        return { execution: `${this.stateMachineArn.replace(':stateMachine:', ':execution:')}:${name}`, runs: false };
      }
      throw error;
    }
  }

  public async status(executionArn: string): Promise<ExecutionStatus> {
    try {
      return (await this.client.send(new DescribeExecutionCommand({ executionArn }))).status;
    } catch (error) {
      if (error instanceof ExecutionDoesNotExist) {
        return undefined;
      }
      throw error;
    }
  }

  public async stopAll(): Promise<void> {
    const pages = paginateListExecutions({ client: this.client }, { stateMachineArn: this.stateMachineArn, statusFilter: 'RUNNING' });
    for await (const { executions } of pages) {
      for (const { executionArn } of executions ?? []) {
        await this.client.send(new StopExecutionCommand({ executionArn, cause: 'a deployment took over' }));
      }
    }
  }
}
