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
