/** The guard before every change: throws `Replaced` once a newer run, or a deployment, took over. */
export interface Fence {
  check(): Promise<void>;
}

/** For those who only read. */
export const READ_ONLY: Fence = { check: () => Promise.reject(new Error('this connection reads and changes nothing')) };

/** The name of the error of a fence; it travels between our functions by its name. */
export const REPLACED = 'Replaced';

export class Replaced extends Error {
  public readonly name = REPLACED;
}

/** Does something to each thing in turn. What one of them throws keeps no other from its turn, and is thrown in the end; who was replaced ends at once. */
export async function toEach<T>(things: readonly T[], act: (thing: T) => Promise<unknown>): Promise<void> {
  const errors: Error[] = [];
  for (const thing of things) {
    try {
      await act(thing);
    } catch (error) {
      if ((error as Error).name === REPLACED) {
        throw error;
      }
      errors.push(error as Error);
    }
  }
  if (errors.length > 0) {
    throw errors[0];
  }
}
