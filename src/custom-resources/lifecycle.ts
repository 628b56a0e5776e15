import { PROPERTY_PROBLEM } from './properties';
import { isTransient } from './transient';

/**
 * The two phases of a custom resource.
 *
 * `onEvent` only validates and names the resource: if it throws, nothing is done about the Delete that CloudFormation sends, so nothing may
 * have been changed by then. All changes happen in `isComplete`, which is called until it says that it is done.
 */

/** What CloudFormation sends; what the first phase answered comes back in every later call. */
export interface ProviderEvent {
  readonly RequestType: 'Create' | 'Update' | 'Delete';
  readonly ResourceType: string;
  readonly ResourceProperties: Readonly<Record<string, unknown>>;
  readonly OldResourceProperties?: Readonly<Record<string, unknown>>;
  readonly PhysicalResourceId?: string;
  readonly LogicalResourceId: string;
  readonly StackId: string;
  readonly RequestId: string;
  /** Present in the second phase: when the first phase answered, in ISO 8601. */
  readonly StartedAt?: string;
}

/** A request in the words of the handlers. */
export interface ResourceRequest<P> {
  readonly type: 'Create' | 'Update' | 'Delete';
  readonly properties: P;
  /** The properties before an update; undefined in a creation and a deletion. */
  readonly oldProperties?: P;
  readonly physicalId: string;
  readonly stackId: string;
  readonly logicalId: string;
  readonly requestId: string;
  /** Milliseconds since the request began. */
  readonly elapsed: number;
}

/** Attributes that `Fn::GetAtt` returns: names and ids only, the whole response must stay below 4096 bytes. */
export type Attributes = Readonly<Record<string, string>>;

/** What one call of a handler achieved. */
export type Outcome =
  | { readonly done: true; readonly attributes?: Attributes }
  | { readonly done: false; readonly waitingFor: string; readonly patienceMinutes?: number };

export const done = (attributes?: Attributes): Outcome => ({ done: true, attributes });
/** @param patienceMinutes for what is known to take another time than the handler's patience */
export const waiting = (waitingFor: string, patienceMinutes?: number): Outcome => ({ done: false, waitingFor, patienceMinutes });

/** One resource type: pure parsing and naming, and two actions that may be called again at any time. */
export interface ResourceHandler<P> {
  /** Minutes after which a request that still waits fails with what it waits for. */
  readonly patienceMinutes: number;
  /** The same for a deletion; as long as any request if undefined. */
  readonly removalPatienceMinutes?: number;
  /** A deletion has nothing to take back, so that nobody has to be asked for it. */
  readonly takesNothingBack?: true;
  /** Reads the properties that CloudFormation sent (every scalar is a string there); throws on bad ones. */
  parse(raw: Readonly<Record<string, unknown>>): P;
  /** The stable physical id, derived from what the resource is about and never from the request. */
  identify(properties: P): string;
  /** Brings the world to the properties; called for creations and updates, again and again until done. */
  apply(request: ResourceRequest<P>): Promise<Outcome>;
  /** Takes back what `apply` did and its records prove; called again and again until done. */
  remove(request: ResourceRequest<P>): Promise<Outcome>;
}

/** Puts a port before the cluster that a request names. */
export type Connect<Port> = (clusterName: string, kubectlRoleArn: string) => Promise<Port>;

/** The handlers of one function, by resource type. */
export type ResourceHandlers = Readonly<Record<string, ResourceHandler<any>>>;

/** CloudFormation drops a response above 4096 bytes, and the resource then hangs until it times out. */
export const MAXIMUM_RESPONSE_BYTES = 4096;
/** What the envelope around attributes or a reason takes: ids, ARNs, the log pointer. */
const ENVELOPE_BYTES = 1200;
/** What a reason, or attributes, may take of a response. */
export const BUDGET_BYTES = MAXIMUM_RESPONSE_BYTES - ENVELOPE_BYTES;

export interface OnEventAnswer { readonly PhysicalResourceId: string; readonly StartedAt: string }
export interface IsCompleteAnswer { readonly IsComplete: boolean; readonly Data?: Attributes }

/** First phase: validates and names, changes nothing. */
export function onEvent(handlers: ResourceHandlers, event: ProviderEvent, now: Date): OnEventAnswer {
  const handler = handlerFor(handlers, event);
  // A deletion must go on whatever its properties look like: it works from them again in the second phase.
  const id = event.RequestType === 'Delete' ? event.PhysicalResourceId! : handler.identify(handler.parse(event.ResourceProperties));
  return { PhysicalResourceId: id, StartedAt: now.toISOString() };
}

/** Whether a request is done as soon as it has come. */
export function isDoneAtOnce(handlers: ResourceHandlers, event: ProviderEvent): boolean {
  return event.RequestType === 'Delete' && handlerFor(handlers, event).takesNothingBack === true;
}

/** Second phase: acts, and gives up with its reason before the framework would, which gives none. */
export async function isComplete(handlers: ResourceHandlers, event: ProviderEvent, now: Date): Promise<IsCompleteAnswer> {
  const handler = handlerFor(handlers, event);
  const elapsed = now.getTime() - new Date(event.StartedAt!).getTime();
  const request: ResourceRequest<unknown> = {
    type: event.RequestType,
    properties: handler.parse(event.ResourceProperties),
    oldProperties: event.OldResourceProperties && formerProperties(handler, event.OldResourceProperties, event.ResourceProperties),
    physicalId: event.PhysicalResourceId!,
    stackId: event.StackId,
    logicalId: event.LogicalResourceId,
    requestId: event.RequestId,
    elapsed,
  };
  const outcome = await act(() => event.RequestType === 'Delete' ? handler.remove(request) : handler.apply(request));
  if (outcome.done) {
    return { IsComplete: true, Data: outcome.attributes && withinBudget(outcome.attributes) };
  }
  const ofRequest = event.RequestType === 'Delete' ? handler.removalPatienceMinutes : undefined;
  const patienceMinutes = outcome.patienceMinutes ?? ofRequest ?? handler.patienceMinutes;
  if (elapsed > patienceMinutes * 60_000) {
    throw new Error(`gave up after ${patienceMinutes} minutes: ${outcome.waitingFor}`);
  }
  return { IsComplete: false };
}

/**
 * The properties before an update, which another version of this library may have written: what is required by now and was not there, or was
 * written otherwise, is as it is now. An upgrade must not fail because of what the deployment before could not know.
 */
function formerProperties<P>(handler: ResourceHandler<P>, old: ProviderEvent['ResourceProperties'], now: ProviderEvent['ResourceProperties']): P | undefined {
  let read = old;
  for (;;) {
    try {
      return handler.parse(read);
    } catch (error) {
      const name = (error as Error).message.match(PROPERTY_PROBLEM)?.[1];
      if (name === undefined || read[name] === now[name]) {
        console.warn(JSON.stringify({ level: 'warning', message: `the properties before cannot be read: ${(error as Error).message}` }));
        return undefined;
      }
      read = { ...read, [name]: now[name] };
    }
  }
}

/** What a handler's action achieves: a call that did not come through is tried again, as long as there is patience. */
export async function act(action: () => Promise<Outcome>): Promise<Outcome> {
  try {
    return await action();
  } catch (error) {
    if (!isTransient(error)) {
      throw error;
    }
    const { name, message, stack } = error as Error;
    console.warn(JSON.stringify({ level: 'warning', message: `tried again: ${message}`, name, stack }));
    return waiting(name === 'Error' ? message : `${name}: ${message}`);
  }
}

/** Shortens a reason to what a response can carry; the log has all of it. */
export function shortReason(message: string): string {
  if (sentBytes(message) <= BUDGET_BYTES) {
    return message;
  }
  const end = ' … (shortened, the log has all of it)';
  const characters = [...message];
  let [fits, tooMany] = [0, characters.length];
  while (tooMany - fits > 1) {
    const middle = Math.floor((fits + tooMany) / 2);
    [fits, tooMany] = sentBytes(characters.slice(0, middle).join('') + end) <= BUDGET_BYTES ? [middle, tooMany] : [fits, middle];
  }
  return characters.slice(0, fits).join('') + end;
}

/** What a text takes in a response, where quotes and line ends are escaped. */
export function sentBytes(text: string): number {
  return Buffer.byteLength(JSON.stringify(text));
}

function handlerFor(handlers: ResourceHandlers, event: ProviderEvent): ResourceHandler<any> {
  const handler = handlers[event.ResourceType];
  if (!handler) {
    throw new Error(`no handler for resource type "${event.ResourceType}", this function serves ${Object.keys(handlers).join(', ')}`);
  }
  return handler;
}

function withinBudget(attributes: Attributes): Attributes {
  const bytes = Buffer.byteLength(JSON.stringify(attributes));
  if (bytes > BUDGET_BYTES) {
    throw new Error(`the attributes take ${bytes} bytes and a response carries ${BUDGET_BYTES}: ${Object.keys(attributes).join(', ')}`);
  }
  return attributes;
}
