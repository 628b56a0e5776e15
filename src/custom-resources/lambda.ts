import { isComplete, onEvent, ProviderEvent, ResourceHandlers, shortReason } from './lifecycle';

/** A question that one function of ours asks another; the answer goes straight back and no resource is involved. */
export interface Query { readonly Query: string; readonly [parameter: string]: unknown }
export type Queries = Readonly<Record<string, (query: Query) => Promise<unknown>>>;

/** What a state machine asks a function of ours for. */
export interface Task { readonly Workflow: string }
export type RunTask = (task: Task) => Promise<unknown>;

/** The entry of a function: both phases of resources, told apart by what the first answered, queries, and tasks of a workflow. */
export function entry(
  handlers: ResourceHandlers, queries: Queries = {}, runTask?: RunTask,
): (event: ProviderEvent | Query | Task) => Promise<unknown> {
  return async (event) => {
    try {
      if (isTask(event)) {
        if (!runTask) {
          throw new Error(`this function runs no workflow, got the task "${event.Workflow}"`);
        }
        return await runTask(event);
      }
      if (isQuery(event)) {
        const answer = queries[event.Query];
        if (!answer) {
          throw new Error(`unknown query "${event.Query}", this function answers ${Object.keys(queries).join(', ') || 'none'}`);
        }
        return await answer(event);
      }
      return event.StartedAt === undefined
        ? onEvent(handlers, event, new Date())
        : await isComplete(handlers, event, new Date());
    } catch (error) {
      console.error(JSON.stringify({ level: 'error', message: messageOf(error), stack: (error as Error)?.stack }));
      throw reasonOnly(shortReason(messageOf(error)));
    }
  };
}

/**
 * An error whose stack says nothing: CDK's framework sends the stack to CloudFormation behind the message, so that every line of it after the first
 * would go twice, and a response has 4,096 bytes. The log has the real one.
 */
function reasonOnly(message: string): Error {
  return Object.assign(new Error(message), { stack: 'Error' });
}

function isTask(event: ProviderEvent | Query | Task): event is Task {
  return 'Workflow' in event;
}

function isQuery(event: ProviderEvent | Query): event is Query {
  return 'Query' in event;
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) {
    return String(error);
  }
  return error.name === 'Error' ? error.message : `${error.name}: ${error.message}`;
}
