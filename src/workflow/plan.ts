import { Remaining } from './port';

/** What is to be done about what is left of Karpenter. */
export type Removal =
  | { readonly kind: 'gone' }
  | { readonly kind: 'wait'; readonly reason: string }
  | { readonly kind: 'refuse'; readonly reason: string };

/** A reason names this many things; the log has all. */
const NAMED = 20;

/** Waits for what is leaving already and refuses everything that would lose its controller. */
export function planRemoval(remaining: readonly Remaining[]): Removal {
  if (remaining.length === 0) {
    return { kind: 'gone' };
  }
  const staying = remaining.filter(r => !r.leaving);
  return staying.length === 0
    ? { kind: 'wait', reason: `waiting for ${names(remaining)} to go` }
    : {
      kind: 'refuse',
      reason: `karpenter still has ${names(staying)}: move their pods away and delete the machines, then deploy again;`
        + ' until then everything that karpenter stands on is kept',
    };
}

function names(remaining: readonly Remaining[]): string {
  const listed = remaining.slice(0, NAMED).map(r => r.name).join(', ');
  return remaining.length > NAMED ? `${listed} and ${remaining.length - NAMED} more` : listed;
}
