import { createHash } from 'crypto';
import { Lazy, Stack, Token } from 'aws-cdk-lib';
import { Construct } from 'constructs';

/**
 * A text that changes whenever a value does, for a resource that has to follow the value and does not read it. What is known only in the
 * deployment stands in it as it is, and all else as a hash.
 */
export function identityOfValue(scope: Construct, value: object): string {
  const stack = Stack.of(scope);
  return Token.asString(Lazy.uncachedAny({ produce: () => identityOf(stack.resolve(stack.toJsonString(value))) }));
}

function identityOf(text: string | Intrinsic): unknown {
  const hash = createHash('sha256').update(JSON.stringify(text)).digest('hex').slice(0, 16);
  const references = new Map(partsOf(text).map(part => [JSON.stringify(part), part]));
  return references.size === 0 ? hash : { 'Fn::Join': [' ', [hash, ...references.values()]] };
}

interface Intrinsic { readonly [name: string]: unknown }

/** What CloudFormation fills in. */
function partsOf(text: string | Intrinsic): unknown[] {
  if (typeof text === 'string') {
    return [];
  }
  const join = text['Fn::Join'] as [string, unknown[]] | undefined;
  return join ? join[1].filter(part => typeof part !== 'string') : [text];
}
