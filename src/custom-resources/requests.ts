import { Attributes, isComplete, isDoneAtOnce, onEvent, ProviderEvent, ResourceHandlers, shortReason } from './lifecycle';

/**
 * What CloudFormation asks of a function, and the answers. A request is named and checked when it comes; a state machine then asks for it until
 * it is done, which may take most of an hour.
 */

/** As CloudFormation sends it. */
export interface Request extends ProviderEvent {
  /** Where the answer goes: an address that lets whoever has it write there. */
  readonly ResponseURL: string;
}

/** A request that was found good, as the state machine asks for it. */
export interface BegunRequest extends Request {
  readonly PhysicalResourceId: string;
  readonly StartedAt: string;
  /** Why no call of the function came to its end, once the state machine has tried often enough. */
  readonly Failure?: { readonly Error: string; readonly Cause: string };
}

/** What the state machine goes by: whether the request is answered, and when it asks again where it is not. */
export type Progress = { readonly done: true } | { readonly done: false; readonly waitSeconds: number };

/** Most is done in seconds; what takes an hour need not be asked for every few of them. */
const SOONEST_SECONDS = 3;
const LATEST_SECONDS = 30;

/** The longer a request has taken, the longer it will take: so nothing is noticed later than by a tenth of its time. */
function secondsToWait(begun: string, now: Date): number {
  return Math.round(Math.min(LATEST_SECONDS, Math.max(SOONEST_SECONDS, (now.getTime() - Date.parse(begun)) / 10_000)));
}

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-responses.html */
export interface Response {
  readonly Status: 'SUCCESS' | 'FAILED';
  readonly Reason?: string;
  readonly PhysicalResourceId: string;
  readonly StackId: string;
  readonly RequestId: string;
  readonly LogicalResourceId: string;
  readonly Data?: Attributes;
}

/** The ways out of the function. */
export interface RequestPorts {
  /** Where people find what the function wrote. */
  readonly logs: string;
  /** Lets the state machine ask for a request; one that it asks for already, or has asked for, is left alone. */
  keepAsking(request: BegunRequest): Promise<void>;
  answer(url: string, response: Response): Promise<void>;
}

/**
 * The physical id of what was never begun. CloudFormation sends a Delete for each creation that failed; for this one there is nothing to do,
 * and its properties are as bad as they were.
 */
export const NEVER_BEGUN = 'cdk-karpenter-migration::never-begun';

/** Serves a request of CloudFormation, or a call of the state machine that asks for it. */
export async function serve(handlers: ResourceHandlers, ports: RequestPorts, request: Request | BegunRequest, now: Date): Promise<Progress> {
  if (isBegun(request)) {
    return request.Failure ? giveUp(ports, request, request.Failure) : goOn(handlers, ports, request, now);
  }
  if (request.PhysicalResourceId === NEVER_BEGUN) {
    await ports.answer(request.ResponseURL, { ...addressOf(request, NEVER_BEGUN), Status: 'SUCCESS' });
    return { done: true };
  }
  let begun: BegunRequest;
  try {
    begun = { ...request, ...onEvent(handlers, request, now) };
  } catch (error) {
    return fail(ports, request, request.PhysicalResourceId ?? NEVER_BEGUN, error);
  }
  try {
    if (isDoneAtOnce(handlers, request) && await succeeds(() => ports.answer(request.ResponseURL, successOf(begun)))) {
      return { done: true };
    }
    await ports.keepAsking(begun);
    return { done: false, waitSeconds: SOONEST_SECONDS };
  } catch (error) {
    // Whether the call came through is unknown: a Delete finds out what there is.
    return fail(ports, request, begun.PhysicalResourceId, error);
  }
}

async function goOn(handlers: ResourceHandlers, ports: RequestPorts, request: BegunRequest, now: Date): Promise<Progress> {
  let answer;
  try {
    answer = await isComplete(handlers, request, now);
  } catch (error) {
    return fail(ports, request, request.PhysicalResourceId, error);
  }
  if (!answer.IsComplete) {
    return { done: false, waitSeconds: secondsToWait(request.StartedAt, now) };
  }
  await ports.answer(request.ResponseURL, successOf(request, answer.Data));
  return { done: true };
}

function giveUp(ports: RequestPorts, request: BegunRequest, failure: { readonly Error: string; readonly Cause: string }): Promise<Progress> {
  const reason = `the function did not come to its end, however often it was called: ${failure.Error}: ${failure.Cause}`;
  return fail(ports, request, request.PhysicalResourceId, new Error(reason));
}

async function fail(ports: RequestPorts, request: Request, physicalId: string, error: unknown): Promise<Progress> {
  logError(error);
  const reason = `${shortReason(messageOf(error))}\n\nLogs: ${ports.logs}`;
  await ports.answer(request.ResponseURL, { ...addressOf(request, physicalId), Status: 'FAILED', Reason: reason });
  return { done: true };
}

/** What does not succeed is left to the state machine, which tries for longer. */
async function succeeds(call: () => Promise<void>): Promise<boolean> {
  try {
    await call();
    return true;
  } catch (error) {
    logError(error);
    return false;
  }
}

function successOf(request: BegunRequest, attributes?: Attributes): Response {
  return { ...addressOf(request, request.PhysicalResourceId), Status: 'SUCCESS', Data: attributes };
}

function addressOf({ StackId, RequestId, LogicalResourceId }: Request, physicalId: string): Omit<Response, 'Status'> {
  return { PhysicalResourceId: physicalId, StackId, RequestId, LogicalResourceId };
}

function isBegun(request: Request | BegunRequest): request is BegunRequest {
  return 'StartedAt' in request;
}

/** Writes all of an error to the log: a reason has room for its words only. */
export function logError(error: unknown): void {
  console.error(JSON.stringify({ level: 'error', message: messageOf(error), stack: (error as Error)?.stack }));
}

export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) {
    return String(error);
  }
  return error.name === 'Error' ? error.message : `${error.name}: ${error.message}`;
}
