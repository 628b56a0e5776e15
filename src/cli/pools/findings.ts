import { Line } from './proposal';

/** What cannot be carried over, before it is said of which node groups. */
export type Finding = Omit<Line, 'nodegroups'>;

export function finding(thing: string, advice: string): Finding {
  return { thing, advice };
}
