import { KarpenterRelease } from '../../src/karpenter/karpenter-release';
import { controllerNeeds, guideValues, imageValues, mergeValues } from '../../src/karpenter/values';

const GUIDE = {
  generation: KarpenterRelease.v0()._generation,
  clusterName: 'prod',
  instanceProfileName: 'profile',
  serviceAccountName: 'karpenter',
  controllerRoleArn: 'arn:aws:iam::111111111111:role/controller',
};

function terms(hostNodegroups?: string[]): unknown[] {
  const { nodeAffinity } = guideValues({ ...GUIDE, hostNodegroups }).affinity;
  return nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms as unknown[];
}

test('the values are the ones that the guide sets', () => {
  const { affinity, ...values } = guideValues(GUIDE);

  expect(values).toEqual({
    settings: { aws: { clusterName: 'prod', defaultInstanceProfile: 'profile' } },
    serviceAccount: { name: 'karpenter', annotations: { 'eks.amazonaws.com/role-arn': GUIDE.controllerRoleArn } },
    controller: { resources: { requests: { cpu: '1', memory: '1Gi' }, limits: { cpu: '1', memory: '1Gi' } } },
  });
  expect(Object.keys(affinity as object)).toEqual(['nodeAffinity']);
});

describe('what the controller needs', () => {
  const { _generation: generation } = KarpenterRelease.v0();

  test.each<[string, Record<string, any>, object]>([
    ['nothing', {}, { replicas: 2, cpu: '1', memory: '1Gi' }],
    ['replicas', { replicas: 3 }, { replicas: 3, cpu: '1', memory: '1Gi' }],
    ['replicas as text', { replicas: '1' }, { replicas: 1, cpu: '1', memory: '1Gi' }],
    ['bigger requests', { controller: { resources: { requests: { cpu: 2 } } } }, { replicas: 2, cpu: '2', memory: '1Gi' }],
    ['bigger limits, which are no requests', { controller: { resources: { limits: { memory: '4Gi' } } } }, { replicas: 2, cpu: '1', memory: '1Gi' }],
    ['tolerations', { tolerations: [{ key: 'team', operator: 'Exists' }] }, { replicas: 2, cpu: '1', memory: '1Gi', tolerations: [{ key: 'team', operator: 'Exists' }] }],
    ['no tolerations', { tolerations: [] }, { replicas: 2, cpu: '1', memory: '1Gi', tolerations: [] }],
  ])('follows from values that set %s', (_title, values, expected) => {
    expect(controllerNeeds(generation, values)).toEqual(expected);
  });
});

test.each<[string, KarpenterRelease, object, string[]]>([
  ['interfaces for pods, by a setting of v0', KarpenterRelease.v0(), { settings: { aws: { enablePodENI: true } } }, ['vpc.amazonaws.com/pod-eni']],
  ['nothing by default', KarpenterRelease.v0(), {}, []],
  ['anything, by node overlays of v1', KarpenterRelease.v1(), { settings: { featureGates: { nodeOverlay: 'true' } } }, ['*']],
  ['nothing by default in v1', KarpenterRelease.v1(), {}, []],
])('settings add %s', (_title, { _generation }, values, expected) => {
  expect(_generation.uncountedResources(values)).toEqual(expected);
});

test('the controller keeps off its own nodes and stays on the named node groups, both in one term', () => {
  expect(terms(['apps', 'system'])).toEqual([{
    matchExpressions: [
      { key: 'karpenter.sh/provisioner-name', operator: 'DoesNotExist' },
      { key: 'eks.amazonaws.com/nodegroup', operator: 'In', values: ['apps', 'system'] },
    ],
  }]);
});

test('without names every managed node group is a host', () => {
  expect(terms()).toEqual([{
    matchExpressions: [
      { key: 'karpenter.sh/provisioner-name', operator: 'DoesNotExist' },
      { key: 'eks.amazonaws.com/nodegroup', operator: 'Exists' },
    ],
  }]);
});

test.each([
  ['nothing', { a: 1 }, {}, { a: 1 }],
  ['another key', { a: 1 }, { b: 2 }, { a: 1, b: 2 }],
  ['a scalar', { a: 1 }, { a: 2 }, { a: 2 }],
  ['a map, deeply', { a: { b: { c: 1, d: 2 } } }, { a: { b: { d: 3, e: 4 } } }, { a: { b: { c: 1, d: 3, e: 4 } } }],
  ['a list as a whole', { a: [1, 2, 3] }, { a: [4] }, { a: [4] }],
  ['an empty list', { a: [1] }, { a: [] }, { a: [] }],
  ['a list of maps as a whole', { a: [{ b: 1 }] }, { a: [{ c: 2 }] }, { a: [{ c: 2 }] }],
  ['a map by a scalar', { a: { b: 1 } }, { a: false }, { a: false }],
  ['a scalar by a map', { a: 1 }, { a: { b: 1 } }, { a: { b: 1 } }],
  ['a map by a list', { a: { b: 1 } }, { a: [1] }, { a: [1] }],
  ['null, with which Helm takes a default away', { a: { b: 1 } }, { a: null }, { a: null }],
  ['nothing where the value is not given', { a: { b: 1 } }, { a: undefined }, { a: { b: 1 } }],
  ['keys that objects inherit', {}, { toString: { a: 1 }, constructor: { b: 2 } }, { toString: { a: 1 }, constructor: { b: 2 } }],
])('merging replaces or adds %s', (_name, base, over, expected) => {
  expect(mergeValues(base, over)).toEqual(expected);
});

test('merging leaves its inputs as they are', () => {
  const base = { a: { b: 1 }, l: [1] };
  const over = { a: { c: 2 }, l: [2] };
  mergeValues(base, over);

  expect([base, over]).toEqual([{ a: { b: 1 }, l: [1] }, { a: { c: 2 }, l: [2] }]);
});

test('merging does not reach prototypes', () => {
  const merged = mergeValues({ a: {} }, JSON.parse('{"__proto__": {"polluted": true}, "a": {"__proto__": {"polluted": true}}}') as object);

  expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  expect((merged as { polluted?: boolean }).polluted).toBeUndefined();
  expect(Object.getPrototypeOf(merged)).toBe(Object.prototype);
  expect(Object.keys(merged)).toEqual(['a', '__proto__']);
});

test('what the user sets in settings does not take the guide\'s settings away', () => {
  const merged = mergeValues(guideValues(GUIDE), { settings: { aws: { enablePodENI: true }, batchIdleDuration: '5s' } });

  expect(merged.settings).toEqual({
    aws: { clusterName: 'prod', defaultInstanceProfile: 'profile', enablePodENI: true },
    batchIdleDuration: '5s',
  });
});

test.each([
  ['nothing given', {}, {}],
  ['a mirror with the same digest', { repository: 'mirror/controller' }, { controller: { image: { repository: 'mirror/controller' } } }],
  ['another tag, without the chart\'s digest', { tag: 'v1' }, { controller: { image: { tag: 'v1', digest: '' } } }],
  ['tag and digest', { tag: 'v1', digest: 'sha256:1' }, { controller: { image: { tag: 'v1', digest: 'sha256:1' } } }],
  ['a digest alone', { digest: 'sha256:1' }, { controller: { image: { digest: 'sha256:1' } } }],
])('the image: %s', (_name, image, values) => {
  expect(imageValues(image)).toEqual(values);
});
