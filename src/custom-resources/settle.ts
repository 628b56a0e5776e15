import { Outcome, waiting } from './lifecycle';

/** Rights that were granted a moment ago take a while to work everywhere. */
const SETTLING_MILLISECONDS = 60_000;

/** Runs the action; a denial in the first minute of a request is waited out, a later one is thrown. */
export async function whenRightsSettled(elapsed: number, action: () => Promise<Outcome>): Promise<Outcome> {
  try {
    return await action();
  } catch (error) {
    if (mayStillSettle(error, elapsed)) {
      return waiting(`rights that are not there yet: ${(error as Error).message}`);
    }
    throw error;
  }
}

/** Whether an error is a denial and the request young; errors of another function carry AWS' names in their message. */
export function mayStillSettle(error: unknown, elapsed: number): boolean {
  return elapsed < SETTLING_MILLISECONDS && error instanceof Error
    && /AccessDenied|UnauthorizedOperation|not authorized to perform|may not assume/.test(`${error.name}: ${error.message}`);
}
