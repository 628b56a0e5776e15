import { Token } from 'aws-cdk-lib';
import { NodeClassAmiFamily } from './ami';
import { DisruptionReason } from './disruption-budget';
import { EC2NodeClassOptions } from './ec2-node-class-options';
import { isOlder } from './label-history';
import { NodePoolOptions } from './node-pool-options';
import { labelSince } from './restricted-labels';

/** Something that options say, and the oldest minor version of Karpenter that knows it. */
interface Need {
  /** How a user wrote it. */
  readonly what: string;
  readonly since: string;
}

/**
 * Refuses options of a NodePool that a version of Karpenter does not know.
 *
 * The API server would refuse some of them only at deployment, and drop others without a word.
 *
 * @param version without a leading `v`
 */
export function checkNodePoolVersion(options: NodePoolOptions, version: string): void {
  refuseUnmet('NodePool', needsOfNodePool(options), version);
}

/**
 * Refuses options of an EC2NodeClass that a version of Karpenter does not know.
 *
 * @param version without a leading `v`
 */
export function checkEC2NodeClassVersion(options: EC2NodeClassOptions, version: string): void {
  refuseUnmet('EC2NodeClass', needsOfEC2NodeClass(options), version);
}

function needsOfNodePool(options: NodePoolOptions): Need[] {
  const operators: Readonly<Record<string, string>> = { Gte: 'atLeast', Lte: 'atMost' };
  const requirements = (options.requirements ?? []).map((requirement) => requirement._render());
  return [
    ...requirements.filter(({ operator }) => operator in operators)
      .map(({ key, operator }) => ({ what: `\`Requirement.${operators[operator]}\` on "${key}"`, since: '1.9' })),
    ...requirements.flatMap(({ key }) => needsOfLabel(`requirement on "${key}"`, key)),
    ...Object.keys(options.labels ?? {}).flatMap((key) => needsOfLabel(`label "${key}"`, key)),
    ...need('`Consolidation.balanced`', options.consolidation?._since),
    ...(options.disruptionBudgets ?? []).some((budget) => budget._reasons?.includes(DisruptionReason.UNHEALTHY))
      ? [{ what: `disruption budget for the reason ${DisruptionReason.UNHEALTHY}`, since: '1.15' }] : [],
  ];
}

function needsOfLabel(what: string, key: string): Need[] {
  return Token.isUnresolved(key) ? [] : need(what, labelSince(key));
}

function needsOfEC2NodeClass(options: EC2NodeClassOptions): Need[] {
  const isWindows2025 = [options.amiFamily, options.amiAlias?.family].includes(NodeClassAmiFamily.WINDOWS_2025);
  const hasCriteria = options.capacityReservationSelectorTerms?.some((term) => term._render().instanceMatchCriteria !== undefined);
  return [
    ...isWindows2025 ? [{ what: `image family ${NodeClassAmiFamily.WINDOWS_2025}`, since: '1.9' }] : [],
    ...hasCriteria ? [{ what: '`instanceMatchCriteria` of a capacity reservation term', since: '1.8' }] : [],
    ...SINCE.filter(([property]) => options[property] !== undefined).map(([property, since]) => ({ what: `\`${property}\``, since })),
  ];
}

/** Properties that came later as a whole. */
const SINCE: readonly [keyof EC2NodeClassOptions, string][] = [
  ['ipPrefixCount', '1.8'],
  ['networkInterfaces', '1.11'],
  ['placementGroup', '1.11'],
  ['connectionTracking', '1.13'],
  ['nestedVirtualization', '1.13'],
];

function need(what: string, since: string | undefined): Need[] {
  return since === undefined ? [] : [{ what, since }];
}

function refuseUnmet(kind: string, needs: readonly Need[], version: string): void {
  const unmet = needs.filter(({ since }) => isOlder(version, since));
  if (unmet.length > 0) {
    throw new Error(`${kind} has what Karpenter ${version} does not know: ${unmet.map(({ what, since }) => `${what} (from ${since} on)`).join(', ')}; `
      + 'leave it out, or set a later `version` of the release');
  }
}
