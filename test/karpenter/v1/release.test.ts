import { releaseFor } from '../../../src/karpenter/advice';
import { KarpenterRelease } from '../../../src/karpenter/karpenter-release';

const V0 = 'karpenter.sh/v1alpha5';
const V1 = 'karpenter.sh/v1';

test('the default is the version that was proven', () => {
  const release = KarpenterRelease.v1();
  expect([release.version, release.chartVersion]).toEqual(['1.14.3', '1.14.3']);
  expect(release.kubernetesRange).toEqual({ minimum: '1.26', maximum: '1.36' });
  expect([release.defaultNamespace, release.defaultServiceAccountName]).toEqual(['kube-system', 'karpenter']);
  expect(release.ownerLabel).toBe('karpenter.sh/nodepool');
  expect([release.replicas, release.controllerCpu, release.controllerMemory]).toEqual([2, '1', '1Gi']);
});

test.each([
  ['1.5.0', '1.33'], ['1.6.0', '1.34'], ['1.7.6', '1.34'], ['1.8.8', '1.34'], ['1.9.0', '1.35'], ['1.10.0', '1.35'], ['1.11.0', '1.35'], ['1.12.0', '1.35'],
  ['1.13.0', '1.36'], ['1.14.1', '1.36'], ['1.15.1', '1.37'],
])('%s serves Kubernetes from 1.26 to %s', (version, maximum) => {
  expect(KarpenterRelease.v1({ version }).kubernetesRange).toEqual({ minimum: '1.26', maximum });
});

test.each(['1.4.9', '1.16.0', '0.29.2', 'v1.14.3', '1.14', '1.14.3-rc.1', '', 'latest', '1.140.1', '2.5.0'])('"%s" is refused with the range', (version) => {
  expect(() => KarpenterRelease.v1({ version })).toThrow(
    `KarpenterRelease.v1 takes the versions 1.5.x to 1.15.x without a leading v, got "${version}"; set version to one of them, for instance "1.14.3"`);
});

const CRDS = ['nodepools.karpenter.sh', 'nodeclaims.karpenter.sh', 'ec2nodeclasses.karpenter.k8s.aws'];

test.each([
  ['1.5.0', []],
  ['1.6.8', []],
  ['1.7.0', ['nodeoverlays.karpenter.sh']],
  ['1.13.1', ['nodeoverlays.karpenter.sh']],
  ['1.14.3', ['nodeoverlays.karpenter.sh', 'capacitybuffers.autoscaling.x-k8s.io']],
  ['1.15.1', ['nodeoverlays.karpenter.sh', 'capacitybuffers.autoscaling.x-k8s.io']],
])('%s brings the definitions of its own objects and %j', (version, more) => {
  expect(KarpenterRelease.v1({ version }).crdNames).toEqual([...CRDS, ...more]);
});

describe('what to set as release', () => {
  test.each([
    ['1.34', V0, 'KarpenterRelease.v1()'],
    ['1.36', V0, 'KarpenterRelease.v1()'],
    ['1.29', V0, 'KarpenterRelease.v1()'],
    ['1.28', V0, 'KarpenterRelease.v0({ version: \'0.31.4\' })'],
    ['1.24', V0, 'KarpenterRelease.v0()'],
    ['1.34', V1, 'KarpenterRelease.v1()'],
    ['1.37', V1, 'KarpenterRelease.v1({ version: \'1.15.1\' })'],
    ['1.37', V0, 'KarpenterRelease.v1({ version: \'1.15.1\' })'],
    ['1.25', V1, 'KarpenterRelease.v0()'],
    ['1.22', V1, undefined],
    ['1.40', V0, undefined],
  ])('on Kubernetes %s, coming from %s: %s', (kubernetes, api, release) => {
    expect(releaseFor(kubernetes, api)).toBe(release);
  });

  test('is a release that serves it', () => {
    for (let minor = 23; minor <= 37; minor++) {
      const [, name, version] = /^KarpenterRelease\.(v0|v1)\((?:\{ version: '(.*)' \})?\)$/.exec(releaseFor(`1.${minor}`, V0)!)!;
      const { minimum, maximum } = KarpenterRelease[name as 'v0' | 'v1']({ version }).kubernetesRange;
      expect(Number(minimum.split('.')[1])).toBeLessThanOrEqual(minor);
      expect(Number(maximum.split('.')[1])).toBeGreaterThanOrEqual(minor);
    }
  });
});
