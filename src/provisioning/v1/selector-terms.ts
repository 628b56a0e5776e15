import { Fn, Lazy, Token } from 'aws-cdk-lib';
import { KARPENTER_V1 } from './karpenter-rules';
import { checkKind } from '../../input/kind';
import { ANY_TEXT, map, required } from '../../input/kinds';

/**
 * The fields of a term.
 *
 * @internal
 */
export interface Selection { readonly [field: string]: unknown }

/**
 * A term, or ids of which nobody knows at synthesis how many they are.
 *
 * @internal
 */
interface Term {
  readonly _lateIds?: string[];
  _render(): Selection;
}

/** Which subnets nodes may be in; all that match any term are used. */
export class SubnetTerm {
  /**
   * Subnets with tags that all match.
   *
   * @param tags at most 20; `*` for any value
   */
  public static tags(tags: { [key: string]: string }): SubnetTerm {
    checkSelectionTags('subnet term', tags);
    return new SubnetTerm({ tags });
  }

  /**
   * One subnet.
   *
   * @param id such as `subnet-0123456789abcdef0`
   */
  public static id(id: string): SubnetTerm {
    checkId('subnet', id);
    return new SubnetTerm({ id });
  }

  /**
   * Terms for a list of ids, which may be a token.
   *
   * @internal
   */
  public static _ofIds(ids: string[]): SubnetTerm[] {
    return Token.isUnresolved(ids) ? [new SubnetTerm({}, ids)] : ids.map((id) => SubnetTerm.id(id));
  }

  private constructor(
    private readonly fields: Selection,
    /** @internal */
    public readonly _lateIds?: string[],
  ) {}

  /**
   * The term as the API has it.
   *
   * @internal
   */
  public _render(): Selection {
    return this.fields;
  }
}

/** Which security groups nodes get; all that match any term are used. */
export class SecurityGroupTerm {
  /**
   * Security groups with tags that all match.
   *
   * @param tags at most 20; `*` for any value
   */
  public static tags(tags: { [key: string]: string }): SecurityGroupTerm {
    checkSelectionTags('security group term', tags);
    return new SecurityGroupTerm({ tags });
  }

  /**
   * One security group.
   *
   * @param id such as `sg-0123456789abcdef0`
   */
  public static id(id: string): SecurityGroupTerm {
    checkId('sg', id);
    return new SecurityGroupTerm({ id });
  }

  /**
   * Security groups with a name, which is not the tag `Name`.
   *
   * @param name may hold `*`
   */
  public static groupName(name: string): SecurityGroupTerm {
    checkKind('the name of a security group', name, required(ANY_TEXT));
    if (name === '') {
      throw new Error('security group term has an empty name: set the name of the security group');
    }
    return new SecurityGroupTerm({ name });
  }

  /**
   * Terms for a list of ids, which may be a token.
   *
   * @internal
   */
  public static _ofIds(ids: string[]): SecurityGroupTerm[] {
    return Token.isUnresolved(ids) ? [new SecurityGroupTerm({}, ids)] : ids.map((id) => SecurityGroupTerm.id(id));
  }

  private constructor(
    private readonly fields: Selection,
    /** @internal */
    public readonly _lateIds?: string[],
  ) {}

  /**
   * The term as the API has it.
   *
   * @internal
   */
  public _render(): Selection {
    return this.fields;
  }
}

/** The terms as the API has them; a number token stands for the whole list where nobody knows yet how long it is. */
export function renderTerms(property: string, terms: Term[]): Selection[] | number {
  const late = terms.find((term) => term._lateIds !== undefined);
  if (late?._lateIds) {
    if (terms.length > 1) {
      throw new Error(`\`${property}\` has a list of ids that is known only at deployment beside other terms: give the list alone`);
    }
    return lateTerms(late._lateIds);
  }
  if (terms.length === 0) {
    throw new Error(`\`${property}\` is empty, which does not say what to select: give at least one term`);
  }
  if (terms.length > KARPENTER_V1.terms) {
    throw new Error(`\`${property}\` has ${terms.length} terms: give at most ${KARPENTER_V1.terms}`);
  }
  return terms.map((term) => term._render());
}

/**
 * The terms as text, put together by CloudFormation. What is to become JSON takes a number token as it is; text would get quotes, and a
 * list would bring a custom resource along.
 */
function lateTerms(ids: string[]): number {
  return Token.asNumber(Lazy.uncachedAny({ produce: () => Fn.join('', ['[{"id":"', Fn.join('"},{"id":"', ids), '"}]']) }));
}

const SELECTION = required(map(ANY_TEXT));

/** Refuses tags that Karpenter refuses, or that would select what nobody means. */
export function checkSelectionTags(what: string, tags: { [key: string]: string }): void {
  checkKind(`what the ${what} selects by`, tags, SELECTION);
  const entries = Object.entries(tags);
  if (entries.length === 0) {
    throw new Error(`${what} has no tags, which would select everything: give at least one`);
  }
  if (entries.length > KARPENTER_V1.tagsOfTerm) {
    throw new Error(`${what} has ${entries.length} tags: give at most ${KARPENTER_V1.tagsOfTerm}`);
  }
  for (const [key, value] of entries) {
    if (key === '' || value === '') {
      throw new Error(`${what} has the tag "${key}": "${value}": neither key nor value may be empty, write "*" for any value`);
    }
  }
}

function checkId(prefix: string, id: string): void {
  if (!Token.isUnresolved(id) && !new RegExp(`^${prefix}-[0-9a-z]+$`).test(id)) {
    throw new Error(`id "${id}" is not of the form "${prefix}-0123456789abcdef0": set one that is`);
  }
}
