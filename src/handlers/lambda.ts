import { isComplete, onEvent, ProviderEvent, ResourceHandlers, shortReason } from './lifecycle';

/** A question that one function of ours asks another; the answer goes straight back and no resource is involved. */
export interface Query { readonly Query: string; readonly [parameter: string]: unknown }
export type Queries = Readonly<Record<string, (query: Query) => Promise<unknown>>>;

/** The entry of a function: one handler for both phases, told apart by what the first one answered, and for queries. */
export function entry(handlers: ResourceHandlers, queries: Queries = {}): (event: ProviderEvent | Query) => Promise<unknown> {
  return async (event) => {
    try {
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
      throw new Error(shortReason(messageOf(error)));
    }
  };
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
