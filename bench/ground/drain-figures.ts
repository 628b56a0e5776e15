import { CallCounts } from './callers';
import { Requests } from './requests';
import { AuditReport } from '../../proving-ground/observe/audit-events';
import { DisruptionReport } from '../../proving-ground/observe/disruption';

/** What a drain took, and what it did to whom. */
export interface DrainFigures {
  /** Of the machine in the last minute before its world began. */
  readonly load: number;
  /** Until the last command came back. */
  readonly commandSeconds: number;
  /** Until node groups had their sizes and every pod was Ready, on a node that is there. */
  readonly seconds: number;
  /** Nodes of node groups that went. */
  readonly nodes: number;
  readonly granted: number;
  readonly refused: number;
  /** Evictions by Karpenter itself, for its own ends. */
  readonly byKarpenter: number;
  /** Pods that, with those that took their places, were evicted more than once, by whomever. */
  readonly evictedAgain: number;
  /** Pods that the scheduler took away for others. */
  readonly preempted: number;
  /** PodDisruptionBudgets below which a workload fell. */
  readonly budgetsBroken: readonly string[];
  readonly secondsBelowBudget: number;
  /** Of the workloads without a budget that have more than one pod, the one that fared worst; undefined where there is none. */
  readonly worst?: { readonly workload: string; readonly before: number; readonly fewest: number };
  /** Pods that were pending for longer than a minute. */
  readonly longWaits: number;
  readonly longestWaitSeconds: number;
  readonly medianWaitSeconds: number;
  readonly aws: CallCounts;
  readonly kubernetes: Requests;
}

/** What was seen of a drain, from its first command on. */
export interface Seen {
  readonly load: number;
  readonly commandSeconds: number;
  readonly disruption: DisruptionReport;
  /** Of everybody who may have evicted for it. */
  readonly audits: readonly AuditReport[];
  /** Of Karpenter itself. */
  readonly karpenter: AuditReport;
  readonly preempted: number;
  readonly aws: CallCounts;
  readonly kubernetes: Requests;
}

export function drainFigures({ load, commandSeconds, disruption, audits, karpenter, preempted, aws, kubernetes }: Seen): DrainFigures {
  const count = (answer: 'granted' | 'refused') => audits.reduce((sum, audit) => sum + audit[answer].length, 0);
  const [worst] = disruption.withoutBudget
    .flatMap(workload => disruption.fewestReady[workload] ? [{ workload, ...disruption.fewestReady[workload] }] : [])
    .filter(({ before }) => before > 1)
    .sort((a, b) => a.fewest / a.before - b.fewest / b.before);
  return {
    load,
    commandSeconds,
    seconds: disruption.seconds,
    nodes: disruption.nodesGone.filter(({ home }) => home === 'nodegroup').length,
    granted: count('granted'),
    refused: count('refused'),
    byKarpenter: karpenter.granted.length,
    evictedAgain: disruption.evicted.filter(({ evictedAt }) => evictedAt.length > 1).length,
    preempted,
    budgetsBroken: [...new Set(disruption.violations.map(({ budget }) => budget))].sort(),
    secondsBelowBudget: Object.values(disruption.secondsBelow).reduce((sum, seconds) => sum + seconds, 0),
    worst,
    longWaits: disruption.longWaits.length,
    longestWaitSeconds: disruption.longestWaitSeconds,
    medianWaitSeconds: disruption.medianWaitSeconds,
    aws,
    kubernetes,
  };
}
