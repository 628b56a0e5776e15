import { DISCOVERY_TAG_KEY, DiscoveryTagsProperties, markerKey, tagKeyProblem } from './contract';
import { Change, planApply, planRemove, refusal, severalGroups, DiscoveryTagsPort, TaggedResource } from './plan';
import { parseSecurityGroupSelection } from './security-group-selection';
import { targets } from './targets';
import { ClusterReader, NetworkReader } from '../cluster/survey-port';
import { done, ResourceHandler } from '../custom-resources/lifecycle';
import { flag, optionalText, optionalTexts, text } from '../custom-resources/properties';
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
      Retired: raw.Retired === undefined ? undefined : flag(raw, 'Retired'),
      Revision: optionalText(raw, 'Revision'),
    }),

    identify: properties => `karpenter-discovery-tags/${properties.ClusterName}`,

    apply: ({ properties, elapsed }) => whenRightsSettled(elapsed, async () => {
      if (properties.Retired) {
        // Nodes and node classes may still be found by them.
        return done();
      }
      const discovery = { clusterName: properties.ClusterName, tagKey: properties.TagKey };
      const wanted = targets(await reader.readCluster(properties.ClusterName, properties.NodegroupNames), properties);
      wanted.notes.forEach(warn);

      const plan = planApply(discovery, wanted, eachOnce([
        ...(await reader.readSubnets(wanted.subnetIds)).map(({ id, tags }) => ({ id, tags, kind: 'subnet' as const })),
        ...(await reader.readSecurityGroups(wanted.securityGroupIds)).map(({ id, tags }) => ({ id, tags, kind: 'security-group' as const })),
        ...await port.carrying(markerKey(discovery.clusterName)),
        ...await port.carrying(discovery.tagKey, discovery.clusterName),
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
      const marked = await port.carrying(markerKey(properties.ClusterName));
      await perform(port, planRemove(properties.ClusterName, marked));
      return done();
    }),
  };
}

async function perform(port: DiscoveryTagsPort, changes: readonly Change[]): Promise<void> {
  for (const change of changes) {
    await (change.action === 'add' ? add(port, change) : port.remove(change.id, change.tags));
  }
}

async function add(port: DiscoveryTagsPort, { id, tags }: Change): Promise<void> {
  try {
    await port.add(id, tags);
  } catch (error) {
    // All that EC2 says about a subnet of another account is that it is not allowed.
    throw (error as Error).name === 'UnauthorizedOperation'
      ? new Error(`UnauthorizedOperation: ${id} cannot be tagged, select by id with Discovery.ids(...) if another account shares it: ${(error as Error).message}`)
      : error;
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
