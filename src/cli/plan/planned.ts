import { ImportedCluster, SynthesizedMigration } from './synthesis';
import { ClusterFacts, SubnetFacts } from '../../cluster/survey-port';
import { KarpenterApi } from '../../karpenter/api/karpenter-api';
import { selectedNetwork } from '../../preflight/selected-network';
import { StageFacts } from '../../preflight/workloads/facts';

/**
 * What a stage would find once the migration is installed: its pools and node classes are there, their subnets are tagged, and its nodes have the role
 * that it makes.
 */
export function onceInstalled(
  facts: StageFacts, { objects, preflight, nodePolicies }: SynthesizedMigration, api: KarpenterApi, cluster: ClusterFacts,
  subnets: readonly SubnetFacts[],
): StageFacts {
  const ofKind = (kind: string) => objects.filter(object => (object as { readonly kind?: string }).kind === kind);
  const pools = ofKind(api.words.pool).map(pool => api.poolFacts(pool));
  const nodeClasses = api.nodeClassFacts(ofKind(api.words.nodeClass), ofKind(api.words.pool));
  const { subnetIds } = selectedNetwork(cluster, preflight);
  const tagged = subnets.filter(({ id }) => subnetIds.includes(id));
  const isOurs = (one: { readonly name: string }) => pools.some(({ name }) => name === one.name);
  return {
    ...facts,
    pools: [...facts.pools.filter(pool => !isOurs(pool)), ...pools],
    nodeClasses: [...facts.nodeClasses.filter(one => !nodeClasses.some(({ name }) => name === one.name)), ...nodeClasses],
    subnets: { ...facts.subnets, ...Object.fromEntries(nodeClasses.map(({ name }) => [name, tagged])) },
    karpenterPolicies: [...facts.karpenterPolicies ?? [], nodePolicies],
  };
}

/** Values for what the cluster does not tell, so that everything else of a plan can be said. */
export function assumedImport(cluster: ClusterFacts, account: string, region: string, found: Partial<ImportedCluster>): ImportedCluster {
  const partition = cluster.arn.split(':')[1];
  return {
    name: cluster.name,
    account,
    region,
    kubectlRoleArn: found.kubectlRoleArn ?? `arn:${partition}:iam::${account}:role/kubectl`,
    openIdConnectProviderArn: found.openIdConnectProviderArn
      ?? `arn:${partition}:iam::${account}:oidc-provider/${cluster.issuer?.replace(/^https:\/\//, '') ?? 'unknown'}`,
  };
}
