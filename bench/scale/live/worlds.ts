import { SECONDS, Seconds } from '../cluster';

/** Short, because they pass for real. */
export const QUICK: Seconds = { ...SECONDS, podsEnd: 2, podsReady: 5, nodesReady: 5, instancesEnd: 5 };
const SLOW = '-slow';

export const timesOf = (slow: boolean): Seconds => slow ? SECONDS : QUICK;

export const liveWorldName = (nodes: number, slow: boolean): string => `scale-${nodes}${slow ? SLOW : ''}`;

/** The drain that a name stands for. */
export function liveWorld(name: string): { readonly nodes: number; readonly seconds: Seconds } | undefined {
  const [, nodes, slow] = /^scale-(\d+)(-slow)?$/.exec(name) ?? [];
  return nodes === undefined ? undefined : { nodes: Number(nodes), seconds: timesOf(slow === SLOW) };
}
