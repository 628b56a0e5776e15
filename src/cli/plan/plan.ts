import { ClusterSummary, PLAN_SCHEMA, PlanDocument, Snippet } from './contract';
import { allFindings } from './findings';
import { moneyPlan } from './money';
import { assumedImport } from './planned';
import { attachProposal, poolsPlan } from './pools';
import { PlanPorts } from './ports';
import { Administrators, readAdministrators, readCutOver, readDrain, readGroups, readInstall, readStage } from './reading';
import { ChosenRelease, chooseRelease } from './release';
import { installPlan, scaleDownPlan } from './stages';
import { Attach, ImportedCluster, SynthesizedMigration } from './synthesis';
import { effectiveSecurityGroupIds } from '../../cluster/survey';
import { ClusterFacts, SubnetFacts } from '../../cluster/survey-port';
import { Readings } from '../access/readings';
import { ON_KUBERNETES } from '../access/rights';
import { Generation, UsageError } from '../arguments';
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
  const kubectlRoleArn = administrators.trusting[0] ?? administrators.others[0];
  const imported = assumedImport(cluster, account, region, { kubectlRoleArn, openIdConnectProviderArn: provider });
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
