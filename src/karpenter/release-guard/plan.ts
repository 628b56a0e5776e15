/** Lambda ends a function after this time, so that a Helm whose record is older cannot be running. */
export const LONGEST_RUN_MINUTES = 15;

/** Statuses that a Helm which was killed leaves behind and the next one does not get past. */
const PENDING = ['pending-install', 'pending-upgrade', 'pending-rollback'];
const UNFINISHED = [...PENDING, 'uninstalling'];

export type GuardStep =
  | { readonly kind: 'none' }
  | { readonly kind: 'wait' | 'discard'; readonly record: ReleaseRecord };

/**
 * Helm looks at the newest revision. One that was killed in the middle is taken out of the records, and only that: the
 * objects keep Helm's ownership labels, by which the next run takes them over.
 */
export function planGuard(records: readonly ReleaseRecord[], now: number): GuardStep {
  const newest = [...records].sort((a, b) => b.revision - a.revision).at(0);
  if (!newest || !UNFINISHED.includes(newest.status)) {
    return { kind: 'none' };
  }
  return { kind: now - newest.writtenAt < LONGEST_RUN_MINUTES * 60_000 ? 'wait' : 'discard', record: newest };
}

/**
 * What a removal does about records that Helm has left. Where no revision was ever installed to its end, a first deployment is rolled back in
 * which Helm was killed, and nobody but us will take them away: one that may still be at work is waited for. Otherwise Helm has failed to
 * uninstall.
 */
export function planRemoval(records: readonly ReleaseRecord[], now: number): GuardStep | { readonly kind: 'refuse' } {
  return records.every(({ status }) => PENDING.includes(status)) ? planGuard(records, now) : { kind: 'refuse' };
}

/** One revision of a Helm release, as Helm records it in a secret. */
export interface ReleaseRecord {
  readonly secret: string;
  readonly revision: number;
  /** Helm's word: deployed, superseded, failed, pending-install, … */
  readonly status: string;
  /** When Helm wrote the record last, in milliseconds. */
  readonly writtenAt: number;
}

/** Helm's records in one cluster. */
export interface ReleasePort {
  records(namespace: string, release: string): Promise<ReleaseRecord[]>;
  /** Removes one record; one that is gone already is as good. */
  discard(namespace: string, secret: string): Promise<void>;
}
