import { randomUUID } from 'crypto';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { clientConfig } from '../../aws/client-config';
import { CustomResourceResponses } from '../../aws/gateway/custom-resource-responses';
import { World } from '../world';

/** A request of CloudFormation's, as the state machine of our function gets it. */
interface BegunRequest {
  readonly RequestType: string;
  readonly ResourceType: string;
  readonly ResponseURL: string;
  readonly LogicalResourceId: string;
  readonly ResourceProperties: { readonly ServiceToken: string };
}

type RequestType = 'Create' | 'Delete';
/** A function that is not done after so many calls goes round in circles. */
const MOST_CALLS = 20;

/** Hears what CloudFormation asks of our function, so that a phase can ask the same again. */
export class PlayedRequests {
  private readonly heard: BegunRequest[] = [];
  private readonly lambda: LambdaClient;
  private readonly listening: { stop(): void };

  public constructor(private readonly world: World) {
    this.lambda = new LambdaClient({ ...clientConfig(world.aws), maxAttempts: 1 });
    this.listening = world.aws.kill((call) => {
      if (call.service === 'states' && call.action === 'StartExecution' && call.parameters.input?.includes('"ResponseURL"')) {
        this.heard.push(JSON.parse(call.parameters.input));
      }
      return undefined;
    });
  }

  public stop(): void {
    this.listening.stop();
  }

  /** Asks until the function has answered, whatever happens to it on the way; gives how often it was called. */
  public async play(resourceType: string, RequestType: RequestType): Promise<number> {
    const found = this.heard.find(one => one.ResourceType === resourceType);
    if (!found) {
      throw new Error(`CloudFormation asked for no ${resourceType}, only for ${this.heard.map(one => one.ResourceType).join(', ')}`);
    }
    const request = {
      ...found,
      RequestType,
      RequestId: randomUUID(),
      StartedAt: new Date().toISOString(),
      ResponseURL: CustomResourceResponses.played(found.ResponseURL),
    };
    const Payload = Buffer.from(JSON.stringify(request));
    const answers = this.world.aws.customResourceResponses;
    const before = answers.length;
    for (let calls = 1; calls <= MOST_CALLS; calls += 1) {
      await this.lambda.send(new InvokeCommand({ FunctionName: found.ResourceProperties.ServiceToken, Payload }));
      const answer = answers.slice(before).find(({ logicalId }) => logicalId === found.LogicalResourceId);
      if (answer) {
        if (answer.status !== 'SUCCESS') {
          throw new Error(`${RequestType} of ${resourceType} failed: ${answer.reason}`);
        }
        return calls;
      }
    }
    throw new Error(`${RequestType} of ${resourceType} is not answered after ${MOST_CALLS} calls`);
  }
}
