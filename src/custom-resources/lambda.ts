import { ResourceHandlers } from './lifecycle';
import { packed } from './packed';
import { BegunRequest, logError, messageOf, Request, RequestPorts, serve } from './requests';

/** A question that one function of ours asks another; the answer goes straight back. */
export interface Query { readonly Query: string; readonly [parameter: string]: unknown }
export type Queries = Readonly<Record<string, (query: Query) => Promise<unknown>>>;

/** Several questions in one call: each has an answer of its own. */
export const SEVERAL_QUERY = 'several';
export type OneOfSeveral = { readonly answer?: unknown } | { readonly failed: string };

/** What a state machine asks a function of ours for. */
export interface Task { readonly Workflow: string }
export type RunTask = (task: Task) => Promise<unknown>;

/** The entry of the function that CloudFormation calls: requests for resources, and tasks of a workflow. */
export function serving(
  handlers: ResourceHandlers, ports: RequestPorts, runTask: RunTask,
): (event: Request | BegunRequest | Task) => Promise<unknown> {
  return logged(async (event: Request | BegunRequest | Task): Promise<unknown> => 'Workflow' in event ? runTask(event) : serve(handlers, ports, event, new Date()));
}

/** The entry of a function that answers another one. */
export function answering(queries: Queries): (query: Query) => Promise<unknown> {
  const one = async (query: Query) => {
    const answer = queries[query.Query];
    if (!answer) {
      throw new Error(`unknown query "${query.Query}", this function answers ${Object.keys(queries).join(', ')}`);
    }
    return answer(query);
  };
  const several = (all: readonly Query[]) => Promise.all(all.map(each => oneOfSeveral(each, one)));
  return logged(async (query: Query) => packed(await (query.Query === SEVERAL_QUERY ? several(query.Queries as Query[]) : one(query))));
}

/** What fails is the failure of its own question. */
async function oneOfSeveral(query: Query, answer: (query: Query) => Promise<unknown>): Promise<OneOfSeveral> {
  try {
    return { answer: await answer(query) };
  } catch (error) {
    logError(error);
    return { failed: messageOf(error) };
  }
}

/** What a function throws goes to its log whole, and to its caller without what the function is made of. */
function logged<E, A>(handle: (event: E) => Promise<A>): (event: E) => Promise<A> {
  return async (event) => {
    try {
      return await handle(event);
    } catch (error) {
      logError(error);
      throw Object.assign(new Error(messageOf(error)), { stack: 'Error' });
    }
  };
}
