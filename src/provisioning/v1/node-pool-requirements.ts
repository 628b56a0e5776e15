import { NodePoolOptions } from './node-pool-options';
import { checkRequirementKey } from './restricted-labels';
import { checkContradictions, checkKnownValues, findContradiction } from '../contradictions';
import { KARPENTER_V1 } from './karpenter-rules';
import { translatedKey } from '../old-label-names';
import { Requirement } from '../requirement';
import { WellKnownLabel } from '../well-known-label';

/** What says something about instance types. */
const INSTANCE_KEYS: readonly string[] = [
  WellKnownLabel.INSTANCE_TYPE,
  WellKnownLabel.INSTANCE_FAMILY,
  WellKnownLabel.INSTANCE_CATEGORY,
  WellKnownLabel.INSTANCE_GENERATION,
];

/** What the guide's NodePool asks of instance types. */
const DEFAULT_INSTANCES: readonly Requirement[] = [
  Requirement.isIn(WellKnownLabel.INSTANCE_CATEGORY, ['c', 'm', 'r']),
  Requirement.greaterThan(WellKnownLabel.INSTANCE_GENERATION, 2),
];

const DEFAULT_OS = 'linux';

/**
 * What a pool asks of its nodes: what its options say, and a default for all that they are silent about.
 *
 * Karpenter has no such defaults from 1.0 on. Without them a pool launches whatever is cheapest, of any architecture and on spot.
 */
export function requirementsOf(options: Pick<NodePoolOptions, 'requirements' | 'labels' | 'nodeClass'>): Requirement[] {
  const { requirements = [], labels = {} } = options;
  const keys = [...requirements.map(({ key }) => key), ...Object.keys(labels)].map(translatedKey);
  const isSilentAbout = (...about: string[]) => !about.some((key) => keys.includes(key));
  const single = [
    Requirement.isIn(WellKnownLabel.ARCH, ['amd64']),
    Requirement.isIn(WellKnownLabel.OS, [options.nodeClass?._operatingSystem ?? DEFAULT_OS]),
    Requirement.isIn(WellKnownLabel.CAPACITY_TYPE, ['on-demand']),
  ];
  return [
    ...requirements,
    ...single.filter(({ key }) => isSilentAbout(key)),
    ...isSilentAbout(...INSTANCE_KEYS) ? DEFAULT_INSTANCES : [],
  ];
}

/** The requirements as the API has them; throws on what it, or Karpenter, would refuse. */
export function renderRequirements(options: NodePoolOptions): object[] {
  const requirements = requirementsOf(options);
  requirements.forEach(({ key }) => checkRequirementKey(key));
  checkKnownValues(requirements, options.labels ?? {}, KARPENTER_V1.knownValues);
  if (requirements.length > KARPENTER_V1.requirements) {
    throw new Error(`\`requirements\` has ${requirements.length} entries, the defaults counted: give at most ${KARPENTER_V1.requirements}`);
  }
  checkContradictions(requirements, options.labels ?? {});
  checkNodeClass(requirements, options);
  return requirements.map((requirement) => requirement._render());
}

/** A node class that is known runs one operating system; a pool that wants another one never launches a node. */
function checkNodeClass(requirements: Requirement[], { nodeClass, labels = {} }: NodePoolOptions): void {
  const runs = nodeClass?._operatingSystem;
  if (runs !== undefined && findContradiction([...requirements, Requirement.isIn(WellKnownLabel.OS, [runs])], labels)) {
    throw new Error(`requirements on "${WellKnownLabel.OS}" exclude ${runs}, which is what EC2NodeClass "${nodeClass?.nodeClassName}" runs: `
      + 'change them, or use a node class with another image');
  }
}
