import { sleep } from './processes';

/** An answer that waiting does not change: ends the waiting at once. */
export class Refused extends Error {}

/** Waits until a condition gives a value; what it said last is in the error. */
export async function until<T>(what: string, seconds: number, condition: () => Promise<T | undefined | false>): Promise<T> {
  const deadline = Date.now() + seconds * 1000;
  let last: unknown;
  for (;;) {
    try {
      const value = await condition();
      if (value !== undefined && value !== false) {
        return value;
      }
      last = undefined;
    } catch (error) {
      if (error instanceof Refused) {
        throw error;
      }
      last = error;
    }
    if (Date.now() > deadline) {
      throw new Error(`${what}: not within ${seconds} s${last ? `, last: ${(last as Error).message}` : ''}`);
    }
    await sleep(500);
  }
}

export function expectEqual(what: string, actual: unknown, expected: unknown): void {
  const [a, e] = [actual, expected].map(value => JSON.stringify(value));
  if (a !== e) {
    throw new Error(`${what}: expected ${e}, got ${a}`);
  }
}
