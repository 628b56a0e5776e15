import { ClusterSummary, PLAN_SCHEMA, PlanDocument, Snippet } from './contract';
import { DrainFacts } from './drain';
import { allFindings } from './findings';
import { moneyPlan } from './money';
import { assumedImport, onceInstalled } from './planned';
import { attachProposal, poolsPlan } from './pools';
import { PlanPorts } from './ports';
import { ChosenRelease, chooseRelease } from './release';
import { cutOverPlan, installPlan, scaleDownPlan } from './stages';
import { Attach, ImportedCluster, SynthesizedMigration } from './synthesis';
import { effectiveSecurityGroupIds } from '../../cluster/survey';
import { ClusterFacts, SubnetFacts } from '../../cluster/survey-port';
import { apiOf } from '../../karpenter/apis';
import { PreflightFacts } from '../../preflight/checks';
import { PreflightProperties } from '../../preflight/contract';
import { KubernetesFacts } from '../../preflight/kubernetes-facts';
import { selectedNetwork } from '../../preflight/selected-network';
import { StageFacts } from '../../preflight/workloads/facts';
import { StageQuestion, stageQuestion } from '../../preflight/workloads/question';
import { readStageFacts } from '../../preflight/workloads/reading';
import { MigrationStage } from '../../words/migration-stage';
import { WorkflowConfiguration } from '../../workflow/contract';
import { Readings } from '../access/readings';
import { ON_KUBERNETES } from '../access/rights';
import { Generation, UsageError } from '../arguments';
import { NODEGROUP_READS, PoolFacts } from '../pools/contract';
import { Proposal } from '../pools/proposal';
import { propose } from '../pools/propose';

/** Who asks, where, and what the cluster is called. */
export interface PlanQuestion {
  readonly cluster: string;
  readonly account: string;
  readonly region: string;
  /** The newest one that serves the cluster if undefined. */
  readonly generation?: Generation;
  readonly now: number;
}

/** What takes the CDK, and what depends on the language. */
export interface PlanParts {
  readonly synthesize: (imported: ImportedCluster, attach: Attach) => SynthesizedMigration;
  readonly snippet: (about: SnippetFacts) => Snippet;
}

/** Roles that are administrators of the cluster. */
export interface Administrators {
  /** Those that functions of the account may become. */
  readonly trusting: readonly string[];
  readonly others: readonly string[];
}

/** What the code says about the cluster. */
export interface SnippetFacts {
  readonly cluster: ClusterFacts;
  readonly account: string;
  readonly region: string;
  readonly release: ChosenRelease;
  readonly administrators: Administrators;
  readonly openIdConnectProviderArn?: string;
  readonly proposal: Proposal;
}

/** Reads a cluster and says what a migration would do to it; changes nothing. What cannot be read is named, and all else is said. */
export async function makePlan(ports: PlanPorts, parts: PlanParts, question: PlanQuestion, readings: Readings): Promise<PlanDocument> {
  const { account, region } = question;
  const cluster = await ports.cluster.readCluster(question.cluster, undefined, true);
  const release = chooseRelease(cluster.version, question.generation);
  if (question.generation && !release) {
    throw new UsageError(`--release ${question.generation} does not serve Kubernetes ${cluster.version} of cluster "${cluster.name}": leave it out`);
  }
  const subnets = await readings.read('subnets', ['ec2:DescribeSubnets'], () => ports.cluster.readSubnets(subnetsOf(cluster), true)) ?? [];
  const summary = summaryOf(cluster, region, subnets);
  if (!release) {
    return { schema: PLAN_SCHEMA, ready: false, cluster: summary, findings: [], unread: readings.unread };
  }
  const provider = await readings.read('OIDC providers', ['iam:ListOpenIDConnectProviders'], () => ports.identity.openIdConnectProvider());
  const administrators = await readAdministrators(ports, readings);
  const imported = assumedImport(cluster, account, region, { kubectlRoleArn: administrators.trusting[0] ?? administrators.others[0], openIdConnectProviderArn: provider });
  const groups = await readGroups(ports, readings);
  // The release's own pool where node groups cannot be read.
  const proposal: Proposal = groups ? propose(groups, release.generation) : { generation: release.generation, pools: [], nodeClasses: [], lines: [] };
  const migration = parts.synthesize(imported, attachProposal(proposal, release));
  const { configuration, preflight } = migration;
  const installed = await readInstall(ports, cluster, preflight, subnets, readings);
  const stage = cluster.status === 'ACTIVE' ? await readStage(ports, { cluster, migration, subnets }, readings) : undefined;
  // What a migration has made already is not held against it.
  const owner = installed.kubernetes?.claim?.owner ?? preflight.Owner;
  const found = allFindings({ facts: installed, properties: { ...preflight, Owner: owner } }, stage);
  const facts = await readDrain(ports, configuration, readings);
  const hasLoadBalancers = await readings.read('load balancers', [ON_KUBERNETES.services, ON_KUBERNETES.ingresses], () => ports.hasLoadBalancers());
  const cutOver = await readCutOver(ports, configuration, readings);
  const scaleDown = facts && scaleDownPlan(facts, stage?.facts, configuration, hasLoadBalancers ?? true, question.now);
  return {
    schema: PLAN_SCHEMA,
    ready: found.every(({ stops }) => stops === undefined) && readings.unread.length === 0,
    cluster: summary,
    release,
    claim: installed.kubernetes?.claim,
    findings: found,
    install: installPlan(configuration, release, configuration.Pools),
    cutOver,
    scaleDown,
    pools: poolsPlan(proposal),
    ...facts && scaleDown && groups ? { money: moneyPlan(facts, scaleDown, { facts: groups, proposal, region }, configuration) } : {},
    unread: readings.unread,
    snippet: parts.snippet({ cluster, account, region, release, administrators, openIdConnectProviderArn: provider, proposal }),
  };
}

function subnetsOf({ nodegroups, subnetIds }: ClusterFacts): string[] {
  return [...new Set([...nodegroups.flatMap(nodegroup => nodegroup.subnetIds), ...subnetIds])].sort();
}

function summaryOf(cluster: ClusterFacts, region: string, subnets: readonly SubnetFacts[]): ClusterSummary {
  const zonesOf = (ids: readonly string[]) => [...new Set(subnets.filter(({ id }) => ids.includes(id)).map(({ zone }) => zone))].sort();
  return {
    name: cluster.name,
    arn: cluster.arn,
    region,
    status: cluster.status,
    kubernetes: cluster.version,
    platform: cluster.platformVersion,
    authenticationMode: cluster.authenticationMode,
    vpc: cluster.vpcId,
    nodegroups: cluster.nodegroups.map(({ name, status, scaling, instanceTypes, capacityType, amiType, subnetIds, ...more }) => ({
      name,
      status,
      ...scaling,
      instanceTypes,
      capacityType,
      amiType,
      subnets: subnetIds,
      zones: zonesOf(subnetIds),
      securityGroups: effectiveSecurityGroupIds(cluster, { name, status, scaling, instanceTypes, capacityType, amiType, subnetIds, ...more }),
    })),
  };
}

/** What makes the nodes of node groups what they are. */
async function readGroups({ pools }: PlanPorts, readings: Readings): Promise<PoolFacts | undefined> {
  const facts = await readings.read('launch templates, images and instance types of node groups', NODEGROUP_READS, pools);
  facts?.unread.forEach(line => readings.unread.push(line));
  return facts;
}

/** Roles that the cluster knows as administrators: one of them is the kubectl role of the import. */
async function readAdministrators({ identity, mastersOfAwsAuth }: PlanPorts, readings: Readings): Promise<Administrators> {
  const entries = await readings.read('access entries', ['eks:ListAccessEntries', 'eks:ListAssociatedAccessPolicies'], () => identity.administrators());
  const masters = await readings.read('the ConfigMap aws-auth', [ON_KUBERNETES.configMaps], mastersOfAwsAuth);
  const all = [...new Set([...entries ?? [], ...masters ?? []])];
  const trusting = all.length === 0 ? [] : await readings.read('trust policies of administrators', ['iam:GetRole'], () => identity.trusting(all)) ?? [];
  return { trusting, others: all.filter(role => !trusting.includes(role)) };
}

async function readInstall(
  { cluster: network, preflight: reader }: PlanPorts, cluster: ClusterFacts, properties: PreflightProperties, all: readonly SubnetFacts[],
  readings: Readings,
): Promise<PreflightFacts> {
  const { subnetIds, securityGroupIds } = selectedNetwork(cluster, properties);
  const securityGroups = await readings.read('security groups', ['ec2:DescribeSecurityGroups'], () => network.readSecurityGroups(securityGroupIds, true));
  const kubernetes = cluster.status === 'ACTIVE'
    ? await readings.read('what INSTALL must know of the Kubernetes API', Object.values(ON_KUBERNETES), () => readKubernetes(reader, properties)) : undefined;
  const subnets = all.filter(({ id }) => subnetIds.includes(id));
  const found = [...all, ...securityGroups ?? []].map(({ id }) => id);
  return {
    cluster,
    subnets,
    securityGroups: securityGroups ?? [],
    // What nobody could read is not missing.
    missing: all.length > 0 && securityGroups ? [...subnetIds, ...securityGroupIds].filter(id => !found.includes(id)) : [],
    isCreation: kubernetes?.claim === undefined,
    kubernetes,
  };
}

function readKubernetes(reader: PlanPorts['preflight'], properties: PreflightProperties): Promise<KubernetesFacts> {
  return reader.readFacts({
    clusterName: properties.ClusterName,
    kubectlRoleArn: properties.KubectlRoleArn,
    api: properties.Api,
    namespace: properties.Namespace,
    crds: properties.Crds,
    objects: properties.Objects,
    replicas: properties.Replicas,
    cpu: properties.Cpu,
    memory: properties.Memory,
    tolerations: properties.Tolerations,
  });
}

async function readStage(
  { stage: ports }: PlanPorts,
  { cluster, migration, subnets }: { cluster: ClusterFacts; migration: SynthesizedMigration; subnets: readonly SubnetFacts[] },
  readings: Readings,
): Promise<{ facts: StageFacts; question: StageQuestion } | undefined> {
  const { configuration } = migration;
  // The rights of the functions are granted with the migration; a caller only reads.
  const question: StageQuestion = { ...stageQuestion(configuration, MigrationStage.SCALE_DOWN), hasRights: true };
  const facts = await readings.read('workloads', Object.values(ON_KUBERNETES), () => readStageFacts(ports, question));
  return facts && { question, facts: onceInstalled(facts, migration, apiOf(configuration.Api, configuration.KarpenterVersion), cluster, subnets) };
}

async function readDrain(
  { nodegroups, drain }: PlanPorts, configuration: WorkflowConfiguration, readings: Readings,
): Promise<DrainFacts | undefined> {
  const actions = ['eks:DescribeNodegroup', 'autoscaling:DescribeAutoScalingGroups', 'ec2:DescribeInstances'];
  const groups = await readings.read('Auto Scaling groups', actions, nodegroups);
  const rest = await readings.read('nodes and pods', [ON_KUBERNETES.nodes, ON_KUBERNETES.pods, ON_KUBERNETES.budgets], () => drain(configuration));
  return groups && rest && { nodegroups: groups, ...rest };
}

async function readCutOver(ports: PlanPorts, configuration: WorkflowConfiguration, readings: Readings): Promise<PlanDocument['cutOver']> {
  const exist: (boolean | undefined)[] = [];
  for (const { Kind: kind, Namespace: namespace, Name: name } of configuration.CriticalWorkloads) {
    const ask = async () => await ports.workload({ kind, namespace, name }) !== undefined;
    exist.push(await readings.read(`${kind} ${namespace}/${name}`, [ON_KUBERNETES.deployments], ask));
  }
  return cutOverPlan(configuration, exist, await readings.read('the Cluster Autoscaler', [ON_KUBERNETES.deployments], ports.autoscalers));
}
