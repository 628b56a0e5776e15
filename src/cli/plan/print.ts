import { NodegroupSummary, PlanDocument, StageFinding } from './contract';
import { count, some } from '../../words/short-list';
import { Paint, wrapped } from '../terminal/terminal';

/** Names of nodes and workloads of which more would hide the rest of a plan; the JSON document has all. */
const MOST_LINES = 12;

/** A plan for people: what stops a migration first, then its stages, what it costs, and the code. */
export function printPlan(plan: PlanDocument, paint: Paint, columns: number): string {
  const width = Math.max(60, Math.min(columns, 140));
  const bold = (text: string) => paint('bold', text);
  const section = (title: string, lines: readonly string[]) => lines.length === 0 ? [] : ['', bold(title), ...lines.map(line => wrapped(`  ${line}`, width, '    '))];
  return [
    ...clusterLines(plan, bold, width),
    ...section(titleOf(plan), plan.findings.flatMap(finding => findingLines(finding, paint))),
    ...section('1. INSTALL', plan.install?.does ?? []),
    ...section('2. CUT_OVER', cutOverLines(plan)),
    ...section('3. SCALE_DOWN', scaleDownLines(plan)),
    ...section('Pools from node groups', poolLines(plan)),
    ...section('Money', moneyLines(plan)),
    ...section('What could not be read', plan.unread.map(({ what, why, needs }) => `${paint('yellow', '?')} ${what}: ${why}${needs.length > 0 ? ` (needs ${needs.join(', ')})` : ''}`)),
    ...plan.snippet ? ['', bold('Write this'), '', plan.snippet.code.trimEnd()] : [],
    '',
    plan.ready ? paint('green', 'Ready: nothing was found that would stop a migration.') : paint('red', verdict(plan)),
    '',
  ].join('\n');
}

function titleOf({ findings }: PlanDocument): string {
  const stopping = findings.filter(({ stops }) => stops !== undefined).length;
  return `What was found: ${count(stopping, 'thing')} that would stop a migration, ${count(findings.length - stopping, 'warning')}`;
}

function verdict({ release, findings, unread, cluster }: PlanDocument): string {
  if (!release) {
    return `Not ready: no release of Karpenter that this library knows serves Kubernetes ${cluster.kubernetes}.`;
  }
  const stopping = findings.filter(({ stops }) => stops !== undefined);
  return stopping.length > 0
    ? `Not ready: ${some([...new Set(stopping.map(({ check }) => check))])}.`
    : `Not known: ${count(unread.length, 'thing')} could not be read.`;
}

function clusterLines({ cluster, release, claim }: PlanDocument, bold: (text: string) => string, width: number): string[] {
  const about = `${bold(cluster.name)} in ${cluster.region}: Kubernetes ${cluster.kubernetes} (${cluster.platform}), ${cluster.status}, authentication by ${cluster.authenticationMode}, ${cluster.vpc}`;
  const served = release
    ? `Karpenter ${release.version} (KarpenterRelease.${release.generation}) serves it, as it does Kubernetes ${release.kubernetes.minimum} to ${release.kubernetes.maximum}`
    : `no release of Karpenter that this library knows serves Kubernetes ${cluster.kubernetes}`;
  return [
    wrapped(about, width, '  '),
    ...cluster.nodegroups.map(group => wrapped(`  ${nodegroupLine(group)}`, width, '    ')),
    wrapped(served, width, '  '),
    ...claim ? [wrapped(`${claim.abandoned ? 'an abandoned migration' : 'a migration'} of ${claim.owner} has the cluster: see "cdk-karpenter-migration status --cluster ${cluster.name}"`, width, '  ')] : [],
  ];
}

function nodegroupLine({ name, min, max, desired, instanceTypes, capacityType, amiType, zones, status }: NodegroupSummary): string {
  const types = instanceTypes.length > 0 ? some(instanceTypes) : 'type of its launch template';
  return `node group ${name}: ${desired} of ${min} to ${max} nodes, ${types}, ${capacityType}, ${amiType}, ${zones.join(' ')}${status === 'ACTIVE' ? '' : `, ${status}`}`;
}

function findingLines({ check, stops, message, remedy, runbook }: StageFinding, paint: Paint): string[] {
  const [mark, where] = stops ? [paint('red', '✗'), `stops ${stops}`] : [paint('yellow', '!'), 'warning'];
  return [
    `${mark} ${check} (${where}): ${message}`,
    paint('dim', `  do: ${remedy}`),
    ...stops ? [paint('dim', `  see: ${runbook}`)] : [],
  ];
}

function cutOverLines({ cutOver }: PlanDocument): string[] {
  if (!cutOver) {
    return [];
  }
  const { pinned, absent, autoscalers, unclear } = cutOver;
  return [
    `pins ${pinned.join(', ') || 'nothing'} to node groups, by a rolling update of each`,
    ...absent.length > 0 ? [`leaves out ${absent.join(', ')}, which the cluster does not have`] : [],
    'lets a canary pod prove that Karpenter launches a node, and takes both away again',
    ...autoscalers.map(({ name, replicas }) => replicas === 0
      ? `finds the Cluster Autoscaler ${name} at 0 already, and leaves it there`
      : `scales the Cluster Autoscaler ${name} from ${replicas} to 0, and remembers the ${replicas}`),
    ...unclear ? [`pauses, because the Cluster Autoscaler is not clear: ${unclear}`] : [],
  ];
}

function scaleDownLines({ scaleDown }: PlanDocument): string[] {
  if (!scaleDown) {
    return [];
  }
  const { groups, stays, goes, evictions, unprotected, time, says } = scaleDown;
  return [
    `keeps ${groups.map(({ name, has, keeps }) => `${keeps} of ${has} nodes of ${name}`).join(', ')}`,
    ...says,
    ...listed(stays, ({ name, nodegroup, zone, why }) => `stays: ${name} (${nodegroup}, ${zone}): ${why}`, 'more stay'),
    ...listed(goes, ({ name, nodegroup, zone, pods }) => `goes: ${name} (${nodegroup}, ${zone}), ${count(pods, 'pod')}`, 'more go'),
    `${count(evictions, 'eviction')}, each asked of the budget that the pod is under`,
    ...unprotected.length > 0 ? ['without a PodDisruptionBudget, so that a limit of ours holds:'] : [],
    ...listed(unprotected, ({ workload, pods, atATime }) => `  ${workload}: ${atATime} of ${pods} at a time`, 'more workloads'),
    `about ${time.minutes < 120 ? count(time.minutes, 'minute') : `${(time.minutes / 60).toFixed(1)} hours`}, bound by ${time.boundBy}; if ${time.assumptions.join('; ')}`,
  ];
}

function listed<T>(all: readonly T[], line: (one: T) => string, more: string): string[] {
  return [...all.slice(0, MOST_LINES).map(line), ...all.length > MOST_LINES ? [`… and ${all.length - MOST_LINES} ${more}: add --json`] : []];
}

function poolLines({ pools }: PlanDocument): string[] {
  return pools ? [...pools.pools.map(({ name, nodegroups, says }) => `${name} for ${nodegroups.join(', ')}: ${says}`), ...pools.notCarried.map(line => `not carried over: ${line}`)] : [];
}

function moneyLines({ money }: PlanDocument): string[] {
  if (!money) {
    return [];
  }
  const amountOf = (amount: number) => `${money.currency === 'CNY' ? '¥' : '$'}${Math.round(amount).toLocaleString('en-US')}`;
  const saved = money.today - money.planned;
  return [
    `${amountOf(money.today)} a month today, about ${amountOf(money.planned)} with Karpenter: ${amountOf(Math.abs(saved))} ${saved >= 0 ? 'less' : 'more'}`,
    ...money.assumptions,
  ];
}
