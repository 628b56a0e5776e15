import { Token } from 'aws-cdk-lib';

/** Refuses a value that is not of an enum: languages without types, and casts, do not keep to it. Tokens pass. */
export function checkChoice(what: string, value: string | undefined, allowed: readonly string[]): void {
  if (value !== undefined && !Token.isUnresolved(value) && !allowed.includes(value)) {
    throw new Error(`${what} is "${value}": set one of ${[...new Set(allowed)].join(', ')}`);
  }
}
