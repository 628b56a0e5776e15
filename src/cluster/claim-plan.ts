import { CLAIM_NAME, CLAIM_NAMESPACE } from './contract';

export type ClaimStep =
  | { readonly kind: 'none' }
  | { readonly kind: 'create'; readonly record: ClaimRecord }
  | { readonly kind: 'replace'; readonly old: StoredClaim; readonly record: ClaimRecord }
  | { readonly kind: 'remove'; readonly old: StoredClaim };

/**
 * How an owner comes to hold the claim: makes it, takes over an abandoned one, keeps its own.
 *
 * @param formerOwner the name under which the same resource held it before an update
 * @throws when somebody else holds it
 */
export function planClaim(stored: StoredClaim | undefined, owner: string, formerOwner?: string): ClaimStep {
  const record = { owner, abandoned: false };
  if (!stored) {
    return { kind: 'create', record };
  }
  if (stored.owner === owner && !stored.abandoned) {
    return { kind: 'none' };
  }
  if (stored.abandoned || stored.owner === owner || stored.owner === formerOwner) {
    return { kind: 'replace', old: stored, record };
  }
  throw new Error(`the cluster is being migrated by "${stored.owner}" (ConfigMap ${CLAIM_NAMESPACE}/${CLAIM_NAME}), this is "${owner}": deploy that one's stage REMOVED and `
    + 'destroy it first; if it is gone for good, take over what it left: '
    + `kubectl -n ${CLAIM_NAMESPACE} patch configmap ${CLAIM_NAME} --type merge -p '{"data":{"abandoned":"true"}}'`);
}

/** Only an own claim is given up. */
export function planRelease(stored: StoredClaim | undefined, owner: string): ClaimStep {
  return stored?.owner === owner && !stored.abandoned ? { kind: 'remove', old: stored } : { kind: 'none' };
}

/** Only an own claim is abandoned. */
export function planAbandonment(stored: StoredClaim | undefined, owner: string): ClaimStep {
  return stored?.owner === owner && !stored.abandoned ? { kind: 'replace', old: stored, record: { owner, abandoned: true } } : { kind: 'none' };
}

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
