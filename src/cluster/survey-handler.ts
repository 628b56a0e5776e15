import { ClusterSurveyProperties } from './contract';
import { nodegroupSecurityGroupIds, nodegroupSubnetIds } from './survey';
import { ClusterFacts, ClusterReader, NetworkReader, SubnetFacts } from './survey-port';
import { Attributes, done, ResourceHandler } from '../custom-resources/lifecycle';
import { optionalText, optionalTexts, sameList, text } from '../custom-resources/properties';
import { whenRightsSettled } from '../custom-resources/settle';
import { shortList } from '../words/short-list';

/** Three lists of this size and the rest stay far below what a response carries. */
const LIST_BYTES = 500;

/** Reads the cluster and answers with names and ids; owns nothing. */
export function surveyHandler(reader: ClusterReader & NetworkReader): ResourceHandler<ClusterSurveyProperties> {
  return {
    patienceMinutes: 5,
    takesNothingBack: true,
    parse: raw => ({
      ClusterName: text(raw, 'ClusterName'),
      Nodegroups: optionalTexts(raw, 'Nodegroups'),
      Revision: optionalText(raw, 'Revision'),
    }),
    identify: properties => `karpenter-cluster-survey/${properties.ClusterName}`,
    apply: request => whenRightsSettled(request.elapsed, async () => {
      const { ClusterName, Nodegroups } = request.properties;
      // What has gone since the deployment before must not be in the way of the way back.
      const tolerant = request.type === 'Update' && sameList(Nodegroups, request.oldProperties?.Nodegroups);
      const facts = await reader.readCluster(ClusterName, Nodegroups, tolerant);
      const subnets = await reader.readSubnets(nodegroupSubnetIds(facts), tolerant);
      console.log(JSON.stringify({ level: 'info', message: 'cluster survey', facts, subnets }));
      return done(surveyAttributes(facts, subnets));
    }),
    remove: async () => done(),
  };
}

/** What a response can carry of the facts. */
export function surveyAttributes(facts: ClusterFacts, subnets: readonly SubnetFacts[]): Attributes {
  return {
    clusterVersion: facts.version,
    issuer: facts.issuer ?? '',
    authenticationMode: facts.authenticationMode,
    clusterSecurityGroup: facts.clusterSecurityGroupId,
    vpcId: facts.vpcId,
    nodegroupNames: shortList(facts.nodegroups.map(nodegroup => nodegroup.name), LIST_BYTES),
    subnetIds: shortList(subnets.map(subnet => subnet.id), LIST_BYTES),
    securityGroupIds: shortList(nodegroupSecurityGroupIds(facts), LIST_BYTES),
    zones: shortList([...new Set(subnets.map(subnet => subnet.zone))].sort(), LIST_BYTES),
  };
}
