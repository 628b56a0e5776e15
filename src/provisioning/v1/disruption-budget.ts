import { Duration, Tokenization } from 'aws-cdk-lib';
import { checkSchedule } from './cron-schedule';
import { minutesText } from './duration-text';
import { duration as aDuration } from '../../input/cdk-kinds';
import { ANY_TEXT, list, oneOf, required } from '../../input/kinds';
import { checkShape, Shape, struct } from '../../input/shape';
import { checkInteger } from '../numbers';

/** Why Karpenter disrupts a node of its own accord. */
export enum DisruptionReason {
  /** Its pods fit elsewhere, or onto a cheaper node. */
  UNDERUTILIZED = 'Underutilized',

  /** It has no pods. */
  EMPTY = 'Empty',

  /** It differs from what its pool or node class says now, for example in its image. */
  DRIFTED = 'Drifted',

  /** It does not work any more. Needs Karpenter 1.15. */
  UNHEALTHY = 'Unhealthy',
}

/** When a budget is in force. */
export interface DisruptionWindow {
  /**
   * When it begins, in UTC: five fields as of cron (minute, hour, day of the month, month, day of the week), or `@daily` and the like.
   *
   * Fails on what Karpenter cannot read: it would then disrupt nothing at all.
   */
  readonly schedule: string;

  /** How long it lasts, in whole minutes and more than none. */
  readonly duration: Duration;
}

/** What a budget is about. */
export interface DisruptionBudgetOptions {
  /**
   * The reasons that it limits; each at most once.
   *
   * @default - all
   */
  readonly reasons?: DisruptionReason[];

  /**
   * When it is in force.
   *
   * @default - always
   */
  readonly window?: DisruptionWindow;
}

const WINDOW: Shape<DisruptionWindow> = { schedule: required(ANY_TEXT), duration: required(aDuration()) };

const BUDGET_OPTIONS: Shape<DisruptionBudgetOptions> = { reasons: list(oneOf(DisruptionReason)), window: struct(WINDOW) };

/**
 * How many nodes of a pool Karpenter may disrupt of its own accord at the same time.
 *
 * Where several budgets are in force the smallest counts. Expiry and interruptions are not held back by any.
 *
 * @see https://karpenter.sh/docs/concepts/disruption/#nodepool-disruption-budgets
 */
export abstract class DisruptionBudget {
  /**
   * A number of nodes.
   *
   * @param count a whole number of at least 0; 0 disrupts none
   */
  public static nodes(count: number, options: DisruptionBudgetOptions = {}): DisruptionBudget {
    checkInteger('disruption budget', count, 0);
    checkShape('DisruptionBudget.nodes', options, BUDGET_OPTIONS);
    return new LiteralBudget(Tokenization.stringifyNumber(count), options);
  }

  /**
   * A share of the pool's nodes, rounded up.
   *
   * @param percentage a whole number from 0 to 100
   */
  public static percentage(percentage: number, options: DisruptionBudgetOptions = {}): DisruptionBudget {
    checkInteger('percentage of a disruption budget', percentage, 0, 100);
    checkShape('DisruptionBudget.percentage', options, BUDGET_OPTIONS);
    return new LiteralBudget(`${Tokenization.stringifyNumber(percentage)}%`, options);
  }

  /**
   * What it limits; undefined for all reasons.
   *
   * @internal
   */
  public abstract readonly _reasons?: DisruptionReason[];

  /**
   * The budget as the API has it.
   *
   * @internal
   */
  public abstract _render(): object;
}

class LiteralBudget extends DisruptionBudget {
  public readonly _reasons?: DisruptionReason[];
  private readonly schedule?: string;
  private readonly duration?: string;

  public constructor(private readonly nodes: string, options: DisruptionBudgetOptions) {
    super();
    checkReasons(options.reasons);
    this._reasons = options.reasons && [...options.reasons];
    if (options.window) {
      this.schedule = checkSchedule(options.window.schedule);
      this.duration = windowLength(options.window.duration);
    }
  }

  public _render() {
    return { nodes: this.nodes, reasons: this._reasons, schedule: this.schedule, duration: this.duration };
  }
}

function windowLength(duration: Duration): string {
  const text = minutesText('`duration` of a disruption budget', duration);
  if (text === '0m') {
    throw new Error('`duration` of a disruption budget is 0 minutes, so it would never be in force: set a longer time, or leave out `window` for always');
  }
  return text;
}

function checkReasons(reasons: DisruptionReason[] | undefined): void {
  if (reasons === undefined) {
    return;
  }
  if (reasons.length === 0) {
    throw new Error('disruption budget has an empty list of reasons, so it would limit nothing: give at least one, or leave out `reasons` for all');
  }
  const twice = reasons.find((reason, index) => reasons.indexOf(reason) !== index);
  if (twice !== undefined) {
    throw new Error(`disruption budget has the reason "${twice}" twice: give each reason once`);
  }
}
