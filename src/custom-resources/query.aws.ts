import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { Query } from './lambda';
import { REMOTE_FAILURE } from './transient';

/** Asks another function of ours and waits for its answer; what it throws is thrown here. */
export async function ask<T>(client: LambdaClient, functionArn: string, query: Query): Promise<T> {
  const response = await client.send(new InvokeCommand({ FunctionName: functionArn, Payload: Buffer.from(JSON.stringify(query)) }));
  const payload = JSON.parse(Buffer.from(response.Payload ?? []).toString('utf8') || 'null');
  if (response.FunctionError) {
    throw remoteError(String(payload?.errorMessage ?? response.FunctionError));
  }
  return payload as T;
}

/** Our functions say the name of an error before its message, so that it survives the way. */
function remoteError(text: string): Error {
  const [, name, message] = /^([A-Z]\w*): ([^]*)$/.exec(text) ?? [undefined, 'Error', text];
  return Object.assign(new Error(`${REMOTE_FAILURE}${message}`), { name });
}
