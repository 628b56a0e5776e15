import { NodegroupShape, NodeLoad, StageFacts, WorkloadFacts } from './facts';
import { StageQuestion } from './question';
import { Supply, suppliesOf } from './supply';
import { KarpenterApi } from '../../karpenter/api/karpenter-api';
import { apiOf } from '../../karpenter/apis';
import { Finding } from '../verdict';

/** The facts as the checks look at them. */
export interface StageScope {
  readonly facts: StageFacts;
  readonly question: StageQuestion;
  readonly api: KarpenterApi;
  readonly supplies: readonly Supply[];
  /** The workloads with pods on nodes that may go. */
  readonly moving: readonly WorkloadFacts[];
  /** What would have to move from each node that may go. */
  readonly loads: readonly NodeLoad[];
}

export type StageCheck = (scope: StageScope) => Finding[];

export function scopeOf(facts: StageFacts, question: StageQuestion): StageScope {
  const shrinking = facts.nodegroups.filter(nodegroup => nodegroup.desired > targetOf(nodegroup, facts, question)).map(nodegroup => nodegroup.name);
  const api = apiOf(question.api);
  return {
    facts,
    question,
    api,
    supplies: suppliesOf(facts, api),
    moving: facts.workloads.filter(workload => workload.nodegroups.some(nodegroup => shrinking.includes(nodegroup))),
    loads: facts.loads.filter(load => shrinking.includes(load.nodegroup)),
  };
}

export function workloadName({ kind, namespace, name }: WorkloadFacts): string {
  return `${kind} ${namespace}/${name}`;
}

/** The guide's sizes: two nodes where there is one node group, else one of each. A group at or below keeps all of its nodes. */
function targetOf({ name }: NodegroupShape, { nodegroups }: StageFacts, { targets }: StageQuestion): number {
  return targets.find(target => target.Nodegroup === name)?.Size ?? (nodegroups.length === 1 ? 2 : 1);
}
