import { Duration } from 'aws-cdk-lib';
import { renderKubeletConfiguration } from './kubelet-configuration';
import { checkKey, checkLabelValue } from '../../kubernetes/kubernetes-names';
import { checkContradictions, checkKnownValues } from '../contradictions';
import { KARPENTER_V0 } from './karpenter-rules';
import { renderLimits } from '../pool-limits';
import { ProvisionerOptions } from './provisioner-options';
import { Requirement } from '../requirement';
import { checkNodeLabelKey, checkRequirementKey } from './restricted-labels';
import { checkTaints } from '../taint';
import { WellKnownLabel } from '../well-known-label';

/** What the guide's Provisioner asks of its nodes. */
export const DEFAULT_REQUIREMENTS: readonly Requirement[] = [
  Requirement.isIn(WellKnownLabel.INSTANCE_CATEGORY, ['c', 'm', 'r']),
  Requirement.greaterThan(WellKnownLabel.INSTANCE_GENERATION, 2),
];

/** The operators that came later, by the methods that make them. */
const LATER_OPERATORS: Readonly<Record<string, string>> = { Gte: 'atLeast', Lte: 'atMost' };

/** The spec of a Provisioner as the API has it; throws on what Karpenter's webhooks, or the kubelet, would refuse. */
export function renderProvisionerSpec(options: ProvisionerOptions, nodeTemplateName: string): object {
  checkLabels(options.labels ?? {});
  Object.keys(options.annotations ?? {}).forEach((key) => checkKey('annotation key', key));
  checkTaints(options.taints ?? [], options.startupTaints ?? []);
  options.requirements?.forEach(checkRequirement);
  checkKnownValues(options.requirements ?? [], options.labels ?? {}, KARPENTER_V0.knownValues);
  checkContradictions(options.requirements ?? [...DEFAULT_REQUIREMENTS], options.labels ?? {});
  return {
    annotations: options.annotations,
    labels: options.labels,
    taints: options.taints?.map((taint) => taint._render()),
    startupTaints: options.startupTaints?.map((taint) => taint._render()),
    requirements: (options.requirements ?? DEFAULT_REQUIREMENTS).map((requirement) => requirement._render()),
    kubeletConfiguration: options.kubeletConfiguration && renderKubeletConfiguration(options.kubeletConfiguration),
    providerRef: { name: nodeTemplateName },
    ...options.deprovisioning?._render(),
    ttlSecondsUntilExpired: options.expireAfter && secondsUntilExpired(options.expireAfter),
    limits: options.limits && { resources: renderLimits(options.limits) },
    weight: options.weight,
  };
}

function checkLabels(labels: { [key: string]: string }): void {
  for (const [key, value] of Object.entries(labels)) {
    checkNodeLabelKey('label key', key);
    checkLabelValue(`label "${key}"`, value);
  }
}

/** The API server would drop a minimum without a word, and the webhooks refuse the operators. */
function checkRequirement(requirement: Requirement): void {
  const { key, operator, minValues } = requirement._render();
  checkRequirementKey(key);
  const method = minValues === undefined ? LATER_OPERATORS[operator] : 'withMinValues';
  if (method !== undefined) {
    throw new Error(`requirement on "${key}" uses \`Requirement.${method}\`, which Karpenter before 1.0 does not know: leave it out`
      + `${operator in LATER_OPERATORS ? ', or use `greaterThan` or `lessThan`' : ''}`);
  }
}

function secondsUntilExpired(expireAfter: Duration): number {
  const seconds = expireAfter.toSeconds();
  if (seconds === 0) {
    throw new Error('`expireAfter` is 0 seconds, which would end every node as soon as it is there: set a longer time, or leave it out to keep nodes');
  }
  return seconds;
}
