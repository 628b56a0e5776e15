import { PreflightProperties } from './contract';
import { canHost, spreadOverZones } from './host-capacity';
import { HostFacts, KubernetesFacts } from './kubernetes-facts';
import { migrationNodegroups, selectedNetwork } from './selected-network';
import { Finding, error, named, NAMED_BYTES, warning } from './verdict';
import { ClusterFacts, SecurityGroupFacts, SubnetFacts } from '../cluster/survey-port';
import { generationOf, releaseFor } from '../karpenter/advice';
import { apiOf } from '../karpenter/apis';
import { KubernetesRange, serves } from '../karpenter/versions';
import { quantity } from '../kubernetes/quantity';
import { contradiction, isMapped } from '../node-access/authentication-mode';
import { NODE_USERNAME, nodeGroups } from '../node-access/contract';
import { PreflightCheck } from '../words/preflight-check';
import { shortList } from '../words/short-list';

/** All that the checks look at. */
export interface PreflightFacts {
  /** With all managed node groups. */
  readonly cluster: ClusterFacts;
  readonly subnets: readonly SubnetFacts[];
  readonly securityGroups: readonly SecurityGroupFacts[];
  /** The selected subnets and security groups that do not exist. */
  readonly missing?: readonly string[];
  /** Undefined where the cluster is not ACTIVE or its API did not answer. */
  readonly kubernetes?: KubernetesFacts;
  /** Why the API did not answer. */
  readonly kubernetesProblem?: string;
  /** The owner before an update, who may hold the claim still. */
  readonly formerOwner?: string;
  /** The API of Karpenter before an update. */
  readonly formerApi?: string;
  /** Whether this is the first deployment. */
  readonly isCreation?: boolean;
  /** The objects of the deployment before, which it made or found to be its own. */
  readonly formerObjects?: readonly string[];
}

/** Karpenter refuses nothing here, but its nodes then fail one after the other. */
const FEW_ADDRESSES = 16;

/**
 * The Kubernetes versions for which EKS publishes images of Amazon Linux 2.
 *
 * @see https://docs.aws.amazon.com/eks/latest/userguide/eks-ami-deprecation-faqs.html
 */
const AL2_IMAGES: KubernetesRange = { minimum: '1.0', maximum: '1.32' };

type Check = (facts: PreflightFacts, properties: PreflightProperties) => Finding[];

/** Every broken assumption at once. */
export function findings(facts: PreflightFacts, properties: PreflightProperties): Finding[] {
  return CHECKS.flatMap(check => check(facts, properties));
}

/**
 * Whether what is found in the cluster may be of this migration, or is left for it to take over. Where the claim was lost, a migration that is
 * deployed already knows its own, and objects say that one has made them.
 */
function isOurs(facts: PreflightFacts, { Owner }: PreflightProperties): boolean {
  const { kubernetes, formerOwner } = facts;
  const claim = kubernetes?.claim;
  return claim === undefined
    ? kubernetes !== undefined && (formerOwner !== undefined || leftWithoutClaim(facts).length > 0)
    : claim.abandoned || claim.owner === Owner || claim.owner === formerOwner;
}

/** What a migration has left in a cluster whose claim is lost as well. */
function leftWithoutClaim({ kubernetes, isCreation }: PreflightFacts): readonly string[] {
  return isCreation && !kubernetes?.claim ? kubernetes?.migratedObjects ?? [] : [];
}

const clusterActive: Check = ({ cluster }) => cluster.status === 'ACTIVE' ? [] : [error(
  PreflightCheck.CLUSTER_ACTIVE,
  `cluster "${cluster.name}" is ${cluster.status}, not ACTIVE`,
  'wait until it is ACTIVE, then deploy again; what only the Kubernetes API knows was not checked',
)];

const kubernetesAccess: Check = ({ kubernetesProblem }) => kubernetesProblem === undefined ? [] : [error(
  PreflightCheck.KUBERNETES_ACCESS,
  `the Kubernetes API cannot be asked: ${kubernetesProblem}`,
  'let the kubectl role trust our function\'s role and CDK\'s, as the problem says, map the kubectl role to an administrator of the cluster, and for a private endpoint import the cluster'
  + ' with `vpc`, `kubectlPrivateSubnetIds` and `kubectlSecurityGroupId`',
)];

const kubernetesVersion: Check = ({ cluster }, { Api, MinimumVersion, MaximumVersion }) => {
  if (serves({ minimum: MinimumVersion, maximum: MaximumVersion }, cluster.version)) {
    return [];
  }
  const release = releaseFor(cluster.version, Api);
  return [error(
    PreflightCheck.KUBERNETES_VERSION,
    `cluster "${cluster.name}" runs Kubernetes ${cluster.version}, this release of Karpenter serves ${MinimumVersion} to ${MaximumVersion}`,
    release ? `Kubernetes ${cluster.version} needs \`release: ${release}\`` : 'this version of the library knows no `release` that serves it: use a newer library',
  )];
};

const nodeImages: Check = ({ cluster }, { Api, Al2NodeClasses = [] }) => {
  const { words } = apiOf(Api);
  return Al2NodeClasses.length === 0 || serves(AL2_IMAGES, cluster.version) ? [] : [error(
    PreflightCheck.NODE_IMAGES,
    `cluster "${cluster.name}" runs Kubernetes ${cluster.version}, and EKS publishes images of Amazon Linux 2 up to ${AL2_IMAGES.maximum} only: `
      + `${words.nodeClass} ${named(Al2NodeClasses)} would never be ready`,
    `set \`amiAlias\` of the ${words.plainNodeClass} to AmiAlias.al2023Latest(), AmiAlias.bottlerocketLatest() or a release of one of them; user data of Amazon Linux 2 `
      + 'does not fit either',
  )];
};

const firstStage: Check = ({ isCreation }, { Migrates, Stage }) => !isCreation || !Migrates ? [] : [error(
  PreflightCheck.FIRST_STAGE,
  `the first deployment of a migration must have stage INSTALL, got ${Stage}: a creation that rolls back takes its resources away`,
  'deploy `stage` INSTALL first, then the stage that you want',
)];

const generation: Check = (facts, properties) => {
  const { Api } = properties;
  const former = facts.formerApi ?? (facts.kubernetes?.otherApis ?? [])[0];
  if (former === undefined || former === Api || !(facts.formerApi !== undefined || isOurs(facts, properties))) {
    return [];
  }
  const [from, to] = [apiOf(former), apiOf(Api)].map(({ name, words }) => ({ words, ...generationOf(name) }));
  return [error(
    PreflightCheck.KARPENTER_GENERATION,
    `this migration runs a Karpenter with ${from.words.pools}, of KarpenterRelease.${from.release}, and \`release\` is KarpenterRelease.${to.release}, `
    + `whose Karpenter knows only ${to.words.pools}: its nodes would be left without anybody who answers for them`,
    `set \`release\` to KarpenterRelease.${from.release} again; to change, deploy stage REMOVED with it, destroy the stack and deploy anew. `
    + `A Karpenter that keeps running is upgraded as upstream does it: ${from.upgrade}`,
  )];
};

const autoMode: Check = ({ cluster }) => !cluster.autoMode ? [] : [error(
  PreflightCheck.AUTO_MODE,
  `cluster "${cluster.name}" has EKS Auto Mode enabled: EKS runs a Karpenter of its own there, whose CRDs belong to EKS and which launches nodes for the same pods`,
  'stay with Auto Mode and leave this migration out, or disable Auto Mode first (compute, load balancing and block storage together), which ends its nodes',
)];

const oidcIssuer: Check = ({ cluster }, { Issuer }) => cluster.issuer && withoutScheme(cluster.issuer) === withoutScheme(Issuer) ? [] : [error(
  PreflightCheck.OIDC_ISSUER,
  cluster.issuer
    ? `the OIDC provider is for issuer "${Issuer}", the cluster's issuer is "${withoutScheme(cluster.issuer)}"`
    : `cluster "${cluster.name}" has no OIDC issuer`,
  'import the cluster with the `openIdConnectProvider` of its own issuer; if there is none, make it: eksctl utils associate-iam-oidc-provider'
  + ` --cluster ${cluster.name} --approve`,
)];

const nodegroups: Check = ({ cluster }, properties) => {
  const existing = cluster.nodegroups.map(nodegroup => nodegroup.name);
  if (existing.length === 0) {
    return [error(PreflightCheck.NODEGROUPS, `cluster "${cluster.name}" has no managed node group (any in deletion are not counted)`,
      'make one for Karpenter itself to run on; self-managed nodes are not supported')];
  }
  const missing = ([['nodegroups', properties.Nodegroups], ['hostNodegroups', properties.HostNodegroups]] as const).flatMap(([name, wanted]) => {
    const absent = (wanted ?? []).filter(nodegroup => !existing.includes(nodegroup));
    return absent.length === 0 ? [] : [error(
      PreflightCheck.NODEGROUPS,
      `cluster "${cluster.name}" has no managed node group ${named(absent)} (any in deletion are not counted), it has ${named(existing)}`,
      `correct \`${name}\``,
    )];
  });
  return [...missing, ...targetsOfNobody(properties, existing)];
};

/** The group that was meant would be drained to the default size. */
function targetsOfNobody({ Nodegroups, TargetNodegroups = [] }: PreflightProperties, existing: readonly string[]): Finding[] {
  const part = Nodegroups ?? existing;
  const unknown = TargetNodegroups.filter(nodegroup => !part.includes(nodegroup));
  return unknown.length === 0 ? [] : [error(
    PreflightCheck.NODEGROUPS,
    `there is a target for ${named(unknown)}, and the node groups of the migration are ${named(part)}`,
    'correct `scaleDown.targets`, or the group that was meant is drained to the default size',
  )];
}

const networkSelection: Check = ({ cluster, missing = [] }, properties) => {
  const { subnetIds, securityGroupIds } = selectedNetwork(cluster, properties);
  const { nodegroups: groups } = migrationNodegroups(cluster, properties.Nodegroups);
  const gone = groups.filter(({ launchTemplateGone }) => launchTemplateGone).map(({ name }) => name);
  // What the launch templates say does not count then.
  const isChosen = properties.SecurityGroupSource === 'ids' || properties.SecurityGroupSource === 'cluster';
  // Without a node group there is nothing to select from, which is a finding of its own.
  return groups.length === 0 ? [] : [
    ...missing.length === 0 ? [] : [error(
      PreflightCheck.NETWORK_SELECTION,
      `${named(missing)} ${missing.length === 1 ? 'does' : 'do'} not exist in this account and region`,
      'select those that do, or repair the launch template that names them',
    )],
    ...gone.length === 0 ? [] : [(isChosen ? warning : error)(
      PreflightCheck.NETWORK_SELECTION,
      `the launch template of node group ${named(gone)}, or its version, was deleted: nobody knows its security groups, and EKS cannot launch nodes by it`,
      'give the node group a launch template that exists, leave it out of `nodegroups`, or select security groups by id',
    )],
    ...subnetIds.length > 0 ? [] : [error(PreflightCheck.NETWORK_SELECTION, 'no node group has a subnet', 'select subnets by id')],
    ...securityGroupIds.length > 0 ? [] : [error(
      PreflightCheck.NETWORK_SELECTION,
      'no launch template of a node group names a security group',
      'select the security groups of node groups, the cluster\'s, or some by id',
    )],
  ];
};

const hostCapacity: Check = ({ cluster, kubernetes }, properties) => {
  const wanted = properties.HostNodegroups ?? properties.Nodegroups;
  const groups = migrationNodegroups(cluster, wanted).nodegroups.map(nodegroup => nodegroup.name);
  if (!kubernetes || groups.length === 0) {
    return [];
  }
  const need = { cpu: quantity(properties.Cpu), memory: quantity(properties.Memory) };
  const candidates = kubernetes.hosts.filter(host => groups.includes(host.nodegroup));
  const able = candidates.filter(host => canHost(host, need));
  const placed = properties.SpreadOverZones ? spreadOverZones(candidates, able) : able.length;
  if (placed >= properties.Replicas) {
    return [];
  }
  const full = candidates.filter(host => !able.includes(host)).map(describe);
  const zones = [...new Set(able.flatMap(({ zone }) => zone ?? []))];
  const spread = able.length < properties.Replicas ? '' : `, all of them in ${zones.length > 0 ? `zone ${named(zones)}` : 'no zone'}: the chart wants replicas spread over the zones of these node groups`;
  return [error(
    PreflightCheck.HOST_CAPACITY,
    `${properties.Replicas} replicas of Karpenter need ${properties.Replicas} nodes with ${properties.Cpu} cpu and ${properties.Memory} free in node groups `
    + `${named(groups)}, there ${able.length === 1 ? 'is' : 'are'} ${able.length}${spread}`
    + (candidates.length === 0 ? ' (no node at all)' : full.length === 0 ? '' : ` (${shortList(full, NAMED_BYTES)})`),
    spread
      ? 'make room in another zone, choose `hostNodegroups` of one zone, or let the chart only prefer the spread (`values.topologySpreadConstraints` with '
        + 'whenUnsatisfiable ScheduleAnyway)'
      : 'raise the size of a host node group, choose bigger `hostNodegroups`, or remove taints other than CriticalAddonsOnly',
  )];
};

const discoveryTag: Check = ({ subnets, securityGroups: groups }, { TagKey, ClusterName }) => {
  const foreign = TagKey === undefined ? [] : [...subnets, ...groups].filter(({ tags }) => (tags[TagKey] ?? ClusterName) !== ClusterName);
  return foreign.length === 0 ? [] : [error(
    PreflightCheck.DISCOVERY_TAG,
    `tag "${TagKey}" would have to be "${ClusterName}", but ${named(foreign.map(({ id, tags }) => `${id} carries "${tags[TagKey!]}"`))}`,
    'it belongs to another cluster: choose a key of your own for the discovery tags, or select subnets and security groups by id',
  )];
};

const clusterSecurityGroups: Check = ({ cluster, securityGroups: groups }) => {
  const key = `kubernetes.io/cluster/${cluster.name}`;
  const tagged = groups.filter(group => group.tags[key] !== undefined).map(group => group.id);
  return tagged.length <= 1 ? [] : [error(
    PreflightCheck.CLUSTER_SECURITY_GROUPS,
    `security groups ${named(tagged)} all carry tag "${key}": with more than one of them on a node, the load balancer controller fails`,
    'select the security groups so that one of these is left, or take the tag off the others',
  )];
};

const awsAuth: Check = ({ cluster, kubernetes = {} }, { NodeAccess }) => {
  const { awsAuthProblem, awsAuthDamage }: Pick<KubernetesFacts, 'awsAuthProblem' | 'awsAuthDamage'> = kubernetes;
  const correct = 'correct it (kubectl -n kube-system edit configmap aws-auth)';
  return !isMapped(NodeAccess, cluster.authenticationMode) ? [] : [
    ...awsAuthProblem === undefined ? [] : [error(
      PreflightCheck.AWS_AUTH,
      `the ConfigMap kube-system/aws-auth cannot be parsed, so that no role is mapped: ${awsAuthProblem}`,
      `${correct}, or let nodes in otherwise and choose \`NodeAccess.unmanaged()\``,
    )],
    ...awsAuthDamage === undefined ? [] : [warning(
      PreflightCheck.AWS_AUTH,
      `the authenticator reads the ConfigMap kube-system/aws-auth without a part of it: ${awsAuthDamage}`,
      `${correct} where it is not meant so; the entry of Karpenter's nodes is not concerned`,
    )],
  ];
};

const awsAuthOwner: Check = ({ cluster, kubernetes }, { NodeAccess, ListsNodeRole }) => {
  const label = kubernetes?.awsAuthLabel;
  const mapping = `{ username: '${NODE_USERNAME}', groups: [${nodeGroups(false).map(group => `'${group}'`).join(', ')}] }`;
  return label === undefined || ListsNodeRole || !isMapped(NodeAccess, cluster.authenticationMode) ? [] : [error(
    PreflightCheck.AWS_AUTH_OWNER,
    `a CDK stack applies the whole ConfigMap kube-system/aws-auth (label "${label}"): its next change of it takes the entry of Karpenter's nodes away, and they lose their way into the cluster`,
    `map the node role in that stack (cluster.awsAuth.addRoleMapping(role, ${mapping})), give it to the migration as \`nodeRole\` and set \`nodeAccess\` to NodeAccess.unmanaged(); `
    + 'or let the cluster take access entries, of which NodeAccess.auto() makes one: authentication mode API_AND_CONFIG_MAP',
  )];
};

const authenticationMode: Check = ({ cluster }, { NodeAccess }) => {
  const problem = contradiction(NodeAccess, cluster.authenticationMode, cluster.name);
  return problem ? [error(PreflightCheck.AUTHENTICATION_MODE, problem.message, problem.remedy)] : [];
};

const abandonedMigration: Check = (facts, { TakeOver }) => {
  const claim = facts.kubernetes?.claim;
  const left = leftWithoutClaim(facts);
  if (TakeOver || !(claim?.abandoned || left.length > 0)) {
    return [];
  }
  return [error(
    PreflightCheck.ABANDONED_MIGRATION,
    claim
      ? `the stack of migration "${claim.owner}" was destroyed without stage REMOVED and its Karpenter is left working`
      : `a migration has left ${named(left)}, and the claim that said whose it is was deleted`,
    'set `takeOver: true` for this deployment: a failure of it then leaves that Karpenter alone',
  )];
};

const otherKarpenter: Check = (facts, properties) => {
  const found = facts.kubernetes?.karpenters ?? [];
  return found.length === 0 || isOurs(facts, properties) ? [] : [error(
    PreflightCheck.OTHER_KARPENTER,
    `Karpenter is installed already: Deployment ${named(found)}${heldBy(facts)}`,
    'two Karpenters fight over the same pods: remove the other one first',
  )];
};

const otherCrds: Check = (facts, properties) => {
  const [namespace, release] = properties.CrdRelease.split('/');
  const foreign = (facts.kubernetes?.crds ?? []).filter(crd => crd.release !== release || crd.releaseNamespace !== namespace);
  return foreign.length === 0 || isOurs(facts, properties) ? [] : [error(
    PreflightCheck.OTHER_CRDS,
    `Karpenter's CRDs are there and not of Helm release ${namespace}/${release}: `
    + named(foreign.map(crd => `${crd.name} (${crd.release ? `release ${crd.releaseNamespace}/${crd.release}` : 'not of Helm'})`)),
    'remove them if nothing uses them (that deletes all of their objects), or hand them over: '
    + 'kubectl label crd <name> app.kubernetes.io/managed-by=Helm --overwrite; '
    + `kubectl annotate crd <name> meta.helm.sh/release-name=${release} meta.helm.sh/release-namespace=${namespace} --overwrite`,
  )];
};

/** A migration that is deployed already takes over nothing under a name that it did not have before. */
const otherObjects: Check = (facts, properties) => {
  const { kubernetes, formerObjects } = facts;
  const migrated = isOurs(facts, properties) ? [] : kubernetes?.migratedObjects ?? [];
  const found = [...(kubernetes?.objects ?? []).filter(object => !formerObjects?.includes(object)), ...migrated];
  return found.length === 0 || (!formerObjects && isOurs(facts, properties)) ? [] : [error(
    PreflightCheck.OTHER_OBJECTS,
    `objects of the names that we would make exist: ${named(found)}${heldBy(facts)}`,
    `choose other names, or delete them (deleting a ${apiOf(properties.Api).words.pool} deletes its nodes)`,
  )];
};

const subnetAddresses: Check = ({ subnets }) => {
  const few = (which: (addresses: number) => boolean) => subnets.filter(subnet => which(subnet.availableAddresses))
    .map(subnet => `${subnet.id} (${subnet.zone}): ${subnet.availableAddresses}`);
  const none = few(addresses => addresses === 0);
  const low = few(addresses => addresses > 0 && addresses < FEW_ADDRESSES);
  const remedy = 'select bigger subnets, or free addresses';
  return [
    ...none.length > 0 ? [error(PreflightCheck.SUBNET_ADDRESSES, `subnets without a free address: ${named(none)}`, remedy)] : [],
    ...low.length > 0 ? [warning(PreflightCheck.SUBNET_ADDRESSES, `subnets with fewer than ${FEW_ADDRESSES} free addresses: ${named(low)}`, remedy)] : [],
  ];
};

const terminationHandler: Check = ({ kubernetes }) => !kubernetes || kubernetes.terminationHandlers.length === 0 ? [] : [warning(
  PreflightCheck.TERMINATION_HANDLER,
  `the AWS Node Termination Handler runs: ${named(kubernetes.terminationHandlers)}`,
  'keep it off Karpenter\'s nodes, or remove it once Karpenter handles interruptions: both drain the same nodes',
)];

/** In the order in which a reader should learn of them; the reason why the API did not answer may be long. */
const CHECKS: readonly Check[] = [
  firstStage, clusterActive, generation, kubernetesVersion, nodeImages, autoMode, oidcIssuer, nodegroups, networkSelection, hostCapacity,
  discoveryTag, clusterSecurityGroups, awsAuth, awsAuthOwner, authenticationMode, abandonedMigration, otherKarpenter, otherCrds, otherObjects,
  subnetAddresses, terminationHandler, kubernetesAccess,
];

function describe(host: HostFacts): string {
  const reason = host.obstacle ?? (host.freePods < 1 ? 'no pod more' : `${host.freeCpu} cpu and ${Math.floor(Math.max(0, host.freeMemory) / 2 ** 20)}Mi free`);
  return `${host.name}: ${reason}`;
}

function heldBy({ kubernetes }: PreflightFacts): string {
  return kubernetes?.claim ? ` (the cluster is claimed by "${kubernetes.claim.owner}")` : '';
}

function withoutScheme(issuer: string): string {
  return issuer.replace(/^https:\/\//, '');
}
