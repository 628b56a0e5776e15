import { join } from 'path';

const RUNTIME = join(__dirname, '../../node_modules/aws-cdk-lib/custom-resources/lib/provider-framework/runtime');

type Handler = (event: any) => Promise<unknown>;

/** What CloudFormation gets from CDK's own provider framework around a function of ours, byte for byte. */
export async function respond(
  handler: Handler, request: object,
): Promise<{ readonly bytes: number; readonly status: string; readonly reason: string }> {
  process.env.USER_ON_EVENT_FUNCTION_ARN = process.env.USER_IS_COMPLETE_FUNCTION_ARN
    = 'arn:aws:lambda:us-east-1:111111111111:function:Production-Platform-KarpenterMigrationAwsFunction12345678-AbCdEfGhIjKl';
  process.env.WAITER_STATE_MACHINE_ARN = 'arn:aws:states:us-east-1:111111111111:stateMachine:waiter';
  const framework = jest.requireActual<any>(join(RUNTIME, 'framework.js'));
  const consts = jest.requireActual<any>(join(RUNTIME, 'consts.js'));
  const outbound = jest.requireActual<any>(join(RUNTIME, 'outbound.js'));
  jest.spyOn(console, 'log').mockImplementation();
  let waiting: any;
  let body = '';
  outbound.invokeFunction = (call: { readonly Payload: string }) => invoke(handler, JSON.parse(call.Payload));
  outbound.startExecution = async ({ input }: { readonly input: string }) => { waiting = JSON.parse(input); };
  outbound.httpRequest = async (_options: object, sent: string) => { body = sent; };
  await framework[consts.FRAMEWORK_ON_EVENT_HANDLER_NAME](request);
  if (waiting) {
    await framework[consts.FRAMEWORK_IS_COMPLETE_HANDLER_NAME](waiting);
  }
  const { Status, Reason } = JSON.parse(body);
  return { bytes: Buffer.byteLength(body), status: Status, reason: Reason };
}

/** As Lambda answers for a function, with what its runtime makes of an error. */
async function invoke(handler: Handler, event: object): Promise<object> {
  try {
    return { Payload: Buffer.from(JSON.stringify(await handler(event))) };
  } catch (error) {
    const { name: errorType, message: errorMessage, stack } = error as Error;
    return { FunctionError: 'Unhandled', Payload: Buffer.from(JSON.stringify({ errorType, errorMessage, trace: (stack ?? '').split('\n') })) };
  }
}
