import { DrainFacts, PredictedDrain } from './drain';
import { PodView } from '../../kubernetes/views';
import { grouped } from '../../words/grouped';
import { Amount, ScaleDownConfiguration } from '../../workflow/contract';
import { manyOf } from '../../workflow/draining/amount';
import { podsToMove } from '../../workflow/draining/pods';

/** How long things take, for an estimate; each is named in it. */
export const SECONDS = {
  /** Until a node of Karpenter's is Ready. */
  node: 60,
  /** Until a pod is Ready that has a node. */
  pod: 30,
  /** Until an instance has ended. */
  instance: 60,
} as const;

export interface TimeEstimate {
  readonly minutes: number;
  /** What the time would not be shorter without. */
  readonly boundBy: string;
  readonly assumptions: readonly string[];
}

/** How long a drain takes at the chosen pace, as far as a plan can tell. */
export function estimateTime(
  drain: PredictedDrain, facts: DrainFacts, configuration: ScaleDownConfiguration, hasLoadBalancers: boolean,
): TimeEstimate {
  const batch = manyOf(configuration.BatchSize, facts.nodes.length);
  const deregistration = hasLoadBalancers ? configuration.DeregistrationSeconds : 0;
  const round = SECONDS.node + SECONDS.pod;
  const rounds = Math.ceil(drain.goes.length / batch);
  const settling = SECONDS.pod + deregistration;
  // Without a pause the next batch finds room for its pods while those of the last one start.
  const byNodes = configuration.PauseSeconds > 0
    ? rounds * (round + deregistration + SECONDS.instance + configuration.PauseSeconds)
    : rounds * Math.max(SECONDS.node, settling) + settling + SECONDS.instance;
  const slowest = slowestWorkload(drain, facts, configuration.DisruptionLimit);
  const byWorkload = slowest ? slowest.rounds * round + deregistration + SECONDS.instance : 0;
  const isByWorkload = slowest !== undefined && byWorkload > byNodes;
  return {
    minutes: Math.ceil(Math.max(byNodes, byWorkload) / 60),
    boundBy: isByWorkload
      ? `${slowest.name}, of which ${slowest.pods} pods move, ${slowest.allowed} at a time`
      : `${drain.goes.length} nodes, ${batch} at a time`,
    assumptions: [
      `a node of Karpenter's is Ready after ${SECONDS.node} s, a pod on it after ${SECONDS.pod} s, an instance has ended after ${SECONDS.instance} s`,
      ...deregistration > 0 ? [`load balancers have ${deregistration} s to let go of a node`] : [],
      'pods end within their grace period, and nothing else is in the way',
    ],
  };
}

interface Slow { readonly name: string; readonly pods: number; readonly allowed: number; readonly rounds: number }

/** The workload whose pods need the most rounds, by what may be missing of it at a time. */
function slowestWorkload({ goes }: PredictedDrain, { pods }: DrainFacts, limit: Amount): Slow | undefined {
  const keyOf = ({ namespace, budget, controller, name }: PodView) => budget
    ? `budget ${namespace}/${budget.name}` : `${controller?.kind ?? 'Pod'} ${namespace}/${controller?.name ?? name}`;
  const all = grouped(pods, keyOf);
  const moving = grouped(goes.flatMap(({ name }) => podsToMove(name, pods)), keyOf);
  return [...moving].map(([name, { length: many }]): Slow => {
    const [{ budget }] = all.get(name)!;
    // A budget that allows nothing is a finding of its own; here it counts as one at a time.
    const allowed = Math.max(1, budget ? budget.allows : manyOf(limit, all.get(name)!.length));
    return { name, pods: many, allowed, rounds: Math.ceil(many / allowed) };
  }).sort((a, b) => b.rounds - a.rounds || a.name.localeCompare(b.name))[0];
}
