/** The ownership record of a migration. */
export interface ClaimRecord {
  /** Stack and construct path. */
  readonly owner: string;
  /** Whether its stack was destroyed with Karpenter left working, so that another one may take over. */
  readonly abandoned: boolean;
}

/** A record as it was read; replacing and deleting it works only while nobody changed it since. */
export interface StoredClaim extends ClaimRecord {
  readonly version: string;
}

/** Somebody wrote in between: read again, decide again. */
export class ClaimChanged extends Error {
  public readonly name = 'ClaimChanged';
}

/** The claim on one cluster. Writing throws `ClaimChanged` when somebody else did in between. */
export interface ClaimPort {
  read(): Promise<StoredClaim | undefined>;
  /** The first record, with generation 0. */
  create(record: ClaimRecord): Promise<void>;
  /** Changes owner and abandonment, leaves the rest of the record. */
  replace(old: StoredClaim, record: ClaimRecord): Promise<void>;
  remove(old: StoredClaim): Promise<void>;
}
