interface Statement {
  readonly Effect?: string;
  readonly Action?: string | readonly string[];
  readonly Principal?: '*' | { readonly AWS?: string | readonly string[] };
}

/**
 * Whether a trust policy lets any role of an account become the role: by the account itself, or by everybody. Who names single roles decides about each,
 * and a function that does not exist yet is none of them. Conditions are not looked at.
 */
export function trustsAccount(document: string, account: string): boolean {
  const { Statement: statements = [] } = JSON.parse(document) as { readonly Statement?: Statement | readonly Statement[] };
  return listOf(statements).some(({ Effect, Action, Principal }) => {
    const actions = listOf(Action ?? []);
    const principals = Principal === '*' ? ['*'] : listOf(Principal?.AWS ?? []);
    return Effect === 'Allow' && actions.some(action => ['*', 'sts:*', 'sts:AssumeRole'].includes(action))
      && principals.some(principal => principal === '*' || principal === account || new RegExp(`^arn:[^:]+:iam::${account}:root$`).test(principal));
  });
}

function listOf<T>(value: T | readonly T[]): readonly T[] {
  return Array.isArray(value) ? value as readonly T[] : [value as T];
}
