import { Account } from '../gateway/account';
import { Call } from '../gateway/call';

/** One permission that a call needs. */
export interface Need { readonly action: string; readonly resource: string; readonly context: Readonly<Record<string, string | string[]>> }
export interface World { readonly accountId: string; readonly region: string; readonly account: Account }
/** Finds the resources and condition keys of a call of one action; undefined where they cannot be told. */
export type NeedsOf = (call: Call, world: World) => Need[] | Promise<Need[] | undefined>;

export function withPrefix(prefix: string, tags: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(tags).map(([key, value]) => [prefix + key, value]));
}
