import { NODE_USERNAME, nodeGroups, withoutPath } from './contract';
import { insertMapping, removeMapping, RoleMapping, roleMapping } from './mapping-list';

/** What we put into mapRoles, in the order in which it came. */
export const RECORDS_ANNOTATION = 'cdk-karpenter-migration/role-mappings';
/** On a ConfigMap that was not there before. */
export const CREATED_ANNOTATION = 'cdk-karpenter-migration/created';

/** The parts of the aws-auth ConfigMap that matter here. */
export interface AwsAuth {
  readonly data: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

export type Change =
  | { readonly kind: 'none' }
  | { readonly kind: 'create' | 'replace'; readonly content: AwsAuth }
  | { readonly kind: 'discard' };

interface MappingRecord {
  readonly rolearn: string;
  /** Exactly what was inserted, so that it can be taken out again without touching what is around it; empty where nothing was. */
  readonly text: string;
  /** The resource that answers for the entry: whoever applied it last. */
  readonly owner: string;
  /** Whether the key mapRoles came with the first entry. */
  readonly madeKey?: boolean;
  /** Whether it has the groups of Windows nodes. */
  readonly windows?: boolean;
}

const NONE: Change = { kind: 'none' };

/** Adds the entry of a role unless one is there already; ours is put in anew where other groups are wanted by now. */
export function planAdd(found: AwsAuth | undefined, roleArn: string, owner: string, windows = false): Change {
  const rolearn = withoutPath(roleArn);
  const before = found ?? { data: {}, annotations: { [CREATED_ANNOTATION]: 'true' } };
  const records = recordsOf(before);
  const mapRoles = before.data.mapRoles ?? '';
  const existing = roleMapping(mapRoles, rolearn);
  const record = records.find(r => r.rolearn === rolearn);
  const isOutdated = !!record?.text && !!record.windows !== windows;
  if (existing && !isOutdated) {
    requireNodes(rolearn, existing, nodeGroups(windows));
    return record ? renewed(before, records, { ...record, owner }) : NONE;
  }
  const others = isOutdated ? removeMapping(mapRoles, rolearn, record!.text) : mapRoles;
  const { text, inserted } = insertMapping(others, rolearn, nodeGroups(windows));
  const added = {
    rolearn, text: inserted, owner, madeKey: before.data.mapRoles === undefined || record?.madeKey, ...windows ? { windows } : {},
  };
  return {
    kind: found ? 'replace' : 'create',
    content: written({ ...before, data: { ...before.data, mapRoles: text } }, [...records.filter(r => r !== record), added]),
  };
}

/**
 * Adds nothing, because nodes get in otherwise. What was put in before stays, and goes with the one who stands by it now: whoever had
 * the entry, and the same owner's entries of former roles, which a record without a text brings up the rear of.
 */
export function planKeep(found: AwsAuth | undefined, roleArn: string, owner: string): Change {
  const rolearn = withoutPath(roleArn);
  const records = found ? recordsOf(found) : [];
  const record = records.find(r => r.rolearn === rolearn);
  return found && (record || records.some(r => r.owner === owner))
    ? renewed(found, records, { ...record ?? { rolearn, text: '' }, owner })
    : NONE;
}

/**
 * Takes out the entry of a role, and older ones of the same owner that it took the place of, if they are recorded as
 * the owner's.
 */
export function planRemove(found: AwsAuth | undefined, roleArn: string, owner: string): Change {
  const rolearn = withoutPath(roleArn);
  const records = found ? recordsOf(found) : [];
  const last = records.findIndex(r => r.rolearn === rolearn && r.owner === owner);
  if (!found || last < 0) {
    return NONE;
  }
  const leaving = records.filter((r, i) => i <= last && r.owner === owner);
  const staying = records.filter(r => !leaving.includes(r));
  const mapRoles = leaving.filter(r => r.text !== '').reduceRight((text, r) => removeMapping(text, r.rolearn, r.text), found.data.mapRoles ?? '');
  const madeKey = leaving.some(r => r.madeKey);
  const { mapRoles: _, ...otherData } = found.data;
  const keepsKey = found.data.mapRoles !== undefined && !(madeKey && mapRoles === '');
  const data = keepsKey ? { ...otherData, mapRoles } : otherData;
  const content = written({ ...found, data }, inheriting(staying, madeKey));
  return staying.length === 0 && found.annotations[CREATED_ANNOTATION] && isEmpty(content) ? { kind: 'discard' } : { kind: 'replace', content };
}

function requireNodes(rolearn: string, { username, groups, damage }: RoleMapping, needed: readonly string[]): void {
  const missing = needed.filter(group => !groups.includes(group));
  const lacks = [
    ...missing.length === 0 ? [] : [`not to ${missing.join(' and ')}`],
    ...username === NODE_USERNAME ? [] : [`as "${username}" and not as "${NODE_USERNAME}"`],
  ];
  if (lacks.length > 0) {
    throw new Error(`the ConfigMap aws-auth maps ${rolearn} already, but ${lacks.join(', and ')}${damage.length === 0 ? '' : ` (${damage.join('; ')})`}: ` +
      'its nodes could not join; correct that entry or take it out, nothing was changed');
  }
}

/** Moves a record to the end, as the one that its owner stands by now. */
function renewed(before: AwsAuth, records: readonly MappingRecord[], record: MappingRecord): Change {
  const after = [...records.filter(r => r.rolearn !== record.rolearn), record];
  return JSON.stringify(after) === JSON.stringify(records) ? NONE : { kind: 'replace', content: written(before, after) };
}

/** Whoever stays longest has to take the key mapRoles away. */
function inheriting(staying: readonly MappingRecord[], madeKey: boolean): MappingRecord[] {
  return staying.map((record, i) => madeKey && i === 0 ? { ...record, madeKey } : record);
}

function written(content: AwsAuth, records: readonly MappingRecord[]): AwsAuth {
  if (records.length > 0) {
    return { ...content, annotations: { ...content.annotations, [RECORDS_ANNOTATION]: JSON.stringify(records) } };
  }
  const { [RECORDS_ANNOTATION]: _records, [CREATED_ANNOTATION]: _created, ...annotations } = content.annotations;
  return { ...content, annotations };
}

function isEmpty(content: AwsAuth): boolean {
  return Object.keys(content.data).length === 0 && Object.keys(content.annotations).length === 0;
}

function recordsOf(content: AwsAuth): MappingRecord[] {
  const json = content.annotations[RECORDS_ANNOTATION];
  if (json === undefined) {
    return [];
  }
  try {
    const records = JSON.parse(json) as MappingRecord[];
    if (records.every(r => typeof r.rolearn === 'string' && typeof r.text === 'string' && typeof r.owner === 'string')) {
      return records;
    }
  } catch { /* reported below like a record of another shape */ }
  throw new Error(`the annotation ${RECORDS_ANNOTATION} of the ConfigMap aws-auth is damaged: ${json}; ` +
    'remove it (entries recorded in it then stay when the stack goes), nothing was changed');
}

/** The ConfigMap as it was read, with what proves that nobody has changed it since. */
export interface VersionedAwsAuth {
  readonly content: AwsAuth;
  readonly version: string;
}

/** The aws-auth ConfigMap of one cluster. All writes answer false if somebody else was quicker. */
export interface NodeAccessPort {
  read(): Promise<VersionedAwsAuth | undefined>;
  create(content: AwsAuth): Promise<boolean>;
  replace(content: AwsAuth, version: string): Promise<boolean>;
  discard(version: string): Promise<boolean>;
}
