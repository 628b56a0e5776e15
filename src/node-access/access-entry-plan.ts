import { createHash } from 'crypto';
import { NODE_ENTRY_TYPES, NodeEntryType, OWNER_TAG } from './contract';

/** EKS takes this much in the value of a tag. */
const MAXIMUM_TAG_VALUE = 256;

/** An access entry of a cluster, as far as it matters here. */
export interface AccessEntry {
  readonly principalArn: string;
  readonly type: string;
  readonly arn: string;
  /** In milliseconds, as `createdAt` of a role. */
  readonly createdAt: number;
  readonly tags: Readonly<Record<string, string>>;
}

/** The entry that a role shall have. */
export interface WantedEntry {
  readonly clusterName: string;
  readonly roleArn: string;
  readonly type: NodeEntryType;
  readonly owner: string;
}

/** `own` puts our owner on an entry that another migration of ours made; `replace` makes an entry anew. */
export type EntryStep = 'none' | 'create' | 'own' | 'replace';

/**
 * How a role comes to have its entry.
 *
 * @param roleCreatedAt EKS binds an entry to the role that it was made for, not to its ARN: one that is older than the role lets nobody
 * in; undefined where there is no such role
 * @throws when the entry is somebody else's and would keep nodes out
 */
export function planEntry(found: AccessEntry | undefined, wanted: WantedEntry, roleCreatedAt?: number): EntryStep {
  if (!found) {
    return 'create';
  }
  const problem = problemOf(found, wanted, roleCreatedAt);
  const owner = found.tags[OWNER_TAG];
  if (!problem) {
    return owner === undefined || owner === ownerTag(wanted.owner) ? 'none' : 'own';
  }
  if (owner !== undefined) {
    return 'replace';
  }
  throw new Error(`${problem}. If nobody else needs that entry, delete it and deploy again: aws eks delete-access-entry --cluster-name ${wanted.clusterName} `
    + `--principal-arn ${wanted.roleArn}. Else set \`nodeRole\` to a role that only Karpenter's nodes have. Nothing was changed`);
}

function problemOf(found: AccessEntry, { clusterName, roleArn, type }: WantedEntry, roleCreatedAt?: number): string | undefined {
  const entry = `the access entry of ${roleArn} in cluster "${clusterName}"`;
  if (found.type !== type) {
    const windows = found.type === NODE_ENTRY_TYPES.windows ? ' (if its nodes run Windows, say so: NodeAccess.auto({ windows: true }))' : '';
    return `${entry} is of type ${found.type}, its nodes need ${type}, and EKS changes no types${windows}`;
  }
  return roleCreatedAt !== undefined && found.createdAt < roleCreatedAt
    ? `${entry} is older than the role, which was made anew since, and EKS lets only the former role in`
    : undefined;
}

/** What a removal takes away. */
export interface EntryRemoval {
  readonly leaving: readonly string[];
  /** Ours, but by now the way in for others. */
  readonly staying: readonly string[];
}

/**
 * All entries of an owner, also those of roles that the node role took the place of.
 *
 * One whose role a managed node group has stays: EKS made none of its own for it while there was ours, and in mode API nothing else
 * lets its nodes in.
 */
export function planRemoval(entries: readonly AccessEntry[], owner: string, nodegroupRoles: readonly string[]): EntryRemoval {
  const ours = entries.filter(entry => isOwnedBy(entry, owner)).map(entry => entry.principalArn);
  return {
    leaving: ours.filter(role => !nodegroupRoles.includes(role)),
    staying: ours.filter(role => nodegroupRoles.includes(role)),
  };
}

export function isOwnedBy({ tags }: AccessEntry, owner: string): boolean {
  return tags[OWNER_TAG] === ownerTag(owner);
}

/** An owner in the characters and the length that EKS takes in a tag; two owners never come to the same. */
export function ownerTag(owner: string): string {
  const allowed = owner.replace(/[^\p{L}\p{N} +\-=._:/@]/gu, '_');
  if (allowed === owner && owner.length <= MAXIMUM_TAG_VALUE) {
    return owner;
  }
  const mark = `-${createHash('sha256').update(owner).digest('hex').slice(0, 12)}`;
  return allowed.slice(0, MAXIMUM_TAG_VALUE - mark.length) + mark;
}

/** The access entries of one cluster, and the roles that they are for. */
export interface AccessEntryPort {
  /** `CONFIG_MAP`, `API_AND_CONFIG_MAP` or `API`. */
  authenticationMode(): Promise<string>;
  find(principalArn: string): Promise<AccessEntry | undefined>;
  /** The entries of all roles. */
  ofRoles(): Promise<AccessEntry[]>;
  /** `taken` if somebody else was quicker; `unknown role` as long as EKS does not know the role. */
  create(principalArn: string, type: NodeEntryType, tags: Readonly<Record<string, string>>): Promise<'created' | 'taken' | 'unknown role'>;
  tag(entryArn: string, tags: Readonly<Record<string, string>>): Promise<void>;
  /** Succeeds where there is none. */
  remove(principalArn: string): Promise<void>;
  /** When the role was made, in milliseconds; undefined where there is no such role. */
  roleCreatedAt(roleArn: string): Promise<number | undefined>;
  /** The roles of the cluster's managed node groups. */
  nodegroupRoles(): Promise<string[]>;
}
