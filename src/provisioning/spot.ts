import { Token } from 'aws-cdk-lib';
import { WellKnownLabel } from './well-known-label';

/** A requirement as the API has it. */
export interface RenderedRequirement {
  readonly key: string;
  readonly operator: string;
  readonly values?: readonly string[];
}

const SPOT = 'spot';

/**
 * Whether a pool may launch Spot instances; what is known only in the deployment may.
 *
 * @param requirements all of the pool's
 * @param labels the pool's own, which are requirements too
 * @param otherwise whether it may where nothing is said about the capacity type
 */
export function mayLaunchSpot(requirements: readonly RenderedRequirement[], labels: Readonly<Record<string, string>>, otherwise: boolean): boolean {
  const label = labels[WellKnownLabel.CAPACITY_TYPE];
  const said = [
    ...requirements.filter(({ key }) => key === WellKnownLabel.CAPACITY_TYPE),
    ...label === undefined ? [] : [{ key: WellKnownLabel.CAPACITY_TYPE, operator: 'In', values: [label] }],
  ];
  return said.length === 0 ? otherwise : said.every(allowsSpot);
}

function allowsSpot({ operator, values = [] }: RenderedRequirement): boolean {
  switch (operator) {
    case 'In':
      return values.some(value => value === SPOT || Token.isUnresolved(value));
    case 'NotIn':
      return !values.includes(SPOT);
    default:
      return operator === 'Exists';
  }
}
