import { NodegroupShape, NodeLoad, StageFacts, WorkloadFacts } from './facts';
import { StageQuestion } from './question';
import { KarpenterApi } from '../../karpenter/api/karpenter-api';
import { offersOf, PoolOffer } from '../../karpenter/api/pool-offer';
import { apiOf } from '../../karpenter/apis';
import { wantedOf } from '../../workflow/scale-down/targets';
import { Finding } from '../verdict';

/** The facts as the checks look at them. */
export interface StageScope {
  readonly facts: StageFacts;
  readonly question: StageQuestion;
  readonly api: KarpenterApi;
  /** What the pools can make. */
  readonly offers: readonly PoolOffer[];
  /** The workloads with pods on nodes that may go. */
  readonly moving: readonly WorkloadFacts[];
  /** What would have to move from each node that may go. */
  readonly loads: readonly NodeLoad[];
}

export type StageCheck = (scope: StageScope) => Finding[];

export function scopeOf(facts: StageFacts, question: StageQuestion): StageScope {
  const api = apiOf(question.api, question.karpenterVersion);
  const wanted = ({ name }: NodegroupShape) => wantedOf(name, facts.nodegroups.length, { ScaleDown: { Targets: question.targets } });
  // A group at or below keeps all of its nodes.
  const shrinking = facts.nodegroups.filter(nodegroup => nodegroup.desired > wanted(nodegroup)).map(nodegroup => nodegroup.name);
  return {
    facts,
    question,
    api,
    offers: offersOf(facts.pools, { nodeClasses: facts.nodeClasses, zones: zonesOf(facts), types: facts.types, uncounted: question.uncounted }, api),
    moving: facts.workloads.filter(workload => workload.nodegroups.some(nodegroup => shrinking.includes(nodegroup))),
    loads: facts.loads.filter(load => shrinking.includes(load.nodegroup)),
  };
}

export function workloadName({ kind, namespace, name }: WorkloadFacts): string {
  return `${kind} ${namespace}/${name}`;
}

function zonesOf({ subnets }: StageFacts): Record<string, string[]> {
  return Object.fromEntries(Object.entries(subnets).map(([nodeClass, all]) => [nodeClass, all.map(({ zone }) => zone)]));
}
