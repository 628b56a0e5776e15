import { Token } from 'aws-cdk-lib';
import { checkKind } from '../input/kind';
import { ANY_TEXT, list, required } from '../input/kinds';

const IDS = required(list(ANY_TEXT));

/** Checks ids as Karpenter does; tokens pass. */
export function checkIds(kind: 'subnet' | 'security group', ids: string[]): string[] {
  checkKind(`the list of ${kind} ids`, ids, IDS);
  if (Token.isUnresolved(ids)) {
    return ids;
  }
  const prefix = kind === 'subnet' ? 'subnet-' : 'sg-';
  if (ids.length === 0) {
    throw new Error(`at least one ${kind} id is needed, got none: pass ids like "${prefix}0123456789abcdef0"`);
  }
  const wrong = ids.filter(id => !Token.isUnresolved(id) && !new RegExp(`^${prefix}[0-9a-z]+$`).test(id));
  if (wrong.length > 0) {
    throw new Error(`${wrong.map(id => `"${id}"`).join(', ')} cannot be ${kind} ids: they look like "${prefix}0123456789abcdef0"`);
  }
  return ids;
}
