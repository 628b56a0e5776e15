import { KarpenterRelease } from '../../src/karpenter/karpenter-release';

test('the default is the guide\'s release', () => {
  const release = KarpenterRelease.v0();

  expect(release.version).toBe('0.29.2');
  expect(release.chartVersion).toBe('v0.29.2');
  expect(release.kubernetesRange).toEqual({ minimum: '1.23', maximum: '1.27' });
  expect(release.defaultNamespace).toBe('karpenter');
  expect(release.defaultServiceAccountName).toBe('karpenter');
  expect(release.ownerLabel).toBe('karpenter.sh/provisioner-name');
  expect(release.crdNames).toEqual(['provisioners.karpenter.sh', 'machines.karpenter.sh', 'awsnodetemplates.karpenter.k8s.aws']);
  expect([release.replicas, release.controllerCpu, release.controllerMemory]).toEqual([2, '1', '1Gi']);
});

test.each([['0.29.0', '1.27'], ['0.30.0', '1.27'], ['0.31.4', '1.28']])('%s serves Kubernetes up to %s', (version, maximum) => {
  expect(KarpenterRelease.v0({ version }).kubernetesRange.maximum).toBe(maximum);
});

test.each(['0.28.1', '0.32.0', '1.0.0', 'v0.29.2', '0.29', '0.29.2-rc.1', '', 'latest', '0.290.1'])('"%s" is refused with what is allowed', (version) => {
  expect(() => KarpenterRelease.v0({ version })).toThrow(`takes the versions 0.29.x, 0.30.x, 0.31.x without a leading v, got "${version}"`);
});

test('the objects that probe the webhooks differ only in what the webhooks refuse', () => {
  const { group, version, plural, accepted, refused } = KarpenterRelease.v0()._generation.webhookProbe!;
  const { consolidation, ttlSecondsAfterEmpty, ...rest } = refused.spec as Record<string, unknown>;

  expect(`${plural}.${group}`).toBe('provisioners.karpenter.sh');
  expect(accepted.apiVersion).toBe(`${group}/${version}`);
  expect({ ...refused, spec: rest }).toEqual(accepted);
  expect([consolidation, ttlSecondsAfterEmpty]).toEqual([{ enabled: true }, 30]);
});
