/** The guard before every change: throws `Replaced` once a newer run, or a deployment, took over. */
export interface Fence {
  check(): Promise<void>;
}

/** The name of the error of a fence; it travels between our functions by its name. */
export const REPLACED = 'Replaced';

export class Replaced extends Error {
  public readonly name = REPLACED;
}
