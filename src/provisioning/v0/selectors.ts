import { Token } from 'aws-cdk-lib';

/** A selector of a node template: tags, and keys with a meaning of their own. All entries must match. */
export interface Selector { readonly [key: string]: string }

/** What a selector may say beside tags. */
interface SelectorRules {
  /** The property that holds the selector. */
  readonly property: string;
  /** Keys whose values are ids. */
  readonly idKeys: readonly string[];
  /** How an id begins, such as `subnet`. */
  readonly idPrefix: string;
  /** Other keys with a meaning; all other keys that begin like them are refused. */
  readonly specialKeys: readonly string[];
}

/** Karpenter 0.29 knows ids of subnets by this key only; "aws::ids" would be taken for a tag that nothing has. */
export const SUBNET_RULES: SelectorRules = { property: 'subnetSelector', idKeys: ['aws-ids'], idPrefix: 'subnet', specialKeys: [] };
export const SECURITY_GROUP_RULES: SelectorRules = { property: 'securityGroupSelector', idKeys: ['aws-ids'], idPrefix: 'sg', specialKeys: [] };
export const AMI_RULES: SelectorRules = {
  property: 'amiSelector', idKeys: ['aws::ids', 'aws-ids'], idPrefix: 'ami', specialKeys: ['aws::name', 'aws::owners'],
};

/** What keys with a meaning begin with; no tag of a user can, as AWS reserves it. */
const SPECIAL_PREFIX = 'aws::';

/** Refuses a selector that Karpenter refuses, or that would not select what it seems to. */
export function checkSelector(rules: SelectorRules, selector: Selector): void {
  const entries = Object.entries(selector);
  if (entries.length === 0) {
    throw new Error(`\`${rules.property}\` is empty, which does not say what to select: give at least one tag, or ids by "${rules.idKeys[0]}"`);
  }
  for (const [key, value] of entries) {
    if (key === '' || value === '') {
      throw new Error(`\`${rules.property}\` has the entry "${key}": "${value}": neither key nor value may be empty, write "*" for any value of a tag`);
    }
    if (rules.idKeys.includes(key)) {
      checkIds(rules, key, value);
    } else if (key.startsWith(SPECIAL_PREFIX) && !rules.specialKeys.includes(key)) {
      throw new Error(`\`${rules.property}\` has the key "${key}", which means nothing there: use a tag, or one of `
        + [...rules.idKeys, ...rules.specialKeys].map((each) => `"${each}"`).join(', '));
    }
  }
}

function checkIds(rules: SelectorRules, key: string, value: string): void {
  if (Token.isUnresolved(value)) {
    return;
  }
  const pattern = new RegExp(`^${rules.idPrefix}-[0-9a-z]+$`);
  const wrong = value.split(',').map((id) => id.trim()).find((id) => !pattern.test(id));
  if (wrong !== undefined) {
    throw new Error(`\`${rules.property}\` has "${wrong}" under "${key}": write ids such as "${rules.idPrefix}-0123456789abcdef0", separated by commas`);
  }
}
