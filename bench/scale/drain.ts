import { BUDGET, REPLICAS, SECONDS, Seconds, SimulatedCluster } from './cluster';
import { Meter } from './meter';
import { V1_API } from '../../src/karpenter/v1/api';
import { Amount } from '../../src/workflow/contract';
import { ScaleDownStepConfiguration } from '../../src/workflow/scale-down/context';
import { scaleDownStep } from '../../src/workflow/scale-down/step';

/** Of each call of the state machine: the task, what came of it, the wait and what is next. */
export const TRANSITIONS = 4;
export const PAUSE_SECONDS = 30;
/** The default. */
export const BATCH: Amount = { Percentage: 10 };
/** A day of calls each second: whoever gets there goes round in circles. */
const MOST_CALLS = 86_400;

export interface ScaleFigures {
  readonly nodes: number;
  readonly drained: number;
  readonly hours: number;
  readonly calls: number;
  readonly transitions: number;
  readonly evictions: number;
  readonly refused: number;
  readonly kubernetes: number;
  readonly aws: number;
  readonly bytes: number;
  /** Of the planners, without what they wait for. */
  readonly medianMilliseconds: number;
  readonly mostMilliseconds: number;
  readonly mostEvictionsOfAPod: number;
  /** Workloads that lacked more pods than they may. */
  readonly harmed: number;
}

/** What a migration with its defaults says, but for the share of nodes that drain at a time. */
export function configurationOf(batch: Amount): ScaleDownStepConfiguration {
  return {
    ClusterName: 'prod',
    Api: V1_API.name,
    Owner: 'Stack/Migration',
    Pools: ['default'],
    Namespace: 'karpenter',
    Release: 'karpenter',
    Replicas: 2,
    Cpu: '1',
    Memory: '1Gi',
    CanaryImage: 'pause',
    ScaleDown: { Targets: [], BatchSize: batch, DisruptionLimit: { Count: BUDGET }, PauseSeconds: 0, DeregistrationSeconds: 0, Force: false },
  };
}

/** Drains a cluster of so many nodes to the guide's sizes, by the step itself. */
export async function drainOf(nodes: number, batch: Amount, seconds: Seconds = SECONDS): Promise<ScaleFigures> {
  const cluster = new SimulatedCluster(nodes, seconds);
  const meter = new Meter(cluster);
  const configuration = configurationOf(batch);
  const before = cluster.members;
  const step = scaleDownStep(meter.ports(), configuration, { force: false, now: () => cluster.now });
  const milliseconds: number[] = [];
  const counts = { evictions: 0, refused: 0 };
  for (let calls = 1; calls <= MOST_CALLS; calls += 1) {
    meter.call();
    const [begun, apart] = [process.cpuUsage(), meter.microseconds];
    const progress = await step.apply();
    const { user, system } = process.cpuUsage(begun);
    milliseconds.push((user + system - (meter.microseconds - apart)) / 1000);
    counts.evictions += progress.counts?.podsEvicted ?? 0;
    counts.refused += progress.counts?.evictionsRefused ?? 0;
    if (progress.kind === 'done') {
      const sorted = [...milliseconds].sort((a, b) => a - b);
      return {
        ...counts,
        nodes,
        drained: before - cluster.members,
        hours: cluster.seconds / 3600,
        calls,
        transitions: calls * TRANSITIONS,
        kubernetes: meter.kubernetes,
        aws: meter.aws,
        bytes: meter.bytes,
        medianMilliseconds: sorted[Math.floor(sorted.length / 2)],
        mostMilliseconds: sorted[sorted.length - 1],
        mostEvictionsOfAPod: Math.max(...cluster.evictions.values()),
        harmed: cluster.workloads.filter(one => one.fewest < REPLICAS - BUDGET).length,
      };
    }
    cluster.pass(progress.kind === 'working' ? progress.waitSeconds : PAUSE_SECONDS);
  }
  throw new Error(`the drain of ${nodes} nodes did not end within ${MOST_CALLS} calls, with ${cluster.members} left`);
}
