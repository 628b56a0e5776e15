/** Trust policies of roles, as far as services and web identities are concerned. */

interface Statement { Effect: string; Action: string | string[]; Principal?: any; Condition?: Record<string, Record<string, string | string[]>> }

export function trustsService(trust: any, service: string): boolean {
  return decide(trust, statement => covers(statement, 'sts:AssumeRole') && list(statement.Principal?.Service).includes(service));
}

export function trustsWebIdentity(trust: any, providerArn: string, context: Readonly<Record<string, string>>): boolean {
  return decide(trust, statement => covers(statement, 'sts:AssumeRoleWithWebIdentity')
    && list(statement.Principal?.Federated).includes(providerArn)
    && Object.entries(statement.Condition ?? {}).every(([operator, keys]) => holds(operator, keys, context)));
}

function decide(trust: any, matches: (statement: Statement) => boolean): boolean {
  const matching = list(trust.Statement).filter(matches);
  return matching.some(s => s.Effect === 'Allow') && !matching.some(s => s.Effect === 'Deny');
}

function covers(statement: Statement, action: string): boolean {
  return list(statement.Action).some(pattern => like(action.toLowerCase(), pattern.toLowerCase()));
}

function holds(operator: string, keys: Record<string, string | string[]>, context: Readonly<Record<string, string>>): boolean {
  return Object.entries(keys).every(([key, wanted]) => {
    const actual = context[key];
    switch (operator) {
      case 'StringEquals': return actual !== undefined && list(wanted).includes(actual);
      case 'StringLike': return actual !== undefined && list(wanted).some(pattern => like(actual, pattern));
      default: throw new Error(`condition operator ${operator} of a trust policy is not known here, only StringEquals and StringLike are`);
    }
  });
}

function like(text: string, pattern: string): boolean {
  const expression = pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&').replace(/\*/g, '.*').replace(/\?/g, '.');
  return new RegExp(`^${expression}$`, 's').test(text);
}

function list<T>(value: T | T[] | undefined): T[] {
  return value === undefined ? [] : Array.isArray(value) ? value : [value];
}
