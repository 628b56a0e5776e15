import { isAwaited, PauseReason } from './pause-reason';

/** How far a step is applied, by its records at the things themselves. */
export interface Assessment {
  readonly applied: 'nothing' | 'partly' | 'fully';
  /** For people: `2 of 3 workloads are pinned to node groups`. */
  readonly says: string;
}

/** What is worth a metric; what a step does not count stays undefined. */
export interface Counts {
  /** Nodes that still have to go. */
  readonly nodesLeft?: number;
  /** Evictions since the call before. */
  readonly podsEvicted?: number;
  /** Evictions since the call before that a PodDisruptionBudget refused. */
  readonly evictionsRefused?: number;
  /** New pods, made for evicted ones, that have been pending for more than a minute. */
  readonly podsPending?: number;
  /** Nodes that Karpenter has launched. */
  readonly karpenterNodes?: number;
}

/** How long something may take that goes its way by itself, and what is in the way when it takes longer. */
export interface WaitLimit { readonly by: PauseReason; readonly minutes: number }

/** What one call of a step achieved. Blocked is not failed: it is tried again. */
export type Progress = (
  | {
    readonly kind: 'done';
    /** There was nothing to do, so what the step before said is worth more. */
    readonly silent?: boolean;
  }
  /** Something goes its way and is worth a look after so many seconds. */
  | {
    readonly kind: 'working';
    readonly waitSeconds: number;
    /** The call changed nothing, it waits; the runner counts how long, over all calls. */
    readonly limit?: WaitLimit;
    /** What is left begins after the deployment, which therefore does not wait for it. */
    readonly deployed?: boolean;
    /** The call did by force what patience was over with: it is over with the next one of this kind too. */
    readonly forced?: boolean;
    /** The call only made ready for a drain, maybe once more: what the drain is blocked by is still in the way. */
    readonly prepares?: boolean;
  }
  /** Somebody or something is in the way; who, and what to do, is in `says` and in the runbook's article of the reason. */
  | {
    readonly kind: 'blocked';
    readonly by: PauseReason;
    /** After how long it is over, where that is known. */
    readonly waitSeconds?: number;
  }
) & {
  /** One sentence for people, without a final period. */
  readonly says: string;
  readonly counts?: Counts;
  /** The commands that undo by hand what this call changed, for the log. */
  readonly undo?: readonly string[];
};

/**
 * One reversible part of the guide.
 *
 * Each call does a bounded piece of work, well below a minute, and may be repeated at any time by any run: what was done is read from
 * the things themselves, where the state found is recorded before anything is changed.
 */
export interface Step {
  assess(): Promise<Assessment>;
  /** Goes on towards the guide's state. */
  apply(): Promise<Progress>;
  /** Goes on towards the recorded state, and drops the records once it is verified. */
  revert(): Promise<Progress>;
  /** Takes back what must not stay when nobody goes on, such as cordons; everything else waits for the next run. Called again until done. */
  stop(): Promise<void>;
}

export const done = (says: string, more: Pick<Progress, 'counts' | 'undo'> = {}): Progress => ({ kind: 'done', says, ...more });
/** Done with nothing, which nobody has to read. */
export const nothingToDo = (says: string): Progress => ({ kind: 'done', says, silent: true });
export const working = (says: string, waitSeconds: number, more: Pick<Progress, 'counts' | 'undo'> = {}): Progress =>
  ({ kind: 'working', says, waitSeconds, ...more });
/** Did by force what patience was over with. */
export const forcing = (says: string, waitSeconds: number, more: Pick<Progress, 'counts' | 'undo'> = {}): Progress =>
  ({ kind: 'working', says, waitSeconds, forced: true, ...more });
/** Waits for something that must have come to its end after so many minutes. */
export const waiting = (says: string, waitSeconds: number, limit: WaitLimit, more: Pick<Progress, 'counts' | 'undo'> & { readonly deployed?: boolean } = {}): Progress =>
  ({ kind: 'working', says, waitSeconds, limit, ...more });
export const blocked = (by: PauseReason, says: string, more: Pick<Progress, 'counts' | 'undo'> & { readonly waitSeconds?: number } = {}): Progress =>
  ({ kind: 'blocked', by, says, ...more });
/** Makes ready for a drain, which is no progress of it. */
export const preparing = (progress: Progress | undefined): Progress | undefined => progress?.kind === 'working' ? { ...progress, prepares: true } : progress;
/** Somebody else wrote in between: everything is read again. */
export const overtaken = (says: string, more: Pick<Progress, 'counts' | 'undo'> = {}): Progress =>
  waiting(says, 2, { by: PauseReason.OVERTAKEN, minutes: 15 }, more);

/**
 * What several parts of one call came to: whoever gets on is said first, and one that is blocked holds up no other. What the user wants to be waited for
 * comes after who is in the way, because that is for somebody to mend. Undefined where there was none.
 */
export function together(parts: ReadonlyArray<Progress | undefined>): Progress | undefined {
  const all = parts.filter(part => part !== undefined);
  if (all.length <= 1) {
    return all[0];
  }
  const moving = all.filter(part => part.kind === 'working' && part.limit === undefined);
  const waits = all.filter(part => part.kind === 'working' && part.limit !== undefined);
  const stuck = all.filter(part => part.kind === 'blocked');
  const [first] = [...moving, ...waits, ...stuck.filter(({ by }) => !isAwaited(by)), ...stuck, ...all];
  const ordered = [first, ...all.filter(part => part !== first && part.kind !== 'done')];
  const undo = ordered.flatMap(part => part.undo ?? []);
  const counts = sumOf(ordered.flatMap(part => part.counts ?? []));
  return {
    ...first,
    says: ordered.map(({ says }) => says).join('; '),
    ...Object.keys(counts).length > 0 ? { counts } : {},
    ...undo.length > 0 ? { undo } : {},
    ...first.kind === 'working' ? {
      waitSeconds: Math.min(...ordered.flatMap(part => part.kind === 'working' ? [part.waitSeconds] : [])),
      // Real progress beside what was forced is progress.
      ...first.forced && moving.some(part => part.kind === 'working' && !part.forced) ? { forced: undefined } : {},
    } : {},
  };
}

function sumOf(all: readonly Counts[]): Counts {
  return all.reduce<Record<string, number>>((sum, counts) => {
    for (const [name, value] of Object.entries(counts)) {
      sum[name] = (sum[name] ?? 0) + (value ?? 0);
    }
    return sum;
  }, {});
}
