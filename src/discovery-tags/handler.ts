import { DISCOVERY_TAG_KEY, DiscoveryTagsProperties, markerKey, tagKeyProblem } from './contract';
import { Change, CommonChange, inCommon, planApply, planRemove, refusal, severalGroups, DiscoveryTagsPort, TaggedResource } from './plan';
import { parseSecurityGroupSelection } from './security-group-selection';
import { targets } from './targets';
import { ClusterReader, NetworkReader } from '../cluster/survey-port';
import { Attributes, done, ResourceHandler } from '../custom-resources/lifecycle';
import { flag, optionalFlag, optionalText, optionalTexts, sameList, text } from '../custom-resources/properties';
import { whenRightsSettled } from '../custom-resources/settle';
import { shortList } from '../words/short-list';

/** Two lists, the key and the envelope share the 4096 bytes of a response. */
const MAXIMUM_ATTRIBUTE_BYTES = 1200;

/** Puts the discovery tag on what nodes use, and takes off what it put on. */
export function discoveryTagsHandler(port: DiscoveryTagsPort, reader: ClusterReader & NetworkReader): ResourceHandler<DiscoveryTagsProperties> {
  return {
    patienceMinutes: 10,

    parse: raw => ({
      ClusterName: text(raw, 'ClusterName'),
      NodegroupNames: optionalTexts(raw, 'NodegroupNames'),
      SubnetIds: optionalTexts(raw, 'SubnetIds'),
      ...parseSecurityGroupSelection(raw),
      TagKey: tagKey(text(raw, 'TagKey')),
      SeveralClusterSecurityGroups: flag(raw, 'SeveralClusterSecurityGroups'),
      Retired: optionalFlag(raw, 'Retired'),
      Revision: optionalText(raw, 'Revision'),
    }),

    identify: properties => `karpenter-discovery-tags/${properties.ClusterName}`,

    apply: ({ type, properties, oldProperties, elapsed }) => whenRightsSettled(elapsed, async () => {
      if (properties.Retired) {
        // Nodes and node classes may still be found by them.
        return done();
      }
      const discovery = { clusterName: properties.ClusterName, tagKey: properties.TagKey };
      // What has gone since the deployment before must not be in the way of the way back.
      const tolerant = type === 'Update' && selectsAsBefore(properties, oldProperties);
      const facts = await reader.readCluster(properties.ClusterName, properties.NodegroupNames, tolerant);
      const tagged = await port.carrying([markerKey(discovery.clusterName), discovery.tagKey]);
      const marked = tagged.filter(({ tags }) => tags[markerKey(discovery.clusterName)] !== undefined);
      if (tolerant && facts.nodegroups.length === 0 && !properties.SubnetIds) {
        warn(`cluster "${properties.ClusterName}" has none of the node groups any more whose subnets are tagged: the tags stay`);
        return done(answer(discovery.tagKey, marked));
      }
      const wanted = targets(facts, properties, marked.filter(({ kind }) => kind === 'security-group').map(({ id }) => id));
      wanted.notes.forEach(warn);

      const plan = planApply(discovery, wanted, eachOnce([
        ...(await reader.readSubnets(wanted.subnetIds, tolerant)).map(({ id, tags }) => ({ id, tags, kind: 'subnet' as const })),
        ...(await reader.readSecurityGroups(wanted.securityGroupIds, tolerant)).map(({ id, tags }) => ({ id, tags, kind: 'security-group' as const })),
        ...marked,
        ...tagged.filter(({ tags }) => tags[discovery.tagKey] === discovery.clusterName),
      ]));
      const accepted = properties.SeveralClusterSecurityGroups ? plan.clusterSecurityGroups : [];
      const reason = refusal(discovery, accepted.length > 0 ? { ...plan, clusterSecurityGroups: [] } : plan);
      if (reason) {
        throw new Error(reason);
      }
      if (accepted.length > 0) {
        warn(severalGroups(discovery, accepted));
      }
      await perform(port, plan.changes);

      return done({
        subnetIds: shortList(plan.subnetIds, MAXIMUM_ATTRIBUTE_BYTES),
        securityGroupIds: shortList(plan.securityGroupIds, MAXIMUM_ATTRIBUTE_BYTES),
        tagKey: discovery.tagKey,
      });
    }),

    remove: ({ properties, elapsed }) => whenRightsSettled(elapsed, async () => {
      const marked = await port.carrying([markerKey(properties.ClusterName)]);
      await perform(port, planRemove(properties.ClusterName, marked));
      return done();
    }),
  };
}

function answer(key: string, tagged: readonly TaggedResource[]): Attributes {
  const idsOf = (kind: TaggedResource['kind']) => shortList(tagged.filter(one => one.kind === kind).map(({ id }) => id).sort(), MAXIMUM_ATTRIBUTE_BYTES);
  return { subnetIds: idsOf('subnet'), securityGroupIds: idsOf('security-group'), tagKey: key };
}

/** Whether an update chooses what is tagged in the same way as the deployment before. */
function selectsAsBefore(now: DiscoveryTagsProperties, before: Partial<DiscoveryTagsProperties> | undefined): boolean {
  return now.SecurityGroupSource === before?.SecurityGroupSource && sameList(now.NodegroupNames, before.NodegroupNames)
    && sameList(now.SubnetIds, before.SubnetIds) && sameList(now.SecurityGroupIds, before.SecurityGroupIds);
}

async function perform(port: DiscoveryTagsPort, changes: readonly Change[]): Promise<void> {
  for (const change of inCommon(changes)) {
    await (change.action === 'add' ? add(port, change) : port.remove(change.ids, change.tags));
  }
}

async function add(port: DiscoveryTagsPort, change: CommonChange): Promise<void> {
  try {
    await port.add(change.ids, change.tags);
  } catch (error) {
    if ((error as Error).name !== 'UnauthorizedOperation') {
      throw error;
    }
    // All that EC2 says about a subnet of another account is that it is not allowed, and not which of several it is.
    if (change.ids.length > 1) {
      for (const id of change.ids) {
        await add(port, { ...change, ids: [id] });
      }
      return;
    }
    throw new Error(`UnauthorizedOperation: ${change.ids[0]} cannot be tagged, select by id with Discovery.ids(...) if another account shares it: ${(error as Error).message}`);
  }
}

function eachOnce(resources: readonly TaggedResource[]): TaggedResource[] {
  return [...new Map(resources.map(resource => [resource.id, resource])).values()];
}

function tagKey(key: string): string {
  const problem = tagKeyProblem(key);
  if (problem) {
    throw new Error(`"${key}" cannot be a discovery tag: ${problem}; the default is ${DISCOVERY_TAG_KEY}`);
  }
  return key;
}

function warn(message: string): void {
  console.warn(JSON.stringify({ level: 'warning', message }));
}
