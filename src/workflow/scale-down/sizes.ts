import { NodegroupState, Sizes } from './port';
import { RESTORING_MARK, SIZES_RECORD, SIZES_SET, SUSPENDED_RECORD, TARGET_RECORD, UPDATE_RECORD } from '../records';

/** All that we may have left at a node group. */
export const GROUP_TAGS = [SIZES_RECORD, SIZES_SET, UPDATE_RECORD, TARGET_RECORD, SUSPENDED_RECORD, RESTORING_MARK];

/** Sizes without the desired one, which changes with every node that goes. */
export type Bounds = Pick<Sizes, 'min' | 'max'>;

/** What our tags say about a node group. */
export interface Standing {
  /** The sizes found; undefined as long as nothing is recorded. */
  readonly recorded?: Sizes;
  /** What we set, the last first. */
  readonly set: readonly Bounds[];
  readonly target?: Target;
  readonly suspended: boolean;
}

/** How many nodes stay: what the configuration wants, and what it comes to. */
export interface Target { readonly wanted: number; readonly kept: number }

export function standingOf({ tags }: Pick<NodegroupState, 'tags'>): Standing {
  const recorded = numbers(tags[SIZES_RECORD], 3);
  const target = numbers(tags[TARGET_RECORD], 2);
  return {
    recorded: recorded && { min: recorded[0], max: recorded[1], desired: recorded[2] },
    set: (tags[SIZES_SET] ?? '').split(' ').map(text => numbers(text, 2)).filter(bounds => bounds !== undefined).map(([min, max]) => ({ min, max })),
    target: target && { wanted: target[0], kept: target[1] },
    suspended: tags[SUSPENDED_RECORD] !== undefined,
  };
}

export function sizesText({ min, max, desired }: Sizes): string {
  return `${min}/${max}/${desired}`;
}

export function targetText({ wanted, kept }: Target): string {
  return `${wanted}/${kept}`;
}

/** The tag that is written before sizes are: a crash in between must not make ours look like the owner's, so the last ones stay in it. */
export function setText(next: Bounds, before: readonly Bounds[]): string {
  const distinct = [next, ...before].filter((one, index, all) => all.findIndex(other => same(one, other)) === index);
  return distinct.slice(0, 4).map(({ min, max }) => `${min}/${max}`).join(' ');
}

export function same(a: Bounds, b: Bounds): boolean {
  return a.min === b.min && a.max === b.max;
}

/** EKS knows no maximum of zero. */
export function fixed(target: number): Bounds {
  return { min: target, max: Math.max(1, target) };
}

/** What the owner changed since we did: neither as we left it nor as it was. */
export function ownersChange(live: Bounds, { recorded, set }: Standing): Partial<Bounds> {
  const changed = (field: keyof Bounds) => set.length > 0 && recorded !== undefined
    && [recorded, ...set].every(one => one[field] !== live[field]);
  return { ...(changed('min') ? { min: live.min } : {}), ...(changed('max') ? { max: live.max } : {}) };
}

/**
 * The sizes to go back to: what is still as we set it becomes as it was, what the owner changed stays theirs; as many nodes as before, and no fewer
 * than run now. Undefined where nothing was changed.
 *
 * @param running the desired size of the Auto Scaling group
 */
export function restored(live: Bounds, running: number, standing: Standing): Sizes | undefined {
  const { recorded, set } = standing;
  if (!recorded || set.length === 0) {
    return undefined;
  }
  const theirs = ownersChange(live, standing);
  const max = theirs.max ?? Math.max(recorded.max, theirs.min ?? 0);
  const min = Math.min(theirs.min ?? recorded.min, max);
  return { min, max, desired: Math.min(max, Math.max(min, recorded.desired, running)) };
}

function numbers(text: string | undefined, many: number): number[] | undefined {
  const parts = (text ?? '').split('/');
  return parts.length === many && parts.every(part => /^\d+$/.test(part)) ? parts.map(Number) : undefined;
}
