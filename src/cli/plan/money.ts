import { MoneyPlan } from './contract';
import { DrainFacts, PredictedDrain } from './drain';
import { apiOf } from '../../karpenter/apis';
import { NODEGROUP_LABEL, NodeView } from '../../kubernetes/views';
import { WellKnownLabel } from '../../provisioning/well-known-label';
import { grouped } from '../../words/grouped';
import { WorkflowConfiguration } from '../../workflow/contract';
import { isPinned } from '../../workflow/scale-down/room';
import { estimate, FleetInstances } from '../money/estimate';
import { PoolFacts } from '../pools/contract';
import { Proposal } from '../pools/proposal';

/** The label by which EKS says how it bought a node of a node group. */
const CAPACITY_LABEL = 'eks.amazonaws.com/capacityType';

/** What the nodes of today cost in a month, and what the pods that move would need on the proposed pools. */
export function moneyPlan(
  { nodes, pods }: DrainFacts, { goes, stays }: Pick<PredictedDrain, 'goes' | 'stays'>,
  about: { readonly facts: PoolFacts; readonly proposal: Proposal; readonly region: string },
  { Api }: WorkflowConfiguration,
): MoneyPlan {
  const named = (names: readonly string[]) => nodes.filter(({ name }) => names.includes(name));
  const going = goes.map(({ name }) => name);
  const staying = stays.map(({ name }) => name);
  const { ownerLabel } = apiOf(Api);
  const { today, planned, prices, assumptions, lines } = estimate({
    ...about,
    today: fleetOf(named([...going, ...staying])),
    staying: fleetOf(named(staying)),
    pods: pods.filter(pod => pod.node !== undefined && going.includes(pod.node) && !isPinned(pod, ownerLabel)),
  });
  return {
    today: today.monthly,
    planned: planned.monthly,
    currency: prices.currency,
    assumptions: [`list prices of ${prices.pricesOf} of ${prices.date}, as ${prices.source} has them`, ...assumptions, ...lines],
  };
}

function fleetOf(nodes: readonly NodeView[]): FleetInstances[] {
  const ofGroups = nodes.filter(({ labels }) => labels[NODEGROUP_LABEL] !== undefined);
  const keyOf = ({ labels }: NodeView) => JSON.stringify([labels[WellKnownLabel.INSTANCE_TYPE], labels[CAPACITY_LABEL]]);
  return [...grouped(ofGroups, keyOf).values()].map(same => ({
    type: same[0].labels[WellKnownLabel.INSTANCE_TYPE] ?? 'an unknown type',
    capacityType: same[0].labels[CAPACITY_LABEL] ?? 'ON_DEMAND',
    count: same.length,
  }));
}
