import { doneWithoutCluster } from './cluster-gone';
import { Query } from './lambda';
import { act, Outcome, ResourceHandler, ResourceHandlers, ResourceRequest, waiting } from './lifecycle';
import { oneOf, text } from './properties';
import { logError, messageOf } from './requests';
import { FUNCTION_PROPERTY, RESOURCE_QUERY } from './resource-query';

/** What was decided comes back as an answer, so that it is told from a call that went wrong. */
type ResourceAnswer = Outcome | { readonly failed: string };

/** Asks a function of ours. */
export type Ask = (functionName: string, query: Query) => Promise<unknown>;

interface Remote { readonly functionName: string; readonly raw: Readonly<Record<string, unknown>> }

/** The handlers as the function has them that CloudFormation calls. */
export function remoteHandlers(handlers: ResourceHandlers, ask: Ask): ResourceHandlers {
  return Object.fromEntries(Object.entries(handlers).map(([type, handler]) => [type, remote(type, handler, ask)]));
}

function remote(type: string, handler: ResourceHandler<unknown>, ask: Ask): ResourceHandler<Remote> {
  const call = (action: 'apply' | 'remove') => async ({ properties, oldProperties, ...request }: ResourceRequest<Remote>): Promise<Outcome> => {
    let answer: ResourceAnswer;
    try {
      answer = await ask(properties.functionName, {
        Query: RESOURCE_QUERY, Type: type, Action: action, Request: { ...request, properties: properties.raw, oldProperties: oldProperties?.raw },
      }) as ResourceAnswer;
    } catch (error) {
      // The function itself never throws here: it was not reached, or did not come to its end.
      console.warn(JSON.stringify({ level: 'warning', message: `tried again: ${messageOf(error)}` }));
      return waiting(messageOf(error));
    }
    if ('failed' in answer) {
      throw new Error(answer.failed);
    }
    return answer;
  };
  return {
    patienceMinutes: handler.patienceMinutes,
    removalPatienceMinutes: handler.removalPatienceMinutes,
    parse: (raw) => {
      handler.parse(raw);
      return { functionName: text(raw, FUNCTION_PROPERTY), raw };
    },
    identify: ({ raw }) => handler.identify(handler.parse(raw)),
    apply: call('apply'),
    remove: call('remove'),
  };
}

/** Answers for the handlers in the function that has the way to the cluster. */
export function resourceQuery(handlers: ResourceHandlers): (query: Query) => Promise<ResourceAnswer> {
  const tolerant = doneWithoutCluster(handlers);
  return async (query) => {
    const [type, action] = [text(query, 'Type'), oneOf(query, 'Action', ['apply', 'remove'])];
    const handler = tolerant[type];
    const { properties, oldProperties, ...request } = query.Request as ResourceRequest<Remote['raw']>;
    try {
      return await act(() => handler[action]({
        ...request, properties: handler.parse(properties), oldProperties: oldProperties && handler.parse(oldProperties),
      }));
    } catch (error) {
      logError(error);
      return { failed: messageOf(error) };
    }
  };
}
