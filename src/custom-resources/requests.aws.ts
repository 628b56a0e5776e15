import { request as send } from 'https';
import { setTimeout } from 'timers/promises';
import { ExecutionAlreadyExists, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { CLIENT_OPTIONS } from './client-options';
import { BegunRequest, RequestPorts, Response } from './requests';

/** In milliseconds, between two tries. */
const MAXIMUM_PAUSE = 8_000;

/** Asks by the state machine that has the function's own name, and answers CloudFormation. */
export class LambdaRequestPorts implements RequestPorts {
  private readonly client = new SFNClient(CLIENT_OPTIONS);

  public get logs(): string {
    return process.env.AWS_LAMBDA_LOG_GROUP_NAME!;
  }

  public async keepAsking(request: BegunRequest): Promise<void> {
    try {
      // Lambda may hand the same request over twice: its name is the same.
      await this.client.send(new StartExecutionCommand({
        stateMachineArn: stateMachineOf(request.StackId), name: request.RequestId, input: JSON.stringify(request),
      }));
    } catch (error) {
      if (!(error instanceof ExecutionAlreadyExists)) {
        throw error;
      }
    }
  }

  public answer(url: string, response: Response): Promise<void> {
    return persistently(() => put(url, JSON.stringify(response)));
  }
}

/** Five tries in half a minute. What does not come through then is thrown, and the state machine calls again. */
async function persistently(call: () => Promise<void>): Promise<void> {
  for (let pause = 1_000; ; pause *= 2) {
    try {
      return await call();
    } catch (error) {
      if (pause > MAXIMUM_PAUSE) {
        throw error;
      }
      await setTimeout(pause);
    }
  }
}

/** In the account and region of the stack, which are the function's. */
function stateMachineOf(stackId: string): string {
  const [, partition, , region, account] = stackId.split(':');
  return `arn:${partition}:states:${region}:${account}:stateMachine:${process.env.AWS_LAMBDA_FUNCTION_NAME}`;
}

function put(url: string, body: string): Promise<void> {
  const { requestTimeout: timeout } = CLIENT_OPTIONS.requestHandler;
  return new Promise((resolve, reject) => {
    // Any content type but none would be another request than the one that the address was signed for.
    const request = send(url, { method: 'PUT', timeout, headers: { 'content-type': '', 'content-length': Buffer.byteLength(body) } }, (response) => {
      response.resume();
      const { statusCode = 0 } = response;
      statusCode < 400 ? resolve() : reject(new Error(`CloudFormation did not take the answer: status ${statusCode}`));
    });
    request.on('error', reject).on('timeout', () => request.destroy(new Error('CloudFormation did not take the answer in time')));
    request.end(body);
  });
}
