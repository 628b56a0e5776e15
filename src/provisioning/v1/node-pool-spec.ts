import { Duration } from 'aws-cdk-lib';
import { Consolidation, NodeExpiry } from './disruption';
import { DisruptionBudget } from './disruption-budget';
import { durationText } from './duration-text';
import { KARPENTER_V1 } from './karpenter-rules';
import { NodePoolOptions } from './node-pool-options';
import { renderRequirements } from './node-pool-requirements';
import { checkNodeLabelKey } from './restricted-labels';
import { checkKey, checkLabelValue } from '../../kubernetes/kubernetes-names';
import { PoolLimits, renderLimits } from '../pool-limits';
import { Taint, checkTaints } from '../taint';

/** The guide's. */
const DEFAULT_CONSOLIDATION = Consolidation.whenEmptyOrUnderutilized(Duration.minutes(1));
const DEFAULT_EXPIRY = NodeExpiry.after(Duration.hours(720));
const DEFAULT_LIMITS: PoolLimits = { cpu: 1000 };
/** Karpenter's own. */
const DEFAULT_BUDGETS: readonly DisruptionBudget[] = [DisruptionBudget.percentage(10)];

/** The spec of a NodePool as the API has it, with nothing left to its defaults; throws on what it or Karpenter would refuse. */
export function renderNodePoolSpec(options: NodePoolOptions, nodeClassName: string): object {
  checkLabels(options.labels ?? {});
  Object.keys(options.annotations ?? {}).forEach((key) => checkKey('annotation key', key));
  checkTaints(options.taints ?? [], options.startupTaints ?? []);
  return {
    template: {
      metadata: options.labels || options.annotations ? { labels: options.labels, annotations: options.annotations } : undefined,
      spec: {
        nodeClassRef: { group: 'karpenter.k8s.aws', kind: 'EC2NodeClass', name: nodeClassName },
        requirements: renderRequirements(options),
        taints: options.taints?.map(renderTaint),
        startupTaints: options.startupTaints?.map(renderTaint),
        expireAfter: (options.expireAfter ?? DEFAULT_EXPIRY)._render(),
        terminationGracePeriod: options.terminationGracePeriod && durationText('`terminationGracePeriod`', options.terminationGracePeriod),
      },
    },
    disruption: {
      ...(options.consolidation ?? DEFAULT_CONSOLIDATION)._render(),
      budgets: (options.disruptionBudgets ?? DEFAULT_BUDGETS).map((budget) => budget._render()),
    },
    limits: renderLimits(options.limits ?? DEFAULT_LIMITS),
    weight: options.weight,
  };
}

function checkLabels(labels: { [key: string]: string }): void {
  const entries = Object.entries(labels);
  if (entries.length > KARPENTER_V1.labels) {
    throw new Error(`\`labels\` has ${entries.length} entries: give at most ${KARPENTER_V1.labels}`);
  }
  for (const [key, value] of entries) {
    checkNodeLabelKey(key);
    checkLabelValue(`label "${key}"`, value);
  }
}

/** Kubernetes takes an empty value for none, the API refuses it. */
function renderTaint(taint: Taint): object {
  const { key, value, effect } = taint._render();
  return { key, value: value === '' ? undefined : value, effect };
}

