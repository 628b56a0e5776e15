import { App, CfnParameter, Stack } from 'aws-cdk-lib';
import { mayLaunchSpot, RenderedRequirement } from '../../src/provisioning/spot';

const KEY = 'karpenter.sh/capacity-type';
const on = (operator: string, ...values: string[]): RenderedRequirement => ({ key: KEY, operator, values });
const late = () => new CfnParameter(new Stack(new App(), 'Test'), 'Type').valueAsString;

test.each<[string, RenderedRequirement[], Record<string, string>, boolean]>([
  ['In with spot', [on('In', 'on-demand', 'spot')], {}, true],
  ['In without spot', [on('In', 'on-demand')], {}, false],
  ['In with a value that is not known yet', [on('In', late())], {}, true],
  ['NotIn with spot', [on('NotIn', 'spot')], {}, false],
  ['NotIn without spot', [on('NotIn', 'reserved')], {}, true],
  ['Exists', [{ key: KEY, operator: 'Exists' }], {}, true],
  ['DoesNotExist', [{ key: KEY, operator: 'DoesNotExist' }], {}, false],
  ['two of which one excludes it', [on('In', 'spot', 'on-demand'), on('NotIn', 'spot')], {}, false],
  ['a label', [], { [KEY]: 'spot' }, true],
  ['a label that narrows a requirement', [on('In', 'spot', 'on-demand')], { [KEY]: 'on-demand' }, false],
])('%s decides', (_, requirements, labels, expected) => {
  expect(mayLaunchSpot(requirements, labels, !expected)).toBe(expected);
});

test.each([true, false])('where nothing is said it is what Karpenter does then: %s', (otherwise) => {
  expect(mayLaunchSpot([{ key: 'kubernetes.io/arch', operator: 'In', values: ['spot'] }], {}, otherwise)).toBe(otherwise);
});
