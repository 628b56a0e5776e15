import * as k8s from '@kubernetes/client-node';

/** By this name our writes stand in the fields of objects. */
export const FIELD_MANAGER = 'cdk-karpenter-migration';
/** One page of a list; thousands of objects in one answer would be too much for the function's memory. */
export const PAGE = 500;

/** One answer of a list. */
export interface Page<T> {
  readonly items: T[];
  // Typed lists of the client say `_continue`, untyped ones are as the API sends them.
  readonly metadata?: { readonly _continue?: string; readonly continue?: string };
}

/** All pages of a list, one at a time. */
export async function* pagesOf<T>(list: (token?: string) => Promise<Page<T>>): AsyncGenerator<T[]> {
  let token: string | undefined;
  do {
    const page = await list(token);
    yield page.items;
    token = page.metadata?._continue ?? page.metadata?.continue;
  } while (token);
}

/** All objects of a list. */
export async function every<T>(list: (token?: string) => Promise<Page<T>>): Promise<T[]> {
  const items: T[] = [];
  for await (const page of pagesOf(list)) {
    items.push(...page);
  }
  return items;
}

/** What the call gives, undefined where its object is not there. */
export async function unlessAbsent<T>(call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call();
  } catch (error) {
    if (statusOf(error) === 404) {
      return undefined;
    }
    throw error;
  }
}

/** False where somebody wrote in between: a conflict, or an object that appeared or went. */
export async function unlessOvertaken(write: () => Promise<unknown>): Promise<boolean> {
  try {
    await write();
    return true;
  } catch (error) {
    if (statusOf(error) === 409 || statusOf(error) === 404) {
      return false;
    }
    throw error;
  }
}

function statusOf(error: unknown): number | undefined {
  return error instanceof k8s.ApiException ? error.code : undefined;
}
