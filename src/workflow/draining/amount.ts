import { Amount } from '../contract';

/** How many of so many an amount is: a share is rounded down, and at least one. */
export function manyOf(amount: Amount, all: number): number {
  return 'Count' in amount ? amount.Count : Math.max(1, Math.floor(amount.Percentage * all / 100));
}
