import { DrainFigures } from './drain-figures';
import { table } from '../document';

export const DRAIN_HEADING = '## Drain';
export const DRAIN_V1_HEADING = '## Drain with Karpenter 1';
export const OBSTRUCTED_HEADING = '## Drain with a budget in the way';

export interface Drained { readonly title: string; readonly figures: DrainFigures }

/**
 * @param limitSeconds how long EKS drains what Auto Scaling ends
 * @param about machine, versions, date
 */
export function drainChapter(drained: readonly Drained[], limitSeconds: number, about: string): string {
  return [
    DRAIN_HEADING,
    '',
    `By \`npm run bench -- --drain\`. ${about} One round each, in a world of its own in the proving ground, where state machines wait 0.4 times as long as at AWS. `
      + 'The customer has twelve nodes, with budgets for most workloads, and is at stage `CUT_OVER`; each way begins there and ends when node groups have '
      + 'the guide\'s sizes and every pod is Ready that is not one of a DaemonSet on a node that is gone. "This" drains a tenth of the nodes at a time, which is the default and one node here; "a quarter at once" has '
      + '`scaleDown.batchSize` at 25 %, "room first" `scaleDown.preProvision` as well. '
      + '`bench/ground/guide` has the commands of the others: "one by one" is `kubectl drain` and '
      + '`aws autoscaling terminate-instance-in-auto-scaling-group`, one node after the other; "resize" is the guide\'s `aws eks update-nodegroup-config`, '
      + 'which starts a node of an empty group too. '
      + `Everywhere EKS drains what Auto Scaling ends, by a model of ours: it cordons all nodes that leave and asks for the eviction of all their pods, again and again, for ${limitSeconds} s, `
      + 'which is its quarter of an hour times 0.4. Pods on nodes that are gone count as not Ready, whatever their status says.',
    '',
    figuresTable(drained, LINES),
    '',
    CALLS,
    '',
  ].join('\n');
}

/** @param about machine, versions, date */
export function drainV1Chapter(drained: readonly Drained[], about: string): string {
  return [
    DRAIN_V1_HEADING,
    '',
    `By \`npm run bench -- --drain-v1\`. ${about} The customer and the ways of chapter *Drain*, one round each, with Karpenter 1. Its default pool consolidates \`WhenEmptyOrUnderutilized\`, a minute after pods `
      + 'last came or went. "This" holds consolidation and drift back while nodes go, but for empty nodes, and gives them back at the end. In the ways by hand consolidation stays on, '
      + 'because no command of theirs turns it off. What Karpenter itself evicts until the end has a line of its own, and pods evicted more than once are those that anybody evicted. '
      + 'What it consolidates after the end is in no column. Compare wall times within a chapter, for the ends differ: here pods on nodes that are gone, or that Karpenter is taking away, '
      + 'are not waited for; in chapter *Drain* only those of DaemonSets on nodes that are gone are not.',
    '',
    figuresTable(drained, V1_LINES),
    '',
    CALLS,
    '',
  ].join('\n');
}

/**
 * @param budgetSeconds how long a budget allows nothing
 * @param about machine, versions, date
 */
export function obstructedChapter(drained: readonly Drained[], budgetSeconds: number, about: string): string {
  return [
    OBSTRUCTED_HEADING,
    '',
    `By \`npm run bench -- --obstructed\`. ${about} As in chapter *Drain*; but as soon as the first node is cordoned, somebody lets the budget of \`frontend\` demand all of its pods, `
      + `and takes that back after ${budgetSeconds} s.`,
    '',
    figuresTable(drained, LINES),
    '',
    CALLS,
    '',
  ].join('\n');
}

const CALLS = 'Calls of AWS are those of the CDK CLI, of functions and state machines, and of the AWS CLI; requests to Kubernetes those of functions or of kubectl. What EKS does is not in them.';

/** A line of the table: its title, and what it says of a drain. */
type Line = readonly [string, (figures: DrainFigures) => string | number];

const LINES: readonly Line[] = [
  ['wall time until everything is Ready, s', ({ seconds }) => seconds.toFixed(0)],
  ['until the last command comes back, s', ({ commandSeconds }) => commandSeconds.toFixed(0)],
  ['nodes drained', ({ nodes }) => nodes],
  ['evictions', ({ granted }) => granted],
  ['refused evictions', ({ refused }) => refused],
  ['pods evicted more than once', ({ evictedAgain }) => evictedAgain],
  ['pods preempted', ({ preempted }) => preempted],
  ['budgets broken', ({ budgetsBroken }) => budgetsBroken.length === 0 ? 0 : `${budgetsBroken.length}: ${budgetsBroken.join(', ')}`],
  ['seconds below a budget', ({ secondsBelowBudget }) => secondsBelowBudget.toFixed(0)],
  ['worst workload without a budget, Ready pods', ({ worst }) => worst ? `${worst.workload.split('/').pop()} ${worst.fewest} of ${worst.before}` : '-'],
  ['pods pending over a minute', ({ longWaits }) => longWaits],
  ['wait of a pod until it runs, median, s', ({ medianWaitSeconds }) => medianWaitSeconds.toFixed(0)],
  ['longest wait of a pod, s', ({ longestWaitSeconds }) => longestWaitSeconds.toFixed(0)],
  ['calls of AWS', ({ aws }) => total(aws)],
  ['requests to Kubernetes', ({ kubernetes }) => kubernetes.objects + kubernetes.discovery],
  ['calls of AWS for each node', figures => perNode(figures, total(figures.aws))],
  ['requests to Kubernetes for each node', figures => perNode(figures, figures.kubernetes.objects + figures.kubernetes.discovery)],
];

const V1_LINES: readonly Line[] = [
  ...LINES,
  ['evictions by Karpenter itself', ({ byKarpenter }) => byKarpenter],
  ['load of the machine in the minute before its world', ({ load }) => load.toFixed(1)],
];

function figuresTable(all: readonly Drained[], lines: readonly Line[]): string {
  return table(['', ...all.map(({ title }) => title)], lines.map(([title, say]) => [title, ...all.map(({ figures }) => say(figures))]));
}

function total(counts: DrainFigures['aws']): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

function perNode({ nodes }: DrainFigures, count: number): string {
  return nodes === 0 ? '-' : (count / nodes).toFixed(0);
}
