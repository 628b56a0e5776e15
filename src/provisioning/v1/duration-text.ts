import { Duration, Token, Tokenization } from 'aws-cdk-lib';
import { duration as aDuration } from '../../input/cdk-kinds';
import { checkKind } from '../../input/kind';
import { required } from '../../input/kinds';

const NEEDED_DURATION = required(aDuration());

const UNITS = [['h', 3600], ['m', 60], ['s', 1]] as const;

/** What Go's durations hold, rounded down; the API server does not check it, and a controller cannot read a list with one beyond it. */
const MAXIMUM_HOURS = 2_562_047;

/** A time as the API has it: a number of the largest unit that leaves no fraction, such as `720h` or `90s`. */
export function durationText(what: string, duration: Duration): string {
  checkKind(what, duration, NEEDED_DURATION);
  const seconds = duration.toSeconds();
  if (Token.isUnresolved(seconds)) {
    return `${Tokenization.stringifyNumber(seconds)}s`;
  }
  checkRange(what, duration, seconds);
  const [unit, factor] = UNITS.find(([, each]) => seconds > 0 && seconds % each === 0) ?? ['s', 1];
  return `${seconds / factor}${unit}`;
}

/** A time as the API has it where it knows no seconds, such as `8h` or `90m`. */
export function minutesText(what: string, duration: Duration): string {
  const minutes = duration.toMinutes();
  if (Token.isUnresolved(minutes)) {
    return `${Tokenization.stringifyNumber(minutes)}m`;
  }
  checkRange(what, duration, minutes * 60);
  return minutes > 0 && minutes % 60 === 0 ? `${minutes / 60}h` : `${minutes}m`;
}

function checkRange(what: string, duration: Duration, seconds: number): void {
  if (seconds > MAXIMUM_HOURS * 3600) {
    throw new Error(`${what} is ${duration.toHumanString()}: set at most ${MAXIMUM_HOURS} hours, as Karpenter can read no longer time`);
  }
}
