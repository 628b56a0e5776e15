import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { ASKING_OPTIONS } from './client-options';
import { Query } from './lambda';
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
  return payload as T;
}

/** Asks by a client of its own. */
export function asking(): Ask {
  const client = new LambdaClient(ASKING_OPTIONS);
  return (functionName, query) => ask(client, functionName, query);
}

/** Our functions say the name of an error before its message, so that it survives the way. */
function remoteError(text: string): Error {
  const [, name, message] = /^([A-Z]\w*): ([^]*)$/.exec(text) ?? [undefined, 'Error', text];
  return Object.assign(new Error(`${REMOTE_FAILURE}${message}`), { name });
}
