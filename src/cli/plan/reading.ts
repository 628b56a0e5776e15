import { PlanDocument } from './contract';
import { DrainFacts } from './drain';
import { onceInstalled } from './planned';
import { PlanPorts } from './ports';
import { cutOverPlan } from './stages';
import { SynthesizedMigration } from './synthesis';
import { ClusterFacts, SubnetFacts } from '../../cluster/survey-port';
import { apiOf } from '../../karpenter/apis';
import { PreflightFacts } from '../../preflight/checks';
import { PreflightProperties } from '../../preflight/contract';
import { kubernetesQuestion } from '../../preflight/kubernetes-facts';
import { selectedNetwork } from '../../preflight/selected-network';
import { StageFacts } from '../../preflight/workloads/facts';
import { StageQuestion, stageQuestion } from '../../preflight/workloads/question';
import { readStageFacts } from '../../preflight/workloads/reading';
import { MigrationStage } from '../../words/migration-stage';
import { WorkflowConfiguration } from '../../workflow/contract';
import { Readings } from '../access/readings';
import { ON_KUBERNETES } from '../access/rights';
import { NODEGROUP_READS, PoolFacts } from '../pools/contract';

/** Roles that are administrators of the cluster. */
export interface Administrators {
  /** Those that functions of the account may become. */
  readonly trusting: readonly string[];
  readonly others: readonly string[];
}

/** What makes the nodes of node groups what they are. */
export async function readGroups({ pools }: PlanPorts, readings: Readings): Promise<PoolFacts | undefined> {
  const facts = await readings.read('launch templates, images and instance types of node groups', NODEGROUP_READS, pools);
  facts?.unread.forEach(line => readings.unread.push(line));
  return facts;
}

/** Roles that the cluster knows as administrators: one of them is the kubectl role of the import. */
export async function readAdministrators({ identity, mastersOfAwsAuth }: PlanPorts, readings: Readings): Promise<Administrators> {
  const entries = await readings.read('access entries', ['eks:ListAccessEntries', 'eks:ListAssociatedAccessPolicies'], () => identity.administrators());
  const masters = await readings.read('the ConfigMap aws-auth', [ON_KUBERNETES.configMaps], mastersOfAwsAuth);
  const all = [...new Set([...entries ?? [], ...masters ?? []])];
  const trusting = all.length === 0 ? [] : await readings.read('trust policies of administrators', ['iam:GetRole'], () => identity.trusting(all)) ?? [];
  return { trusting, others: all.filter(role => !trusting.includes(role)) };
}

export async function readInstall(
  { cluster: network, preflight: reader }: PlanPorts, cluster: ClusterFacts, properties: PreflightProperties, all: readonly SubnetFacts[],
  readings: Readings,
): Promise<PreflightFacts> {
  const { subnetIds, securityGroupIds } = selectedNetwork(cluster, properties);
  const securityGroups = await readings.read('security groups', ['ec2:DescribeSecurityGroups'], () => network.readSecurityGroups(securityGroupIds, true));
  const kubernetes = cluster.status === 'ACTIVE'
    ? await readings.read('what INSTALL must know of the Kubernetes API', Object.values(ON_KUBERNETES), () => reader.readFacts(kubernetesQuestion(properties))) : undefined;
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

export async function readStage(
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

export async function readDrain(
  { nodegroups, drain }: PlanPorts, configuration: WorkflowConfiguration, readings: Readings,
): Promise<DrainFacts | undefined> {
  const actions = ['eks:DescribeNodegroup', 'autoscaling:DescribeAutoScalingGroups', 'ec2:DescribeInstances'];
  const groups = await readings.read('Auto Scaling groups', actions, nodegroups);
  const rest = await readings.read('nodes and pods', [ON_KUBERNETES.nodes, ON_KUBERNETES.pods, ON_KUBERNETES.budgets], () => drain(configuration));
  return groups && rest && { nodegroups: groups, ...rest };
}

export async function readCutOver(ports: PlanPorts, configuration: WorkflowConfiguration, readings: Readings): Promise<PlanDocument['cutOver']> {
  const exist: (boolean | undefined)[] = [];
  for (const { Kind: kind, Namespace: namespace, Name: name } of configuration.CriticalWorkloads) {
    const ask = async () => await ports.workload({ kind, namespace, name }) !== undefined;
    exist.push(await readings.read(`${kind} ${namespace}/${name}`, [ON_KUBERNETES.deployments], ask));
  }
  return cutOverPlan(configuration, exist, await readings.read('the Cluster Autoscaler', [ON_KUBERNETES.deployments], ports.autoscalers));
}
