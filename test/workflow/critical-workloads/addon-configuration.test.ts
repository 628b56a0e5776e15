import * as fc from 'fast-check';
import { Affinity } from '../../../src/kubernetes/scheduling';
import {
  configurationOf, isSameText, pinnedConfiguration, restoredConfiguration, schemaProblem,
} from '../../../src/workflow/critical-workloads/addon-configuration';
import { nodegroupRequirement } from '../../../src/workflow/critical-workloads/affinity';

const OURS = nodegroupRequirement('eks.amazonaws.com/nodegroup', ['apps']);
const LINUX = { key: 'kubernetes.io/os', operator: 'In', values: ['linux'] };
const LIVE: Affinity = {
  nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions: [LINUX] }] } },
  podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [1] },
};
const terms = (affinity: Affinity) => affinity.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;

test.each<[string, string | undefined, object]>([
  ['nothing', undefined, {}], ['an empty text', '', {}], ['JSON', '{"replicaCount": 3}', { replicaCount: 3 }], ['YAML', '# why\nreplicaCount: 3\n', { replicaCount: 3 }],
])('configuration values may be %s', (_, text, expected) => expect(configurationOf(text)).toEqual(expected));

test.each(['[1]', 'text', '{"a": '])('configuration values %j are no mapping', text => expect(() => configurationOf(text)).toThrow());

test('the affinity of the Deployment is said again, because EKS merges lists as a whole', () => {
  expect(pinnedConfiguration({ replicaCount: 3 }, LIVE, OURS)).toEqual({
    replicaCount: 3,
    affinity: {
      ...LIVE,
      nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions: [LINUX, OURS] }] } },
    },
  });
});

test('terms in the configuration are what counts, and terms of the defaults where it has none', () => {
  const own = { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions: [{ key: 'a', operator: 'Exists' }] }] } } };
  expect(terms(pinnedConfiguration({ affinity: own }, LIVE, OURS).affinity)).toEqual([{ matchExpressions: [{ key: 'a', operator: 'Exists' }, OURS] }]);
  const partly = pinnedConfiguration({ affinity: { podAntiAffinity: { x: 1 } } }, LIVE, OURS).affinity;
  expect(terms(partly)).toEqual([{ matchExpressions: [LINUX, OURS] }]);
  expect(partly.podAntiAffinity).toEqual({ x: 1 });
});

describe('restoring', () => {
  const oursOf = (original: string | null) => JSON.stringify(pinnedConfiguration(configurationOf(original), LIVE, OURS));
  const restored = (original: string | null, present: string | null) => restoredConfiguration({ original, ours: oursOf(original) }, present);

  test('gives back the very text, whatever it was', () => {
    fc.assert(fc.property(
      fc.option(fc.record({ replicaCount: fc.nat(), corefile: fc.string(), resources: fc.dictionary(fc.string(), fc.string()) }, { requiredKeys: [] })
        .chain(value => fc.constantFrom(JSON.stringify(value), JSON.stringify(value, null, 2)))),
      original => expect(restored(original, oursOf(original))).toBe(original),
    ));
  });

  test.each<[string, string | null, (ours: string) => string | null, string | null]>([
    ['changes nothing that is restored', '{"a":1}', () => '{"a":1}', '{"a":1}'],
    ['keeps a change of the owner and takes our affinity out', '{"a":1}', ours => JSON.stringify({ ...JSON.parse(ours), a: 2 }), '{"a":2}'],
    ['gives the owner his affinity back beside his change', '{"affinity":{"podAffinity":{}}}', ours => JSON.stringify({ ...JSON.parse(ours), a: 2 }), '{"affinity":{"podAffinity":{}},"a":2}'],
    ['says nothing where nothing is left to say', '{"a":1}', ours => JSON.stringify({ affinity: JSON.parse(ours).affinity }), null],
    ['keeps an affinity that the owner put in the place of ours', null, () => '{"affinity":{"podAffinity":{}}}', '{"affinity":{"podAffinity":{}}}'],
    ['keeps the comments of the owner', null, ours => `# mine\nreplicaCount: 4 # four\naffinity: ${JSON.stringify(JSON.parse(ours).affinity)}\n`, '# mine\nreplicaCount: 4 # four\n'],
  ])('%s', (_, original, present, expected) => expect(restored(original, present(oursOf(original)))).toBe(expected));

  test('no text, an empty one and an empty mapping are the same to EKS', () => {
    expect([isSameText(undefined, ''), isSameText(null, '{}'), isSameText('{}', ''), isSameText('{"a":1}', '')]).toEqual([true, true, true, false]);
  });
});

describe('the schema of an add-on', () => {
  const schema = (properties: object, dialect = 'http://json-schema.org/draft-06/schema#') => JSON.stringify({
    $ref: '#/definitions/Coredns',
    $schema: dialect,
    definitions: { Coredns: { additionalProperties: false, properties, title: 'Coredns', type: 'object' } },
  });
  const AFFINITY = { affinity: { default: { affinity: {} }, type: ['object', 'null'] } };

  test.each([
    'http://json-schema.org/draft-06/schema#', 'http://json-schema.org/draft-07/schema#', 'https://json-schema.org/draft/2019-09/schema', 'https://json-schema.org/draft/2020-12/schema',
  ])('of %s is understood', dialect => {
    expect(schemaProblem(schema(AFFINITY, dialect), { affinity: {} })).toBeUndefined();
    expect(schemaProblem(schema(AFFINITY, dialect), { affinity: {}, other: 1 })).toBe('the configuration must NOT have additional properties');
  });

  test('may use formats and keywords that nobody knows', () => {
    const odd = { ...AFFINITY, size: { type: 'string', format: 'furlong' }, podDisruptionBudget: { enabled: { type: 'boolean' }, type: 'object' } };
    expect(schemaProblem(schema(odd), { affinity: {}, size: '3', podDisruptionBudget: {} })).toBeUndefined();
  });

  test.each<[string, string | undefined]>([
    ['of an old version', schema({ replicaCount: { type: 'integer' } })],
    ['that takes anything', '{"type":"object"}'],
    ['that is missing', undefined],
  ])('%s without an affinity is a reason to stop', (_, text) => expect(schemaProblem(text, { affinity: {} })).toBe('its configuration has no `affinity`'));

  test('with an affinity of another shape is a reason to stop', () => {
    expect(schemaProblem(schema({ affinity: { type: 'string' } }), { affinity: {} })).toBe('/affinity must be string');
  });

  test('of a draft that the validator does not know leaves the check to EKS', () => {
    const old = JSON.stringify({ properties: { affinity: {}, replicaCount: { minimum: 1, exclusiveMinimum: true } } });
    expect(schemaProblem(old, { affinity: {} })).toBeUndefined();
  });
});
