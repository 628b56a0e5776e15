import { parseDocument } from 'yaml';

/** The lists of the aws-auth ConfigMap and what every entry of each must have. */
const LISTS: Readonly<Record<string, string>> = { mapRoles: 'rolearn', mapUsers: 'userarn' };

/** Why the data of an aws-auth ConfigMap cannot be parsed, or undefined where it can. */
export function awsAuthProblem(data: Readonly<Record<string, string>>): string | undefined {
  for (const [list, key] of Object.entries(LISTS)) {
    const problem = data[list] === undefined ? undefined : listProblem(data[list], key);
    if (problem) {
      return `${list}: ${problem}`;
    }
  }
  return undefined;
}

function listProblem(source: string, key: string): string | undefined {
  // The authenticator's own parser takes repeated keys.
  const document = parseDocument(source, { uniqueKeys: false, logLevel: 'error' });
  if (document.errors.length > 0) {
    return document.errors[0].message.split('\n')[0];
  }
  const entries = document.toJS() as unknown;
  if (entries === null) {
    return undefined;
  }
  if (!Array.isArray(entries)) {
    return 'not a list';
  }
  const bad = entries.findIndex(entry => typeof (entry as Record<string, unknown> | null)?.[key] !== 'string');
  return bad < 0 ? undefined : `entry ${bad + 1} has no ${key}`;
}
