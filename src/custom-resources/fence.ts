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
