import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { ASKING_OPTIONS } from './client-options';
import { OneOfSeveral, Query, SEVERAL_QUERY } from './lambda';
import { unpacked } from './packed';
import { Ask } from './remote-handlers';
import { REMOTE_FAILURE } from './transient';

/**
 * Asks another function of ours and waits for its answer; what it throws is thrown here.
 *
 * @param functionName or its ARN
 */
export async function ask<T>(client: LambdaClient, functionName: string, query: Query): Promise<T> {
  const response = await client.send(new InvokeCommand({ FunctionName: functionName, Payload: Buffer.from(JSON.stringify(query)) }));
  const payload = JSON.parse(Buffer.from(response.Payload ?? []).toString('utf8') || 'null');
  if (response.FunctionError) {
    throw remoteError(String(payload?.errorMessage ?? response.FunctionError));
  }
  return unpacked(payload) as T;
}

/** Asks by a client of its own. */
export function asking(): Ask {
  const client = new LambdaClient(ASKING_OPTIONS);
  return (functionName, query) => ask(client, functionName, query);
}

interface Open {
  readonly query: Query;
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Asks in one call of a function what is asked of it in the same turn of the event loop. Lambda would start the function once more for each
 * question that comes while another one is answered, and each of them would connect to the cluster anew.
 */
export function joining(client: LambdaClient): Ask {
  const waiting = new Map<string, Open[]>();
  const send = async (functionName: string) => {
    const open = waiting.get(functionName)!;
    waiting.delete(functionName);
    try {
      const answers = open.length === 1
        ? [{ answer: await ask(client, functionName, open[0].query) }]
        : await ask<OneOfSeveral[]>(client, functionName, { Query: SEVERAL_QUERY, Queries: open.map(({ query }) => query) });
      answers.forEach((answer, index) => 'failed' in answer ? open[index].reject(remoteError(answer.failed)) : open[index].resolve(answer.answer));
    } catch (error) {
      open.forEach(({ reject }) => reject(error as Error));
    }
  };
  return (functionName, query) => new Promise((resolve, reject) => {
    const open = waiting.get(functionName) ?? [];
    if (open.length === 0) {
      waiting.set(functionName, open);
      setImmediate(() => void send(functionName));
    }
    open.push({ query, resolve, reject });
  });
}

/** Our functions say the name of an error before its message, so that it survives the way. */
function remoteError(text: string): Error {
  const [, name, message] = /^([A-Z]\w*): ([^]*)$/.exec(text) ?? [undefined, 'Error', text];
  return Object.assign(new Error(`${REMOTE_FAILURE}${message}`), { name });
}
