import { Token, Tokenization } from 'aws-cdk-lib';
import { KARPENTER } from './karpenter-rules';
import { checkInteger } from './numbers';
import { checkKind } from '../input/kind';
import { ANY_TEXT, integer, list, required } from '../input/kinds';
import { checkKey, checkLabelValue } from '../kubernetes/kubernetes-names';

/**
 * What the nodes of a pool must have: one condition on one label.
 *
 * Several requirements must hold together. A pod can narrow them, never widen.
 *
 * @see https://karpenter.sh/v0.29/concepts/provisioners/#specrequirements
 */
export class Requirement {
  /**
   * The label has one of these values.
   *
   * Fails on no value at all, as no node could be launched.
   *
   * @param key a constant of `WellKnownLabel`, or a label of your own
   * @param values the allowed values
   */
  public static isIn(key: string, values: string[]): Requirement {
    return new Requirement(key, 'In', checkedValues(key, values, 'at least one value, or use Requirement.doesNotExist'));
  }

  /**
   * The label has none of these values.
   *
   * Fails on no value at all, as that would say nothing.
   *
   * @param key a constant of `WellKnownLabel`, or a label of your own
   * @param values the excluded values
   */
  public static isNotIn(key: string, values: string[]): Requirement {
    return new Requirement(key, 'NotIn', checkedValues(key, values, 'at least one value, or use Requirement.exists'));
  }

  /**
   * The label is there, whatever its value.
   *
   * For a label of your own, a pod chooses the value by its node selector, and Karpenter labels the node with it.
   *
   * @param key a constant of `WellKnownLabel`, or a label of your own
   */
  public static exists(key: string): Requirement {
    return new Requirement(key, 'Exists');
  }

  /**
   * The label is absent.
   *
   * @param key a constant of `WellKnownLabel`, or a label of your own
   */
  public static doesNotExist(key: string): Requirement {
    return new Requirement(key, 'DoesNotExist');
  }

  /**
   * The value of the label, read as a number, is greater; equal is not enough.
   *
   * @param key a constant of `WellKnownLabel`, or a label of your own
   * @param value a whole number of at least 0
   */
  public static greaterThan(key: string, value: number): Requirement {
    return new Requirement(key, 'Gt', checkedBound(key, value));
  }

  /**
   * The value of the label, read as a number, is smaller; equal is not enough.
   *
   * @param key a constant of `WellKnownLabel`, or a label of your own
   * @param value a whole number of at least 0
   */
  public static lessThan(key: string, value: number): Requirement {
    return new Requirement(key, 'Lt', checkedBound(key, value));
  }

  /**
   * The value of the label, read as a number, is at least this.
   *
   * Needs Karpenter 1.9; before it, `greaterThan` of one less says the same.
   *
   * @param key a constant of `WellKnownLabel`, or a label of your own
   * @param value a whole number of at least 0
   */
  public static atLeast(key: string, value: number): Requirement {
    return new Requirement(key, 'Gte', checkedBound(key, value));
  }

  /**
   * The value of the label, read as a number, is at most this.
   *
   * Needs Karpenter 1.9; before it, `lessThan` of one more says the same.
   *
   * @param key a constant of `WellKnownLabel`, or a label of your own
   * @param value a whole number of at least 0
   */
  public static atMost(key: string, value: number): Requirement {
    return new Requirement(key, 'Lte', checkedBound(key, value));
  }

  private constructor(
    /** The label. */
    public readonly key: string,
    private readonly operator: string,
    private readonly values?: string[],
    private readonly minValues?: number,
  ) {
    checkKey('requirement key', key);
  }

  /**
   * The same requirement, with a choice: a node is launched only if the instance types for it have at least so many values of the label.
   *
   * The more instance types, the better the odds of spot capacity. Needs Karpenter 1.0. Fails on more than `isIn` has values, and on
   * `doesNotExist`, which leaves none.
   *
   * @param count a whole number from 1 to 50
   */
  public withMinValues(count: number): Requirement {
    checkInteger(`minimum of values of the requirement on "${this.key}"`, count, 1, KARPENTER.minValues);
    if (this.operator === 'DoesNotExist') {
      throw new Error(`requirement on "${this.key}" says that the label is absent, so it has no values to choose from: leave out \`withMinValues\``);
    }
    const given = this.operator === 'In' && !Token.isUnresolved(this.values) ? new Set(this.values).size : undefined;
    if (given !== undefined && !Token.isUnresolved(count) && count > given) {
      throw new Error(`requirement on "${this.key}" has ${given} values and asks for at least ${count}: give more values, or ask for fewer`);
    }
    return new Requirement(this.key, this.operator, this.values, count);
  }

  /**
   * The requirement as the API has it.
   *
   * @internal
   */
  public _render() {
    return { key: this.key, operator: this.operator, values: this.values, minValues: this.minValues };
  }
}

const VALUES = required(list(ANY_TEXT));

function checkedValues(key: string, values: string[], needed: string): string[] {
  checkKind(`values of the requirement on "${key}"`, values, VALUES);
  if (Token.isUnresolved(values)) {
    return values;
  }
  if (values.length === 0) {
    throw new Error(`requirement on "${key}" has no values: give ${needed}`);
  }
  values.forEach((value) => checkLabelValue(`requirement on "${key}"`, value));
  return [...values];
}

function checkedBound(key: string, value: number): string[] {
  checkKind(`bound of the requirement on "${key}"`, value, required(integer(0)));
  return [Tokenization.stringifyNumber(value)];
}
