import { NodeLoad } from './facts';
import { StageCheck, StageScope } from './scope';
import { PoolFacts } from '../../karpenter/api/karpenter-api';
import { isElastic, offersSpot } from '../../karpenter/api/pool-offer';
import { quantity } from '../../kubernetes/quantity';
import { PreflightCheck } from '../../words/preflight-check';
import { Finding, error, warning } from '../verdict';

type Resource = 'cpu' | 'memory';

/** An amount that the moving pods need. */
interface Need {
  /** For the node that needs least: with less than this, not even the first node can be drained. */
  readonly least: number;
  /** For all at once, as long as nothing of the old fleet has gone. */
  readonly all: number;
}

const poolLimits: StageCheck = scope => scope.offers.length === 0 ? [] : (['cpu', 'memory'] as const).flatMap((resource) => {
  const left = roomInLimits(scope.facts.pools.filter(isElastic), resource);
  return shortages({
    check: PreflightCheck.POOL_LIMITS,
    need: needOf(scope, load => load[resource]),
    room: left + scope.facts.karpenter[resource],
    situation: `the limits of the ${scope.api.words.pools} leave ${amount(resource, left)}`,
    say: value => amount(resource, value),
    remedy: `raise \`limits\` of a ${scope.api.words.pool}, or take it away`,
  });
});

const vcpuQuota: StageCheck = (scope) => {
  const { facts } = scope;
  if (!facts.vcpus) {
    return [warning(PreflightCheck.VCPU_QUOTA, `the quota of on-demand vCPUs (L-1216C47A) is not known: ${facts.vcpuProblem}`,
      'see in the console of Service Quotas that it allows both fleets at once, or let our function read it (servicequotas:GetServiceQuota)')];
  }
  const { quota, running } = facts.vcpus;
  const found = shortages({
    check: PreflightCheck.VCPU_QUOTA,
    need: needOf(scope, load => load.cpu),
    room: quota - running + facts.karpenter.cpu,
    situation: `${running} of the account's ${quota} on-demand vCPUs (quota L-1216C47A) are in use`,
    say: value => amount('cpu', value),
    remedy: 'ask Service Quotas for more',
  });
  // Spot instances count against another quota.
  return offersSpot(scope.offers, scope.api) ? found.map(asWarning) : found;
};

const fleetAddresses: StageCheck = (scope) => {
  const { facts } = scope;
  const subnets = new Map(Object.values(facts.subnets).flat().map(subnet => [subnet.id, subnet]));
  // Without a subnet there is nothing to count, which is a finding of its own.
  const free = subnets.size === 0 ? Infinity : [...subnets.values()].reduce((sum, subnet) => sum + subnet.availableAddresses, 0);
  const found = shortages({
    check: PreflightCheck.FLEET_ADDRESSES,
    // One address for the new node itself, at least.
    need: needOf(scope, load => 1 + (facts.podsUseSubnets ? load.addresses : 0)),
    room: free,
    situation: `the ${scope.api.words.pools}' subnets have ${free} free addresses`,
    say: value => `${value} addresses`,
    remedy: 'select bigger subnets, or free addresses',
  });
  // Nodes that Karpenter has already may hold addresses in reserve for pods.
  return facts.karpenter.nodes > 0 ? found.map(asWarning) : found;
};

export const CAPACITY_CHECKS: readonly StageCheck[] = [poolLimits, vcpuQuota, fleetAddresses];

function needOf({ loads }: StageScope, amountOf: (load: NodeLoad) => number): Need {
  const amounts = loads.map(amountOf);
  return { least: Math.min(...amounts), all: amounts.reduce((sum, one) => sum + one, 0) };
}

interface Shortage {
  readonly check: PreflightCheck;
  readonly need: Need;
  readonly room: number;
  readonly situation: string;
  readonly say: (value: number) => string;
  readonly remedy: string;
}

function shortages({ check, need, room, situation, say, remedy }: Shortage): Finding[] {
  if (room >= need.all) {
    return [];
  }
  return room < need.least
    ? [error(check, `${situation}; the pods of a single node need ${say(need.least)} at least`, remedy)]
    : [warning(check, `${situation}; all that moves needs ${say(need.all)}, so both fleets do not fit at once`, remedy)];
}

function asWarning(finding: Finding): Finding {
  return { ...finding, severity: 'warning' };
}

/** A pool without a limit leaves all there is. */
function roomInLimits(pools: readonly PoolFacts[], resource: Resource): number {
  return pools.reduce((sum, { limits, used }) => limits[resource] === undefined
    ? Infinity
    : sum + Math.max(0, quantity(limits[resource]) - quantity(used[resource] ?? '0')), 0);
}

function amount(resource: Resource, value: number): string {
  return resource === 'cpu' ? `${Math.round(value * 100) / 100} vCPUs` : `${Math.ceil(value / 2 ** 20)}Mi of memory`;
}
