import { PoolsPlan } from './contract';
import { ChosenRelease } from './release';
import { Attach, MigrationProps } from './synthesis';
import { KarpenterMigration } from '../../index';
import { Expression } from '../../kubernetes/scheduling';
import { partsOf } from '../pools/code/code';
import { evaluate } from '../pools/code/evaluate';
import { lineText, PoolProposal, Proposal } from '../pools/proposal';

/** The version that the code names; undefined for the one that it need not name. */
export function namedVersion({ version, isDefault }: ChosenRelease): string | undefined {
  return isDefault ? undefined : version;
}

/** Makes the migration with the proposed pools, by the code that a plan prints. */
export function attachProposal(proposal: Proposal, release: ChosenRelease): Attach {
  const { properties, additions } = partsOf(proposal, namedVersion(release));
  return make => {
    const props = Object.fromEntries(properties.map(([name, code]) => [name, evaluate(code)])) as MigrationProps;
    const migration: KarpenterMigration = make(props);
    const made: Record<string, unknown> = {};
    for (const { variable, code } of additions) {
      const result = evaluate(code, { migration, ...made });
      if (variable !== undefined) {
        made[variable] = result;
      }
    }
  };
}

export function poolsPlan({ pools, lines }: Proposal): PoolsPlan {
  return {
    pools: pools.map(pool => ({ name: pool.name, nodegroups: pool.nodegroups, says: describe(pool) })),
    notCarried: lines.map(lineText),
  };
}

/** Label keys by what people call them. */
const WORDS: Readonly<Record<string, string>> = {
  'kubernetes.io/arch': 'architecture',
  'karpenter.sh/capacity-type': 'capacity',
  'node.kubernetes.io/instance-type': 'types',
  'karpenter.k8s.aws/instance-category': 'categories',
  'karpenter.k8s.aws/instance-family': 'families',
  'karpenter.k8s.aws/instance-generation': 'generation',
  'topology.kubernetes.io/zone': 'zones',
};
const OPERATORS: Readonly<Record<string, string>> = { In: '', NotIn: 'not ', Gt: 'above ', Lt: 'below ', Exists: 'any', DoesNotExist: 'none' };

function describe({ requirements, taints, labels, limitCpu }: PoolProposal): string {
  const requirement = ({ key, operator, values = [] }: Expression) => `${WORDS[key] ?? key} ${OPERATORS[operator] ?? `${operator} `}${values.join(' ')}`;
  return [
    ...requirements.map(requirement),
    ...taints.map(({ key, value, effect }) => `taint ${key}${value ? `=${value}` : ''}:${effect}`),
    ...Object.keys(labels).length > 0 ? [`labels ${Object.entries(labels).map(([key, value]) => `${key}=${value}`).join(' ')}`] : [],
    ...limitCpu === undefined ? [] : [`at most ${limitCpu} vCPUs`],
  ].join('; ');
}
