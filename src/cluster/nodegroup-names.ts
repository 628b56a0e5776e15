import { Token } from 'aws-cdk-lib';

/** EKS: a letter or digit, then letters, digits, hyphens and underscores, 63 characters. */
const NODEGROUP_NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/;

/** Throws where a list of node groups cannot be meant; `undefined` is the library's way to say "all". */
export function checkNodegroups(property: string, names?: readonly string[]): void {
  if (names === undefined || Token.isUnresolved(names)) {
    return;
  }
  if (names.length === 0) {
    throw new Error(`\`${property}\` is empty: name at least one node group, or leave it out`);
  }
  const bad = names.find(name => !Token.isUnresolved(name) && !NODEGROUP_NAME.test(name));
  if (bad !== undefined) {
    throw new Error(`\`${property}\` has "${bad}", which cannot be the name of a node group: 1 to 63 letters, digits, - and _, the first a letter or digit`);
  }
}
