import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { Query } from '../lambda';

/** Asks another function of ours and waits for its answer; what it throws is thrown here. */
export async function ask<T>(client: LambdaClient, functionArn: string, query: Query): Promise<T> {
  const response = await client.send(new InvokeCommand({ FunctionName: functionArn, Payload: Buffer.from(JSON.stringify(query)) }));
  const payload = JSON.parse(Buffer.from(response.Payload ?? []).toString('utf8') || 'null');
  if (response.FunctionError) {
    throw new Error(`the kubernetes function failed: ${payload?.errorMessage ?? response.FunctionError}`);
  }
  return payload as T;
}
