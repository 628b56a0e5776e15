import { markerKey } from './contract';
import { Targets } from './targets';
import { shortList } from '../words/short-list';

/** What one part of a message may take of a response. */
const NAMED_BYTES = 900;

/** What changes at one resource. */
export interface Change {
  readonly action: 'add' | 'remove';
  readonly id: string;
  readonly tags: Tags;
}

/** The same change of several resources, which is one call at EC2. */
export interface CommonChange extends Omit<Change, 'id'> { readonly ids: readonly string[] }

/** What to do, in this order; nothing at all if there are conflicts. */
export interface DiscoveryPlan {
  readonly changes: readonly Change[];
  /** Values of the tag that are not ours. */
  readonly foreign: readonly string[];
  /** The selected security groups with the cluster's own tag, if there are several. */
  readonly clusterSecurityGroups: readonly string[];
  /** What Karpenter selects afterwards: the targets, and what carried the tag before us. */
  readonly subnetIds: readonly string[];
  readonly securityGroupIds: readonly string[];
}

/** The discovery tag that is wanted. */
export interface Discovery {
  readonly clusterName: string;
  readonly tagKey: string;
}

/**
 * Compares what is wanted with the tags that are there.
 *
 * The records are the markers on the resources themselves, so half a change, a lost answer and an abandoned stack all
 * look alike: what is missing is added, what is ours and not wanted is removed.
 *
 * @param resources every target, and everything that carries the marker or the discovery tag
 */
export function planApply(discovery: Discovery, wanted: Pick<Targets, 'subnetIds' | 'securityGroupIds'>, resources: readonly TaggedResource[]): DiscoveryPlan {
  const targetIds = new Set([...wanted.subnetIds, ...wanted.securityGroupIds]);
  const selected = resources.filter(resource => targetIds.has(resource.id) || isTheUsers(discovery, resource));
  const changes = resources.flatMap(resource => targetIds.has(resource.id) ? adding(discovery, resource) : removing(discovery, resource));
  const selects = (change: Change) => change.action === 'add' && change.tags[discovery.tagKey] !== undefined;
  return {
    // All that Karpenter shall select comes first, so that it never finds nothing.
    changes: [...changes.filter(selects), ...changes.filter(change => !selects(change))],
    foreign: foreignValues(discovery, resources.filter(resource => targetIds.has(resource.id))),
    clusterSecurityGroups: severalClusterTagged(discovery, selected),
    subnetIds: idsOf(selected, 'subnet'),
    securityGroupIds: idsOf(selected, 'security-group'),
  };
}

/** Joins equal changes that follow each other; their order stays. */
export function inCommon(changes: readonly Change[]): CommonChange[] {
  const joined: CommonChange[] = [];
  for (const { id, ...change } of changes) {
    const { ids = [], ...before } = joined.at(-1) ?? {};
    if (JSON.stringify(before) === JSON.stringify(change)) {
      joined[joined.length - 1] = { ...change, ids: [...ids, id] };
    } else {
      joined.push({ ...change, ids: [id] });
    }
  }
  return joined;
}

/** Takes everything back that the markers prove; a tag that was there before us stays. */
export function planRemove(clusterName: string, resources: readonly TaggedResource[]): Change[] {
  return resources.flatMap(resource => removing({ clusterName }, resource));
}

function adding(discovery: Discovery, resource: TaggedResource): Change[] {
  const { clusterName, tagKey } = discovery;
  const marker = markerKey(clusterName);
  const ours = keysOf(clusterName, resource);
  const isMissing = resource.tags[tagKey] === undefined;
  const stale = ours.filter(key => key !== tagKey);
  if (stale.length === 0) {
    return isMissing ? [{ action: 'add', id: resource.id, tags: { [tagKey]: clusterName, [marker]: tagKey } }] : [];
  }
  // The marker names the old keys until they are gone, and the new one as soon as it is there.
  const added: Change[] = isMissing
    ? [{ action: 'add', id: resource.id, tags: { [tagKey]: clusterName, [marker]: [...stale, tagKey].join(' ') } }]
    : [];
  const remainsOurs = isMissing || ours.includes(tagKey);
  return remainsOurs
    ? [
      ...added,
      { action: 'remove', id: resource.id, tags: withValue(stale, clusterName) },
      { action: 'add', id: resource.id, tags: { [marker]: tagKey } },
    ]
    : removing(discovery, resource);
}

function removing(discovery: Pick<Discovery, 'clusterName'>, resource: TaggedResource): Change[] {
  const marker = markerKey(discovery.clusterName);
  return resource.tags[marker] === undefined
    ? []
    : [{
      action: 'remove',
      id: resource.id,
      tags: { ...withValue(keysOf(discovery.clusterName, resource), discovery.clusterName), [marker]: resource.tags[marker] },
    }];
}

/** Our keys on a resource. */
function keysOf(clusterName: string, resource: TaggedResource): string[] {
  return (resource.tags[markerKey(clusterName)] ?? '').split(' ').filter(key => key !== '');
}

/** EC2 removes a tag only if it still has the value, so a key that somebody took over in the meantime stays. */
function withValue(keys: readonly string[], value: string): Tags {
  return Object.fromEntries(keys.map(key => [key, value]));
}

function isTheUsers(discovery: Discovery, resource: TaggedResource): boolean {
  return resource.tags[discovery.tagKey] === discovery.clusterName && !keysOf(discovery.clusterName, resource).includes(discovery.tagKey);
}

function foreignValues(discovery: Discovery, resources: readonly TaggedResource[]): string[] {
  return resources
    .filter(resource => (resource.tags[discovery.tagKey] ?? discovery.clusterName) !== discovery.clusterName)
    .map(resource => `${resource.id} carries ${discovery.tagKey}=${resource.tags[discovery.tagKey]}`);
}

function severalClusterTagged(discovery: Discovery, selected: readonly TaggedResource[]): string[] {
  const tagged = selected.filter(resource => resource.kind === 'security-group' && resource.tags[clusterTag(discovery)] !== undefined);
  return tagged.length > 1 ? idsOf(tagged, 'security-group') : [];
}

function clusterTag(discovery: Discovery): string {
  return `kubernetes.io/cluster/${discovery.clusterName}`;
}

/** What stands against tagging, each with what a user can do, in one message; undefined if nothing does. */
export function refusal(discovery: Discovery, plan: Pick<DiscoveryPlan, 'foreign' | 'clusterSecurityGroups'>): string | undefined {
  const reasons = [
    ...plan.foreign.length > 0
      ? [`${shortList(plan.foreign, NAMED_BYTES)}: the value belongs to another cluster, choose a key of your own with Discovery.tags({ key }), `
        + 'or select by id with Discovery.ids(...)']
      : [],
    ...plan.clusterSecurityGroups.length > 0 ? [severalGroups(discovery, plan.clusterSecurityGroups)] : [],
  ];
  return reasons.length > 0 ? `nothing was tagged for cluster "${discovery.clusterName}": ${reasons.join('; ')}` : undefined;
}

export function severalGroups(discovery: Discovery, ids: readonly string[]): string {
  return `security groups ${shortList(ids, NAMED_BYTES)} all carry ${clusterTag(discovery)}, and with more than one of them on a node the load `
    + 'balancer controller fails: choose groups with SecurityGroupSource.ids(...) or .cluster(), or take that tag off all but one';
}

function idsOf(resources: readonly TaggedResource[], kind: ResourceKind): string[] {
  return unique(resources.filter(resource => resource.kind === kind).map(resource => resource.id));
}

function unique(values: readonly string[]): string[] {
  return [...new Set(values)].sort();
}

export type Tags = Readonly<Record<string, string>>;

export type ResourceKind = 'subnet' | 'security-group';

export interface TaggedResource {
  readonly id: string;
  readonly kind: ResourceKind;
  readonly tags: Tags;
}

/** Tags of subnets and security groups. */
export interface DiscoveryTagsPort {
  /** All subnets and security groups of the region that carry one of the tags, whatever its value. */
  carrying(keys: readonly string[]): Promise<TaggedResource[]>;
  /** Sets the tags: on each resource all of them or none. */
  add(ids: readonly string[], tags: Tags): Promise<void>;
  /** Takes tags off if they have these values; succeeds where tag or resource are gone. */
  remove(ids: readonly string[], tags: Tags): Promise<void>;
}
